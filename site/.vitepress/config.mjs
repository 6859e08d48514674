import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path/posix';
import { defineConfig } from 'vitepress';
import { ROOT, anchor, repositoryLinks, resolve, servedAs } from './pages.mjs';

/** Returns the groups of the index of the documentation, which thereby is the navigation of the site. */
function sidebar() {
  const index = 'docs/README.md';
  const groups = [];
  for (const line of readFileSync(join(ROOT, index), 'utf8').split('\n')) {
    const [, group] = line.match(/^## (.+)$/) ?? [];
    const [, text, link] = line.match(/^- \[([^\]]+)]\(([^)]+)\)/) ?? [];
    if (group) groups.push({ text: group, items: [] });
    if (text) groups.at(-1).items.push({ text, link: resolve(index, link) });
  }
  return groups;
}

const folders = readdirSync(ROOT, { withFileTypes: true }).filter(each => each.isDirectory()).map(each => each.name);

export default defineConfig({
  title: 'Ginkgo',
  description: 'Network services in Java, and a message hub for clusters',
  lang: 'en-GB',
  srcDir: '..',
  srcExclude: folders.filter(each => each !== 'docs').map(each => each + '/**'),
  ignoreDeadLinks: 'localhostLinks',
  rewrites: servedAs,
  outDir: '../target/site',
  cacheDir: '../target/site-cache',
  lastUpdated: false,
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    anchor: { slugify: anchor },
    languageAlias: { caddyfile: 'nginx', console: 'shellsession', haproxy: 'nginx', vcl: 'c' },
    config: markdown => { markdown.use(repositoryLinks); },
  },
  // The pages are outside of this folder, where Vite does not find the libraries that it compiles into them.
  vite: { resolve: { alias: [{ find: /^vue(?=$|\/)/, replacement: join(import.meta.dirname, '../node_modules/vue') }] } },
  themeConfig: {
    nav: [
      { text: 'Tutorial', link: '/docs/tutorial' },
      { text: 'Documentation', link: '/docs/' },
      { text: 'Changes', link: '/CHANGELOG' },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: 'local' },
  },
});
