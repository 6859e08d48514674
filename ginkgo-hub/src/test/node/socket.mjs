// Checks the hub's descriptions of itself against the schemas of OpenAPI and AsyncAPI, then uses its WebSocket with npm's ws, and
// checks each object that is sent or received against the AsyncAPI document. Prints a line for each check.
import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { WebSocket } from 'ws';

const base = process.argv[2];
const say = (...words) => process.stdout.write(words.join(' ') + '\n');
const document = async name => (await fetch(base + name)).json();
const without = (object, member) => ({ ...object, [member]: undefined });
const ajv = () => addFormats(new Ajv({ strict: false }));

const openapi = await document('/-/openapi.json');
const isOpenApi = async text => (await new Validator().validate(JSON.parse(JSON.stringify(text)))).valid;
say('openapi', openapi.openapi, await isOpenApi(openapi), await isOpenApi(without(openapi, 'info')));

const asyncapi = await document('/-/asyncapi.json');
const schema = JSON.parse(readFileSync('node_modules/@asyncapi/specs/schemas/3.0.0.json', 'utf8'));
delete schema.definitions['http://json-schema.org/draft-07/schema']; // ajv has its own copy
const validate = ajv().compile(schema);
const isAsyncApi = text => validate(JSON.parse(JSON.stringify(text)));
say('asyncapi', asyncapi.asyncapi, isAsyncApi(asyncapi), isAsyncApi(without(asyncapi, 'info')));

const payloads = ajv().addSchema(asyncapi, 'asyncapi');
const conforms = (object, name = object.type) =>
  payloads.validate({ $ref: `asyncapi#/components/schemas/${name}` }, object) || JSON.stringify(payloads.errors);
const { messages } = asyncapi.components;
for (const [name, message] of Object.entries(messages)) {
  const [example] = message.examples;
  say('example', name, conforms(example.payload), conforms({ ...example.payload, type: 'other' }, name) === true);
}
const described = Object.values(asyncapi.operations).flatMap(operation => [
  ...operation.messages,
  ...(operation.reply?.messages ?? []),
]);
const names = described.map(each => each.$ref.split('/').pop());
say('operations', Object.keys(messages).filter(name => !names.includes(name)).length === 0);

const socket = new WebSocket(base.replace('http', 'ws') + '/-/ws', 'ginkgo.v1');
socket.on('close', (code, reason) => say('close', code, reason));
const lastMessage = new Promise(done => {
  socket.on('message', data => JSON.parse(data).data === 'AAEC' && done());
});
socket.on('message', (data, isBinary) => {
  const object = JSON.parse(data);
  say('received', object.type, isBinary || conforms(object), object.data ?? object.problem?.code ?? '');
});
await new Promise(done => socket.on('open', done));
say('protocol', socket.protocol);
let number = 0;
function send(request) {
  const object = { request: number++, ...request };
  say('sent', object.type, conforms(object) === true);
  const text = JSON.stringify(object);
  socket.send(text.slice(0, 5), { fin: false });
  socket.send(text.slice(5));
}
send({ type: 'ping' });
send({ type: 'subscribe', channels: '/room/*', since: 'all', conflate: '100ms' });
send({ type: 'subscribe', channels: '/b,/room/8' });
send({ type: 'publish', channel: '/room/7', data: 'föhn 🌳', key: 'k' });
send({ type: 'publish', channel: '/room/7', data: 'föhn 🌳', key: 'k' });
send({ type: 'publish', channel: '/b', data: 'AAEC', encoding: 'base64' });
send({ type: 'publish', channel: '/b//c', data: '' });
send({ type: 'subscribe', channels: '/b', color: 'red' });
await lastMessage;
send({ type: 'unsubscribe', subscription: '/b,/room/8' });
