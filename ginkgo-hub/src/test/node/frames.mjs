// Sends frames that npm's ws has encoded, valid or not, on connections that it has opened. Reads cases from a file like
// frames.txt, and prints what it received for each: the close code, the pongs, the name.
import { readFileSync } from 'node:fs';
import { Sender, WebSocket } from 'ws';

const OPCODES = { cont: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };
const [url, file] = process.argv.slice(2);

function payload(text = '') {
  const [hex, length = 0] = text.split('*');
  return Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(Number(length), 'x')]);
}

function frame(text) {
  if (text.startsWith('#')) {
    return [Buffer.from(text.substring(1), 'hex')];
  }
  const [, name, flags, data] = /^(op\d+|[a-z]+)([+~1]*)(?::(.*))?$/.exec(text);
  return Sender.frame(payload(data), {
    opcode: OPCODES[name] ?? Number(name.substring(2)),
    fin: !flags.includes('+'),
    mask: !flags.includes('~'),
    rsv1: flags.includes('1'),
    readOnly: false,
    generateMask: mask => mask.fill(7),
    maskBuffer: Buffer.alloc(4),
  });
}

function describe(pong) {
  return pong.length === 0 ? 'empty' : /^x{9,}$/.test(pong) ? `*${pong.length}` : pong.toString('hex');
}

function run(name, frames) {
  return new Promise(done => {
    const pongs = [];
    const socket = new WebSocket(url);
    socket.on('open', () => {
      const all = [...frames.split(' '), 'close:03e8'].flatMap(frame);
      socket._socket.write(Buffer.concat(all));
    });
    socket.on('pong', pong => pongs.push(describe(pong)));
    socket.on('error', error => error.code?.startsWith('WS_') && pongs.push(error.message));
    socket.on('close', code => done(`${code} | ${pongs.join(',') || 'none'} | ${name}`));
  });
}

const cases = readFileSync(file, 'utf8')
  .split('\n')
  .filter(line => line !== '' && !line.startsWith('#'))
  .map(line => line.split(' | '));
for (const outcome of await Promise.all(cases.map(([, , name, frames]) => run(name, frames)))) {
  process.stdout.write(outcome + '\n');
}
