// The view of a channel or pattern: live messages, history, filter, publish.
import { Command, count, html, time, useEffect, useRef, useState } from '/-/dashboard/ui.js';

const MAX_MESSAGES = 500;
const RENDER_MILLIS = 100;
const HISTORY_MILLIS = 500; // what arrives this soon after the start of the stream is taken for history
const SHORT = 80; // JSON of at most so many characters stays on one line

/** Returns the URL of a channel or pattern: each segment is percent-encoded. */
function path(name) {
  return name.split('/').map(each => encodeURIComponent(each).replaceAll('%2C', ',').replaceAll('%3E', '>').replaceAll('%2A', '*'))
    .join('/');
}

function isPattern(name) {
  return /[*>]|,\//.test(name);
}

/** Receives the messages of a channel; the newest is first. Renders at most ten times a second. */
function useMessages(name, since, paused) {
  const list = useRef([]);
  const total = useRef(0);
  const held = useRef(paused);
  held.current = paused;
  const [view, setView] = useState({ messages: [], total: 0, state: 'connecting' });
  useEffect(() => {
    let state = 'connecting';
    let lastId = '';
    let number = 0;
    let opened = Infinity;
    let timer;
    let retry;
    let source;
    list.current = [];
    total.current = 0;
    const show = () => {
      timer = undefined;
      if (!held.current) setView({ messages: list.current.slice(), total: total.current, state });
    };
    const changed = () => {
      timer ??= setTimeout(show, RENDER_MILLIS);
    };
    const add = message => {
      const isHistory = since !== 'none' && !message.event && Date.now() - opened < HISTORY_MILLIS;
      list.current.unshift({ ...message, number: number++, at: isHistory ? null : Date.now() });
      if (list.current.length > MAX_MESSAGES) list.current.length = MAX_MESSAGES;
      changed();
    };
    const event = text => add({ event: true, text });
    const connect = () => {
      const position = lastId ? 'last_event_id=' + lastId : since === 'none' ? '' : 'since=' + since;
      source = new EventSource(path(name) + '?as=sse&' + position);
      const on = (type, handler) => source.addEventListener(type, message => {
        if (message.lastEventId) lastId = message.lastEventId;
        handler(message.data);
      });
      source.onopen = () => {
        state = 'live';
        if (!lastId) opened = Date.now();
        changed();
      };
      on('message', data => {
        total.current += 1;
        add({ text: data });
      });
      on('json', data => {
        const json = JSON.parse(data);
        total.current += 1;
        add({ channel: json.channel, text: json.data, bytes: json.encoding === 'base64' });
      });
      on('start', data => {
        if (lastId && total.current && !JSON.parse(data).recovered) event('Messages may have been lost.');
      });
      on('gap', data => event((JSON.parse(data).missed ?? 'Some') + ' messages were lost: the subscriber was too slow.'));
      on('refused', data => event('Rejected: ' + JSON.parse(data).detail));
      on('bye', () => event('The hub ended the stream.'));
      source.onerror = async () => {
        state = 'lost';
        changed();
        if (source.readyState !== EventSource.CLOSED) return;
        const answer = await fetch(path(name) + '?poll=1&wait=0s').catch(() => null);
        if (answer && answer.status >= 400 && answer.status < 500) {
          const problem = await answer.json().catch(() => ({}));
          state = 'denied';
          event(problem.detail ?? 'The hub rejected the subscription: ' + answer.status);
        } else {
          retry = setTimeout(connect, 2000);
        }
      };
    };
    connect();
    return () => {
      clearTimeout(timer);
      clearTimeout(retry);
      source.close();
    };
  }, [name, since]);
  useEffect(() => {
    if (!paused) setView(old => ({ ...old, messages: list.current.slice(), total: total.current }));
  }, [paused]);
  const clear = () => {
    list.current = [];
    setView(old => ({ ...old, messages: [] }));
  };
  return [view, clear];
}

export function ChannelPage({ name }) {
  const [since, setSince] = useState('all');
  const [paused, setPaused] = useState(false);
  const [filter, setFilter] = useState('');
  const [pretty, setPretty] = useState(true);
  const [view, clear] = useMessages(name, since, paused);
  const shown = view.messages.filter(each => each.event || matches(each, filter.toLowerCase()));
  const url = location.origin + path(name);
  return html`
    <div class="split">
      <section>
        <h2 class="mono">${name}</h2>
        <div class="tools">
          <button type="button" class="button" aria-pressed=${paused} onClick=${() => setPaused(!paused)}>
            ${paused ? 'Resume' : 'Pause'}</button>
          <button type="button" class="button" onClick=${clear}>Clear</button>
          <label>History <select value=${since} onChange=${event => setSince(event.target.value)}>
            <option value="all">all retained</option><option value="10m">10 minutes</option>
            <option value="1m">1 minute</option><option value="latest">latest only</option><option value="none">none</option>
          </select></label>
          <label>Filter <input type="search" size="12" value=${filter} onInput=${event => setFilter(event.target.value)}/></label>
          <label><input type="checkbox" checked=${pretty} onChange=${() => setPretty(!pretty)}/> Format JSON</label>
        </div>
        <p class="muted" role="status">${status(view, paused)}</p>
        ${shown.length ? html`
          <ol class="messages" tabindex="0" aria-label="Messages, newest first">
            ${shown.map(each => html`<${Message} key=${each.number} message=${each} pretty=${pretty}/>`)}
          </ol>` : html`<p class="empty">${filter && view.messages.length
            ? 'No message matches the filter.' : 'No messages yet. They appear here as they arrive.'}</p>`}
        ${view.total > MAX_MESSAGES ? html`<p class="muted">The newest ${MAX_MESSAGES} are kept on this page.</p>` : null}
      </section>
      <aside aria-label="Publish and subscribe">
        ${isPattern(name) ? null : html`<${Publish} name=${name}/>`}
        <h3>From a shell</h3>
        <${Command} label="subscribe" text=${"curl -N '" + url + "'"}/>
        <${Command} label="subscribe from the start, as events" text=${"curl -N '" + url + "?as=sse&since=all'"}/>
        ${isPattern(name) ? null : html`<${Command} label="publish" text=${"curl -d 'hello' '" + url + "'"}/>`}
        <p class="muted"><a href=${path(name)}>The plain page of this channel</a></p>
      </aside>
    </div>`;
}

function status(view, paused) {
  const received = count(view.total) + (view.total === 1 ? ' message' : ' messages');
  if (paused) return 'Paused. Messages that arrive are shown when you resume.';
  return { live: 'Live', connecting: 'Connecting', lost: 'Connection lost, trying again', denied: 'Rejected' }[view.state]
    + ', ' + received + ' received.';
}

function matches(message, text) {
  return !text || message.text.toLowerCase().includes(text) || (message.channel ?? '').toLowerCase().includes(text);
}

function Message({ message, pretty }) {
  return html`
    <li class=${message.event ? 'event' : ''}>
      ${message.at ? html`<time>${time(message.at)}</time>` : html`<span class="muted">earlier</span>`}
      <div>
        ${message.channel ? html`<code class="channel">${message.channel}</code>` : null}
        <pre>${message.bytes ? 'bytes, base64: ' + message.text : pretty ? formatted(message.text) : message.text || ' '}</pre>
      </div>
    </li>`;
}

/** Indents a long JSON object or array; leaves everything else as it is. */
function formatted(text) {
  if (text.length <= SHORT || !/^\s*[{[]/.test(text)) return text || ' ';
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function Publish({ name }) {
  const [text, setText] = useState('');
  const [result, setResult] = useState(null);
  const publish = async event => {
    event.preventDefault();
    try {
      const answer = await fetch(path(name), { method: 'POST', body: text });
      const json = await answer.json();
      setResult(answer.ok
        ? { text: 'Published to ' + count(json.receivers) + (json.receivers === 1 ? ' subscriber' : ' subscribers')
          + (json.peers ? ' here and ' + count(json.peers) + (json.peers === 1 ? ' node.' : ' nodes.') : '.') }
        : { bad: true, text: json.detail });
    } catch (problem) {
      setResult({ bad: true, text: 'Not published: ' + problem.message });
    }
  };
  const key = event => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) publish(event);
  };
  return html`
    <form onSubmit=${publish}>
      <h3><label for="message">Publish a message</label></h3>
      <textarea id="message" value=${text} onInput=${event => setText(event.target.value)} onKeyDown=${key}
        aria-describedby="publish-hint"></textarea>
      <button class="button primary">Publish</button>
      <span id="publish-hint" class="muted">Ctrl+Enter</span>
      <span role="status" class=${result?.bad ? 'bad' : 'muted'}>${result?.text}</span>
    </form>`;
}
