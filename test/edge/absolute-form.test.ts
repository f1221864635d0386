// A request target with the gateway's own address in front (RFC 9112 §3.2.2) is an upgrade of the same path.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rawSocket } from '../harness/raw-socket.ts';
import { type RudeUpstream, startRudeUpstream } from '../harness/rude-upstream.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

const PROTO = `
  syntax = "proto3";
  package w.v1;
  service S { rpc Watch(R) returns (stream R); }
  message R { string name = 1; }`;

let upstream: RudeUpstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startRudeUpstream();
  gateway = await startTestGateway([inlineService('w', PROTO, upstream.url)]);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

/** What comes until the head, and as much of a body as it announces, is there. */
function upgrade(
  target: string,
  protocol: string,
  host = 'a.test',
): Promise<{ status: number; body: string }> {
  const socket = rawSocket(gateway.publicUrl);
  socket.on('error', () => {});
  socket.write(
    [
      `GET ${target} HTTP/1.1`,
      `Host: ${host}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      `Sec-WebSocket-Protocol: ${protocol}`,
      '\r\n',
    ].join('\r\n'),
  );
  const { promise, resolve } = Promise.withResolvers<{ status: number; body: string }>();
  let text = '';
  socket.on('data', (data) => {
    text += String(data);
    const end = text.indexOf('\r\n\r\n');
    if (end === -1) return;
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    const body = text.slice(end + 4);
    if (body.length < length) return;
    socket.destroy();
    resolve({ status: Number(text.slice(9, 12)), body });
  });
  return promise;
}

const REST = 'dragoman.json.v1';

test.each([
  ['a stream', 'http://a.test/w.v1.S/Watch', REST],
  ['a stream with a query', 'http://A.TEST/w.v1.S/Watch?$alt=json', REST],
  ['GraphQL', 'http://a.test/graphql', 'graphql-transport-ws'],
  ['GraphQL with a query', 'https://a.test/graphql?x=http://b', 'graphql-transport-ws'],
])('%s opens', async (_name, target, protocol) => {
  expect((await upgrade(target, protocol)).status).toBe(101);
});

test.each([
  ['http://a.test/nowhere?secret=1', 404, '/nowhere'],
  ['http://a.test/w.v1.S/Watch?nope=1', 400, '/w.v1.S/Watch'],
  ['http://other.test/w.v1.S/Watch?secret=1', 400, '/w.v1.S/Watch'],
])('%s is refused with its path alone', async (target, status, instance) => {
  const answer = await upgrade(target, REST);
  expect([answer.status, JSON.parse(answer.body)]).toEqual([
    status,
    expect.objectContaining({ status, instance }),
  ]);
});

test('GraphQL at the address of another host is refused', async () => {
  const answer = await upgrade('http://other.test/graphql?secret=1', 'graphql-transport-ws');
  expect([answer.status, JSON.parse(answer.body)]).toEqual([
    400,
    expect.objectContaining({ instance: '/graphql' }),
  ]);
});
