// Strangers' input, at random and from a seed: whatever paths, query strings, bodies and frames hold, the answer is a
// success or the client's fault, never a 5xx, and the gateway goes on.
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { compileTypes } from '../harness/compile-types.ts';
import { send } from '../harness/http-client.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { compileKinds } from '../json/kinds.ts';
import { createRandom } from '../json/wire-generator.ts';

const SEED = 20_261_123;
const PATH = '/kinds.v1.Kinds_Service/Take';

const STREAMS = `
syntax = "proto3";
package fuzz.v1;
import "google/api/annotations.proto";
service Fuzz {
  rpc Query(Question) returns (Question) {
    option (google.api.http) = { get: "/q/{name=a/**}:verb" additional_bindings { get: "/q/{number}" } };
  }
  rpc Talk(stream Question) returns (stream Question);
}
message Question {
  string name = 1;
  int32 number = 2;
  repeated string texts = 3;
  map<string, int64> longs = 4;
  Question inner = 5;
  bytes data = 6;
  oneof choice { bool yes = 7; double no = 8; }
}
`;

const kinds = await compileKinds();
const streams = await compileTypes([{ path: 'fuzz.proto', content: STREAMS }]);

let echoes: EchoServer[];
let gateway: TestGateway;

beforeAll(async () => {
  echoes = [await startEchoServer(kinds.descriptorSet), await startEchoServer(streams.descriptorSet)];
  gateway = await startTestGateway(
    [kinds, streams].map(({ descriptorSet }, index) => ({
      name: index === 0 ? 'kinds' : 'fuzz',
      source: { kind: 'descriptorSet', bytes: descriptorSet },
      upstream: { targets: [{ url: echoes[index]?.url ?? '' }] },
    })),
  );
});

afterAll(async () => {
  await gateway.close();
  for (const echo of echoes) await echo.close();
});

const PIECES = [
  ...[
    'name',
    'number',
    'texts',
    'longs[a]',
    'longs[',
    'inner.name',
    'inner.inner.number',
    'data',
    'yes',
    'no',
    'x',
  ],
  ...[
    '=',
    '=',
    '=',
    '&',
    '&',
    '.',
    '[',
    ']',
    '+',
    '%',
    '%2',
    '%41',
    '%zz',
    '%00',
    '%ff',
    '%2F',
    '%252F',
    ';',
    '__proto__',
  ],
  ...[
    '1',
    '-1',
    '1e9',
    '99999999999',
    'true',
    'a',
    '',
    '🐉',
    'AA==',
    'NaN',
    '$alt',
    'alt',
    'json',
    '$fields',
    '*',
  ],
];
const PATHS = ['/q/a', '/q/1', '/q/a/b:verb', '/q/', '/q//', '/', '/q/%2e', '/q/a:verb:verb', PATH, '/Q/1'];
const JSON_PIECES = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"',
    '\\',
    '\\u',
    '\\ud800',
    ' ',
    '\n',
    'null',
    'true',
    '1',
    '-',
    'e',
    '.',
    '0',
  ],
  ...[
    '"int32Value"',
    '"int64Value"',
    '"stringValue"',
    '"child"',
    '"children"',
    '"textMap"',
    '"any"',
    '"@type"',
    '"struct"',
  ],
  ...[
    '"timestamp"',
    '"duration"',
    '"bytesValue"',
    '"color"',
    '9007199254740993',
    '1e400',
    '"NaN"',
    '\u0000',
    'é',
    '\ufeff',
  ],
];

function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)] as T;
}

function some(pieces: readonly string[], most: number, random: () => number): string {
  return Array.from({ length: Math.floor(random() * most) }, () => pick(pieces, random)).join('');
}

test('paths and query strings', async () => {
  const random = createRandom(SEED);
  for (let round = 0; round < 1500; round += 1) {
    const path = encodeURI(`${pick(PATHS, random)}?${some(PIECES, 9, random)}`).replaceAll('%25', '%');
    const { status } = await send(gateway.publicUrl, { path });
    expect([path, status < 500]).toEqual([path, true]);
  }
});

test('bodies', async () => {
  const random = createRandom(SEED + 1);
  const bases = [
    '{"int32Value":1,"child":{"texts":["a"]}}',
    '{"textMap":{"a":"b"},"struct":{"x":[1,{}]}}',
    '{"any":{}}',
  ];
  for (let round = 0; round < 1500; round += 1) {
    const base = pick(bases, random);
    const at = Math.floor(random() * base.length);
    const body =
      random() < 0.5
        ? base.slice(0, at) + some(JSON_PIECES, 4, random) + base.slice(at + Math.floor(random() * 3))
        : some(JSON_PIECES, 14, random);
    const bytes = Buffer.from(body);
    if (bytes.length > 0 && random() < 0.2)
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    const headers = { 'content-type': 'application/json' };
    const { status } = await send(gateway.publicUrl, { method: 'POST', path: PATH, headers, body: bytes });
    expect([body, status < 500]).toEqual([body, true]);
  }
});

test('request streams', async () => {
  const random = createRandom(SEED + 2);
  const elements = [
    '{"name":"a"}',
    '{"number":1}',
    '{}',
    '{',
    '}',
    '[',
    ']',
    ',',
    ',',
    '\n',
    '\n',
    '"',
    '\\',
    ' ',
    '1',
  ];
  for (let round = 0; round < 400; round += 1) {
    const type = random() < 0.5 ? 'application/json' : 'application/x-ndjson';
    const body = (type === 'application/json' && random() < 0.8 ? '[' : '') + some(elements, 8, random);
    const answer = await send(gateway.publicUrl, {
      method: 'POST',
      path: '/fuzz.v1.Fuzz/Talk',
      headers: { 'content-type': type, accept: 'application/x-ndjson' },
      body,
    });
    expect([body, answer.status < 500]).toEqual([body, true]);
    expect(answer.text).not.toContain('"INTERNAL"');
  }
});

test('WebSocket frames', async () => {
  const random = createRandom(SEED + 3);
  for (let round = 0; round < 60; round += 1) {
    const socket = new WebSocket(
      `${gateway.publicUrl.replace('http', 'ws')}/fuzz.v1.Fuzz/Talk`,
      'dragoman.json.v1',
    );
    const said: string[] = [];
    socket.on('message', (data) => said.push(String(data)));
    await once(socket, 'open');
    const closed = once(socket, 'close');
    socket.send('{"message":{"name":"a"}}');
    socket.send(some([...JSON_PIECES, '{"message":', '{"end":true}'], 6, random), { binary: random() < 0.1 });
    socket.send('{"end":true}');
    await closed;
    expect(said.join('\n')).not.toContain('"INTERNAL"');
  }
});

test('and the gateway is in good order afterwards', async () => {
  const answer = await send(gateway.publicUrl, { method: 'POST', path: PATH, body: { int32Value: 1 } });
  expect([answer.status, answer.json()]).toEqual([200, { int32Value: 1 }]);
  expect(gateway.logs.filter((line) => line.includes('internal error'))).toEqual([]);
});
