// Channels, read over one connection from whichever node can be reached.

const PATIENCE = 3_000;
const PAUSE = 1_000;

/**
 * Reads channels for as long as the page is open, all by one EventSource: a browser has only six connections to a host.
 *
 * An EventSource connects again by itself while its node only stumbles; after PATIENCE without a connection, or when
 * it gives up, the next node is tried. In either case it asks for what came after the last id, which means the same at
 * every node. `to.message(channel, text)` gets each message, `to.gap(missed)` what was lost (undefined if nobody knows
 * how much), `to.live(url)` and `to.lost(url)` the state, `to.ended(reason)` why a node ends the stream in order,
 * `to.refused(channel, why)` what it does not let us read, and `to.nodes()` tells the nodes' addresses.
 */
export function follow(channels, to) {
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
      to.live(url);
    };
    on('start', ({ recovered }) => { if (lastId && !recovered) to.gap(undefined); });
    on('gap', ({ missed }) => to.gap(missed));
    on('next', () => {}); // an id that holds more than that of the last message
    on('json', ({ channel, data }) => to.message(channel, data));
    on('bye', ({ reason }) => to.ended(reason));
    on('refused', ({ channel, detail }) => to.refused(channel, detail));
    source.onerror = () => {
      to.lost(url);
      if (source.readyState === EventSource.CLOSED) {
        elsewhere(); // refused, or not to be read from this page: to ask again at once would help nobody
      } else {
        timer ??= setTimeout(elsewhere, PATIENCE);
      }
    };
    timer = setTimeout(elsewhere, PATIENCE);
  }

  /** Of a list of channels every event is JSON, and has an id. */
  function on(name, act) {
    source.addEventListener(name, event => {
      act(JSON.parse(event.data));
      lastId = event.lastEventId;
    });
  }

  function elsewhere() {
    source.close();
    const others = to.nodes().filter(each => each !== node);
    node = others[Math.floor(Math.random() * others.length)] ?? node;
    later(PAUSE * Math.random());
  }

  function later(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(open, milliseconds);
  }

  open();
}
