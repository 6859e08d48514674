import { follow } from './stream.js';
import { members } from './members.js';
import { trace } from './trace.js';

const SHOWN = 12;
const WINDOW = 10_000;

const at = id => document.getElementById(id);
const draw = trace(at('trace'));
const cluster = members(at('members'), at('leader'), at('epoch'));
const arrivals = [];
let received = 0;
let lost = 0;
let unknown = false;

const channels = {
  '/numbers': number,
  '/announcements': announcement,
  '/cluster': text => cluster.report(JSON.parse(text)),
};

function say(text, kind) {
  at('connection').textContent = text;
  at('connection').className = kind;
}

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
}

function announcement(text) {
  const item = document.createElement('li');
  const time = document.createElement('time');
  time.textContent = new Date().toLocaleTimeString();
  item.append(time, text);
  at('turns').prepend(item);
  while (at('turns').childElementCount > SHOWN) at('turns').lastElementChild.remove();
}

follow(Object.keys(channels), {
  message: (channel, text) => channels[channel](text),
  gap,
  live: url => say(`live from ${new URL(url).host}`, 'live'),
  lost: url => say(`${new URL(url).host} is gone; looking for another node`, 'lost'),
  nodes: () => cluster.urls(),
});
setInterval(() => { rate(); cluster.show(); }, 500);
