// A table of the reports that each node publishes every second.

const SILENT_MS = 3_500;

/** Shows the reports in the rows of `body`, and the current leader in `leader` and `epoch`; `log` receives each change. */
export function members({ body, leader, epoch, log }) {
  const nodes = new Map();
  let connectedUrl;
  let lastLeader = 'no leader'; // until the first report

  function report(text) {
    const latest = parse(text);
    if (latest === undefined) {
      log('ignored a message on /cluster that is not a report', 'warn');
      return;
    }
    const now = performance.now();
    const before = nodes.get(latest.node);
    const seconds = before?.report ? (now - before.at) / 1000 : 0; // other nodes may have listed it before its first report
    const rate = key => (seconds > 0 ? Math.max(0, latest[key] - before.report[key]) / seconds : undefined);
    put(latest.node, { report: latest, at: now, published: rate('published'), delivered: rate('delivered') });
    const known = new Set(latest.members.map(member => member.name));
    for (const [name, node] of nodes) {
      if (!known.has(name) && now - node.at > SILENT_MS) {
        nodes.delete(name);
        log(`${name} has left`, 'warn');
      }
    }
    for (const { name } of latest.members) {
      if (!nodes.has(name)) put(name, { at: -Infinity });
    }
    show();
  }

  function put(name, node) {
    if (!nodes.has(name)) log(`${name} is a member`);
    nodes.set(name, node);
  }

  function show() {
    const now = performance.now();
    const rows = [...nodes].sort(([a], [b]) => a.localeCompare(b)).map(([name, node]) => {
      const row = document.createElement('tr');
      row.classList.toggle('silent', now - node.at > SILENT_MS);
      row.classList.toggle('leads', isLeading(node, now));
      row.classList.toggle('reads', connectedUrl !== undefined && urlOf(name) === connectedUrl);
      for (const text of [name, rounded(node.published), rounded(node.delivered), node.report?.readers ?? '–']) {
        row.insertCell().textContent = text;
      }
      return row;
    });
    body.replaceChildren(...rows);
    // While the leadership changes, two nodes may report that they lead: the higher epoch is valid.
    const leading = [...nodes].filter(([, node]) => isLeading(node, now)).sort(([, a], [, b]) => epochNumber(b) - epochNumber(a))[0];
    leader.textContent = leading ? leading[0] : 'none';
    epoch.textContent = leading ? epochNumber(leading[1]) : '–';
    epoch.title = leading ? leading[1].report.epoch : '';
    const current = leading ? `${leading[0]} is the leader, epoch ${epochNumber(leading[1])}` : 'no leader';
    if (current !== lastLeader) log(current, leading ? '' : 'warn');
    lastLeader = current;
  }

  function isLeading(node, now) {
    return node.report?.leads === true && now - node.at <= SILENT_MS;
  }

  function membersWithUrl() {
    return [...nodes.values()].flatMap(node => node.report?.members ?? []).filter(member => member.url !== null);
  }

  function urlOf(name) {
    return membersWithUrl().find(member => member.name === name)?.url;
  }

  return {
    report,
    show,
    urls: () => [...new Set(membersWithUrl().map(member => member.url))],
    connectedTo: url => { connectedUrl = url; show(); },
  };
}

/** Returns the report, or undefined: any client may publish anything on a channel. */
function parse(text) {
  try {
    const report = JSON.parse(text);
    return typeof report.node === 'string' && report.members.every(member => typeof member.name === 'string')
      ? report : undefined;
  } catch {
    return undefined;
  }
}

function epochNumber(node) {
  return Number(node.report.epoch?.split('@')[0] ?? 0);
}

function rounded(rate) {
  return rate === undefined ? '–' : rate.toFixed(1);
}
