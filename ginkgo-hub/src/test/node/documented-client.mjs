// Runs the last example in JavaScript of a page of the documentation against a hub, and prints what it shows.
import { readFileSync } from 'node:fs';

const [page, host] = process.argv.slice(2);
const example = readFileSync(page, 'utf8').match(/```js\n[^]*?```/g).pop().slice('```js\n'.length, -3);
const print = name => (...words) => process.stdout.write([name, ...words].join(' ') + '\n');
const run = new Function('show', 'reportGap', 'reportError', example.replace('localhost:8088', host));
run(print('show'), print('gap'), problem => print('error')(problem.code));
