// Upstreams of HTTP/2: what clients get of them is what they get of those of HTTP/1.1, and one connection is enough.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { ServerHttp2Stream } from 'node:http2';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { begin, open, send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { rawExchange, rawSocket } from '../harness/raw-socket.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type Http2Upstream, startHttp2Upstream } from './http2-upstream.ts';
import { openapiService, proxyService } from './upstream.ts';

/** For what must not end before the test does, on the slowest machine. */
const MINUTES = 10 * 60_000;

let upstream: Http2Upstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startHttp2Upstream();
  const one = { targets: [{ url: upstream.url }], http: { http2: true } };
  gateway = await startTestGateway([
    proxyService(upstream.url, { upstream: one, maxMessageBytes: 64 * 1024 * 1024 }),
    proxyService(upstream.url, {
      name: 'patient',
      prefix: '/patient',
      upstream: { ...one, timeoutMs: MINUTES },
      maxDeadlineMs: MINUTES,
      streamIdleMs: MINUTES,
    }),
    proxyService(upstream.url, { name: 'quick', prefix: '/q', upstream: { ...one, timeoutMs: 300 } }),
    openapiService(upstream.url, { '/items/{id}': { get: {}, post: {} } }, { upstream: one }),
  ]);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

async function read(stream: ServerHttp2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('a request', () => {
  test('goes on with its method, target, headers and content', async () => {
    const seen = Promise.withResolvers<readonly [unknown, Buffer]>();
    upstream.answer(async (stream, headers) => {
      seen.resolve([{ ...headers }, await read(stream)]);
      stream.respond({ ':status': 200 }, { endStream: true });
    });
    await send(gateway.publicUrl, {
      method: 'REPORT',
      path: '/p/a%20b?c=%7Ed&c=e',
      headers: {
        'X-One': ['a', 'b'],
        Cookie: 'k=v',
        'Content-Type': 'x/y',
        Connection: 'X-Mine',
        'X-Mine': '1',
      },
      body: 'hello',
    });
    const [headers, body] = await seen.promise;
    expect(body.toString()).toBe('hello');
    expect(headers).toEqual(
      expect.objectContaining({
        ':method': 'REPORT',
        ':path': '/a%20b?c=%7Ed&c=e',
        ':scheme': 'http',
        ':authority': new URL(upstream.url).host,
        'x-one': 'a, b',
        cookie: 'k=v',
        'content-type': 'x/y',
        'content-length': '5',
        via: '1.1 dragoman',
      }),
    );
    for (const name of ['connection', 'x-mine', 'host', 'transfer-encoding'])
      expect(Object.keys(headers as object)).not.toContain(name);
  });

  test('in chunks has no length, and its content is what was sent', async () => {
    upstream.answer(async (stream, headers) => {
      const body = await read(stream);
      stream.respond({
        ':status': 200,
        'x-length': String(headers['content-length']),
        'x-body': body.toString(),
      });
      stream.end();
    });
    const { headers } = await send(gateway.publicUrl, {
      path: '/p/a',
      method: 'POST',
      body: 'chunky',
      headers: { 'transfer-encoding': 'chunked' },
    });
    expect([headers['x-length'], headers['x-body']]).toEqual(['undefined', 'chunky']);
  });

  test('with a header twice that HTTP/2 has once is 400, and never sent', async () => {
    let streams = 0;
    upstream.answer((stream) => {
      streams += 1;
      stream.respond({ ':status': 200 }, { endStream: true });
    });
    const answer = await send(gateway.publicUrl, {
      path: '/p/a',
      headers: { range: ['bytes=0-1', 'bytes=2-3'] },
    });
    expect([answer.status, problemOf(answer).type, streams]).toEqual([
      400,
      'urn:dragoman:problem:bad-headers',
      0,
    ]);
  });

  test('hundreds at once share a connection, and none gets the answer of another', async () => {
    upstream.answer(async (stream, headers) => {
      await pause(Math.random() * 20);
      stream.respond({ ':status': 200 });
      stream.end(`this is ${headers[':path']}`);
    });
    const before = upstream.connections();
    const texts = await Promise.all(
      Array.from({ length: 300 }, async (_, index) => {
        return (await send(gateway.publicUrl, { path: `/p/${index}` })).text;
      }),
    );
    expect(texts).toEqual(Array.from({ length: 300 }, (_, index) => `this is /${index}`));
    expect(upstream.connections() - before).toBeLessThanOrEqual(3);
  });
});

describe('an answer', () => {
  test.each([200, 201, 202, 301, 302, 404, 418, 422, 429, 500, 503, 599])(
    'of status %i stays what it is, headers and content too',
    async (status) => {
      upstream.answer((stream) => {
        stream.respond({
          ':status': status,
          'content-type': 'text/x-odd',
          'set-cookie': ['a=1', 'b=2'],
          etag: '"x"',
          location: `${upstream.url}/there`,
          'x-request-id': 'theirs',
        });
        stream.end('as it is');
      });
      const { status: got, text, headers } = await send(gateway.publicUrl, { path: '/p/a' });
      expect([got, text, headers['content-type'], headers.etag]).toEqual([
        status,
        'as it is',
        'text/x-odd',
        '"x"',
      ]);
      expect([headers['set-cookie'], headers.location]).toEqual([['a=1', 'b=2'], '/p/there']);
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  test('to HEAD has the length and no content', async () => {
    upstream.answer((stream) => {
      stream.respond({ ':status': 200, 'content-length': 1234 }, { endStream: true });
    });
    const answer = await send(gateway.publicUrl, { method: 'HEAD', path: '/items/1' });
    expect([answer.status, answer.headers['content-length'], answer.text]).toEqual([200, '1234', '']);
  });

  test.each([204, 304])('of status %i has no content', async (status) => {
    upstream.answer((stream) => stream.respond({ ':status': status, etag: '"a"' }, { endStream: true }));
    const answer = await send(gateway.publicUrl, { path: '/p/a' });
    expect([answer.status, answer.text, answer.headers.etag]).toEqual([status, '', '"a"']);
  });

  test('of 20 MB comes and goes without loss', async () => {
    const block = Buffer.alloc(1024 * 1024, 'dragoman ');
    const whole = Buffer.concat(Array(20).fill(block));
    const sum = createHash('sha256').update(whole).digest('hex');
    upstream.answer(async (stream) => {
      const received = createHash('sha256')
        .update(await read(stream))
        .digest('hex');
      stream.respond({ ':status': 200, 'x-received': received });
      for (let index = 0; index < 20; index += 1) if (!stream.write(block)) await once(stream, 'drain');
      stream.end();
    });
    const answer = await send(gateway.publicUrl, { path: '/p/a', method: 'PUT', body: whole });
    expect(answer.headers['x-received']).toBe(sum);
    expect(createHash('sha256').update(answer.bytes).digest('hex')).toBe(sum);
  });

  test('waits for a client that reads slowly, and holds up nobody else', async () => {
    let written = 0;
    upstream.answer(async (stream, headers) => {
      stream.respond({ ':status': 200 });
      if (headers[':path'] === '/other') {
        stream.end('other');
        return;
      }
      const block = Buffer.alloc(256 * 1024);
      const write = (): void => {
        for (let hasRoom = true; hasRoom && !stream.destroyed; ) {
          written += block.length;
          hasRoom = stream.write(block);
        }
      };
      stream.on('drain', write);
      write();
    });
    const { body, leave } = await open(gateway.publicUrl, { path: '/p/a' });
    body.pause();
    for (let before = -1; before !== written; ) {
      before = written;
      await pause(200);
    }
    expect(written).toBeLessThan(32 * 1024 * 1024);
    expect((await send(gateway.publicUrl, { path: '/p/other' })).text).toBe('other');
    leave();
  });

  test('waits for an upstream that reads slowly: the client is read no faster', async () => {
    const paused = Promise.withResolvers<ServerHttp2Stream>();
    upstream.answer((stream) => {
      stream.pause();
      paused.resolve(stream);
    });
    const socket = rawSocket(gateway.publicUrl);
    socket.on('error', () => {});
    socket.write('POST /p/a HTTP/1.1\r\nHost: a\r\nContent-Length: 60000000\r\n\r\n');
    let taken = 0;
    const block = Buffer.alloc(256 * 1024);
    const write = (): void => {
      while (socket.write(block)) taken += block.length;
    };
    socket.on('drain', write);
    write();
    const stream = await paused.promise;
    for (let before = -1; before !== taken; ) {
      before = taken;
      await pause(200);
    }
    expect(taken).toBeLessThan(32 * 1024 * 1024);
    socket.destroy();
    stream.close();
  });

  test('is told by events one by one, its head before them', async () => {
    const said = Promise.withResolvers<ServerHttp2Stream>();
    upstream.answer((stream) => {
      stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
      said.resolve(stream);
    });
    const { status, body, leave } = await open(gateway.publicUrl, { path: '/p/events' });
    expect(status).toBe(200);
    const stream = await said.promise;
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      stream.write(event);
      expect(String(((await once(body, 'data')) as [Buffer])[0])).toBe(event);
    }
    leave();
  });

  test('may have trailers', async () => {
    upstream.answer((stream) => {
      stream.respond({ ':status': 200, trailer: 'x-sum' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '123' }));
      stream.end('abc');
    });
    const taking = await open(gateway.publicUrl, { path: '/p/a', headers: { te: 'trailers' } });
    expect(Buffer.concat(await taking.body.toArray()).toString()).toBe('abc');
    expect(taking.body.trailers).toEqual({ 'x-sum': '123' });
  });

  test('may have early hints before it', async () => {
    upstream.answer((stream) => {
      stream.additionalHeaders({ ':status': 103, link: '</a.css>; rel=preload; as=style' });
      stream.respond({ ':status': 200, 'content-length': 2 });
      stream.end('ok');
    });
    const { text } = await rawExchange(
      gateway.publicUrl,
      'GET /p/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    );
    expect(text).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/p\/a\.css>; rel=preload; as=style\r\n\r\nHTTP\/1\.1 200 OK\r\n/i,
    );
  });

  test('may come before the content of the request has gone, which then stops', async () => {
    upstream.answer((stream) => {
      stream.respond({ ':status': 403 });
      stream.end('no');
    });
    const { text } = await rawExchange(
      gateway.publicUrl,
      `POST /p/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n${'a'.repeat(1000)}`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*\r\nconnection: close\r\n[\s\S]*no/i);
  });

  test('to a client that asks whether to send is that it may, when the upstream says so', async () => {
    upstream.answer(async (stream) => {
      stream.additionalHeaders({ ':status': 100 });
      const body = await read(stream);
      stream.respond({ ':status': 200 });
      stream.end(`got ${body.length}`);
    });
    const socket = rawSocket(gateway.publicUrl);
    socket.write(
      'POST /p/a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n',
    );
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(String(first)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('hello');
    expect(Buffer.concat(await socket.toArray()).toString()).toMatch(/got 5/);
  });
});

describe('an exchange ends for the upstream', () => {
  test('when the client leaves before the answer', async () => {
    const arrived = Promise.withResolvers<ServerHttp2Stream>();
    upstream.answer((stream) => arrived.resolve(stream));
    const { leave } = begin(gateway.publicUrl, { path: '/p/a' });
    const stream = await arrived.promise;
    const closed = once(stream, 'close');
    leave();
    await closed;
    expect(stream.rstCode).toBe(8);
  });

  test('when the client leaves amid the answer', async () => {
    const arrived = Promise.withResolvers<ServerHttp2Stream>();
    upstream.answer((stream) => {
      stream.respond({ ':status': 200 });
      stream.write('a');
      arrived.resolve(stream);
    });
    const { leave } = await open(gateway.publicUrl, { path: '/p/a' });
    const closed = once(await arrived.promise, 'close');
    leave();
    await closed;
  });

  test('when its deadline has passed', async () => {
    const arrived = Promise.withResolvers<ServerHttp2Stream>();
    upstream.answer((stream) => arrived.resolve(stream));
    const answered = send(gateway.publicUrl, { path: '/q/a' });
    const closed = once(await arrived.promise, 'close');
    const answer = await answered;
    await closed;
    expect([answer.status, problemOf(answer).code]).toEqual([504, 'DEADLINE_EXCEEDED']);
  });
});

describe('a connection', () => {
  test('that says goodbye finishes what it has, and the next request has another', async () => {
    const held = Promise.withResolvers<ServerHttp2Stream>();
    upstream.answer((stream) => held.resolve(stream));
    const first = send(gateway.publicUrl, { path: '/p/a' });
    const stream = await held.promise;
    stream.session?.goaway();
    upstream.answer((one) => {
      one.respond({ ':status': 200 });
      one.end('second');
    });
    expect((await send(gateway.publicUrl, { path: '/p/b' })).text).toBe('second');
    stream.respond({ ':status': 200 });
    stream.end('first');
    expect((await first).text).toBe('first');
  });

  // Node's server ends a connection after a thousand resets, and all that is on it (CVE-2023-44487).
  test('is not lost to those who stay when thousands of others leave', async () => {
    const held: ServerHttp2Stream[] = [];
    upstream.answer((stream) => {
      stream.on('error', () => {});
      held.push(stream);
    });
    const stays = send(gateway.publicUrl, { path: '/patient/stays' });
    while (held.length < 1) await new Promise(setImmediate);
    for (let crowd = 0; crowd < 60; crowd += 1) {
      const before = held.length;
      const leaving = Array.from({ length: 40 }, () => begin(gateway.publicUrl, { path: '/patient/leaves' }));
      while (held.length < before + 40) await new Promise(setImmediate);
      const closed = held.slice(before).map((stream) => stream.closed || once(stream, 'close'));
      for (const { leave } of leaving) leave();
      await Promise.all(closed);
    }
    held[0]?.respond({ ':status': 200 });
    held[0]?.end('here');
    const answer = await stays;
    expect([answer.status, answer.text]).toEqual([200, 'here']);
    expect(upstream.sessions.size).toBeLessThanOrEqual(64);
  });

  test('that is lost between two requests costs the second one nothing', async () => {
    upstream.answer((stream) => {
      stream.respond({ ':status': 200 });
      stream.end('ok');
    });
    expect((await send(gateway.publicUrl, { path: '/p/a' })).text).toBe('ok');
    for (const session of upstream.sessions) session.destroy();
    expect((await send(gateway.publicUrl, { path: '/p/a' })).text).toBe('ok');
  });

  test('that is lost amid an answer cuts it', async () => {
    const arrived = Promise.withResolvers<ServerHttp2Stream>();
    upstream.answer((stream) => {
      stream.respond({ ':status': 200 });
      stream.write('half');
      arrived.resolve(stream);
    });
    const { body } = await open(gateway.publicUrl, { path: '/p/a' });
    (await arrived.promise).session?.destroy();
    await expect(body.toArray()).rejects.toThrow('aborted');
  });
});

test('an upgrade goes by HTTP/1.1, which this upstream does not speak', async () => {
  const { answers } = await rawExchange(
    gateway.publicUrl,
    'GET /p/ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  expect(answers.map(({ status }) => status)).toEqual([502]);
});
