// Fields behind the content, both ways and over both versions of HTTP: those that only there can be known go on; those
// that somebody needs before the content, or that say who somebody is, never do. RFC 9110 §6.5.1.
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { open } from '../harness/http-client.ts';
import { rawExchange } from '../harness/raw-socket.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type Http2Upstream, startHttp2Upstream } from './http2-upstream.ts';
import { type ByteUpstream, proxyService, startByteUpstream } from './upstream.ts';

const GOOD = { 'X-Sum': '123', ETag: '"a"', 'Server-Timing': 'db;dur=3', 'Content-Digest': 'sha-256=:YQ==:' };
/** Framing, routing, modifiers, authentication, control, content, connection, identity. */
const BAD = {
  ...{ 'Content-Length': '3', Trailer: 'X', Host: 'evil', 'Max-Forwards': '1' },
  ...{ 'Cache-Control': 'public', Expect: '100-continue', Range: 'bytes=0-0', 'If-None-Match': '"x"' },
  ...{ Authorization: 'Bearer evil', 'WWW-Authenticate': 'Basic', 'Set-Cookie': 'a=evil', Cookie: 'a=evil' },
  ...{ Age: '1', Date: 'Thu, 01 Jan 1970 00:00:00 GMT', Expires: '0', Location: '/evil', 'Retry-After': '1' },
  ...{ Vary: '*', Warning: '199 - evil', Refresh: '0; url=/evil', Via: '1.1 evil' },
  ...{ 'Content-Type': 'text/html', 'Content-Encoding': 'gzip', 'Content-Range': 'bytes 0-1/2' },
  ...{ 'Content-Location': '/evil', 'Content-Security-Policy': "default-src 'none'" },
  ...{ 'Access-Control-Allow-Origin': '*', 'X-Request-Id': 'evil', 'X-Forwarded-For': '1.2.3.4' },
  ...{ 'X-Consumer-Id': 'root', 'X-Forwarded-User': 'root', Proxy: 'http://evil', 'Sec-Fetch-Site': 'none' },
};
/** What HTTP/2 has no place for at all is sent by HTTP/1.1 alone. */
const BAD_IN_HTTP1 = {
  ...{ 'Transfer-Encoding': 'chunked', Connection: 'close', 'Keep-Alive': 'timeout=5', TE: 'trailers' },
  ...{ Upgrade: 'h2c', 'Proxy-Authorization': 'Basic evil', 'Proxy-Authenticate': 'Basic' },
};
const KEPT = {
  'x-sum': '123',
  etag: '"a"',
  'server-timing': 'db;dur=3',
  'content-digest': 'sha-256=:YQ==:',
};

const lines = (fields: object): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');

/** Of a request that is given up there is no end. */
const text = async (stream: Readable): Promise<string> =>
  Buffer.concat(await stream.toArray().catch(() => [])).toString();

let bytes: ByteUpstream;
let two: Http2Upstream;
let gateway: TestGateway;
beforeAll(async () => {
  bytes = await startByteUpstream();
  two = await startHttp2Upstream();
  gateway = await startTestGateway([
    proxyService(bytes.url),
    proxyService(two.url, {
      name: 'two',
      prefix: '/two',
      upstream: { targets: [{ url: two.url }], http: { http2: true } },
    }),
  ]);
});
afterAll(async () => {
  await gateway.close();
  await bytes.close();
  await two.close();
});

describe('of an answer', () => {
  const OK = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n';

  test('go on from HTTP/1.1 without what may not stand there', async () => {
    bytes.answer((socket, received) => {
      if (!received.endsWith('\r\n\r\n')) return;
      socket.write(`${OK}\r\n3\r\nabc\r\n0\r\n${lines({ ...GOOD, ...BAD, ...BAD_IN_HTTP1 })}\r\n`);
    });
    const { body } = await open(gateway.publicUrl, { path: '/p/a', headers: { te: 'trailers' } });
    expect(Buffer.concat(await body.toArray()).toString()).toBe('abc');
    expect(body.trailers).toEqual(KEPT);
  });

  test('go on from HTTP/2 without what may not stand there', async () => {
    two.answer((stream) => {
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      stream.on('wantTrailers', () => {
        const { Host: _, ...bad } = BAD;
        stream.sendTrailers({ ...GOOD, ...bad });
      });
      stream.end('abc');
    });
    const { body } = await open(gateway.publicUrl, { path: '/two/a', headers: { te: 'trailers' } });
    expect(Buffer.concat(await body.toArray()).toString()).toBe('abc');
    expect(body.trailers).toEqual(KEPT);
  });

  test.each([
    ['X-Sum, Content-Length', 'X-Sum'],
    ['authorization,x-sum , X-Two', 'x-sum, X-Two'],
    ['Content-Length', undefined],
  ])('are announced as far as they come: %s as %s', async (announced, expected) => {
    bytes.answer((socket, received) => {
      if (!received.endsWith('\r\n\r\n')) return;
      socket.write(`${OK}Trailer: ${announced}\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n`);
    });
    const { headers, body } = await open(gateway.publicUrl, { path: '/p/a', headers: { te: 'trailers' } });
    await body.toArray();
    expect(headers.trailer).toBe(expected);
  });
});

describe('of a request', () => {
  /** In chunks, with these behind them. */
  const upload = (path: string, fields: object, announced = ''): string =>
    `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n${announced}\r\n` +
    `3\r\nabc\r\n0\r\n${lines(fields)}\r\n`;

  // Framing behind the content is refused with the request.
  const { 'Content-Length': _, ...forged } = BAD;

  test.each(['Content-Length: 3', 'Transfer-Encoding: chunked'])(
    'that frame are refused: %s',
    async (line) => {
      bytes.answer((socket) => socket.destroy());
      const [name = '', value = ''] = line.split(': ');
      const { answers } = await rawExchange(gateway.publicUrl, upload('/p/a', { [name]: value }));
      expect(answers.map(({ status }) => status)).toEqual([400]);
    },
  );

  test('go on to HTTP/1.1 without what may not stand there', async () => {
    let seen = '';
    bytes.answer((socket, received) => {
      seen = received;
      if (!/\r\n0\r\n(?:.+\r\n)*\r\n$/.test(received)) return;
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    const { answers } = await rawExchange(
      gateway.publicUrl,
      upload('/p/a', { ...GOOD, ...forged, X_Consumer_Id: 'root' }, 'Trailer: X-Sum, Authorization\r\n'),
    );
    expect(answers.map(({ status }) => status)).toEqual([200]);
    expect(seen.slice(seen.indexOf('\r\n0\r\n'))).toBe(`\r\n0\r\n${lines(GOOD)}\r\n`);
    expect(seen).toMatch(/\r\nTrailer: X-Sum\r\n/);
  });

  test('go on to HTTP/2 without what may not stand there', async () => {
    const trailers = Promise.withResolvers<object>();
    two.answer(async (stream, headers) => {
      stream.on('trailers', (fields: object) => trailers.resolve(Object.fromEntries(Object.entries(fields))));
      const content = await text(stream);
      stream.respond({ ':status': 200, 'content-type': 'text/plain' });
      stream.end(`${content} ${headers.trailer}`);
    });
    const { text: answer } = await rawExchange(
      gateway.publicUrl,
      upload('/two/a', { ...GOOD, ...forged }, 'Trailer: X-Sum, Authorization\r\n'),
    );
    expect(await trailers.promise).toEqual(KEPT);
    expect(answer).toMatch(/abc X-Sum/);
  });

  test('that are there twice go on to HTTP/2 once where they may be there once, and never end the process', async () => {
    const trailers = Promise.withResolvers<object>();
    two.answer(async (stream) => {
      stream.on('trailers', (fields: object) => trailers.resolve(Object.fromEntries(Object.entries(fields))));
      await text(stream);
      stream.respond({ ':status': 200, 'content-length': '0' }, { endStream: true });
    });
    const twice =
      'ETag: "a"\r\netag: "b"\r\nX-Two: 1\r\nX-Two: 2\r\nDNT: 1\r\nTk: 1\r\nDnt: 0\r\n__proto__: x\r\n';
    const { answers } = await rawExchange(
      gateway.publicUrl,
      upload('/two/a', {}).replace(/\r\n$/, `${twice}\r\n`),
    );
    expect(answers.map(({ status }) => status)).toEqual([200]);
    expect(await trailers.promise).toEqual({ etag: '"a"', 'x-two': '1, 2', dnt: '1', tk: '1' });
  });

  test('that are none leave HTTP/2 as it was', async () => {
    two.answer(async (stream) => {
      const content = await text(stream);
      stream.respond({ ':status': 200, 'content-length': content.length });
      stream.end(content);
    });
    const { answers } = await rawExchange(gateway.publicUrl, upload('/two/a', {}));
    expect(answers.map(({ status, body }) => [status, body])).toEqual([[200, 'abc']]);
  });

  test('are not announced where the content has a length', async () => {
    let seen = '';
    bytes.answer((socket, received) => {
      seen = received;
      if (received.endsWith('abc')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    await rawExchange(
      gateway.publicUrl,
      'POST /p/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTrailer: X-Sum\r\nContent-Length: 3\r\n\r\nabc',
    );
    expect(seen).not.toMatch(/trailer/i);
  });
});

test('after all these the next request is served', async () => {
  bytes.answer((socket, received) => {
    if (received.endsWith('\r\n\r\n')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  });
  const { body } = await open(gateway.publicUrl, { path: '/p/a' });
  expect(String((await once(body, 'data'))[0])).toBe('ok');
});
