import { subscribe } from './stream.js';
import { members } from './members.js';
import { trace } from './trace.js';
import { list } from './list.js';
import { commands } from './commands.js';

const RATE_WINDOW_MS = 10_000;

const at = id => document.getElementById(id);
const draw = trace(at('trace'));
const turns = list(at('turns'), 12);
const events = list(at('events'), 40);
const cluster = members({ body: at('members'), leader: at('leader'), epoch: at('epoch'), log: events.add });
const arrivals = [];
let received = 0;
let lost = 0;
let unknownLoss = false;
let reconnections = -1;

const channels = {
  '/numbers': number,
  '/announcements': turns.add,
  '/cluster': cluster.report,
};

function number(text) {
  received += 1;
  arrivals.push(performance.now());
  at('number').textContent = text;
  at('received').textContent = received;
  draw.add(Number(text));
}

function rate() {
  const now = performance.now();
  while (arrivals.length > 0 && now - arrivals[0] > RATE_WINDOW_MS) arrivals.shift();
  const seconds = Math.min(RATE_WINDOW_MS, now) / 1000;
  at('rate').textContent = (arrivals.length / seconds).toFixed(1);
}

function gap(missed) {
  lost += missed ?? 0;
  unknownLoss ||= missed === undefined;
  at('lost').textContent = unknownLoss ? (lost ? `${lost}, possibly more` : 'unknown') : lost;
  at('lost').className = 'warn';
  draw.gap();
  events.add(missed === undefined ? 'messages may be lost: the history does not go back far enough' : `${missed} messages lost`, 'warn');
}

function connected(url) {
  const node = new URL(url).host;
  showConnection(`live from ${node}`, 'live');
  reconnections += 1;
  at('reconnections').textContent = reconnections;
  events.add(reconnections === 0 ? `connected to ${node}` : `connected to ${node}, resuming after the last message`, 'live');
  cluster.connectedTo(url);
  commands(at('commands'), url);
  at('dashboard').href = url + '/-/dashboard';
}

function disconnected(url) {
  const node = new URL(url).host;
  if (at('connection').className !== 'lost') events.add(`${node} is unreachable`, 'warn');
  showConnection(`${node} is unreachable; trying another node`, 'lost');
  cluster.connectedTo(undefined);
}

function showConnection(text, kind) {
  at('connection').textContent = text;
  at('connection').className = kind;
  at('live').className = kind; // dims numbers that are out of date
}

subscribe(Object.keys(channels), {
  message: (channel, text) => channels[channel](text),
  gap,
  connected,
  disconnected,
  ended: reason => events.add(`the node closes the stream: ${reason}`, 'warn'),
  rejected: (channel, reason) => events.add(`subscription to ${channel} rejected: ${reason}`, 'warn'),
  nodes: () => cluster.urls(),
});
setInterval(() => { rate(); cluster.show(); }, 500);
