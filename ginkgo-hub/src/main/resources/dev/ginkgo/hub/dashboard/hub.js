// The dashboard of a hub: channels, subscribers, cluster, services.
import {
  Command, Fact, Header, Table, bytes, count, duration, html, rate, render, useEffect, useRef, useRoute,
  useState, useStream,
} from '/-/dashboard/ui.js';
import { ChannelPage } from '/-/dashboard/channel.js';
import { ServicesPage } from '/-/dashboard/services.js';

const POINTS = 300; // of the chart: five minutes
const MIN_SPAN = 60; // seconds that the chart shows at least
const INTEGERS = [1, 2, 5].flatMap(step => [...Array(10).keys()].map(power => step * 10 ** power)).sort((a, b) => a - b);
const RATE_WINDOW = 5; // samples over which rates are averaged

/** Rates derived from the totals of two samples. */
function rates(now, before) {
  const seconds = before ? (now.at - before.at) / 1000 : 0;
  const per = (a, b) => (seconds > 0 && a >= b ? (a - b) / seconds : 0);
  const old = new Map((before?.channels ?? []).map(each => [each.name, each.appended]));
  return {
    published: per(now.hub.published, before?.hub.published),
    delivered: per(now.hub.delivered, before?.hub.delivered),
    channels: new Map(now.channels.map(each => [
      each.name, before ? per(each.appended, old.get(each.name) ?? 0) : 0,
    ])),
  };
}

/** Collects samples: the latest one, its rates, and the points of the chart. */
function useSamples() {
  const recent = useRef([]);
  const points = useRef([[], [], []]);
  const [view, setView] = useState(null);
  const state = useStream('/-/dashboard/samples', sample => {
    const last = recent.current.at(-1);
    if (last && (sample.at <= last.at || sample.hub.published < last.hub.published)) recent.current = []; // a new run
    const previous = recent.current.at(-1);
    if (previous) {
      const now = rates(sample, previous);
      [sample.at / 1000, now.published, now.delivered].forEach((value, i) => {
        points.current[i].push(value);
        if (points.current[i].length > POINTS) points.current[i].shift();
      });
    }
    recent.current.push(sample);
    if (recent.current.length > RATE_WINDOW + 1) recent.current.shift();
    const first = recent.current[0];
    setView({ sample, rates: rates(sample, first === sample ? null : first), points: points.current });
  });
  return [state, view];
}

function App() {
  const [state, view] = useSamples();
  const [page, argument] = useRoute();
  const cluster = view?.sample.cluster;
  const leaderless = cluster && leaderProblem(cluster);
  const failing = view && firstProblem(view.sample.tree);
  const pages = [['', 'Channels'], ['subscribers', 'Subscribers']];
  if (cluster) pages.push(['cluster', 'Cluster', leaderless ? 'There is no leader' : null]);
  pages.push(['services', 'Services', failing ? failing + ' is not ready' : null]);
  useEffect(() => {
    document.title = (page === 'channel' ? argument : 'Ginkgo hub') + (view ? ' · ' + view.sample.name : '');
  }, [page, argument, view?.sample.name]);
  return html`
    <${Header} name=${view?.sample.name ?? location.host} pages=${pages} page=${page === 'channel' ? '' : page} state=${state}/>
    <main>
      ${state === 'denied' ? html`<${Denied}/>` : null}
      ${page === 'channel' ? html`<${ChannelPage} key=${argument} name=${argument}/>`
    : page === 'subscribers' ? html`<${Subscribers} view=${view}/>`
    : page === 'cluster' && cluster ? html`<${Cluster} cluster=${cluster}/>`
    : page === 'services' ? html`<${ServicesPage} tree=${view?.sample.tree} at=${view?.sample.at} argument=${argument}/>`
    : html`<${Channels} view=${view} state=${state}/>`}
    </main>`;
}

function Denied() {
  return html`
    <div class="notice">
      <p>Numbers about the hub are shown on its own machine only, at <code>localhost</code> and not through a proxy.
        Channels can be opened here by name.</p>
    </div>`;
}

function firstProblem(service) {
  if (service.state !== 'READY' && service.state !== 'STOPPED') return service.path;
  for (const child of service.children ?? []) {
    const found = firstProblem(child);
    if (found) return found;
  }
  return null;
}

// ---- channels

function Channels({ view, state }) {
  const [filter, setFilter] = useState('');
  if (!view) {
    return html`<${Introduction}/><${OpenChannel}/>
      ${state === 'connecting' ? html`<p class="muted">Waiting for the first sample.</p>` : null}`;
  }
  const { sample, rates: now } = view;
  const { hub, limits } = sample;
  const rows = sample.channels
    .filter(each => each.name.toLowerCase().includes(filter.toLowerCase()))
    .map(each => ({ ...each, rate: now.channels.get(each.name) ?? 0 }));
  return html`
    ${hub.channels === 0 ? html`<${Introduction}/>` : null}
    <dl class="facts">
      <${Fact} label="Published">${rate(now.published)} <small>/s</small><//>
      <${Fact} label="Delivered">${rate(now.delivered)} <small>/s</small><//>
      <${Fact} label="Subscribers">${count(hub.subscribers)}<//>
      <${Fact} label="Slowest is behind">
        <span class=${hub.lag > limits.messages / 2 ? 'bad' : ''}>${count(hub.lag)}</span>
        <small> ${hub.lag === 1 ? 'message' : 'messages'}</small><//>
      <${Fact} label="Lost by slow subscribers">
        <span class=${hub.dropped ? 'warn' : ''}>${count(hub.dropped)}</span>
        <small> in ${count(hub.gaps)} ${hub.gaps === 1 ? 'gap' : 'gaps'}</small><//>
      <${Fact} label="Store">${bytes(hub.storedBytes)} <small>of ${bytes(limits.budget)}</small><//>
    </dl>
    <${Chart} points=${view.points}/>
    <section>
      <div class="tools">
        <h2>Channels</h2>
        <label>Filter <input type="search" value=${filter} onInput=${event => setFilter(event.target.value)}/></label>
        <span class="end"><${OpenChannel}/></span>
      </div>
      ${rows.length ? html`<${Table} label="Channels" rows=${rows} rowKey=${row => row.name} sort=${{ key: 'name' }}
        columns=${[
          { key: 'name', label: 'Channel', name: true,
            cell: row => html`<a href=${channelUrl(row.name)}>${row.name}</a>` },
          { key: 'rate', label: 'Messages/s', num: true, cell: row => rate(row.rate) },
          { key: 'messages', label: 'Retained', num: true, optional: true, cell: row => count(row.messages) },
          { key: 'oldestMillis', label: 'Oldest', num: true, optional: true, value: row => row.oldestMillis ?? -1,
            cell: row => (row.oldestMillis === undefined ? '–' : duration(row.oldestMillis)) },
          { key: 'subscribers', label: 'Subscribers', num: true, cell: row => count(row.subscribers) },
          { key: 'lag', label: 'Slowest behind', num: true, optional: true, cell: row => count(row.lag) },
        ]}/>` : html`<p class="empty">${filter ? 'No channel matches the filter.' : 'There are no channels yet. '
          + 'A channel exists from its first message or subscriber on.'}</p>`}
      ${hub.channels > sample.channels.length ? html`<p class="muted">
        ${count(sample.channels.length)} of ${count(hub.channels)} channels are shown; open any other by its name.</p>` : null}
      <p class="muted">The hub retains up to ${count(limits.messages)} messages per channel for ${duration(limits.ageMillis)},
        within ${bytes(limits.budget)} for all channels.</p>
    </section>
    ${hub.channels > 0 ? html`<details><summary>Publish and subscribe from a shell</summary><${Commands}/></details>` : null}`;
}

function Introduction() {
  return html`
    <section>
      <h2>A message hub</h2>
      <p>Clients publish messages to channels and subscribe to them over plain HTTP. A channel is a path and needs no set-up.
        Each subscriber receives every message in order and can resume where it stopped. Every loss is reported.</p>
      <${Commands}/>
    </section>`;
}

function Commands() {
  return html`
    <${Command} label="subscribe" text=${'curl -N ' + location.origin + '/numbers'}/>
    <${Command} label="publish" text=${'curl -d 7 ' + location.origin + '/numbers'}/>
    <${Command} label="subscribe to a pattern, with history"
      text=${"curl -N '" + location.origin + "/room/>?as=sse&since=10m'"}/>`;
}

function OpenChannel() {
  const [name, setName] = useState('');
  const open = event => {
    event.preventDefault();
    if (name) location.hash = channelUrl(name.startsWith('/') ? name : '/' + name);
  };
  return html`
    <form onSubmit=${open}>
      <label>Open a channel or pattern
        <input value=${name} placeholder="/room/>" size="14" spellcheck=${false} autocapitalize="off"
          onInput=${event => setName(event.target.value)}/></label>
      <button class="button">Open</button>
    </form>`;
}

function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB');
}

function channelUrl(name) {
  return '#/channel/' + encodeURIComponent(name);
}

/** Line chart of the rates. uPlot draws on a canvas; the numbers are above it as text. */
function Chart({ points }) {
  const box = useRef();
  const plot = useRef();
  useEffect(() => {
    const colour = name => getComputedStyle(box.current.querySelector('.colour-' + name)).color;
    const axis = () => ({ stroke: colour('muted'), grid: { stroke: colour('line'), width: 1 }, ticks: { show: false } });
    const build = () => {
      plot.current?.destroy();
      plot.current = new uPlot({
        width: box.current.clientWidth,
        height: 160,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { range: (_, min, max) => {
            const end = max ?? Date.now() / 1000; // without points, the minute until now
            return [Math.min(min ?? end, end - MIN_SPAN), end];
          } },
          y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] },
        },
        padding: [8, 32, 0, 0], // the last time is centred at the right edge
        axes: [{ ...axis(), size: 28, space: 90, values: (_, values) => values.map(clock) },
          { ...axis(), size: 56, incrs: INTEGERS, values: (_, values) => values.map(count) }],
        series: [{}, { stroke: colour('accent'), width: 1.5, points: { show: false } },
          { stroke: colour('second'), width: 1.5, points: { show: false } }],
      }, points, box.current);
    };
    build();
    const resized = new ResizeObserver(() => plot.current.setSize({ width: box.current.clientWidth, height: 160 }));
    resized.observe(box.current);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', build);
    return () => {
      scheme.removeEventListener('change', build);
      resized.disconnect();
      plot.current.destroy();
    };
  }, []);
  useEffect(() => plot.current.setData(points), [points[0].at(-1)]);
  return html`
    <figure class="chart">
      <figcaption class="key">Messages per second, last five minutes <b>published</b><b>delivered</b></figcaption>
      <div ref=${box} role="img" aria-label="Chart of published and delivered messages per second over the last five minutes">
        <span class="hidden colour-accent"></span><span class="hidden colour-second"></span>
        <span class="hidden colour-muted"></span><span class="hidden colour-line"></span>
      </div>
    </figure>`;
}

// ---- subscribers

function Subscribers({ view }) {
  if (!view) return html`<p class="muted">Waiting for the first sample.</p>`;
  const { subscribers, streams, hub } = view.sample;
  return html`
    <section>
      <h2>Subscribers over HTTP</h2>
      <p class="muted">${count(streams)} open ${streams === 1 ? 'stream' : 'streams'} of ${count(hub.connections)} connections.
        A subscriber that is behind catches up from the log; it loses messages only when they are evicted.</p>
      ${subscribers.length ? html`<${Table} label="Subscribers" rows=${subscribers} sort=${{ key: 'behind', down: true }}
        rowKey=${row => row.address} columns=${[
          { key: 'address', label: 'Client', name: true },
          { key: 'channel', label: 'Subscribed to', name: true,
            cell: row => html`<a href=${channelUrl(row.channel)}>${row.channel}</a>` },
          { key: 'format', label: 'Format', optional: true },
          { key: 'behind', label: 'Behind', num: true, cell: row => count(row.behind) },
          { key: 'pinnedBytes', label: 'Unsent', num: true, cell: row => bytes(row.pinnedBytes) },
          { key: 'ageMillis', label: 'Connected', num: true, optional: true, cell: row => duration(row.ageMillis) },
        ]}/>` : html`<p class="empty">There are no subscribers.</p>`}
      ${streams > subscribers.length ? html`<p class="muted">The ${count(subscribers.length)} slowest are listed.</p>` : null}
      ${hub.stalled ? html`<p class="warn">${count(hub.stalled)} connections were closed because a write made no progress for
        write-timeout.</p>` : null}
    </section>`;
}

// ---- cluster

function leaderProblem(cluster) {
  return !cluster.leader || cluster.problems.length > 0;
}

function Cluster({ cluster }) {
  const leads = cluster.leader === cluster.self;
  const heading = !cluster.leader ? 'There is no leader' : 'The cluster is not ready';
  return html`
    ${leaderProblem(cluster) ? html`
      <div class="notice bad-notice" role="alert">
        <h2>${heading}</h2>
        ${cluster.problems.length ? html`<ul>${cluster.problems.map(each => html`<li>${each}</li>`)}</ul>` : null}
        ${cluster.leader ? null : html`
          <p>This node has known no leader since its start. A leader needs a majority of the voters: start the other
            nodes, and check that they can reach each other and have the same secret.</p>`}
      </div>` : null}
    <dl class="facts small">
      <${Fact} label="This node"><span class="mono">${cluster.self}</span><//>
      <${Fact} label=${leaderProblem(cluster) ? 'Last known leader' : 'Leader'}>
        <span class="mono">${cluster.leader ?? 'none'}</span>${leads ? ' (this node)' : ''}<//>
      <${Fact} label="Epoch">${cluster.epoch === undefined ? '–' : html`${count(cluster.epoch)} <small>${cluster.epochOf}</small>`}<//>
      <${Fact} label="Lease">${cluster.leaseMillis !== undefined ? duration(cluster.leaseMillis) + ' left'
        : leads ? html`<span class="bad">expired</span>` : html`<span class="muted">held by the leader only</span>`}<//>
    </dl>
    ${cluster.broker ? html`<${Broker} broker=${cluster.broker}/>` : null}
    <section>
      <h2>Members</h2>
      <${Table} label="Members" rows=${[...cluster.members, ...absentVoters(cluster)]} rowKey=${row => row.name} sort=${{ key: 'name' }} columns=${[
        { key: 'name', label: 'Node', name: true, cell: row => html`
          ${row.url && row.name !== cluster.self ? html`<a href=${row.url}>${row.name}</a>` : row.name}` },
        { key: 'role', label: 'Role', value: row => role(row, cluster), cell: row => html`
          <span class=${row.absent ? 'bad' : ''}>${role(row, cluster)}</span>` },
        { key: 'version', label: 'Version', optional: true },
        { key: 'link', label: 'Link', value: row => link(row, cluster), cell: row => html`
          <span class=${row.link && !row.link.ready ? 'bad' : ''}>${link(row, cluster)}</span>` },
        { key: 'sent', label: 'Sent', num: true, optional: true, value: row => row.link?.sent ?? -1,
          cell: row => (row.link ? count(row.link.sent) : '–') },
        { key: 'queued', label: 'Queued', num: true, value: row => row.link?.queuedBytes ?? -1,
          cell: row => (row.link ? bytes(row.link.queuedBytes) : '–') },
        { key: 'dropped', label: 'Not sent', num: true, optional: true, value: row => row.link?.dropped ?? -1, cell: row => (row.link
          ? html`<span class=${row.link.dropped ? 'warn' : ''}>${count(row.link.dropped)}</span>` : '–') },
        { key: 'reconnects', label: 'Reconnects', num: true, optional: true, value: row => row.link?.reconnects ?? -1,
          cell: row => (row.link ? count(row.link.reconnects) : '–') },
      ]}/>
      ${cluster.broker ? null : html`
        <p class="muted">Messages not sent to a peer are those that its queue had no room for; the peer fetches them later.</p>`}
    </section>`;
}

function Broker({ broker }) {
  return html`
    <section>
      <h2>Broker</h2>
      <dl class="facts small">
        <${Fact} label="Server"><span class="mono">${broker.server}</span><//>
        <${Fact} label="Connection"><span class=${broker.connected ? '' : 'bad'}>${broker.connected ? 'connected' : 'not connected'}</span><//>
        <${Fact} label="Appended">${count(broker.appended)}<//>
        <${Fact} label="Waiting">${count(broker.pending)} <small>${bytes(broker.pendingBytes)}</small><//>
        <${Fact} label="Not confirmed"><span class=${broker.failed ? 'warn' : ''}>${count(broker.failed)}</span><//>
        <${Fact} label="Read">${count(broker.received)}<//>
        <${Fact} label="Lost"><span class=${broker.lost ? 'warn' : ''}>${count(broker.lost)}</span><//>
        <${Fact} label="Reconnects">${count(broker.reconnects)}<//>
      </dl>
    </section>`;
}

/** Voters that are not in the cluster now. They count for the majority. */
function absentVoters(cluster) {
  const members = new Set(cluster.members.map(each => each.name));
  return (cluster.voters ?? []).filter(each => !members.has(each)).map(name => ({ name, absent: true }));
}

/** Role in elections; an engine without voters has a leader and followers. */
function role(member, cluster) {
  if (member.absent) return 'voter, absent';
  if (member.name === cluster.leader) return 'leader';
  if (!cluster.voters?.length) return 'follower';
  return cluster.voters.includes(member.name) ? 'voter' : 'learner';
}

function link(member, cluster) {
  if (member.absent) return '–';
  if (member.name === cluster.self) return 'this node';
  if (cluster.broker) return 'through the broker';
  if (!member.link) return member.transport ? 'connecting' : 'no hub';
  return member.link.ready ? 'ready' : 'not ready';
}

render(html`<${App}/>`, document.getElementById('app'));
