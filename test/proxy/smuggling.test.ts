// Requests and answers that two readers could take for different ones, on their way through a plain proxy: one request
// reaches the upstream as it was meant, or none does. Security reference, classes 1, 2, 4, 5 and 25.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { rawExchange, rawSocket } from '../harness/raw-socket.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type ByteUpstream, openapiService, proxyService, startByteUpstream } from './upstream.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** All that came to the upstream, on whichever connection. */
let seen: string[] = [];
let reply = OK;
let upstream: ByteUpstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startByteUpstream();
  gateway = await startTestGateway([
    proxyService(upstream.url),
    openapiService(
      upstream.url,
      { '/kinds': { get: { parameters: [{ name: 'X-Kind', in: 'header', required: true, schema: {} }] } } },
      { validate: { request: true, response: false } },
    ),
  ]);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});
beforeEach(() => {
  seen = [];
  reply = OK;
  let current = '';
  upstream.answer((socket, received) => {
    if (!received.startsWith(current)) current = '';
    seen = [...seen.filter((one) => one !== current), received];
    current = received;
    const head = received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1] ?? 0);
    const isChunked = /\r\ntransfer-encoding: chunked/i.test(received.slice(0, head));
    const isWhole = isChunked
      ? /\r\n0\r\n(?:.+\r\n)*\r\n$/.test(received)
      : received.length >= head + 4 + length;
    if (isWhole) socket.end(Buffer.from(reply, 'latin1'));
  });
});

const HOST = 'Host: gateway.test\r\n';
const CLOSE = 'Connection: close\r\n';
const POST = `POST /p/a HTTP/1.1\r\n${HOST}${CLOSE}`;
const GET = `GET /p/a HTTP/1.1\r\n${HOST}`;
const SMUGGLED = `GET /p/smuggled HTTP/1.1\r\n${HOST}${CLOSE}\r\n`;

test.each([
  [
    'a length and chunks',
    `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  [
    'chunks and a length',
    `${POST}Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  ['two lengths', `${POST}Content-Length: 0\r\nContent-Length: 40\r\n\r\n${SMUGGLED}`],
  ['xchunked', `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  ['identity', `${POST}Transfer-Encoding: identity\r\n\r\n${SMUGGLED}`],
  ['chunked in a list', `${POST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  ['a space before the colon', `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  ['a tab before the colon', `${POST}Content-Length\t: 0\r\n\r\n${SMUGGLED}`],
  ['a folded header', `${GET}X: a\r\n Transfer-Encoding: chunked\r\n\r\n`],
  ['a folded trailer', `${POST}Transfer-Encoding: chunked\r\n\r\n0\r\nX: a\r\n b\r\n\r\n`],
  ['a bare LF between headers', `${GET}X: a\nY: b\r\n\r\n`],
  ['a bare LF as the end of the head', `${GET}X: a\r\n\n${SMUGGLED}`],
  ['a bare CR in a header', `${GET}X: a\rY: b\r\n\r\n`],
  ['a NUL in a header', `${GET}X: a\0b\r\n\r\n`],
  ['a space in a name', `${GET}X Y: a\r\n\r\n`],
  ['a bare LF behind a chunk size', `${POST}Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n`],
  ['a bare LF in a trailer', `${POST}Transfer-Encoding: chunked\r\n\r\n0\r\nX: a\nY: b\r\n\r\n`],
  ['a CR in a trailer', `${POST}Transfer-Encoding: chunked\r\n\r\n0\r\nX: a\rY: b\r\n\r\n`],
  ['two hosts', `${GET}Host: other.test\r\n\r\n`],
  ['an absolute form of another host', `GET http://other.test/p/a HTTP/1.1\r\n${HOST}\r\n`],
  ['chunks on HTTP/1.0', `POST /p/a HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
])('is 400 and closed: %s', async (_name, bytes) => {
  const { answers } = await rawExchange(gateway.publicUrl, bytes);
  expect(answers.map(({ status }) => status)).toEqual([400]);
  // What came in chunks may have begun, and is never whole.
  expect(seen.join('')).not.toMatch(/smuggled|\r\n0\r\n|^GET /);
});

describe('one request, and the bytes that were meant', () => {
  test.each([
    ['an absolute form', 'http://gateway.test'],
    ['an absolute form in capitals', 'HTTP://GATEWAY.TEST'],
  ])('%s goes on in origin form', async (_name, authority) => {
    const { answers } = await rawExchange(
      gateway.publicUrl,
      `GET ${authority}/p/a?b HTTP/1.1\r\n${HOST}${CLOSE}\r\n`,
    );
    expect(answers.map(({ status }) => status)).toEqual([200]);
    expect(seen).toEqual([expect.stringMatching(/^GET \/a\?b HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\n/)]);
  });

  test('extensions of chunks stay behind, and the content is what it was', async () => {
    await rawExchange(
      gateway.publicUrl,
      `${POST}Transfer-Encoding: chunked\r\n\r\n5;a=b;c="d"\r\nhello\r\n0;x\r\n\r\n`,
    );
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatch(/\r\n\r\n5\r\nhello\r\n0\r\n\r\n$/);
    expect(seen[0]).toMatch(/\r\nTransfer-Encoding: chunked\r\n/);
    expect(seen[0]).not.toMatch(/content-length/i);
  });

  test('content of GET goes on with its length, and is no second request', async () => {
    const content = SMUGGLED;
    await rawExchange(gateway.publicUrl, `${GET}${CLOSE}Content-Length: ${content.length}\r\n\r\n${content}`);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toContain(`\r\nContent-Length: ${content.length}\r\n`);
  });

  test.each([
    'Connection: x-forwarded-for, x-forwarded-proto, via, x-request-id, host',
    'Connection: transfer-encoding, content-length',
    'Connection: close, te, trailer, upgrade',
  ])('%s takes away nothing that is the gateway’s', async (line) => {
    await rawExchange(gateway.publicUrl, `${POST}${line}\r\nContent-Length: 2\r\n\r\nab`);
    expect(seen).toHaveLength(1);
    for (const name of [
      'Host',
      'Content-Length',
      'X-Forwarded-For',
      'X-Forwarded-Proto',
      'Via',
      'X-Request-Id',
    ])
      expect(seen[0]?.split('\r\n').filter((field) => field.startsWith(`${name}: `))).toHaveLength(1);
    expect(seen[0]).toMatch(/\r\n\r\nab$/);
  });

  test('what Connection names is missing to the document as it is to the upstream', async () => {
    const [answer] = (
      await rawExchange(
        gateway.publicUrl,
        `GET /kinds HTTP/1.1\r\n${HOST}Connection: close, x-kind\r\nX-Kind: a\r\n\r\n`,
      )
    ).answers;
    expect([answer?.status, seen]).toEqual([400, []]);
  });
});

describe('an upgrade', () => {
  const UPGRADE = `GET /p/a HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n`;

  test.each([
    ['a length', `Content-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`],
    ['chunks', `Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  ])('with content (%s) opens no way past the gateway', async (_name, rest) => {
    reply = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n';
    const { answers } = await rawExchange(gateway.publicUrl, UPGRADE + rest);
    expect(answers.map(({ status }) => status)).toEqual([400]);
    expect(seen.join('')).not.toContain('smuggled');
  });

  test.each(['h2c', 'TLS/1.0', 'websocket, h2c', 'foo'])('to %s is not asked for', async (protocol) => {
    const { answers } = await rawExchange(
      gateway.publicUrl,
      `${GET}Connection: close, Upgrade, HTTP2-Settings\r\nUpgrade: ${protocol}\r\nHTTP2-Settings: AAMAAABkAAQ\r\n\r\n`,
    );
    expect(answers.map(({ status }) => status)).toEqual([200]);
    expect(seen.join('')).not.toMatch(/upgrade|http2-settings/i);
  });

  test('that is switched to another protocol than was asked for is 502', async () => {
    reply = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n';
    const { answers } = await rawExchange(gateway.publicUrl, `${UPGRADE}\r\n`);
    expect(answers.map(({ status }) => status)).toEqual([502]);
  });

  test('that nobody asked for is 502', async () => {
    reply = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
    expect(problemOf(await send(gateway.publicUrl, { path: '/p/a' })).status).toBe(502);
  });
});

describe('an answer', () => {
  test.each([
    ['a CR and LF', 'X-A: a\r\n Set-Cookie: evil=1'],
    ['a bare LF', 'X-A: a\nSet-Cookie: evil=1'],
    ['a bare CR', 'X-A: a\rSet-Cookie: evil=1'],
    ['a NUL', 'X-A: a\0Set-Cookie: evil=1'],
    ['a name with a space', 'Set-Cookie : evil=1'],
    ['a location with a line', 'Location: /a\nSet-Cookie: evil=1'],
  ])('is not split by %s', async (_name, line) => {
    reply = `HTTP/1.1 200 OK\r\n${line}\r\nContent-Length: 2\r\n\r\nok`;
    const answer = await send(gateway.publicUrl, { path: '/p/a' });
    expect([answer.status, answer.headers['set-cookie']]).toEqual([502, undefined]);
  });

  test.each([
    ['HEAD', 200, 'Content-Length: 6'],
    ['GET', 204, 'Content-Length: 6'],
    ['GET', 304, 'Content-Length: 6'],
    ['HEAD', 200, 'Transfer-Encoding: chunked'],
  ])('of %s, status %i, with content behind it (%s) is not two', async (method, status, line) => {
    reply = `HTTP/1.1 ${status} X\r\n${line}\r\n\r\npoison`;
    const socket = rawSocket(gateway.publicUrl);
    const next = `GET /nowhere HTTP/1.1\r\n${HOST}${CLOSE}\r\n`;
    socket.write(`${method} /p/a HTTP/1.1\r\n${HOST}\r\n${next}`);
    const text = Buffer.concat(await socket.toArray()).toString('latin1');
    expect(text).not.toContain('poison');
    expect(text).toMatch(/HTTP\/1\.1 404 /);
  });
});
