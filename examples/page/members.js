// What the nodes report of themselves, one report a second each, shown as a table.

const SILENT = 3_500;

/** Shows reports in the rows of `body`, and in two more elements who leads and its epoch. */
export function members(body, leader, epoch) {
  const nodes = new Map();

  function report(told) {
    const now = performance.now();
    const before = nodes.get(told.node);
    const seconds = before?.told ? (now - before.at) / 1000 : 0; // others may have told of it before it told itself
    const rate = key => (seconds > 0 ? Math.max(0, told[key] - before.told[key]) / seconds : undefined);
    nodes.set(told.node, { told, at: now, published: rate('published'), delivered: rate('delivered') });
    const known = new Set(told.members.map(member => member.name));
    for (const [name, node] of nodes) {
      if (!known.has(name) && now - node.at > SILENT) nodes.delete(name);
    }
    for (const { name } of told.members) {
      if (!nodes.has(name)) nodes.set(name, { at: -Infinity });
    }
    show();
  }

  function show() {
    const now = performance.now();
    const rows = [...nodes].sort(([a], [b]) => a.localeCompare(b)).map(([name, node]) => {
      const row = document.createElement('tr');
      row.classList.toggle('silent', now - node.at > SILENT);
      row.classList.toggle('leads', isLeading(node, now));
      for (const text of [name, rounded(node.published), rounded(node.delivered), node.told?.readers ?? '–']) {
        row.insertCell().textContent = text;
      }
      return row;
    });
    body.replaceChildren(...rows);
    const leading = [...nodes].find(([, node]) => isLeading(node, now));
    leader.textContent = leading ? leading[0] : 'nobody';
    epoch.textContent = leading ? leading[1].told.epoch.split('@')[0] : '–';
    epoch.title = leading ? leading[1].told.epoch : '';
  }

  function isLeading(node, now) {
    return node.told?.leads === true && now - node.at <= SILENT;
  }

  function urls() {
    const all = [...nodes.values()].flatMap(node => node.told?.members ?? []).map(member => member.url);
    return [...new Set(all.filter(url => url !== null))];
  }

  return { report, show, urls };
}

function rounded(rate) {
  return rate === undefined ? '–' : rate.toFixed(1);
}
