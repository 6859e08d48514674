// Opens three streams on one connection, and publishes three messages, with npm's undici over HTTP/2. Prints a line for each
// response, and for each line of a stream.
import { readFileSync } from 'node:fs';
import { Agent, fetch } from 'undici';

const [url, ca] = process.argv.slice(2);
const agent = () => new Agent({ allowH2: true, connections: 1, pipelining: 10, connect: { ca: readFileSync(ca) } });
const subscriber = agent();
const publisher = agent(); // undici sends a POST only when no other request of its connection is open
const say = (...words) => process.stdout.write(words.join(' ') + '\n');

async function read(stream, body) {
  let rest = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    lines.forEach(line => say('stream', stream, 'received', line));
  }
}

for (const stream of [1, 2, 3]) {
  const response = await fetch(url, { dispatcher: subscriber });
  say('stream', stream, response.status);
  read(stream, response.body);
}
for (const body of ['one', 'two', 'three']) {
  const response = await fetch(url, { method: 'POST', body, dispatcher: publisher });
  say('published', body, response.status, (await response.json()).receivers);
}
