// A channel, read from whichever node can be reached.

const PATIENCE = 3_000;
const PAUSE = 1_000;

/**
 * Reads a channel for as long as the page is open.
 *
 * An EventSource connects again by itself while its node only stumbles; after PATIENCE without a connection, or when
 * it gives up, the next node is tried. `to.message(text)` gets each message, `to.gap(missed)` what was lost (undefined
 * if nobody knows how much), `to.live(url)` and `to.lost(url)` the state, and `to.nodes()` tells the nodes' addresses.
 */
export function follow(channel, to) {
  let source;
  let timer;
  let node = location.origin;

  function open() {
    const url = node;
    source = new EventSource(url + channel);
    source.onopen = () => {
      clearTimeout(timer);
      timer = undefined;
      to.live?.(url);
    };
    source.onmessage = event => to.message(event.data);
    source.addEventListener('gap', event => to.gap?.(JSON.parse(event.data).missed));
    source.onerror = () => {
      to.lost?.(url);
      if (source.readyState === EventSource.CLOSED) {
        later(PAUSE);
      } else {
        timer ??= setTimeout(elsewhere, PATIENCE);
      }
    };
    timer = setTimeout(elsewhere, PATIENCE);
  }

  function elsewhere() {
    source.close();
    const nodes = to.nodes();
    const others = nodes.filter(each => each !== node);
    node = others[Math.floor(Math.random() * others.length)] ?? node;
    later(PAUSE * Math.random());
  }

  function later(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(open, milliseconds);
  }

  open();
}
