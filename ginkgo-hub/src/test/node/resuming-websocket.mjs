// Reads a channel over WebSockets, with Node's own client or with npm's ws, and reconnects with the last id it has received.
// Prints a line for each frame: the event, or "message" and the data.
import { WebSocket as Ws } from 'ws';

const [url, client] = process.argv.slice(2);
const WebSocket = client === 'ws' ? Ws : globalThis.WebSocket;
const say = (...words) => process.stdout.write(words.join(' ') + '\n');
let lastId = '';

function connect() {
  const socket = new WebSocket(`${url}?as=ndjson${lastId && `&since=${lastId}`}`);
  socket.onmessage = event => {
    const object = JSON.parse(event.data);
    lastId = object.id ?? lastId;
    if (object.event) {
      say(object.event, object.recovered ?? '');
    } else {
      say('message', object.data);
    }
  };
  socket.onerror = () => {};
  socket.onclose = () => setTimeout(connect, 50);
}
connect();
