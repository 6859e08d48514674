// What the nodes report of themselves, one report a second each, shown as a table.

const SILENT = 3_500;

/** Shows reports in the rows of `body`, in `leader` and `epoch` who leads; `say` is told what changes. */
export function members({ body, leader, epoch, say }) {
  const nodes = new Map();
  let here;
  let led = 'nobody leads'; // as far as is known before anybody has told

  function report(text) {
    const told = parsed(text);
    if (told === undefined) {
      say('somebody has published on /cluster what is no report', 'warn');
      return;
    }
    const now = performance.now();
    const before = nodes.get(told.node);
    const seconds = before?.told ? (now - before.at) / 1000 : 0; // others may have told of it before it told itself
    const rate = key => (seconds > 0 ? Math.max(0, told[key] - before.told[key]) / seconds : undefined);
    put(told.node, { told, at: now, published: rate('published'), delivered: rate('delivered') });
    const known = new Set(told.members.map(member => member.name));
    for (const [name, node] of nodes) {
      if (!known.has(name) && now - node.at > SILENT) {
        nodes.delete(name);
        say(`${name} has left`, 'warn');
      }
    }
    for (const { name } of told.members) {
      if (!nodes.has(name)) put(name, { at: -Infinity });
    }
    show();
  }

  function put(name, node) {
    if (!nodes.has(name)) say(`${name} is a member`);
    nodes.set(name, node);
  }

  function show() {
    const now = performance.now();
    const rows = [...nodes].sort(([a], [b]) => a.localeCompare(b)).map(([name, node]) => {
      const row = document.createElement('tr');
      row.classList.toggle('silent', now - node.at > SILENT);
      row.classList.toggle('leads', isLeading(node, now));
      row.classList.toggle('reads', here !== undefined && urlOf(name) === here);
      for (const text of [name, rounded(node.published), rounded(node.delivered), node.told?.readers ?? '–']) {
        row.insertCell().textContent = text;
      }
      return row;
    });
    body.replaceChildren(...rows);
    // While one leadership ends and the next begins two nodes may say that they lead: the later one does.
    const leading = [...nodes].filter(([, node]) => isLeading(node, now)).sort(([, a], [, b]) => term(b) - term(a))[0];
    leader.textContent = leading ? leading[0] : 'nobody';
    epoch.textContent = leading ? term(leading[1]) : '–';
    epoch.title = leading ? leading[1].told.epoch : '';
    const leads = leading ? `${leading[0]} leads, epoch ${term(leading[1])}` : 'nobody leads';
    if (leads !== led) say(leads, leading ? '' : 'warn');
    led = leads;
  }

  function isLeading(node, now) {
    return node.told?.leads === true && now - node.at <= SILENT;
  }

  function all() {
    return [...nodes.values()].flatMap(node => node.told?.members ?? []).filter(member => member.url !== null);
  }

  function urlOf(name) {
    return all().find(member => member.name === name)?.url;
  }

  return {
    report,
    show,
    urls: () => [...new Set(all().map(member => member.url))],
    readsFrom: url => { here = url; show(); },
  };
}

/** Anybody may publish anything on a channel. */
function parsed(text) {
  try {
    const told = JSON.parse(text);
    return typeof told.node === 'string' && told.members.every(member => typeof member.name === 'string')
      ? told : undefined;
  } catch {
    return undefined;
  }
}

function term(node) {
  return Number(node.told.epoch?.split('@')[0] ?? 0);
}

function rounded(rate) {
  return rate === undefined ? '–' : rate.toFixed(1);
}
