// Answers that are complete before the request is: a client that is still sending gets all of them, every time, and then
// the connection ends, whatever the client does. RFC 9112 §9.6.
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseAnswers, rawSocket } from '../harness/raw-socket.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type HttpUpstream, openapiService, proxyService, startHttpUpstream } from '../proxy/upstream.ts';
import { type OddWorld, startOddWorld } from '../rest/odd-rules.ts';

const MIB = 1024 * 1024;
const UPLOAD = 16 * MIB;
const RUNS = 10;

let upstream: HttpUpstream;
let gateway: TestGateway;
let odd: OddWorld;
beforeAll(async () => {
  upstream = await startHttpUpstream();
  upstream.answer((request, response) => {
    request.on('error', () => {});
    response.statusCode = 409;
    response.end(JSON.stringify({ enough: 'x'.repeat(3_000) }));
  });
  const paths = {
    '/held': {
      post: {
        parameters: [{ name: 'n', in: 'query', required: true, schema: { type: 'integer' } }],
        requestBody: { content: { 'application/json': {} } },
        responses: { 200: { description: 'ok' } },
      },
    },
  };
  gateway = await startTestGateway([
    proxyService(upstream.url, { name: 'small', prefix: '/small' }),
    proxyService(upstream.url, { name: 'large', prefix: '/large', maxUploadBytes: 100 * MIB }),
    openapiService(upstream.url, paths, { name: 'held', validate: { request: true, response: false } }),
  ]);
  odd = await startOddWorld();
});
afterAll(async () => {
  await odd.close();
  await gateway.close();
  await upstream.close();
});

const headOf = (path: string, framing: string): string =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${framing}\r\n\r\n`;
const LENGTH = `content-length: ${UPLOAD}`;
const CHUNKED = 'transfer-encoding: chunked';

/** Sends as fast as the connection takes it, until it ends. */
async function upload(socket: Socket, head: string): Promise<string> {
  const received: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => received.push(bytes));
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(head);
  const isChunked = head.includes(CHUNKED);
  const bytes = Buffer.alloc(MIB, '1');
  for (let sent = 0; sent < UPLOAD && socket.writable; sent += MIB) {
    if (isChunked) socket.write(`${MIB.toString(16)}\r\n`);
    const isFull = !socket.write(bytes);
    if (isChunked) socket.write('\r\n');
    if (isFull) await Promise.race([once(socket, 'drain').catch(() => {}), closed]);
  }
  await closed;
  return Buffer.concat(received).toString('latin1');
}

describe('a client that is still sending', () => {
  test.each<[string, () => string, string, string, number, string]>([
    [
      'a message that is too large',
      () => odd.gateway.publicUrl,
      '/odd.v1.Odd/Get',
      LENGTH,
      413,
      'body-too-large',
    ],
    [
      'one that turns out to be too large',
      () => odd.gateway.publicUrl,
      '/odd.v1.Odd/Get',
      CHUNKED,
      413,
      'body-too-large',
    ],
    ['an upload that is too large', () => gateway.publicUrl, '/small', LENGTH, 413, 'body-too-large'],
    ['a wrong parameter', () => gateway.publicUrl, '/held?n=x', LENGTH, 400, 'invalid-argument'],
    ['a path that nobody has', () => gateway.publicUrl, '/nowhere', LENGTH, 404, 'route-not-found'],
    ['GraphQL that is too large', () => gateway.publicUrl, '/graphql', LENGTH, 413, ''],
    ['an early answer of the upstream', () => gateway.publicUrl, '/large', LENGTH, 409, 'enough'],
    ['the same to chunks', () => gateway.publicUrl, '/large', CHUNKED, 409, 'enough'],
  ])('gets the whole answer to %s', async (_name, urlOf, path, framing, status, said) => {
    for (let run = 0; run < RUNS; run += 1) {
      const text = await upload(rawSocket(urlOf()), headOf(path, framing));
      const [answer] = parseAnswers(text);
      expect(answer?.status).toBe(status);
      expect(answer?.head.toLowerCase()).toContain('\r\nconnection: close');
      expect(JSON.stringify(JSON.parse(answer?.body ?? ''))).toContain(said);
    }
  });
});

test('what stands behind the content is no request any more', async () => {
  const before = upstream.requests.length;
  const socket = rawSocket(gateway.publicUrl);
  const received: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => received.push(bytes));
  socket.write(headOf('/small', 'content-length: 5000000'));
  await once(socket, 'data');
  socket.write(Buffer.alloc(5_000_000, '1'));
  socket.end('GET /small/behind HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(socket, 'close');
  expect(parseAnswers(Buffer.concat(received).toString('latin1')).map(({ status }) => status)).toEqual([413]);
  expect(upstream.requests.length).toBe(before);
});

test('a client that goes on for ever is left', async () => {
  const socket = rawSocket(gateway.publicUrl);
  socket.on('error', () => {});
  socket.resume();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  // Its own side stays open, though the other one has ended.
  socket.allowHalfOpen = true;
  socket.write(headOf('/small', 'content-length: 5000000'));
  await once(socket, 'end');
  const drip = setInterval(() => socket.writable && socket.write('1'), 100);
  socket.once('close', () => clearInterval(drip));
  await closed;
  expect(socket.destroyed).toBe(true);
});
