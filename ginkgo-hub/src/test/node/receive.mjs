// Receives the messages of a channel in every format at once, with fetch, npm's eventsource and npm's ws.
// Prints a line for each message: the format, "text" or "bytes", the length, and the SHA-256.
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { EventSource } from 'eventsource';
import { WebSocket } from 'ws';

const url = process.argv[2];
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function print(format, kind, payload) {
  const hash = createHash('sha256').update(payload).digest('hex');
  process.stdout.write(`node-${format} ${kind} ${payload.length} ${hash}\n`);
}

function object(format, json) {
  const { event, encoding, data, id } = JSON.parse(json);
  if (event === undefined) {
    print(format, encoding ? 'bytes' : 'text', Buffer.from(data, encoding ?? 'utf8'));
  }
  return id;
}

function text(format, payload) {
  if (payload[0] === 0x1e) {
    object(format, utf8.decode(payload.subarray(1)));
  } else {
    print(format, 'text', payload);
  }
}

async function* lines(response) {
  let rest = Buffer.alloc(0);
  for await (const chunk of response.body) {
    const parts = [rest];
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      yield Buffer.concat([...parts.splice(0), chunk.subarray(from, end)]);
      from = end + 1;
    }
    rest = Buffer.concat([...parts, chunk.subarray(from)]);
  }
}

async function readLines() {
  for await (const line of lines(await fetch(`${url}?since=all`))) {
    if (line.length > 0) {
      text('lines', line);
    }
  }
}

async function readNdjson() {
  const response = await fetch(`${url}?since=all&as=ndjson`);
  for await (const line of createInterface({ input: Readable.fromWeb(response.body), crlfDelay: Infinity })) {
    object('ndjson', line);
  }
}

function readEvents() {
  const source = new EventSource(`${url}?since=all`);
  source.onmessage = event => print('sse', 'text', Buffer.from(event.data));
  source.addEventListener('json', event => object('sse', event.data));
}

function readWebSocket() {
  const socket = new WebSocket(`${url.replace('http:', 'ws:')}?since=all`);
  socket.on('message', (data, isBinary) => (isBinary ? print('websocket', 'bytes', data) : text('websocket', data)));
}

async function poll() {
  for (let since = 'all'; ;) {
    const response = await fetch(`${url}?poll=1&wait=2s&as=ndjson&since=${since}`);
    for (const line of (await response.text()).split('\n')) {
      if (line !== '') {
        object('poll', line);
      }
    }
    since = response.headers.get('Last-Event-ID');
  }
}

readEvents();
readWebSocket();
await Promise.all([readLines(), readNdjson(), poll()]);
