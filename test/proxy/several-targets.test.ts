// An upstream of several targets is served by those that are there: what could not be sent goes to another one, and what
// may have been seen does not. Security reference, section 8.8.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  ExchangeFault,
  type ExchangeRequest,
  type ExchangeResponse,
  type HttpTransport,
  NoConnection,
} from '../../backends/http/http-transport.ts';
import { sendToOneOf } from '../../backends/http/several-targets.ts';
import { NO_HEADERS } from '../../core/http-message.ts';
import { send } from '../harness/http-client.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type HttpUpstream, openapiService, proxyService, startHttpUpstream } from './upstream.ts';

const REQUEST: ExchangeRequest = {
  method: 'POST',
  target: '/',
  headers: NO_HEADERS,
  body: undefined,
  contentLength: undefined,
  signal: new AbortController().signal,
  idleMs: 1_000,
  isRepeatable: true,
  isReplayable: true,
};

/** Targets by letter, each with its fault for now, and the letters of those that were asked. */
function targets(
  faults: Record<string, Error | Promise<never> | undefined>,
  weights: Record<string, number> = {},
) {
  const asked: string[] = [];
  let time = 0;
  const members = Object.keys(faults).map((name) => ({
    weight: weights[name] ?? 1,
    item: {
      exchange: (): Promise<ExchangeResponse> => {
        asked.push(name);
        const fault = faults[name];
        const answer = { status: 200, headers: NO_HEADERS, body: undefined, trailers: () => NO_HEADERS };
        if (fault instanceof Promise) return fault;
        return fault === undefined ? Promise.resolve(answer) : Promise.reject(fault);
      },
      close: () => {},
    } satisfies HttpTransport,
  }));
  const one = sendToOneOf(members, () => time);
  return {
    faults,
    pass: (ms: number) => {
      time += ms;
    },
    /** Who is asked by so many at the same time. */
    crowd: (count: number): string => {
      asked.length = 0;
      for (let at = 0; at < count; at += 1) one(REQUEST).catch(() => {});
      return asked.join(' ');
    },
    /** Who was asked by so many requests, in order; a fault that reached the caller ends with its kind. */
    ask: async (count: number, request = REQUEST): Promise<string> => {
      asked.length = 0;
      for (let at = 0; at < count; at += 1) {
        await one(request).catch((error: ExchangeFault) => asked.push(`!${error.kind}`));
      }
      return asked.join(' ');
    },
  };
}

const gone = (): NoConnection => new NoConnection('no connection');

describe('what could not be sent', () => {
  test('goes to another target, and the lost one is left in peace for ten seconds', async () => {
    const world = targets({ a: gone(), b: undefined, c: undefined });
    expect(await world.ask(6)).toBe('a b c b c b c');
    world.pass(9_999);
    expect(await world.ask(3)).toBe('b c b');
    world.pass(1);
    expect(await world.ask(4)).toBe('c a b c b');
    world.faults.a = undefined;
    world.pass(10_000);
    expect((await world.ask(6)).split(' ').sort().join('')).toBe('aabbcc');
  });

  test('is tried on the lost one again by one request, which no other joins before it is answered', async () => {
    const world = targets({ a: gone(), b: undefined });
    expect(await world.ask(2)).toBe('a b b');
    const { promise, reject } = Promise.withResolvers<never>();
    world.faults.a = promise;
    world.pass(10_000);
    expect(world.crowd(5)).toBe('a b b b b');
    // It speaks again, be it nonsense.
    reject(new ExchangeFault('protocol', 'it broke'));
    world.faults.a = undefined;
    await promise.catch(() => {});
    expect((await world.ask(4)).split(' ').sort().join('')).toBe('aabb');
  });

  test('leaves the shares of the others as they are', async () => {
    const world = targets({ a: gone(), b: undefined, c: undefined }, { a: 2, b: 3, c: 1 });
    const served = (await world.ask(401)).replaceAll('a ', '').split(' ');
    const share = served.filter((name) => name === 'b').length / served.length;
    expect(share).toBeGreaterThan(0.6);
    expect(share).toBeLessThan(0.85);
  });

  test('fails where no target is there, and asks again each time', async () => {
    const world = targets({ a: gone(), b: gone() });
    expect(await world.ask(2)).toBe('a b !unreachable a b !unreachable');
    world.faults.b = undefined;
    expect(await world.ask(2)).toBe('a b b');
  });

  test('waits for three targets at most', async () => {
    const world = targets({ a: gone(), b: gone(), c: gone(), d: undefined });
    expect(await world.ask(2)).toBe('a b c !unreachable d');
  });

  test('goes to another one from a target that is busy, which does not rest for that', async () => {
    const world = targets({ a: new ExchangeFault('busy', 'full'), b: undefined });
    expect(await world.ask(2)).toBe('a b a b');
  });

  test('goes nowhere if nobody waits for it', async () => {
    const world = targets({ a: gone(), b: undefined });
    expect(await world.ask(1, { ...REQUEST, signal: AbortSignal.abort() })).toBe('a !unreachable');
  });
});

test.each(['unreachable', 'protocol', 'timeout'] as const)(
  'what may have been seen is sent to nobody else: %s',
  async (kind) => {
    const world = targets({ a: new ExchangeFault(kind, 'it broke'), b: undefined });
    expect(await world.ask(2)).toBe(`a !${kind} b`);
  },
);

describe('one of two targets is gone', () => {
  let alive: HttpUpstream;
  let gateway: TestGateway;
  beforeAll(async () => {
    const dead = await startHttpUpstream();
    await dead.close();
    alive = await startHttpUpstream();
    alive.answer((request, response) => void request.pipe(response));
    const upstream = { targets: [{ url: dead.url }, { url: alive.url }] };
    const post = { post: { operationId: 'echo', responses: { 200: { description: '' } } } };
    gateway = await startTestGateway([
      proxyService('', { upstream }),
      openapiService('', { '/echo': post }, { upstream }),
    ]);
  });
  afterAll(async () => {
    await gateway.close();
    await alive.close();
  });

  test.each([
    ['small content', '/p/a', 'hello'],
    ['content that streams', '/p/a', 'x'.repeat(200_000)],
    ['a described operation', '/echo', '{"a":1}'],
  ])('%s gets through, whatever the method', async (_name, path, body) => {
    for (let round = 0; round < 4; round += 1) {
      const answer = await send(gateway.publicUrl, { path, method: 'POST', body });
      expect([answer.status, answer.text]).toEqual([200, body]);
    }
  });
});
