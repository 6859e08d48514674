// The dashboard of a process: services, settings, log, actions.
import {
  Confirm, Fact, Header, Table, bytes, count, duration, html, render, time, useEffect, useMemo, useRef, useRoute, useState,
  useStream,
} from '/-/dashboard/ui.js';
import { ServiceFacts, ServiceTable, flatten } from '/-/dashboard/services.js';

const MAX_LINES = 1000;
const PAGES = [['', 'Services'], ['settings', 'Settings'], ['log', 'Log']];

/** Performs an action; returns the text of the result, or throws it as an error. */
async function act(name, parameters = {}) {
  const answer = await fetch('/-/actions/' + name + '?' + new URLSearchParams(parameters), {
    method: 'POST', headers: { 'Ginkgo-Action': '1' },
  });
  const text = answer.headers.get('Content-Type')?.includes('json') ? (await answer.json()).text : await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

function App() {
  const [page, argument] = useRoute();
  const [state, setState] = useState('connecting');
  const [name, setName] = useState('');
  const [problem, setProblem] = useState('');
  const [hubs, setHubs] = useState([]);
  const [ask, setAsk] = useState(null);
  const [result, setResult] = useState('');
  useEffect(() => {
    document.title = (name ? name + ' · ' : '') + 'Ginkgo';
  }, [name]);
  const confirm = (title, text, action, run) => setAsk({ title, text, action, run: async () => setResult(await run()) });
  const Page = { settings: Settings, log: Log }[page] ?? Services;
  return html`
    <${Header} name=${name || location.host} pages=${PAGES} page=${page === 'service' ? '' : page} state=${state}>
      ${hubs.map(each => html`
        <a href=${each.url + '/-/dashboard'} target="_blank" rel="noopener">Hub <code>${each.path}</code></a>`)}
    <//>
    <main>
      ${result ? html`
        <div class="notice" role="status">
          <p>${result}</p><p><button type="button" class="button" onClick=${() => setResult('')}>Dismiss</button></p>
        </div>` : null}
      ${problem ? html`
        <div class="notice bad-notice" role="alert">
          <strong>The newest version does not run</strong>
          <pre class="stack" tabindex="0">${problem}</pre>
        </div>` : null}
      <${Page} argument=${argument} onState=${setState} onHubs=${setHubs} confirm=${confirm}
        onSample=${sample => { setName(sample.program); setProblem(sample.problem); }}/>
    </main>
    <${Confirm} ask=${ask} close=${() => setAsk(null)}/>`;
}

/** Reports the state of a stream, and its samples, to the page around. */
function useSamples(url, onState, onSample) {
  const [sample, setSample] = useState(null);
  const state = useStream(url, setSample);
  useEffect(() => onState(state), [state]);
  useEffect(() => {
    if (sample) onSample(sample);
  }, [sample?.program, sample?.problem]);
  return sample;
}

// ---- services

function Services({ argument, onState, onSample, onHubs, confirm }) {
  const sample = useSamples('/-/samples/services?path=' + encodeURIComponent(argument), onState, onSample);
  useEffect(() => {
    if (sample) onHubs(sample.hubs);
  }, [sample]);
  if (!sample) return html`<p class="muted">Waiting for the first sample.</p>`;
  const services = flatten(sample.tree);
  const chosen = services.find(each => each.path === argument);
  const restarts = services.reduce((sum, each) => sum + each.restarts, 0);
  return html`
    <dl class="facts">
      <${Fact} label="Program"><span class=${sample.notReady.length ? 'bad' : 'READY'}>
        ${sample.notReady.length ? 'not ready' : sample.started ? 'ready' : 'starting'}</span><//>
      <${Fact} label="Running for">${duration(sample.tree.sinceMillis)}<//>
      <${Fact} label="Tasks">${count(services.reduce((sum, each) => sum + each.tasks, 0))}<//>
      <${Fact} label="Restarts"><span class=${restarts ? 'warn' : ''}>${count(restarts)}</span><//>
      <${Fact} label="Heap">${bytes(sample.usedMemory)} <small>of ${bytes(sample.maxMemory)}</small><//>
      <${Fact} label="Process">${sample.pid} <small>Java ${sample.java}</small><//>
    </dl>
    ${sample.problems.length ? html`
      <div class="notice bad-notice" role="alert">
        <strong>Problems of the process</strong>
        <ul>${sample.problems.map(each => html`<li>${each}</li>`)}</ul>
      </div>` : null}
    ${sample.notReady.length ? html`
      <div class="notice bad-notice" role="alert">
        <strong>Not ready</strong>
        <ul>${sample.notReady.map(each => html`<li>${each}</li>`)}</ul>
      </div>` : null}
    <div class="split">
      <section>
        <h2>Services</h2>
        <${ServiceTable} tree=${sample.tree} at=${sample.at} chosen=${argument}
          choose=${path => { location.hash = path === argument ? '#/' : '#/service/' + encodeURIComponent(path); }}/>
      </section>
      ${chosen ? html`<${Service} service=${chosen} sample=${sample} confirm=${confirm}/>` : html`
        <aside><p class="muted">Choose a service to see its tasks with their stack traces, and its last error.</p></aside>`}
    </div>`;
}

function Service({ service, sample, confirm }) {
  const recovered = sample.recoveredFailure === sample.failure ? null : sample.recoveredFailure;
  const errors = [['Failure', sample.failure], ['Last error, after which it was restarted', recovered],
    ['Error of the last reload', sample.reloadFailure]].filter(([, stack]) => stack);
  const restart = () => confirm('Restart ' + service.path + '?',
    'It is stopped and started again, with its siblings if its supervision says so. Its clients are disconnected.',
    'Restart', () => act('restart', { path: service.path }));
  return html`
    <aside aria-label=${'Service ' + service.path}>
      <h2 class="mono">${service.path}</h2>
      <${ServiceFacts} service=${service} at=${sample.at}/>
      ${service.depth && isRunning(service) ? html`<p><button type="button" class="button" onClick=${restart}>Restart…</button></p>` : null}
      ${errors.map(([title, stack]) => html`<h3>${title}</h3><pre class="stack" tabindex="0">${stack}</pre>`)}
      <h3>Tasks</h3>
      ${sample.tasks?.length ? sample.tasks.map(task => html`<${Task} key=${task.name + task.thread} task=${task}/>`)
    : html`<p class="muted">The service has no running task.</p>`}
    </aside>`;
}

function isRunning(service) {
  return service.state === 'READY' || service.state === 'DEGRADED';
}

function Task({ task }) {
  return html`
    <details>
      <summary><code>#${task.name}</code> <span class="muted">${task.state.toLowerCase().replaceAll('_', ' ')},
        for ${duration(task.ageMillis)}</span></summary>
      <pre class="stack" tabindex="0">${task.stack.length ? task.stack.map(frame => 'at ' + frame).join('\n') : 'The task has ended.'}</pre>
    </details>`;
}

// ---- settings

function Settings({ onState, onSample, confirm }) {
  const sample = useSamples('/-/samples/settings', onState, onSample);
  const [filter, setFilter] = useState('');
  const [changed, setChanged] = useState(false);
  if (!sample) return html`<p class="muted">Waiting for the first sample.</p>`;
  if (!sample.started) return html`<p class="muted">The program is starting.</p>`;
  const text = filter.toLowerCase();
  const rows = sample.settings.filter(each => (each.key + ' ' + each.value + ' ' + each.help).toLowerCase().includes(text)
    && (!changed || each.source !== 'default'));
  const reload = () => confirm('Reload the configuration?',
    'The files are read again. All changes are applied, or none if one of them is invalid.', 'Reload', () => act('reload'));
  return html`
    <section>
      <div class="tools">
        <h2>Settings</h2>
        <label>Filter <input type="search" value=${filter} onInput=${event => setFilter(event.target.value)}/></label>
        <label><input type="checkbox" checked=${changed} onChange=${() => setChanged(!changed)}/> Configured only</label>
        <button type="button" class="button end" onClick=${reload}>Reload…</button>
      </div>
      <p class="muted">${sample.configuration ? html`From <code>${sample.configuration}</code>, the environment and the command line.`
        : 'From the environment and the command line; there is no configuration file.'}</p>
      ${sample.pending.length ? html`
        <div class="notice">
          <p>These changes take effect at the next restart: ${sample.pending.map((key, i) => html`${i ? ', ' : ''}<code>${key}</code>`)}</p>
        </div>` : null}
      ${rows.length ? html`<${Table} label="Settings" rows=${rows} rowKey=${row => row.key} sort=${{ key: null }} limit=${1000}
        columns=${[
          { key: 'key', label: 'Key', name: true },
          { key: 'value', label: 'Value', name: true, cell: row => html`<${Value} row=${row} pending=${sample.pending}/>` },
          { key: 'source', label: 'Source', cell: row => html`
            <span class=${row.source === 'default' ? 'muted' : ''} title=${row.source}>${withoutFolder(row.source)}</span>` },
          { key: 'bounds', label: 'Bounds', optional: true, cell: row => html`
            <span class="muted">${row.type}${row.bounds ? ', ' + row.bounds : ''}</span>` },
          { key: 'help', label: 'Meaning', optional: true, cell: row => html`
            ${row.help}${row.restart ? html`<span class="muted">; needs a restart</span>` : null}` },
        ]}/>` : html`<p class="empty">No setting matches.</p>`}
    </section>`;
}

/** Leaves out the folder of a file, whose path is above the table: it would need several lines. */
function withoutFolder(source) {
  return source.replace(/^(file )?\/.*\//, '');
}

function Value({ row, pending }) {
  const isDefault = row.source === 'default';
  return html`
    <span class=${isDefault ? 'muted' : ''}>${row.value === '' ? '(empty)' : row.value}</span>
    ${pending.includes(row.key) ? html` <span class="warn">(at the next restart)</span>` : null}
    ${!isDefault && !row.secret && row.default !== row.value ? html`<br/><small class="muted">default: ${row.default || '(empty)'}</small>` : null}`;
}

// ---- log

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'];

function Log({ onState, onSample, confirm }) {
  const lines = useRef([]);
  const [view, setView] = useState({ level: '', lines: [] });
  const [filter, setFilter] = useState('');
  const [least, setLeast] = useState('TRACE');
  const [paused, setPaused] = useState(false);
  const held = useRef(false);
  held.current = paused;
  const state = useStream('/-/samples/log', sample => {
    let last = lines.current[0]?.number ?? -1;
    if (sample.lines.length && sample.lines.at(-1).number < last) { // the lines of a new process
      lines.current = [];
      last = -1;
    }
    const added = sample.lines.filter(line => line.number > last).reverse();
    lines.current = added.length || !lines.current.length ? [...added, ...lines.current].slice(0, MAX_LINES) : lines.current;
    onSample(sample);
    if (!held.current) setView({ level: sample.level, lines: lines.current });
  });
  useEffect(() => onState(state), [state]);
  const pause = () => {
    if (paused) setView({ ...view, lines: lines.current });
    setPaused(!paused);
  };
  const text = filter.toLowerCase();
  const shown = useMemo(() => view.lines.filter(each => LEVELS.indexOf(each.level) >= LEVELS.indexOf(least)
    && (!text || (each.message + ' ' + each.logger + ' ' + each.thread + ' ' + each.stack).toLowerCase().includes(text))),
  [view, text, least]);
  const setLevel = level => confirm('Set the log level to ' + level + '?',
    'It applies to all loggers without a level of their own, until the process ends or a reload changes log.level.',
    'Set to ' + level, () => act('log-level', { level }));
  return html`
    <section>
      <div class="tools">
        <h2>Log</h2>
        <button type="button" class="button" aria-pressed=${paused} onClick=${pause}>${paused ? 'Resume' : 'Pause'}</button>
        <label>Filter <input type="search" value=${filter} onInput=${event => setFilter(event.target.value)}/></label>
        <label>Show <select value=${least} onChange=${event => setLeast(event.target.value)}>
          ${LEVELS.map(each => html`<option value=${each}>${each === 'TRACE' ? 'all' : each === 'ERROR' ? 'ERROR' : each + ' and above'}</option>`)}
        </select></label>
        <label class="end">Log level <select value=${view.level} onChange=${event => {
          setLevel(event.target.value);
          event.target.value = view.level;
        }}>
          ${view.level && !LEVELS.includes(view.level) ? html`<option>${view.level}</option>` : null}
          ${LEVELS.map(each => html`<option value=${each}>${each}</option>`)}
        </select></label>
      </div>
      <p class="muted" role="status">${paused ? 'Paused. Lines that arrive are shown when you resume.'
        : count(shown.length) + ' of the newest ' + count(view.lines.length) + ' lines, newest first.'}</p>
      ${shown.length ? html`
        <ol class="messages" tabindex="0" aria-label="Log, newest first">
          ${shown.slice(0, 300).map(each => html`
            <li key=${each.number} class=${each.level}>
              <time>${time(each.at)}</time>
              <div>
                <span class="level">${each.level}</span>
                <span class="mono">${each.message}</span>
                <span class="muted"> ${each.thread.includes('#') ? each.thread : each.logger}</span>
                ${each.stack ? html`<details><summary>${each.stack.split('\n', 1)[0]}</summary><pre class="stack" tabindex="0">${each.stack}</pre></details>` : null}
              </div>
            </li>`)}
        </ol>` : html`<p class="empty">${view.lines.length ? 'No line matches.' : 'Nothing has been logged yet.'}</p>`}
    </section>`;
}

render(html`<${App}/>`, document.getElementById('app'));
