// How long a call may take, and who is told that it is over. Sources: transcoding reference, section 10, "Deadlines";
// security reference, section 8, row 12.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { begin, send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { quickest } from '../harness/quickest.ts';
import { rawSocket } from '../harness/raw-socket.ts';
import { demoService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { LIBRARY, type LibraryWorld, startLibraryWorld } from './library-world.ts';

let world: LibraryWorld;
let short: TestGateway;
beforeAll(async () => {
  world = await startLibraryWorld();
  short = await startTestGateway([
    demoService('library', world.library.url, {
      upstream: { targets: [{ url: world.library.url }], timeoutMs: 2_000 },
      maxDeadlineMs: 4_000,
    }),
  ]);
});
afterAll(async () => {
  await short.close();
  await world.close();
});
beforeEach(() => world.library.resetCounts());

const BOOK = '/v1/books/b1';

/** The mock's book has no event for "over, however". */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}

/** Milliseconds that the upstream was told; a call takes some time to get there, and gRPC rounds. */
async function timeLeft(gateway: TestGateway, headers: Record<string, string>): Promise<number> {
  let left = Number.NaN;
  await quickest(900, async () => {
    const start = performance.now();
    const { status } = await send(gateway.publicUrl, { path: BOOK, headers });
    // A short one may pass before a busy machine has sent the call.
    if (status === 504) return Number.POSITIVE_INFINITY;
    expect(status).toBe(200);
    left = world.counts('GetBook')?.lastTimeoutMs ?? Number.NaN;
    return performance.now() - start;
  });
  return left;
}

describe('the smallest of what is given arrives upstream as what remains', () => {
  test.each<[string, Record<string, string>, number]>([
    ['nothing: the default', {}, 30_000],
    ['seconds of gRPC', { 'grpc-timeout': '5S' }, 5_000],
    ['minutes of gRPC, beyond the ceiling', { 'grpc-timeout': '5M' }, 60_000],
    ['hours of gRPC, beyond all timers', { 'grpc-timeout': '99999999H' }, 60_000],
    ['milliseconds of gRPC', { 'grpc-timeout': '5000m' }, 5_000],
    ['microseconds of gRPC', { 'grpc-timeout': '5000000u' }, 5_000],
    ['nanoseconds of gRPC', { 'grpc-timeout': '99999999n' }, 100],
    ['milliseconds of Connect', { 'connect-timeout-ms': '5000' }, 5_000],
    ['more of them', { 'connect-timeout-ms': '9999999999' }, 60_000],
    ['seconds of ours', { 'x-server-timeout': '5' }, 5_000],
    ['a fraction of ours', { 'x-server-timeout': '1.5' }, 1_500],
    ['all three', { 'grpc-timeout': '20S', 'connect-timeout-ms': '5000', 'x-server-timeout': '10' }, 5_000],
  ])('%s', async (_name, headers, expected) => {
    const left = await timeLeft(world.gateway, headers);
    expect(left).toBeLessThanOrEqual(expected);
    expect(left).toBeGreaterThan(expected === 100 ? 0 : expected - 1_000);
  });

  test('a service’s own default and ceiling', async () => {
    expect(Math.ceil((await timeLeft(short, {})) / 1000)).toBe(2);
    expect(Math.ceil((await timeLeft(short, { 'grpc-timeout': '3S' })) / 1000)).toBe(3);
    expect(Math.ceil((await timeLeft(short, { 'grpc-timeout': '9S' })) / 1000)).toBe(4);
  });

  test('a stream has no deadline but the client’s', async () => {
    const watch = '/v1/books:watch?count=1&interval=0.001s';
    expect((await world.get(watch)).status).toBe(200);
    expect(world.counts('WatchBooks')?.lastTimeoutMs).toBeNull();
    expect((await world.get(watch, { 'grpc-timeout': '50S' })).status).toBe(200);
    expect(world.counts('WatchBooks')?.lastTimeoutMs).toBeGreaterThan(40_000);
    // Longer than a timer of Node can be: it must not fire at once.
    expect((await world.get(watch, { 'grpc-timeout': '99999999H' })).status).toBe(200);
  });
});

describe('a malformed deadline is 400 and names its header', () => {
  test.each([
    ['grpc-timeout', ''],
    ['grpc-timeout', '5'],
    ['grpc-timeout', 'S'],
    ['grpc-timeout', '5s'],
    ['grpc-timeout', '5 S'],
    ['grpc-timeout', '-5S'],
    ['grpc-timeout', '+5S'],
    ['grpc-timeout', '1.5S'],
    ['grpc-timeout', '123456789S'],
    ['grpc-timeout', '5SS'],
    ['grpc-timeout', '5S, 6S'],
    ['grpc-timeout', '0x5S'],
    ['connect-timeout-ms', 'soon'],
    ['connect-timeout-ms', '-1'],
    ['connect-timeout-ms', '1.5'],
    ['connect-timeout-ms', '12345678901'],
    ['x-server-timeout', 'NaN'],
    ['x-server-timeout', '-1'],
    ['x-server-timeout', '1e3'],
    ['x-server-timeout', '.5'],
    ['x-server-timeout', 'Infinity'],
  ])('%s: %j', async (header, value) => {
    const problem = problemOf(await world.get(BOOK, { [header]: value }));
    expect([problem.status, problem.type]).toEqual([400, 'urn:dragoman:problem:bad-headers']);
    expect(problem.violations.map(({ field }) => field)).toEqual([header]);
    expect(world.counts('GetBook')).toBeUndefined();
  });

  test('all of them at once', async () => {
    const problem = problemOf(
      await world.get(BOOK, { 'grpc-timeout': 'x', 'connect-timeout-ms': 'y', 'x-server-timeout': 'z' }),
    );
    expect(problem.violations).toHaveLength(3);
  });
});

describe('when it passes', () => {
  test.each([
    ['an upstream that hangs', BOOK, { 'x-mock-hang': 'true' }],
    ['an upstream that is slow', BOOK, { 'x-mock-delay-ms': '60000' }],
    ['a stream that says nothing', '/v1/books:watch', { 'x-mock-hang': 'true' }],
  ])('the client gets 504 and the upstream is told: %s', async (_name, path, headers) => {
    const answer = await world.get(path, { ...headers, 'grpc-timeout': '100m' });
    const problem = problemOf(answer);
    expect(problem).toEqual(
      expect.objectContaining({
        status: 504,
        code: 'DEADLINE_EXCEEDED',
        detail: 'the deadline passed before the upstream answered',
      }),
    );
    // Whichever comes first, the deadline on the wire or our reset: nobody works on.
    const method = path === BOOK ? 'GetBook' : 'WatchBooks';
    await until(() => world.counts(method)?.active === 0);
  });

  test('at once, if nothing is left: the service is not called', async () => {
    world.library.resetCounts();
    for (const path of [BOOK, '/v1/books:watch?count=1']) {
      expect(problemOf(await world.get(path, { 'grpc-timeout': '0m' })).status).toBe(504);
    }
    expect([world.counts('GetBook')?.calls ?? 0, world.counts('WatchBooks')?.calls ?? 0]).toEqual([0, 0]);
  });

  test('in the midst of a stream, the last line says so', async () => {
    const answer = await world.get('/v1/books:watch', {
      'x-mock-forever': 'true',
      'x-mock-interval-ms': '1',
      'grpc-timeout': '1500m',
      accept: 'application/x-ndjson',
    });
    const lines = answer.text.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    expect(JSON.parse(lines.at(-1) ?? '').error).toEqual(
      expect.objectContaining({ status: 504, code: 'DEADLINE_EXCEEDED' }),
    );
  });
});

describe('a client that leaves', () => {
  test.each([
    ['an upstream that hangs', { 'x-mock-hang': 'true' }],
    ['an upstream that is slow', { 'x-mock-delay-ms': '60000' }],
  ])('ends its call within 50 ms: %s', async (_name, headers) => {
    const best = await quickest(50, async () => {
      world.library.resetCounts();
      const request = begin(world.gateway.publicUrl, { path: BOOK, headers });
      await world.library.waitForCall(`${LIBRARY}/GetBook`);
      const cancelled = world.library.waitForCancel(`${LIBRARY}/GetBook`);
      const start = performance.now();
      request.leave();
      await cancelled;
      return performance.now() - start;
    });
    expect(best).toBeLessThan(50);
  });

  test('by the hundred leaves nothing behind', async () => {
    const requests = Array.from({ length: 100 }, () =>
      begin(world.gateway.publicUrl, { path: BOOK, headers: { 'x-mock-hang': 'true' } }),
    );
    await world.library.waitForCall(`${LIBRARY}/GetBook`, 100);
    for (const request of requests) request.leave();
    await world.library.waitForCancel(`${LIBRARY}/GetBook`, 100);
    expect(world.counts('GetBook')).toEqual(expect.objectContaining({ active: 0, cancelled: 100 }));
    expect((await world.get(BOOK)).status).toBe(200);
  });

  test('while its body is still on the way never reaches the upstream', async () => {
    const socket = rawSocket(world.gateway.publicUrl);
    const head = `POST /v1/books HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"title"`;
    await new Promise<void>((resolve) => socket.write(head, () => resolve()));
    socket.resetAndDestroy();
    // A later request of another client is answered, so the gateway has seen the first one end.
    expect((await world.get(BOOK)).status).toBe(200);
    expect(world.counts('CreateBook')).toBeUndefined();
  });
});
