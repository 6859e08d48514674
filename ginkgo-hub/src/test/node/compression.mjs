// Receives the messages of a channel compressed, with fetch, npm's eventsource and npm's ws, and publishes with ws.
// Prints for each client the SHA-256 of the messages before "end" and the coding, and that its stream has ended.
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { EventSource } from 'eventsource';
import { WebSocket } from 'ws';

const url = process.argv[2];
const socketUrl = url.replace('http:', 'ws:');
const say = (...words) => process.stdout.write(words.join(' ') + '\n');

function collector(name, coding) {
  const hash = createHash('sha256');
  return payload => (payload === 'end' ? say(name, coding(), hash.digest('hex')) : hash.update(payload + '\n'));
}

async function read(name, query, payload) {
  const response = await fetch(url + query);
  const add = collector(name, () => response.headers.get('content-encoding'));
  for await (const line of createInterface({ input: Readable.fromWeb(response.body), crlfDelay: Infinity })) {
    if (line !== '' && line[0] !== '\x1e') {
      const data = payload(line);
      if (data !== undefined) {
        add(data);
      }
    }
  }
  say(name, 'ended');
}

function readEvents() {
  let coding;
  const source = new EventSource(url + '?since=all', {
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      coding = response.headers.get('content-encoding');
      return response;
    },
  });
  const add = collector('eventsource', () => coding);
  source.onmessage = event => add(event.data);
  source.addEventListener('bye', () => {
    source.close();
    say('eventsource ended');
  });
}

function readWebSocket() {
  const socket = new WebSocket(socketUrl + '?since=all&as=ndjson');
  const add = collector('ws', () => socket.extensions);
  socket.on('message', text => {
    const { event, data } = JSON.parse(text);
    if (event === undefined) {
      add(data);
    }
  });
  socket.on('close', () => say('ws ended'));
}

function publishAndSubscribe() {
  const socket = new WebSocket(new URL('/-/ws', socketUrl), 'ginkgo.v1', { perMessageDeflate: { threshold: 0 } });
  const add = collector('ws-ginkgo.v1', () => socket.extensions);
  socket.on('open', () => {
    socket.send(JSON.stringify({ request: 1, type: 'subscribe', channels: new URL(url).pathname, since: 'all' }));
    const long = JSON.stringify({ request: 2, type: 'publish', channel: '/long', data: 'föhn 🌳'.repeat(20_000) });
    socket.send(long.slice(0, 1000), { fin: false }); // in two fragments
    socket.send(long.slice(1000), { fin: true });
  });
  socket.on('message', text => {
    const { type, data } = JSON.parse(text);
    if (type === 'message') {
      add(data);
    } else if (type === 'published') {
      say('ws-ginkgo.v1 published');
    }
  });
  socket.on('close', () => say('ws-ginkgo.v1 ended'));
}

readEvents();
readWebSocket();
publishAndSubscribe();
await Promise.all([
  read('fetch-lines', '?since=all', line => line),
  read('fetch-ndjson', '?since=all&as=ndjson', line => JSON.parse(line).data),
]);
