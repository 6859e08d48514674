// What the pages of the dashboard share: the stream of samples, formatting, tables, dialogs.
import { html, render, useEffect, useRef, useState } from '/-/dashboard/vendor/htm-preact-3.1.1.js';

export { html, render, useEffect, useRef, useState };
export { useMemo } from '/-/dashboard/vendor/htm-preact-3.1.1.js';

const RETRY_MILLIS = 2000;

/**
 * Subscribes to a stream of JSON. Calls `receive` with each value. Returns the state of the connection: connecting,
 * live, lost, or denied if the server serves the stream to local clients only.
 */
export function useStream(url, receive) {
  const [state, setState] = useState('connecting');
  const latest = useRef(receive);
  latest.current = receive;
  useEffect(() => {
    let source;
    let timer;
    function connect() {
      source = new EventSource(url);
      source.onopen = () => setState('live');
      source.onmessage = event => latest.current(JSON.parse(event.data));
      source.onerror = async () => {
        setState(old => (old === 'denied' ? old : 'lost'));
        if (source.readyState !== EventSource.CLOSED) return;
        const status = await fetch(url, { method: 'HEAD' }).then(answer => answer.status, () => 0);
        setState(status === 403 ? 'denied' : 'lost');
        if (status !== 403) timer = setTimeout(connect, RETRY_MILLIS);
      };
    }
    connect();
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [url]);
  return state;
}

const STATES = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Connection lost, trying again',
  denied: 'Not on this machine',
};

/** The header of a page. `pages` are pairs of hash and label. */
export function Header({ name, pages, page, state, children }) {
  return html`
    <header class="bar">
      <h1 class="brand">
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M11.4 22c.5-3 .5-5.5 0-8C7 15 2.5 13 1.5 8.5
          3.5 4.5 7.5 2.5 11.2 3.2c.3 1.3.5 2.5.8 4 .3-1.5.5-2.7.8-4 3.7-.7 7.7 1.3 9.7 5.3-1 4.5-5.5 6.5-9.9 5.5-.3
          2.5-.1 5 .6 8z"/></svg>
        Ginkgo <span>${name}</span>
      </h1>
      <nav aria-label="Pages">
        ${pages.map(([hash, label, alert]) => html`
          <a href=${'#/' + hash} aria-current=${hash === page ? 'page' : null}>${label}
            ${alert ? html`<span class="alert" title=${alert}> ●<span class="hidden">${alert}</span></span>` : null}</a>`)}
        ${children}
      </nav>
      <p class=${'state ' + state} role="status">${STATES[state]}</p>
    </header>`;
}

/** The part of the URL after #/, split at the first slash: page and argument. */
export function useRoute() {
  const read = () => location.hash.replace(/^#\/?/, '');
  const [hash, setHash] = useState(read());
  useEffect(() => {
    const changed = () => setHash(read());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  const slash = hash.indexOf('/');
  return slash < 0 ? [hash, ''] : [hash.slice(0, slash), decodeURIComponent(hash.slice(slash + 1))];
}

/**
 * A table whose columns can be sorted. A column has `key`, `label`, and optionally `num`, `value(row)` to sort by,
 * `cell(row)` to show, and `optional` if a narrow screen leaves it out.
 */
export function Table({ label, columns, rows, rowKey, sort, rowClass, limit = 200 }) {
  const [order, setOrder] = useState(sort);
  const column = columns.find(each => each.key === order.key) ?? columns[0];
  const value = column.value ?? (row => row[column.key]);
  const sorted = order.key ? [...rows].sort((a, b) => compare(value(a), value(b)) * (order.down ? -1 : 1)) : rows;
  const choose = each => setOrder({ key: each.key, down: each.key === order.key ? !order.down : Boolean(each.num) });
  const classOf = each => [each.num && 'num', each.name && 'name', each.optional && 'optional'].filter(Boolean).join(' ');
  return html`
    <div class="scroll" role="region" aria-label=${label} tabindex="0">
      <table>
        <thead><tr>
          ${columns.map(each => html`
            <th key=${each.key} scope="col" class=${classOf(each)}
                aria-sort=${each.key === order.key ? (order.down ? 'descending' : 'ascending') : null}>
              <button type="button" onClick=${() => choose(each)}>${each.label}</button>
            </th>`)}
        </tr></thead>
        <tbody>
          ${sorted.slice(0, limit).map(row => html`
            <tr key=${rowKey(row)} class=${rowClass?.(row)}>
              ${columns.map(each => html`
                <td key=${each.key} class=${classOf(each)}>${each.cell ? each.cell(row) : row[each.key]}</td>`)}
            </tr>`)}
        </tbody>
      </table>
    </div>
    ${sorted.length > limit ? html`<p class="muted">${limit} of ${count(sorted.length)} rows are shown.</p>` : null}`;
}

function compare(a, b) {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a ?? '').localeCompare(String(b ?? ''), 'en', { numeric: true });
}

/** A pair of a term and its value. */
export function Fact({ label, children }) {
  return html`<div><dt>${label}</dt><dd>${children}</dd></div>`;
}

/** A command line with a button that copies it, or selects it where a browser has no clipboard: beyond localhost without TLS. */
export function Command({ text, label }) {
  const [done, setDone] = useState(false);
  const code = useRef();
  const copy = async () => {
    if (!navigator.clipboard) {
      getSelection().selectAllChildren(code.current);
      return;
    }
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  return html`
    <div class="command">
      <code ref=${code}>${text}</code>
      <button type="button" class="button" aria-label=${'Copy: ' + label} onClick=${copy}>${done ? 'Copied' : 'Copy'}</button>
    </div>`;
}

/**
 * A question in a modal dialog. `ask` has `title`, `text`, `action` (the label of the button) and `run`, which may return
 * a promise; what that throws is shown.
 */
export function Confirm({ ask, close }) {
  const dialog = useRef();
  const [error, setError] = useState('');
  const [running, setRunning] = useState(false);
  useEffect(() => {
    setError('');
    setRunning(false);
    if (ask) dialog.current.showModal();
    else dialog.current.close();
  }, [ask]);
  const run = async () => {
    setRunning(true);
    try {
      await ask.run();
      close();
    } catch (problem) {
      setError(problem.message);
      setRunning(false);
    }
  };
  return html`
    <dialog ref=${dialog} onClose=${close} aria-labelledby="confirm-title">
      ${ask ? html`
        <h2 id="confirm-title">${ask.title}</h2>
        <p>${ask.text}</p>
        ${error ? html`<p class="bad" role="alert">${error}</p>` : null}
        <div class="tools">
          <button type="button" class="button" onClick=${close}>Cancel</button>
          <button type="button" class="button primary" disabled=${running} onClick=${run}>${ask.action}</button>
        </div>` : null}
    </dialog>`;
}

/** Formats a number: 1,234,567. */
export function count(number) {
  return Math.round(number).toLocaleString('en');
}

/** Formats a rate with as many digits as are of interest: 0.4, 12, 1,250. */
export function rate(number) {
  return number > 0 && number < 9.95 ? number.toFixed(1) : count(number);
}

export function bytes(number) {
  let unit = 0;
  while (number >= 1024 && unit < 4) {
    number /= 1024;
    unit += 1;
  }
  return (unit && number < 10 ? number.toFixed(1) : Math.round(number)) + ' ' + ['B', 'KiB', 'MiB', 'GiB', 'TiB'][unit];
}

/** Formats a time span in its two largest units: 340 ms, 4.2 s, 12 min 5 s, 3 d 4 h. */
export function duration(millis) {
  if (millis < 1000) return Math.round(millis) + ' ms';
  if (millis < 9950) return (millis / 1000).toFixed(1) + ' s';
  const seconds = Math.round(millis / 1000);
  const parts = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
  const first = parts.findIndex(([size]) => seconds >= size);
  return parts.slice(first, first + 2)
    .map(([size, unit], i) => [Math.floor((i ? seconds % parts[first][0] : seconds) / size), unit])
    .filter(([number], i) => !i || number)
    .map(([number, unit]) => number + ' ' + unit)
    .join(' ');
}

export function time(millis) {
  const date = new Date(millis);
  return date.toLocaleTimeString('en-GB') + '.' + String(date.getMilliseconds()).padStart(3, '0');
}
