// Subscribes to several channels over one connection to any node that can be reached.

const CONNECT_TIMEOUT_MS = 3_000;
const MAX_PAUSE_MS = 1_000;

/**
 * Subscribes to channels for as long as the page is open, with one EventSource: a browser allows only six connections
 * to a host.
 *
 * An EventSource reconnects automatically after a short interruption; after CONNECT_TIMEOUT_MS without a connection, or
 * when it gives up, this function tries another node. In either case it resumes after the last id, which is valid on
 * every node. The callbacks in `to`: `message(channel, text)` for each message, `gap(missed)` for lost messages
 * (undefined if their number is unknown), `connected(url)` and `disconnected(url)` for the state, `ended(reason)` when a
 * node closes the stream gracefully, `rejected(channel, reason)` for a channel that may not be subscribed to; `nodes()`
 * returns the addresses of the nodes.
 */
export function subscribe(channels, to) {
  let source;
  let timer;
  let node = location.origin;
  let lastId = '';

  function open() {
    const url = node;
    source = new EventSource(url + channels.join(',') + (lastId && `?last_event_id=${lastId}`));
    source.onopen = () => {
      clearTimeout(timer);
      timer = undefined;
      to.connected(url);
    };
    on('start', ({ recovered }) => { if (lastId && !recovered) to.gap(undefined); });
    on('gap', ({ missed }) => to.gap(missed));
    on('next', () => {}); // only advances the id beyond that of the last message
    on('json', ({ channel, data }) => to.message(channel, data));
    on('bye', ({ reason }) => to.ended(reason));
    on('refused', ({ channel, detail }) => to.rejected(channel, detail));
    source.onerror = () => {
      to.disconnected(url);
      if (source.readyState === EventSource.CLOSED) {
        tryAnotherNode(); // rejected, or not allowed for this page: an immediate retry would fail again
      } else {
        timer ??= setTimeout(tryAnotherNode, CONNECT_TIMEOUT_MS);
      }
    };
    timer = setTimeout(tryAnotherNode, CONNECT_TIMEOUT_MS);
  }

  /** Adds a listener. With a list of channels every event is JSON and has an id. */
  function on(name, handler) {
    source.addEventListener(name, event => {
      handler(JSON.parse(event.data));
      lastId = event.lastEventId;
    });
  }

  function tryAnotherNode() {
    source.close();
    const others = to.nodes().filter(each => each !== node);
    node = others[Math.floor(Math.random() * others.length)] ?? node;
    openAfter(MAX_PAUSE_MS * Math.random());
  }

  function openAfter(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(open, milliseconds);
  }

  open();
}
