// Server streams as subscriptions over server-sent events. Source: graphql reference, section 10.
import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Call } from '../../core/call.ts';
import type { CallSignal } from '../../core/call-signal.ts';
import { GatewayError } from '../../core/error.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { quickest } from '../harness/quickest.ts';
import { type Answer, post, requestOf, type Served, type ServeOptions, serve, stream } from './door.ts';
import { librarySource } from './library.ts';

const library = librarySource();
const SSE = { accept: 'text/event-stream' };
const WATCH = 'subscription { watchBooks(count: 3, interval: "0.1s") { sequence event book { name } } }';
const opened: Served[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((served) => served.close()));
});

async function start(answer: Answer, options?: ServeOptions): Promise<Served> {
  const served = await serve([library], answer, options);
  opened.push(served);
  return served;
}

const event = (sequence: number): JsonObject => ({
  sequence: String(sequence),
  event: 'EVENT_LENT',
  book: { name: 'books/b1' },
});
const written = (sequence: number): JsonObject => ({
  data: { watchBooks: { sequence: String(sequence), event: 'LENT', book: { name: 'books/b1' } } },
});

async function* events(count: number, thrown?: unknown): AsyncGenerator<JsonValue> {
  for (let sequence = 1; sequence <= count; sequence++) yield event(sequence);
  if (thrown !== undefined) throw thrown;
}

/** The events of a finished stream: `next` with its data, `complete`. */
function parseSse(text: string): { event: string; data: unknown }[] {
  return text
    .split('\n\n')
    .map((block) => block.split('\n'))
    .flatMap((lines) => {
      const name = lines
        .find((line) => line.startsWith('event:'))
        ?.slice(6)
        .trim();
      const body =
        lines
          .find((line) => line.startsWith('data:'))
          ?.slice(5)
          .trim() ?? '';
      return name === undefined
        ? []
        : [{ event: name, data: body === '' ? null : (JSON.parse(body) as unknown) }];
    });
}

/** A stream that gives out messages one by one, and says when it is left. */
class Upstream {
  readonly called = Promise.withResolvers<Call>();
  readonly left = Promise.withResolvers<number>();
  asked = 0;
  #next: ((message: JsonValue) => void) | undefined;

  answer: Answer = (call) => {
    this.called.resolve(call);
    call.signal.addEventListener('abort', () => this.left.resolve(performance.now()));
    return stream(call, this.#messages(call.signal));
  };

  send(message: JsonValue): void {
    this.#next?.(message);
  }

  async *#messages(signal: CallSignal): AsyncGenerator<JsonValue> {
    for (;;) {
      this.asked++;
      yield await new Promise<JsonValue>((resolve, reject) => {
        this.#next = resolve;
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    }
  }
}

test('every message is an event, and the end is said', async () => {
  const served = await start((call) => stream(call, events(3)));
  const response = await post(served.url, { query: WATCH }, SSE);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('content-encoding')).toBeNull();
  expect(response.headers.get('x-request-id')).toBe(served.calls[0]?.requestId);
  expect(parseSse(await response.text())).toEqual([
    { event: 'next', data: written(1) },
    { event: 'next', data: written(2) },
    { event: 'next', data: written(3) },
    { event: 'complete', data: null },
  ]);
  expect(requestOf(served.calls[0])).toEqual({ count: 3, interval: '0.100s' });
  expect(served.pinned()).toBe(0);
});

test('without a form that can carry events the answer is 406', async () => {
  const served = await start((call) => stream(call, events(3)));
  for (const accept of ['application/json', 'application/graphql-response+json']) {
    const response = await post(served.url, { query: WATCH }, { accept });
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringMatching(/text\/event-stream/) }],
    });
  }
  expect(served.calls.length).toBe(0);
});

test('a query in the form of events is one event', async () => {
  const served = await start(() => {
    throw new Error('not to be called');
  });
  const response = await post(served.url, { query: '{ __typename }' }, SSE);
  expect(parseSse(await response.text())).toEqual([
    { event: 'next', data: { data: { __typename: 'Query' } } },
    { event: 'complete', data: null },
  ]);
});

test.each([
  ['a mutation', 'mutation { deleteBook(name: "x") }'],
  ['a subscription', WATCH],
])('%s by GET is 405 in this form, too', async (_what, query) => {
  const served = await start(() => {
    throw new Error('not to be called');
  });
  const response = await fetch(`${served.url}?query=${encodeURIComponent(query)}`, { headers: SSE });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  expect(parseSse(await response.text())).toMatchObject([
    { event: 'next', data: { errors: [{ message: expect.stringContaining('must be sent with POST') }] } },
    { event: 'complete' },
  ]);
  expect(served.calls.length).toBe(0);
});

describe('failures', () => {
  test('before the stream begins are an ordinary error with a code', async () => {
    const served = await start(() => {
      throw new GatewayError('permission_denied', 'not for you', { source: 'upstream' });
    });
    const response = await post(served.url, { query: WATCH }, SSE);
    const id = response.headers.get('x-request-id');
    expect(parseSse(await response.text())).toEqual([
      {
        event: 'next',
        data: {
          errors: [
            {
              message: 'not for you',
              path: ['watchBooks'],
              locations: [{ line: 1, column: 16 }],
              extensions: { code: 'PERMISSION_DENIED', requestId: id, source: 'upstream' },
            },
          ],
        },
      },
      { event: 'complete', data: null },
    ]);
  });

  test.each([0, 2])('after %i events are the last event', async (count) => {
    const served = await start((call) =>
      stream(call, events(count, new GatewayError('unavailable', 'it went away', { source: 'upstream' }))),
    );
    const parsed = parseSse(await (await post(served.url, { query: WATCH }, SSE)).text());
    expect(parsed).toHaveLength(count + 2);
    expect(parsed.at(-2)).toMatchObject({
      event: 'next',
      data: {
        data: { watchBooks: null },
        errors: [
          {
            message: 'it went away',
            path: ['watchBooks'],
            extensions: { code: 'UNAVAILABLE', source: 'upstream' },
          },
        ],
      },
    });
    expect(parsed.at(-1)?.event).toBe('complete');
  });

  test('nobody foresaw say nothing of themselves', async () => {
    const served = await start((call) => stream(call, events(1, new Error('canary'))));
    const text = await (await post(served.url, { query: WATCH }, SSE)).text();
    expect(text).toContain('"INTERNAL"');
    expect(text).not.toContain('canary');
  });
});

describe('a subscriber', () => {
  /** Subscribes and resolves once the head is there. */
  async function subscribe(
    served: Served,
  ): Promise<{ leave: () => void; next: () => Promise<string>; rest: () => Promise<string> }> {
    const head = Promise.withResolvers<AsyncIterator<Buffer>>();
    const client = httpRequest(
      served.url,
      { method: 'POST', headers: { 'content-type': 'application/json', ...SSE } },
      (response) => head.resolve(response[Symbol.asyncIterator]()),
    );
    client.on('error', () => {});
    client.end(JSON.stringify({ query: WATCH }));
    const chunks = await head.promise;
    const next = async (): Promise<string> => {
      const { done, value } = await chunks.next();
      return done === true ? '' : value.toString();
    };
    return {
      leave: () => client.destroy(),
      next,
      rest: async () => {
        let text = '';
        for (let chunk = await next(); chunk !== ''; chunk = await next()) text += chunk;
        return text;
      },
    };
  }

  const nextEvent = async (next: () => Promise<string>): Promise<string> => {
    for (;;) {
      const chunk = await next();
      if (chunk.includes('data:')) return chunk;
    }
  };

  test('hears of an event when it happens, and its leaving cancels upstream within 50 ms', async () => {
    const best = await quickest(50, async () => {
      const upstream = new Upstream();
      const served = await start(upstream.answer);
      const subscriber = await subscribe(served);
      const call = await upstream.called.promise;
      upstream.send(event(1));
      expect(await nextEvent(subscriber.next)).toContain('"sequence":"1"');
      expect(served.pinned()).toBe(1);
      const left = performance.now();
      subscriber.leave();
      const took = (await upstream.left.promise) - left;
      expect(call.signal.reason).toMatchObject({ code: 'cancelled' });
      return took;
    });
    expect(best).toBeLessThan(50);
  });

  test('keeps its snapshot until it ends, across a publish', async () => {
    const upstream = new Upstream();
    const served = await start(upstream.answer);
    const subscriber = await subscribe(served);
    await upstream.called.promise;
    served.publish([library], () => {
      throw new Error('not to be called');
    });
    upstream.send(event(7));
    expect(await nextEvent(subscriber.next)).toContain('"sequence":"7"');
    expect(served.pinned()).toBe(1);
    subscriber.leave();
    await upstream.left.promise;
  });

  test('is told when the gateway drains, and the upstream call ends', async () => {
    const upstream = new Upstream();
    const served = await start(upstream.answer);
    const subscriber = await subscribe(served);
    await upstream.called.promise;
    upstream.send(event(1));
    await nextEvent(subscriber.next);
    served.door.drain();
    const parsed = parseSse(await subscriber.rest());
    expect(parsed).toMatchObject([
      {
        event: 'next',
        data: {
          data: { watchBooks: null },
          errors: [{ extensions: { code: 'SERVICE_DRAINING', retryAfterMs: 1000, source: 'gateway' } }],
        },
      },
      { event: 'complete' },
    ]);
    await upstream.left.promise;
    expect(served.pinned()).toBe(0);
  });

  test('who does not read pauses the upstream', async () => {
    let sent = 0;
    const large = { ...event(1), book: { name: 'x'.repeat(100_000) } };
    const served = await start((call) =>
      stream(
        call,
        (async function* () {
          for (;;) {
            sent++;
            yield large;
          }
        })(),
      ),
    );
    const paused = Promise.withResolvers<void>();
    const client = httpRequest(
      served.url,
      { method: 'POST', headers: { 'content-type': 'application/json', ...SSE } },
      (response) => {
        response.pause();
        paused.resolve();
      },
    );
    client.on('error', () => {});
    client.end(JSON.stringify({ query: WATCH }));
    await paused.promise;
    // The stream never waits by itself: it stands still only because nobody asks for more.
    let before = -1;
    while (before !== sent) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(sent).toBeLessThan(500);
    client.destroy();
  });
});
