// Which files of the repository are pages of the site, and where the links between them lead.
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';

/** The folder of the repository. */
export const ROOT = join(import.meta.dirname, '..', '..');

const PAGE = /^(?:[A-Z]+|docs\/.*)\.md$/; // the files of the top folder, and those of docs

/** Returns the path at which a page is served: an index has the address of its folder. */
export function servedAs(page) {
  return page.replace(/README\.md$/, 'index.md');
}

/**
 * Returns where a link on a page leads: the same for an address with a scheme or an anchor, the served path for another
 * page, and undefined for a file of the repository that is not a page. A link to a missing file stays as it is; the build
 * then fails.
 */
export function resolve(page, link) {
  if (/^[a-z]+:|^#/.test(link)) return link;
  const [path, anchor] = link.split('#');
  const target = normalize(join(dirname(page), path));
  if (!PAGE.test(target)) return existsSync(join(ROOT, target)) ? undefined : link;
  return '/' + servedAs(target) + (anchor ? '#' + anchor : '');
}

/** Plugin of markdown-it that applies `resolve` to every link. A link that leads nowhere becomes plain text. */
export function repositoryLinks(markdown) {
  markdown.core.ruler.push('repository-links', state => {
    const page = state.env.realPath ? normalize(state.env.realPath).slice(ROOT.length + 1) : state.env.relativePath;
    for (const { children } of state.tokens) {
      let plain = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const href = resolve(page, token.attrGet('href'));
          plain = href === undefined;
          if (plain) token.attrs = [];
          else token.attrSet('href', href);
        }
        if (plain && /^link_/.test(token.type)) token.tag = 'span';
      }
    }
  });
}

/** Returns the anchor that GitHub generates for a heading, so that links work in both places. */
export function anchor(heading) {
  return heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
}
