// Reads a stream with npm's ws: prints a line for each frame and for the end.
import { WebSocket } from 'ws';

const socket = new WebSocket(process.argv[2]);
const say = (...words) => process.stdout.write(words.join(' ') + '\n');
socket.on('open', () => say('open'));
socket.on('ping', () => say('ping'));
socket.on('message', (data, isBinary) => say(isBinary ? 'binary' : 'text', data));
socket.on('close', (code, reason) => say('close', code, reason));
socket.on('error', error => say('error', error.message));
