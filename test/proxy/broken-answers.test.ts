// Each fault of an HTTP upstream has its own status and problem; behind the head of an answer the connection is cut, so
// that nobody takes half of it for all; and the next request is served. Security reference, class 25 and section 8.7.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { open, send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { rawExchange } from '../harness/raw-socket.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type ByteUpstream, proxyService, startByteUpstream } from './upstream.ts';

let upstream: ByteUpstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startByteUpstream();
  gateway = await startTestGateway([
    proxyService(upstream.url),
    proxyService(upstream.url, {
      name: 'quick',
      prefix: '/q',
      upstream: { targets: [{ url: upstream.url }], timeoutMs: 400 },
    }),
  ]);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

/** Sends bytes once the head of a request is in, and closes unless told to stay. */
const answering =
  (bytes: string, { stays = false } = {}) =>
  (socket: import('node:net').Socket, received: string): void => {
    if (!received.includes('\r\n\r\n')) return;
    socket.write(Buffer.from(bytes, 'latin1'));
    if (!stays) socket.end();
  };

const OK = 'HTTP/1.1 200 OK\r\n';

describe('an answer that is none', () => {
  test.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.0\r\n\r\n'],
    ['HTTP/2', 'HTTP/2 200 OK\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 99 X\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 1000 X\r\n\r\n'],
    ['status 700', 'HTTP/1.1 700 X\r\nContent-Length: 0\r\n\r\n'],
    ['a status that is no number', 'HTTP/1.1 abc X\r\n\r\n'],
    ['a header without a colon', `${OK}Content-Length 0\r\n\r\n`],
    ['a space before the colon', `${OK}Content-Length : 0\r\n\r\n`],
    ['a folded header', `${OK}X-A: a\r\n b\r\nContent-Length: 0\r\n\r\n`],
    ['a carriage return in a value', `${OK}X-A: a\rb\r\nContent-Length: 0\r\n\r\n`],
    ['a line feed in a value', `${OK}X-A: a\nX-B: b\r\nContent-Length: 0\r\n\r\n`],
    ['a NUL in a value', `${OK}X-A: a\0b\r\nContent-Length: 0\r\n\r\n`],
    ['two lengths', `${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
    ['a negative length', `${OK}Content-Length: -1\r\n\r\n`],
    ['a length that is no number', `${OK}Content-Length: 1e3\r\n\r\n`],
    ['a length beside chunks', `${OK}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['another transfer coding', `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ['chunked twice', `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a first chunk without a size', `${OK}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`],
    ['an unasked 101', 'HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n'],
    ['informational answers without end', 'HTTP/1.1 103 Early\r\n\r\n'.repeat(50)],
    ['a head of 70 KB', `${OK}X-A: ${'a'.repeat(70_000)}\r\nContent-Length: 0\r\n\r\n`],
    ['ten thousand headers', `${OK}${'A: b\r\n'.repeat(10_000)}Content-Length: 0\r\n\r\n`],
    ['half a head', 'HTTP/1.1 200 OK\r\nContent-'],
  ])('is 502: %s', async (_name, bytes) => {
    upstream.answer(answering(bytes));
    const problem = problemOf(await send(gateway.publicUrl, { path: '/p/x' }));
    expect([problem.status, problem.code, problem.type, problem.source]).toEqual([
      502,
      'INTERNAL',
      'urn:dragoman:problem:upstream-protocol',
      'upstream',
    ]);
    expect(problem.detail).not.toMatch(/127\.0\.0\.1|localhost/);
  });

  test.each([
    ['closes without a word', (socket: import('node:net').Socket) => socket.end()],
    ['resets without a word', (socket: import('node:net').Socket) => socket.resetAndDestroy()],
  ])('is 503 if the upstream %s', async (_name, respond) => {
    upstream.answer(respond);
    const problem = problemOf(await send(gateway.publicUrl, { path: '/p/x' }));
    expect([problem.status, problem.type]).toEqual([503, 'urn:dragoman:problem:upstream-unreachable']);
  });

  test.each([
    ['says nothing', () => {}],
    ['stops in the middle of its head', answering('HTTP/1.1 200 OK\r\nX-A: ', { stays: true })],
    ['sends informational answers alone', answering('HTTP/1.1 103 Early\r\n\r\n', { stays: true })],
  ])('is 504 at the deadline if the upstream %s', async (_name, respond) => {
    upstream.answer(respond);
    const problem = problemOf(await send(gateway.publicUrl, { path: '/q/x' }));
    expect([problem.status, problem.code]).toEqual([504, 'DEADLINE_EXCEEDED']);
  });
});

describe('an answer that breaks off', () => {
  test.each([
    ['before its announced end', `${OK}Content-Length: 10\r\n\r\nabc`],
    ['between chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`],
    ['within a chunk', `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nabc`],
    [
      'by a chunk that is longer than it says',
      `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabcde\r\n0\r\n\r\n`,
    ],
    ['by a chunk without a size', `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nxyz\r\n`],
    ['before the trailers end', `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-A: b\r\n`],
  ])('is cut %s', async (_name, bytes) => {
    const end = bytes.indexOf('\r\n\r\n') + 4;
    const held = Promise.withResolvers<import('node:net').Socket>();
    upstream.answer((socket, received) => {
      if (!received.includes('\r\n\r\n')) return;
      socket.write(bytes.slice(0, end));
      held.resolve(socket);
    });
    const { status, body } = await open(gateway.publicUrl, { path: '/p/x' });
    (await held.promise).end(Buffer.from(bytes.slice(end), 'latin1'));
    expect(status).toBe(200);
    await expect(body.toArray()).rejects.toThrow('aborted');
  });

  test('is refused as a whole where head and fault come in one piece', async () => {
    upstream.answer(answering(`${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabcde\r\n`));
    expect((await send(gateway.publicUrl, { path: '/p/x' })).status).toBe(502);
  });
});

test.each([
  ['HEAD', 200, `${OK}Content-Length: 2\r\n\r\nok`],
  ['GET', 204, 'HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok'],
])(
  'content that the answer to %s with status %i may not have is thrown away',
  async (method, status, bytes) => {
    upstream.answer(answering(bytes, { stays: true }));
    const before = upstream.connections();
    for (let round = 0; round < 2; round += 1) {
      const answer = await send(gateway.publicUrl, { path: '/p/x', method });
      expect([answer.status, answer.text]).toEqual([status, '']);
    }
    expect(upstream.connections() - before).toBe(2);
  },
);

test('bytes behind an answer reach nobody, and cost the connection', async () => {
  upstream.answer(
    answering(`${OK}Content-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison`, {
      stays: true,
    }),
  );
  const before = upstream.connections();
  // Within one client connection, as a shared cache or a browser would send them.
  const exchange = await rawExchange(
    gateway.publicUrl,
    'GET /p/a HTTP/1.1\r\nHost: a\r\n\r\nGET /p/b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  );
  expect(exchange.text).not.toContain('poison');
  expect(upstream.connections() - before).toBeGreaterThan(1);
});

test('after all these the next request is served', async () => {
  upstream.answer(answering(`${OK}Content-Length: 2\r\n\r\nok`));
  expect((await send(gateway.publicUrl, { path: '/p/x' })).text).toBe('ok');
});
