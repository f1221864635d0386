// Each fault of an upstream of HTTP/2 has its own status and problem, as those of HTTP/1.1 have; nobody takes half of an
// answer for all; what the upstream has not looked at is sent again, what it may have is not.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  block,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  greet,
  number,
  type Peer,
  type ScriptedServer,
  startScriptedServer,
  TYPE,
} from '../backends/http2/scripted-server.ts';
import { open, send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type ByteUpstream, proxyService, startByteUpstream } from './upstream.ts';

/** What each request is answered by; `turn` counts them over all connections. */
let respond: (peer: Peer, stream: number, turn: number) => unknown = () => {};
let turns = 0;
let upstream: ScriptedServer;
let bytes: ByteUpstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startScriptedServer(async (peer) => {
    greet(peer);
    for (;;) {
      const { stream } = await peer.next(TYPE.headers);
      turns += 1;
      respond(peer, stream, turns);
    }
  });
  bytes = await startByteUpstream();
  const url = `http://127.0.0.1:${upstream.target.port}`;
  const http = { http2: true, connectMs: 1_000 };
  gateway = await startTestGateway([
    proxyService(url, { upstream: { targets: [{ url }], http, timeoutMs: 3_000 } }),
    proxyService(bytes.url, {
      name: 'no-http2',
      prefix: '/n',
      upstream: { targets: [{ url: bytes.url }], http: { http2: true, connectMs: 300 } },
    }),
  ]);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
  await bytes.close();
});

function answering(next: typeof respond): void {
  turns = 0;
  respond = next;
}

const head = (stream: number, fields: readonly (readonly [string, string])[], isEnd = false): Buffer =>
  frame(TYPE.headers, END_HEADERS | (isEnd ? END_STREAM : 0), stream, block(...fields));
const OK: readonly [string, string] = [':status', '200'];
const last = (stream: number, text: string): Buffer =>
  frame(TYPE.data, END_STREAM, stream, Buffer.from(text));
const reset = (stream: number, code: number): Buffer => frame(TYPE.reset, 0, stream, number(code));
const goAway = (stream: number, code = 0): Buffer =>
  frame(TYPE.goAway, 0, 0, Buffer.concat([number(stream), number(code)]));
const whole = (peer: Peer, stream: number, text = 'ok'): void =>
  peer.write(head(stream, [OK]), last(stream, text));

describe('an answer that is none', () => {
  test.each<[string, (stream: number) => Buffer[]]>([
    ['no status', (stream) => [head(stream, [['x-a', 'b']], true)]],
    ['two statuses', (stream) => [head(stream, [OK, [':status', '201']], true)]],
    ['status 99', (stream) => [head(stream, [[':status', '099']], true)]],
    ['status 700', (stream) => [head(stream, [[':status', '700']], true)]],
    ['status 101', (stream) => [head(stream, [[':status', '101']])]],
    ['a name in upper case', (stream) => [head(stream, [OK, ['X-A', 'b']], true)]],
    ['a header of HTTP/1', (stream) => [head(stream, [OK, ['connection', 'close']], true)]],
    ['a transfer coding', (stream) => [head(stream, [OK, ['transfer-encoding', 'chunked']], true)]],
    ['a pseudo-header that nobody knows', (stream) => [head(stream, [OK, [':odd', '1']], true)]],
    ['two lengths', (stream) => [head(stream, [OK, ['content-length', '1'], ['content-length', '2']])]],
    [
      'less content than it says',
      (stream) => [head(stream, [OK, ['content-length', '9']]), last(stream, 'a')],
    ],
    ['600 headers', (stream) => [head(stream, [OK, ...Array(600).fill(['a', 'b'])], true)]],
    [
      'informational answers without end',
      (stream) =>
        Array(50).fill(
          head(stream, [
            [':status', '103'],
            ['link', '</a>'],
          ]),
        ),
    ],
    ['a frame that is no head', (stream) => [last(stream, 'a')]],
  ])('is 502: %s', async (_name, frames) => {
    answering((peer, stream) => peer.write(...frames(stream)));
    const problem = problemOf(await send(gateway.publicUrl, { path: '/p/x' }));
    expect([problem.status, problem.code, problem.type, problem.source]).toEqual([
      502,
      'INTERNAL',
      'urn:dragoman:problem:upstream-protocol',
      'upstream',
    ]);
    expect(problem.detail).not.toMatch(/127\.0\.0\.1|localhost|NGHTTP2/);
  });

  test('is 503 where the upstream resets without a word', async () => {
    answering((peer, stream) => peer.write(reset(stream, 2)));
    const problem = problemOf(await send(gateway.publicUrl, { path: '/p/x' }));
    expect([problem.status, problem.type]).toEqual([503, 'urn:dragoman:problem:upstream-unreachable']);
  });

  test('is 504 where the upstream says nothing', async () => {
    answering(() => {});
    const answer = await send(gateway.publicUrl, { path: '/p/x', headers: { 'grpc-timeout': '100m' } });
    expect([answer.status, problemOf(answer).code]).toEqual([504, 'DEADLINE_EXCEEDED']);
  });

  test('is 502 of a server that speaks HTTP/1 alone', async () => {
    bytes.answer((socket) => {
      socket.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    });
    const problem = problemOf(await send(gateway.publicUrl, { path: '/n/x' }));
    expect([problem.status, problem.type]).toEqual([502, 'urn:dragoman:problem:upstream-protocol']);
  });

  test('is 503 of a server that never greets', async () => {
    bytes.answer(() => {});
    const problem = problemOf(await send(gateway.publicUrl, { path: '/n/x' }));
    expect([problem.status, problem.type]).toEqual([503, 'urn:dragoman:problem:upstream-unreachable']);
  });
});

describe('an answer that breaks off', () => {
  test.each<[string, (peer: Peer, stream: number) => unknown]>([
    ['by a reset that calls it no error', (peer, stream) => peer.write(reset(stream, 0))],
    ['by a reset that calls it cancelled', (peer, stream) => peer.write(reset(stream, 8))],
    ['by a reset that calls it a fault', (peer, stream) => peer.write(reset(stream, 2))],
    ['by the end of the connection', (peer) => peer.socket.end()],
    ['by a cut connection', (peer) => peer.socket.destroy()],
    [
      'by a goodbye and the end of the connection',
      (peer, stream) => {
        peer.write(goAway(stream));
        peer.socket.end();
      },
    ],
  ])('is cut %s', async (_name, end) => {
    const held = Promise.withResolvers<() => unknown>();
    answering((peer, stream) => {
      peer.write(head(stream, [OK]), data(stream, Buffer.from('half')));
      held.resolve(() => end(peer, stream));
    });
    const { status, body } = await open(gateway.publicUrl, { path: '/p/x' });
    (await held.promise)();
    expect(status).toBe(200);
    await expect(body.toArray()).rejects.toThrow('aborted');
  });
});

describe('an answer that breaks off right behind its head', () => {
  test.each<[string, (peer: Peer, stream: number) => unknown]>([
    ['in one piece with it', (peer, stream) => peer.write(head(stream, [OK]), reset(stream, 2))],
    [
      'in the next turn',
      (peer, stream) => {
        peer.write(head(stream, [OK]));
        setImmediate(() => peer.write(reset(stream, 2)));
      },
    ],
    [
      'with its connection',
      (peer, stream) => {
        peer.write(head(stream, [OK]));
        setImmediate(() => peer.socket.destroy());
      },
    ],
  ])('%s is a problem or has a head, every time', async (_name, end) => {
    answering(end);
    for (let run = 0; run < 30; run += 1) {
      const { status } = await open(gateway.publicUrl, { path: '/p/x' });
      expect([200, 502]).toContain(status);
    }
  });
});

describe('a request that the upstream has not looked at', () => {
  test.each<[string, (peer: Peer, stream: number) => unknown]>([
    ['refused', (peer, stream) => peer.write(reset(stream, 7))],
    ['left out of a goodbye', (peer, stream) => peer.write(goAway(stream - 2))],
  ])('is sent once more where it was %s, even one that writes', async (_name, refuse) => {
    answering((peer, stream, turn) => (turn === 1 ? refuse(peer, stream) : whole(peer, stream)));
    const answer = await send(gateway.publicUrl, { path: '/p/x', method: 'POST', body: 'once' });
    expect([answer.status, answer.text, turns]).toEqual([200, 'ok', 2]);
  });

  test('is 503 when it is refused again and again', async () => {
    answering((peer, stream) => peer.write(reset(stream, 7)));
    const answer = await send(gateway.publicUrl, { path: '/p/x' });
    expect([answer.status, turns]).toEqual([503, 3]);
  });

  test('is not sent again if its content has been read already', async () => {
    answering((peer, stream, turn) => (turn === 1 ? peer.write(reset(stream, 7)) : whole(peer, stream)));
    const answer = await send(gateway.publicUrl, {
      path: '/p/x',
      method: 'POST',
      body: 'streamed',
      headers: { 'transfer-encoding': 'chunked' },
    });
    expect([answer.status, turns]).toEqual([503, 1]);
  });
});

describe('a request that the upstream may have looked at', () => {
  test.each([
    ['GET', 200, 2],
    ['HEAD', 200, 2],
    ['POST', 503, 1],
    ['PATCH', 503, 1],
  ])('%s on a connection that is lost is %i after %i turns', async (method, status, count) => {
    answering((peer, stream, turn) => {
      if (turn === 1) peer.socket.destroy();
      else peer.write(head(stream, [OK], true));
    });
    const answer = await send(gateway.publicUrl, { path: '/p/x', method });
    expect([answer.status, turns]).toEqual([status, count]);
  });
});

test('after all these the next request is served', async () => {
  answering((peer, stream) => whole(peer, stream));
  expect((await send(gateway.publicUrl, { path: '/p/x' })).text).toBe('ok');
});
