// Answers of an upstream of HTTP/2 at random, from a seed: frames in any order, half and whole, with any head, then an
// end of one kind or another. Clients get an answer, a problem that names the upstream, or a cut; never a crash, never
// nothing, and nothing is left of it. Security reference, section 8.14.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  block,
  END_HEADERS,
  END_STREAM,
  frame,
  greet,
  number,
  PADDED,
  type Peer,
  type ScriptedServer,
  settings,
  startScriptedServer,
  TYPE,
} from '../backends/http2/scripted-server.ts';
import { open, send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { createRandom } from '../json/wire-generator.ts';
import { watchExchangeTimers } from './exchange-timers.ts';
import { proxyService } from './upstream.ts';

const SEED = 20_261_121;
const ROUNDS = 300;
const FRAME_HEAD = 9;

type Random = () => number;
const below = (random: Random, count: number): number => Math.floor(random() * count);
const pick = <T>(random: Random, items: readonly T[]): T => items[below(random, items.length)] as T;
const noise = (random: Random, most: number): Buffer =>
  Buffer.from(Array.from({ length: below(random, most) }, () => below(random, 256)));

const STATUSES = [
  '200',
  '200',
  '200',
  '204',
  '304',
  '404',
  '100',
  '103',
  '101',
  '099',
  '600',
  '',
  'x',
  '2000',
];
const FIELDS: readonly (readonly [string, string])[] = [
  ['content-length', '3'],
  ['content-length', '99999'],
  ['content-length', 'x'],
  ['content-type', 'text/plain'],
  ['connection', 'close'],
  ['transfer-encoding', 'chunked'],
  ['x-a', 'b\r\nset-cookie: evil'],
  ['x-a', '\0'],
  ['x-a', 'a'.repeat(120)],
  ['X-Upper', 'a'],
  [':path', '/'],
  [':status', '200'],
  ['', 'a'],
  ['set-cookie', 'a=b'],
  ['location', '//elsewhere.example'],
  ['te', 'x'],
];

function randomHead(random: Random, stream: number): Buffer {
  const fields: (readonly [string, string])[] = [];
  if (random() < 0.9) fields.push([':status', pick(random, STATUSES)]);
  while (random() < 0.5) fields.push(pick(random, FIELDS));
  const flags = (random() < 0.85 ? END_HEADERS : 0) | (random() < 0.25 ? END_STREAM : 0);
  const bytes = random() < 0.1 ? noise(random, 40) : block(...fields);
  return frame(TYPE.headers, flags | (random() < 0.05 ? PADDED : 0), stream, bytes);
}

function randomFrame(random: Random, stream: number): Buffer {
  const on = random() < 0.85 ? stream : pick(random, [0, 2, stream + 2, 1, 0x7fffffff]);
  switch (below(random, 12)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return randomHead(random, on);
    case 4:
    case 5:
      return frame(TYPE.data, random() < 0.4 ? END_STREAM : 0, on, noise(random, 2000));
    case 6:
      return frame(TYPE.window, 0, pick(random, [0, on]), number(pick(random, [0, 1, 65_535, 0x7fffffff])));
    case 7:
      return frame(TYPE.settings, below(random, 2), 0, settings([below(random, 9), below(random, 2 ** 32)]));
    case 8:
      return frame(TYPE.ping, below(random, 2), pick(random, [0, 0, on]), noise(random, 12));
    case 9:
      return frame(TYPE.continuation, pick(random, [0, END_HEADERS]), on, noise(random, 30));
    case 10:
      return frame(TYPE.push, END_HEADERS, on, Buffer.concat([number(2), block([':method', 'GET'])]));
    default:
      // A type, flags and length of no meaning, or of another one than it says.
      return frame(below(random, 256), below(random, 256), on, noise(random, 50), below(random, 60));
  }
}

/** However it goes on, it ends: otherwise silence would have to be waited for. */
function randomEnd(random: Random, peer: Peer, stream: number, isAligned: boolean): void {
  const goodbye = Buffer.concat([number(pick(random, [0, stream - 2, stream])), number(below(random, 14))]);
  switch (below(random, 5)) {
    case 0:
      peer.write(frame(TYPE.reset, 0, stream, number(below(random, 16))));
      // It may be but the content of a frame that claimed to be longer.
      if (!isAligned) peer.socket.end();
      return;
    case 1:
      peer.write(frame(TYPE.goAway, 0, 0, goodbye));
      peer.socket.end();
      return;
    case 2:
      peer.socket.resetAndDestroy();
      return;
    case 3:
      peer.write(frame(TYPE.data, END_STREAM, stream, noise(random, 20)));
      peer.socket.end();
      return;
    default:
      peer.socket.end(noise(random, 30));
  }
}

const FAULTS = [502, 503];
const PASSED = [200, 204, 304, 404];

let respond: (peer: Peer, stream: number) => void = () => {};
let upstream: ScriptedServer;
let gateway: TestGateway;
const timers = watchExchangeTimers();
beforeAll(async () => {
  upstream = await startScriptedServer(async (peer) => {
    greet(peer);
    for (;;) {
      const { stream } = await peer.next(TYPE.headers);
      respond(peer, stream);
    }
  });
  const url = `http://127.0.0.1:${upstream.target.port}`;
  const http = { http2: true, connectMs: 30_000 };
  timers.enable();
  gateway = await startTestGateway([
    proxyService(url, { upstream: { targets: [{ url }], http, timeoutMs: 30_000 } }),
  ]);
});
afterAll(async () => {
  timers.disable();
  await gateway.close();
  await upstream.close();
});

test('whatever comes, a client gets an answer, a problem, or a cut', async () => {
  const random = createRandom(SEED);
  const seen = { answered: 0, refused: 0, cut: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    respond = (peer, stream) => {
      if (random() < 0.3) peer.write(frame(TYPE.headers, END_HEADERS, stream, block([':status', '200'])));
      let isAligned = true;
      for (let count = below(random, 6); count > 0; count--) {
        const bytes = randomFrame(random, stream);
        isAligned &&= bytes.length === FRAME_HEAD + bytes.readUIntBE(0, 3);
        peer.write(bytes);
      }
      randomEnd(random, peer, stream, isAligned);
    };
    const method = pick(random, ['GET', 'GET', 'POST', 'HEAD']);
    const headers = { te: 'trailers', ...(method === 'POST' && { 'transfer-encoding': 'chunked' }) };
    const body = method === 'POST' ? { body: 'x'.repeat(below(random, 100_000)) } : {};
    const answer = await open(gateway.publicUrl, { path: `/p/${round}`, method, headers, ...body }).catch(
      (error: Error) => error.message,
    );
    if (typeof answer === 'string') {
      // Cut with the head still on its way.
      expect([round, answer]).toEqual([round, expect.stringMatching(/^socket hang up$|ECONNRESET|EPIPE/)]);
      seen.cut += 1;
      continue;
    }
    const bytes = await answer.body.toArray().catch(() => undefined);
    const { status } = answer;
    const isOwn = answer.headers['content-type'] === 'application/problem+json';
    if (bytes === undefined) seen.cut += 1;
    else if (isOwn) seen.refused += 1;
    else seen.answered += 1;
    const text = Buffer.concat(bytes ?? []).toString('latin1');
    const problem = isOwn && method !== 'HEAD' ? problemOf({ ...answer, text }) : undefined;
    const isRight = (isOwn ? FAULTS : PASSED).includes(status);
    // With the round, so that a failure names it.
    expect([round, status, isRight, problem?.source ?? 'upstream']).toEqual([
      round,
      status,
      true,
      'upstream',
    ]);
    expect([round, answer.headers['set-cookie']?.includes('evil') ?? false]).toEqual([round, false]);
  }
  // Each way was gone.
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(10);
});

test('nothing is left of it: no timer, no fault of ours, and the next request is served', async () => {
  expect(await timers.left()).toBe(0);
  expect(gateway.logs.filter((line) => /internal error|unhandled|TypeError/i.test(line))).toEqual([]);
  for (const { socket } of upstream.peers) socket.destroy();
  respond = (peer, stream) =>
    peer.write(
      frame(TYPE.headers, END_HEADERS, stream, block([':status', '200'])),
      frame(TYPE.data, END_STREAM, stream, Buffer.from('ok')),
    );
  expect((await send(gateway.publicUrl, { path: '/p/x' })).text).toBe('ok');
});
