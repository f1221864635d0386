// What clients get of an HTTP upstream's answers: everything that is meant for them, as it comes and when it comes.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { open, send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { rawExchange, rawSocket } from '../harness/raw-socket.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import {
  type HttpUpstream,
  openapiService,
  proxyService,
  startByteUpstream,
  startHttpUpstream,
} from './upstream.ts';

let upstream: HttpUpstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startHttpUpstream();
  gateway = await startTestGateway([
    proxyService(upstream.url, { maxMessageBytes: 64 * 1024 * 1024 }),
    proxyService(upstream.url, { name: 'rewritten', prefix: '/old', rewrite: '/new' }),
    openapiService(upstream.url, { '/items/{id}': { get: {} } }),
  ]);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

describe('status and headers', () => {
  test.each([
    200, 201, 202, 206, 300, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 418, 422, 429, 500, 502, 503,
    599,
  ])('status %i stays what it is, with its content', async (status) => {
    upstream.answer((_request, response) => {
      response.writeHead(status, {
        'content-type': 'text/x-odd',
        'x-a': 'b',
        location: 'http://elsewhere.example/x',
      });
      response.end('as it is');
    });
    const answer = await send(gateway.publicUrl, { path: '/p/a' });
    expect([
      answer.status,
      answer.text,
      answer.headers['content-type'],
      answer.headers['x-a'],
      answer.headers.location,
    ]).toEqual([status, 'as it is', 'text/x-odd', 'b', 'http://elsewhere.example/x']);
  });

  test.each([204, 304])('status %i has no content', async (status) => {
    upstream.answer((_request, response) => {
      response.writeHead(status, { etag: '"a"' });
      response.end();
    });
    const answer = await send(gateway.publicUrl, { path: '/items/1', headers: { 'if-none-match': '"a"' } });
    expect([answer.status, answer.text, answer.headers.etag]).toEqual([status, '', '"a"']);
  });

  test('several cookies stay several, and what belongs to the upstream’s connection stays there', async () => {
    upstream.answer((_request, response) => {
      response.writeHead(200, [
        ...[
          'Set-Cookie',
          'a=1; Path=/',
          'Set-Cookie',
          'b=2',
          'X-Mine',
          'c',
          'Connection',
          'X-Mine, X-Request-Id',
        ],
        ...[
          'Keep-Alive',
          'timeout=5',
          'Proxy-Authenticate',
          'Basic',
          'X-Request-Id',
          'theirs',
          'Vary',
          'Accept',
        ],
        ...['Date', 'Thu, 01 Jan 1970 00:00:00 GMT', 'Content-Length', '2'],
      ]);
      response.end('ok');
    });
    const { headers } = await send(gateway.publicUrl, { path: '/p/a' });
    expect(headers['set-cookie']).toEqual(['a=1; Path=/', 'b=2']);
    expect([headers['x-mine'], headers['proxy-authenticate'], headers.vary]).toEqual([
      undefined,
      undefined,
      'Accept',
    ]);
    expect(headers.date).toBe('Thu, 01 Jan 1970 00:00:00 GMT');
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([
    // path asked for, what the upstream says, what the client reads; UP is the upstream's own address
    ['/p/a', '/b?c', '/p/b?c'],
    ['/p/a', 'UP/b', '/p/b'],
    ['/p/a', 'UP', '/p/'],
    ['/p/a', '//UPHOST/b', '/p/b'],
    ['/p/a', 'b', 'b'],
    ['/p/a', '../b', '../b'],
    ['/p/a', 'http://elsewhere.example/b', 'http://elsewhere.example/b'],
    ['/p/a', 'https://UPHOST/b', 'https://UPHOST/b'],
    ['/p/a', '//elsewhere.example/b', '//elsewhere.example/b'],
    ['/old/a', '/new/b', '/old/b'],
    ['/old/a', '/new', '/old'],
    ['/old/a', '/news', '/news'],
    ['/items/1', 'UP/items/2#x', '/items/2#x'],
    ['/items/1', '/items/2', '/items/2'],
    // What browsers would take for another host, once the upstream's own name is gone, is kept a path.
    ['/items/1', 'UP//elsewhere.example/b', '/.//elsewhere.example/b'],
    ['/items/1', 'UP/\\elsewhere.example/b', '/./\\elsewhere.example/b'],
    ['/items/1', 'UP/\t/elsewhere.example', '/./\t/elsewhere.example'],
    ['/old/a', 'UP//elsewhere.example/b', '/.//elsewhere.example/b'],
    ['/p/a', 'UP//elsewhere.example/b', '/p//elsewhere.example/b'],
  ])('of %s, Location: %s reads as %s', async (path, location, expected) => {
    const named = (text: string) =>
      text.replace('UPHOST', new URL(upstream.url).host).replace('UP', upstream.url);
    upstream.answer((_request, response) => {
      response.writeHead(302, { location: named(location) });
      response.end();
    });
    expect((await send(gateway.publicUrl, { path })).headers.location).toBe(named(expected));
  });

  test.each([
    ['Content-Location', 'UP/b', '/p/b'],
    ['Content-Location', 'b', 'b'],
    ['Refresh', '5; url=UP/b', '5; url=/p/b'],
    ['Refresh', '0;URL="/b?c"; x', '0;URL="/p/b?c"; x'],
    ['Refresh', "1.5, 'UP/b'", "1.5, '/p/b'"],
    ['Refresh', '3 UP/b', '3 /p/b'],
    ['Refresh', '0; url=http://elsewhere.example/b', '0; url=http://elsewhere.example/b'],
    ['Refresh', '5', '5'],
    ['Refresh', 'soon; url=UP/b', 'soon; url=UP/b'],
    ['Link', '<UP/items?page=2>; rel="next"', '</p/items?page=2>; rel="next"'],
    ['Link', '</a>; rel=prev, <UP>;rel=last', '</p/a>; rel=prev, </p/>;rel=last'],
    ['Link', '<b>; rel=x, <http://elsewhere.example/c>', '<b>; rel=x, <http://elsewhere.example/c>'],
    ['Link', '</a>; title="a \\"</b>\\" <UP/c>", </d>', '</p/a>; title="a \\"</b>\\" <UP/c>", </p/d>'],
    ['Link', '<UP/a', '<UP/a'],
  ])('%s: %s reads as %s', async (name, value, expected) => {
    const named = (text: string) => text.replaceAll('UP', upstream.url);
    upstream.answer((_request, response) => {
      response.setHeader(name, named(value));
      response.end();
    });
    const { headers } = await send(gateway.publicUrl, { path: '/p/a' });
    expect(headers[name.toLowerCase()]).toBe(named(expected));
  });

  test('an answer that asks for another protocol says which, and no other answer does', async () => {
    const upgradeOf = async (status: number) => {
      upstream.answer((_request, response) => {
        response.writeHead(status, { Upgrade: 'x-chat/2', Connection: 'Upgrade, X-Mine', 'X-Mine': '1' });
        response.end('not this one');
      });
      const { headers, text } = await send(gateway.publicUrl, { path: '/p/a' });
      return [headers.upgrade, headers.connection, headers['x-mine'], text];
    };
    expect(await upgradeOf(426)).toEqual(['x-chat/2', 'Upgrade', undefined, 'not this one']);
    expect((await upgradeOf(400))[0]).toBeUndefined();
  });

  test('where else the upstream may be found is nothing to its clients', async () => {
    upstream.answer((_request, response) => {
      response.writeHead(200, { 'Alt-Svc': 'h3=":8443"; ma=86400' });
      response.end();
    });
    expect((await send(gateway.publicUrl, { path: '/p/a' })).headers['alt-svc']).toBeUndefined();
  });
});

describe('the length', () => {
  test.each([
    // method, status, lengths that the upstream says, what the client reads
    ['GET', 204, ['5'], undefined],
    ['GET', 204, ['0'], undefined],
    ['GET', 304, ['5'], '5'],
    ['HEAD', 200, ['5'], '5'],
    ['HEAD', 204, ['5'], undefined],
    ['GET', 205, ['0'], '0'],
    ['HEAD', 200, ['5, 5', '5'], '5'],
  ])('of %s, status %i, with %j reads as %s', async (method, status, lengths, expected) => {
    const told = lengths.map((length) => `Content-Length: ${length}\r\n`).join('');
    const bare = await startByteUpstream();
    bare.answer((socket, received) => {
      if (received.endsWith('\r\n\r\n')) socket.end(`HTTP/1.1 ${status} X\r\n${told}ETag: "a"\r\n\r\n`);
    });
    await gateway.registry.put(proxyService(bare.url, { name: 'bare', prefix: '/bare' }));
    const socket = rawSocket(gateway.publicUrl);
    const end = 'Host: a\r\n\r\nGET /nowhere HTTP/1.1\r\nConnection: close\r\nHost: a\r\n\r\n';
    socket.write(`${method} /bare/a HTTP/1.1\r\n${end}`);
    const text = Buffer.concat(await socket.toArray()).toString();
    await gateway.registry.remove('bare');
    await bare.close();
    const [head = '', next = ''] = text.split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(/^content-length: (.*)$/im.exec(head)?.[1]).toBe(expected);
    // Nothing of it stands between this answer and the next.
    expect(next).toMatch(/^HTTP\/1\.1 404 /);
  });
});

/** As `once`, without a listener for errors, which whoever waits a hundred times would add each time. */
function emitted(emitter: NodeJS.EventEmitter, event: string): Promise<void> {
  return new Promise((resolve) => emitter.once(event, () => resolve()));
}

describe('content', () => {
  test('in a coding stays in it, whatever the client accepts', async () => {
    const bytes = gzipSync('x'.repeat(10_000));
    upstream.answer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' });
      response.end(bytes);
    });
    const answer = await send(gateway.publicUrl, { path: '/p/a', headers: { 'accept-encoding': 'br' } });
    expect([answer.headers['content-encoding'], answer.bytes.equals(bytes)]).toEqual(['gzip', true]);
  });

  test('of a range', async () => {
    upstream.answer((request, response) => {
      response.writeHead(206, {
        'content-range': 'bytes 2-3/10',
        'content-length': 2,
        'x-range': String(request.headers.range),
      });
      response.end('cd');
    });
    const answer = await send(gateway.publicUrl, { path: '/p/a', headers: { range: 'bytes=2-3' } });
    expect([answer.status, answer.text, answer.headers['content-range'], answer.headers['x-range']]).toEqual([
      206,
      'cd',
      'bytes 2-3/10',
      'bytes=2-3',
    ]);
  });

  test('of 30 MB comes and goes without loss, in chunks and by length', async () => {
    const block = Buffer.alloc(1024 * 1024, 'dragoman ');
    const all = Buffer.concat(Array(30).fill(block));
    const sum = createHash('sha256').update(all).digest('hex');
    upstream.answer(async (request, response) => {
      const hash = createHash('sha256');
      for await (const chunk of request) hash.update(chunk);
      response.setHeader('x-received', hash.digest('hex'));
      for (let index = 0; index < 30; index++) if (!response.write(block)) await once(response, 'drain');
      response.end();
    });
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      const answer = await send(gateway.publicUrl, {
        path: '/p/a',
        method: 'PUT',
        body: all,
        headers,
      });
      expect(answer.headers['x-received']).toBe(sum);
      expect(createHash('sha256').update(answer.bytes).digest('hex')).toBe(sum);
    }
  });

  test('waits for a client that reads slowly: the upstream is read no faster', async () => {
    let written = 0;
    upstream.answer(async (_request, response) => {
      const block = Buffer.alloc(256 * 1024);
      const closed = once(response, 'close');
      while (!response.destroyed) {
        written += block.length;
        if (!response.write(block)) await Promise.race([emitted(response, 'drain'), closed]);
      }
    });
    const { body, leave } = await open(gateway.publicUrl, { path: '/p/a' });
    body.pause();
    // Once nothing more is taken, all buffers on the way are full; what they hold is bounded.
    for (let before = -1; before !== written; ) {
      before = written;
      await pause(200);
    }
    expect(written).toBeLessThan(32 * 1024 * 1024);
    leave();
  });

  test('waits for an upstream that reads slowly: the client is read no faster', async () => {
    let end = (): void => {};
    upstream.answer((request) => {
      request.pause();
      end = () => void request.socket.destroy();
    });
    const socket = rawSocket(gateway.publicUrl);
    socket.write('POST /p/a HTTP/1.1\r\nHost: a\r\nContent-Length: 60000000\r\n\r\n');
    let taken = 0;
    const block = Buffer.alloc(256 * 1024);
    const write = (): void => {
      while (socket.write(block)) taken += block.length;
    };
    socket.on('drain', write);
    write();
    for (let before = -1; before !== taken; ) {
      before = taken;
      await pause(200);
    }
    expect(taken).toBeLessThan(32 * 1024 * 1024);
    socket.destroy();
    // Whoever is not read cannot be seen to leave: the upstream has to end it.
    end();
  });

  test('events arrive one by one, the head before them', async () => {
    let say: (text: string) => void = () => {};
    upstream.answer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      say = (text) => void response.write(text);
    });
    const { status, body, leave } = await open(gateway.publicUrl, { path: '/p/events' });
    expect(status).toBe(200);
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      say(event);
      expect(String(((await once(body, 'data')) as [Buffer])[0])).toBe(event);
    }
    leave();
  });

  test('ends for the upstream when the client leaves', async () => {
    const closed = Promise.withResolvers<void>();
    upstream.answer((_request, response) => {
      response.writeHead(200);
      response.write('a');
      response.once('close', () => closed.resolve());
    });
    const { leave } = await open(gateway.publicUrl, { path: '/p/a' });
    leave();
    await closed.promise;
  });

  test('trailers reach clients that take them', async () => {
    upstream.answer((_request, response) => {
      response.writeHead(200, { trailer: 'X-Sum' });
      response.write('abc');
      response.addTrailers({ 'X-Sum': '123', 'X-Two': 'b' });
      response.end();
    });
    const taking = await open(gateway.publicUrl, { path: '/p/a', headers: { te: 'trailers' } });
    expect(Buffer.concat(await taking.body.toArray()).toString()).toBe('abc');
    expect(taking.body.trailers).toEqual({ 'x-sum': '123', 'x-two': 'b' });
    const plain = await open(gateway.publicUrl, { path: '/p/a' });
    await plain.body.toArray();
    expect(plain.body.trailers).toEqual({});
  });

  test('of unknown length closes the connection of an HTTP/1.0 client', async () => {
    upstream.answer((_request, response) => {
      response.write('abc');
      response.end('def');
    });
    const text = await rawText('GET /p/a HTTP/1.0\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(text).not.toMatch(/transfer-encoding/i);
    expect(text).toMatch(/\r\n\r\nabcdef$/);
  });
});

describe('before the answer', () => {
  test('early hints are passed on, their links as those of the answer', async () => {
    upstream.answer((_request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' });
      response.end('ok');
    });
    const { text } = await rawExchange(
      gateway.publicUrl,
      'GET /p/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    );
    expect(text).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/p\/a\.css>; rel=preload; as=style\r\n\r\nHTTP\/1\.1 200 OK\r\n/i,
    );
  });

  test('a client that asks is told to go on when the upstream says so', async () => {
    upstream.server.on('checkContinue', (request, response) => {
      response.writeContinue();
      upstream.server.emit('request', request, response);
    });
    upstream.answer(async (request, response) => {
      response.end(`got ${Buffer.concat(await request.toArray()).length}`);
    });
    const socket = rawSocket(gateway.publicUrl);
    socket.write(
      'POST /p/a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n',
    );
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(String(first)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('hello');
    expect(Buffer.concat(await socket.toArray()).toString()).toMatch(/got 5$/);
    upstream.server.removeAllListeners('checkContinue');
  });

  test('a client that asks is not told to go on when the upstream refuses', async () => {
    upstream.server.on('checkContinue', (_request, response) => {
      response.writeHead(417, { 'content-length': 0 });
      response.end();
    });
    const { text } = await rawExchange(
      gateway.publicUrl,
      'POST /p/a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n',
    );
    upstream.server.removeAllListeners('checkContinue');
    expect(text).toMatch(/^HTTP\/1\.1 417 /);
  });

  test('a client that asks is not told to go on for a path that nobody has', async () => {
    const { text } = await rawExchange(
      gateway.publicUrl,
      'POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n',
    );
    expect(text).toMatch(/^HTTP\/1\.1 404 /);
  });
});

describe('WebSockets', () => {
  afterEach(() => {
    upstream.server.removeAllListeners('upgrade');
  });

  test('are passed on both ways, with their subprotocol and their path', async () => {
    const echo = new WebSocketServer({ noServer: true, handleProtocols: () => 'chat' });
    const paths: string[] = [];
    upstream.server.on('upgrade', (request, socket, head) => {
      paths.push(request.url ?? '');
      echo.handleUpgrade(request, socket, head, (one) => {
        one.send('welcome');
        one.on('message', (data, isBinary) => one.send(data, { binary: isBinary }));
      });
    });
    const client = new WebSocket(`${gateway.publicUrl.replace('http', 'ws')}/p/chat?room=1`, ['chat'], {
      headers: { origin: 'http://page.example' },
    });
    const messages: string[] = [];
    const said = (count: number) =>
      new Promise<void>((resolve) => {
        client.on('message', (data) => {
          messages.push(String(data));
          if (messages.length === count) resolve();
        });
      });
    const all = said(3);
    await once(client, 'open');
    client.send('a');
    client.send(Buffer.from('b'.repeat(100_000)));
    await all;
    expect([client.protocol, messages[0], messages[1], messages[2]?.length]).toEqual([
      'chat',
      'welcome',
      'a',
      100_000,
    ]);
    expect(paths).toEqual(['/chat?room=1']);
    client.close();
    await once(client, 'close');
  });

  test('that the upstream refuses are answered with its refusal', async () => {
    upstream.server.on('upgrade', (_request, socket) => {
      socket.end(
        'HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nConnection: close\r\n\r\nnever',
      );
    });
    const text = await rawText(upgradeRequest('/p/chat'));
    expect(text).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*\r\n\r\nnever$/);
  });

  test('that the upstream ignores are answered as the request that they are', async () => {
    upstream.server.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nplain\r\n');
      setImmediate(() => socket.end('0\r\n\r\n'));
    });
    const text = await rawText(upgradeRequest('/p/chat'));
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nplain$/);
    expect(text).not.toMatch(/transfer-encoding/i);
  });

  test('end for the one when the other goes', async () => {
    const gone = Promise.withResolvers<void>();
    upstream.server.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      socket.on('error', () => {});
      socket.once('end', () => {
        socket.destroy();
        gone.resolve();
      });
      socket.resume();
    });
    const client = rawSocket(gateway.publicUrl);
    client.write(upgradeRequest('/p/chat'));
    expect(String(((await once(client, 'data')) as [Buffer])[0])).toMatch(/^HTTP\/1\.1 101 /);
    client.destroy();
    await gone.promise;
  });
});

/** All that comes until the gateway closes the connection. */
async function rawText(request: string): Promise<string> {
  const socket = rawSocket(gateway.publicUrl);
  socket.write(request);
  return Buffer.concat(await socket.toArray()).toString('latin1');
}

function upgradeRequest(path: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    ...['Host: a', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
    ...['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', ''],
  ].join('\r\n');
}

describe('connections to the upstream', () => {
  test('are kept: one serves many requests', async () => {
    upstream.answer((_request, response) => void response.end('ok'));
    await send(gateway.publicUrl, { path: '/p/a' });
    const before = upstream.connections();
    for (let count = 0; count < 10; count++) await send(gateway.publicUrl, { path: '/p/a' });
    expect(upstream.connections()).toBe(before);
  });

  test('that were closed meanwhile cost a repeatable request nothing', async () => {
    upstream.answer((_request, response) => void response.end('ok'));
    await send(gateway.publicUrl, { path: '/items/1' });
    // From now on a kept connection is reset as soon as a request comes on it, as if it had been closed before.
    let resets = 0;
    upstream.answer((request, response) => {
      if (request.socket.bytesWritten > 0) {
        resets += 1;
        request.socket.resetAndDestroy();
      } else response.end('again');
    });
    expect((await send(gateway.publicUrl, { path: '/items/1' })).text).toBe('again');
    expect(resets).toBe(1);
  });

  test('that were closed meanwhile fail a request that must not be sent twice', async () => {
    upstream.answer((_request, response) => void response.end('ok'));
    await send(gateway.publicUrl, { path: '/p/a', method: 'POST', body: 'x' });
    let received = 0;
    upstream.answer((request) => {
      received += 1;
      request.socket.resetAndDestroy();
    });
    const answer = await send(gateway.publicUrl, { path: '/p/a', method: 'POST', body: 'x' });
    expect([answer.status, problemOf(answer).type, received]).toEqual([
      503,
      'urn:dragoman:problem:upstream-unreachable',
      1,
    ]);
  });

  test('are not there at all: 503', async () => {
    const closed = await startHttpUpstream();
    await closed.close();
    await gateway.registry.put(proxyService(closed.url, { name: 'nobody', prefix: '/nobody' }));
    const answer = await send(gateway.publicUrl, { path: '/nobody/a' });
    expect([answer.status, problemOf(answer).type]).toEqual([
      503,
      'urn:dragoman:problem:upstream-unreachable',
    ]);
  });
});
