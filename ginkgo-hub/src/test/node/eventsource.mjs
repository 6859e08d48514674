// Reads a stream with npm's eventsource: prints a line for each event, its name first; message events with their id.
import { EventSource } from 'eventsource';

const source = new EventSource(process.argv[2]);
const say = (...words) => process.stdout.write(words.join(' ') + '\n');
source.onopen = () => say('open');
source.onerror = () => say('error');
source.onmessage = event => say('message', event.lastEventId || '-', event.data);
for (const name of ['start', 'gap', 'bye', 'json']) {
  source.addEventListener(name, event => say(name, event.data));
}
