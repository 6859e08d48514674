import { follow } from './stream.js';
import { members } from './members.js';
import { trace } from './trace.js';
import { list } from './list.js';
import { commands } from './commands.js';

const WINDOW = 10_000;

const at = id => document.getElementById(id);
const draw = trace(at('trace'));
const turns = list(at('turns'), 12);
const journal = list(at('events'), 40);
const cluster = members({ body: at('members'), leader: at('leader'), epoch: at('epoch'), say: journal.add });
const arrivals = [];
let received = 0;
let lost = 0;
let unknown = false;
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
  while (arrivals.length > 0 && now - arrivals[0] > WINDOW) arrivals.shift();
  const seconds = Math.min(WINDOW, now) / 1000;
  at('rate').textContent = (arrivals.length / seconds).toFixed(1);
}

function gap(missed) {
  lost += missed ?? 0;
  unknown ||= missed === undefined;
  at('lost').textContent = unknown ? (lost ? `${lost}, and some more` : 'some') : lost;
  at('lost').className = 'warn';
  draw.gap();
  journal.add(missed === undefined ? 'messages may be lost: not all is remembered' : `${missed} messages lost`, 'warn');
}

function live(url) {
  const node = new URL(url).host;
  say(`live from ${node}`, 'live');
  reconnections += 1;
  at('reconnections').textContent = reconnections;
  journal.add(reconnections === 0 ? `reads from ${node}` : `reads from ${node}, after the last message it had`, 'live');
  cluster.readsFrom(url);
  commands(at('commands'), url);
}

function gone(url) {
  const node = new URL(url).host;
  if (at('connection').className !== 'lost') journal.add(`${node} is gone`, 'warn');
  say(`${node} is gone; looking for another node`, 'lost');
  cluster.readsFrom(undefined);
}

function say(text, kind) {
  at('connection').textContent = text;
  at('connection').className = kind;
  at('live').className = kind; // old numbers are shown as old
}

follow(Object.keys(channels), {
  message: (channel, text) => channels[channel](text),
  gap,
  live,
  lost: gone,
  ended: reason => journal.add(`the node ends the stream: ${reason}`, 'warn'),
  refused: (channel, why) => journal.add(`${channel} cannot be read: ${why}`, 'warn'),
  nodes: () => cluster.urls(),
});
setInterval(() => { rate(); cluster.show(); }, 500);
