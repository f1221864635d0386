// How long events may last and how many there may be, and what a publish does to them.
// Source: graphql reference, section 10.
import { afterEach, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { eventPreference } from '../../gateway/graphql/accept-events.ts';
import type { SubscriptionLimits } from '../../gateway/graphql/limits.ts';
import { type Answer, post, type Served, serve, stream, unary } from './door.ts';
import { librarySource } from './library.ts';
import { LiveStream, openSse } from './live-stream.ts';
import { compile, operationsOf } from './sources.ts';

const library = librarySource();
const WATCH = 'subscription { watchBooks(count: 3, interval: "0.1s") { sequence event book { name } } }';
const opened: Served[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((served) => served.close()));
});

async function start(answer: Answer, subscriptions: Partial<SubscriptionLimits> = {}): Promise<Served> {
  const served = await serve([library], answer, { subscriptions });
  opened.push(served);
  return served;
}

const event = (sequence: number, name = 'books/b1'): JsonObject => ({
  sequence: String(sequence),
  event: 'EVENT_LENT',
  book: { name },
});

describe('which answers are events', () => {
  test.each([
    ['text/event-stream', 'always'],
    ['text/event-stream, application/json;q=0.5', 'always'],
    ['application/json, text/event-stream', 'possible'],
    ['application/json;q=0.5, text/event-stream;q=0.4', 'possible'],
    ['*/*', 'possible'],
    ['text/*', 'possible'],
    ['application/json', 'never'],
    ['application/graphql-response+json, application/json;q=0.9', 'never'],
    ['text/event-stream;q=0, */*', 'never'],
    ['', 'never'],
  ])('Accept: %s: %s', (accept, expected) => {
    expect(eventPreference(accept)).toBe(expected);
  });
});

describe('limits', () => {
  test('one client has so many subscriptions at a time; the next is 429, and one less makes room', async () => {
    const upstream = new LiveStream();
    const served = await start(upstream.answer, { perCaller: 2 });
    const first = await openSse(served.url, WATCH);
    await openSse(served.url, WATCH);
    const third = await openSse(served.url, WATCH);
    expect(third.status).toBe(429);
    expect(await third.nextData()).toMatchObject({
      errors: [
        { message: expect.stringMatching(/2 subscriptions/), extensions: { code: 'RESOURCE_EXHAUSTED' } },
      ],
    });
    expect(served.calls.length).toBe(2);
    first.leave();
    await upstream.left.promise;
    const again = await openSse(served.url, WATCH);
    expect(again.status).toBe(200);
  });

  test('silence is filled with comments, so that nobody in between gives up', async () => {
    const served = await start(new LiveStream().answer, { keepaliveMs: 20 });
    const client = await openSse(served.url, WATCH);
    expect(await client.next()).toBe(':\n\n');
    expect(await client.next()).toBe(':\n\n');
    expect(await client.next()).toBe(':\n\n');
  });

  test('an upstream that is silent for too long ends the subscription, and is told', async () => {
    const upstream = new LiveStream();
    const served = await start(upstream.answer, { idleMs: 30 });
    const client = await openSse(served.url, WATCH);
    expect(await client.nextData()).toMatchObject({
      errors: [{ extensions: { code: 'DEADLINE_EXCEEDED', source: 'gateway' } }],
    });
    expect(await client.rest()).toContain('event: complete');
    await upstream.left.promise;
    expect(served.pinned()).toBe(0);
  });

  test('a client that takes nothing pauses the upstream after so many events, and is cut off', async () => {
    let sent = 0;
    const large = event(1, 'x'.repeat(200_000));
    const left = Promise.withResolvers<void>();
    const served = await start(
      (call) => {
        call.signal.addEventListener('abort', () => left.resolve());
        return stream(
          call,
          (async function* () {
            for (;;) {
              sent++;
              yield large;
            }
          })(),
        );
      },
      { blockedMs: 200 },
    );
    // The head is read and nothing after it.
    await openSse(served.url, WATCH);
    await left.promise;
    expect(sent).toBeLessThan(100);
  });
});

describe('a publish', () => {
  const shop = (fields: string): string => `
    syntax = "proto3";
    package shop.v1;
    import "google/api/annotations.proto";
    service Shop {
      rpc Watch(WatchRequest) returns (stream Change) {}
    }
    message WatchRequest {}
    message Change { Item item = 1; Other other = 2; }
    message Item { ${fields} }
    message Other { string text = 1; }`;
  const WATCH_ITEM = 'subscription { watch { item { name } } }';

  const shopSource = (text: string) => ({
    name: 'shop',
    operations: operationsOf('shop', compile({ 'shop.proto': text }), ['shop.proto']),
  });

  async function publishing(before: string, after: string) {
    const [first, second] = [before, after].map(shopSource);
    if (first === undefined || second === undefined) throw new Error('two sources were compiled');
    const upstream = new LiveStream();
    const served = await serve([first], upstream.answer, { subscriptions: { spreadMs: 1 } });
    opened.push(served);
    const client = await openSse(served.url, WATCH_ITEM);
    await upstream.called.promise;
    served.publish([second, library], (call) => unary(call, {}));
    return { upstream, client, served };
  }

  test('of something else leaves a subscription alone', async () => {
    const { upstream, client, served } = await publishing(
      shop('string name = 1;'),
      shop('string name = 1;')
        .replace('string text = 1;', 'int32 number = 1;')
        .replace('{}\n    }', '{}\n rpc Extra(Other) returns (Other) {}\n    }'),
    );
    upstream.send({ item: { name: 'still here' } });
    expect(await client.nextData()).toEqual({ data: { watch: { item: { name: 'still here' } } } });
    expect(served.pinned()).toBe(1);
    client.leave();
    await upstream.left.promise;
  });

  test.each([
    ['a type that it reaches has another field', shop('string name = 1; string more = 2;')],
    ['a field has another number', shop('string name = 3;')],
    ['the stream is gone', shop('string name = 1;').replace('returns (stream Change)', 'returns (Change)')],
  ])('ends it if %s', async (_what, after) => {
    const { upstream, client, served } = await publishing(shop('string name = 1;'), after);
    expect(await client.nextData()).toMatchObject({
      errors: [
        {
          path: ['watch'],
          extensions: { code: 'SUBSCRIPTION_SCHEMA_CHANGED', source: 'gateway', retryAfterMs: 1000 },
        },
      ],
    });
    expect(await client.rest()).toContain('event: complete');
    await upstream.left.promise;
    expect(served.pinned()).toBe(0);
  });
});

describe('content coding', () => {
  const title = 'a long title '.repeat(400);
  test.each(['gzip', 'br', 'zstd'])('an answer is compressed with %s', async (coding) => {
    const served = await start((call) => unary(call, { title }));
    const response = await post(
      served.url,
      { query: '{ book(name: "b") { title } }' },
      { 'accept-encoding': coding },
    );
    expect(response.headers.get('content-encoding')).toBe(coding);
    expect(response.headers.get('vary')).toMatch(/accept-encoding/i);
    expect(await response.json()).toEqual({ data: { book: { title } } });
  });

  test('a small one is not', async () => {
    const served = await start((call) => unary(call, {}));
    const response = await post(
      served.url,
      { query: '{ book(name: "b") { title } }' },
      { 'accept-encoding': 'gzip' },
    );
    expect(response.headers.get('content-encoding')).toBeNull();
  });

  test('a client that refuses every coding is 406', async () => {
    const served = await start((call) => unary(call, {}));
    const response = await post(
      served.url,
      { query: '{ __typename }' },
      { 'accept-encoding': 'identity;q=0, *;q=0' },
    );
    expect(response.status).toBe(406);
  });
});

test('an answer above the limit is refused as a whole', async () => {
  const served = await serve([library], (call) => unary(call, { title: 'x'.repeat(5000) }), {
    limits: { responseBytes: 4096 },
  });
  opened.push(served);
  const { data, errors } = await served.query('{ book(name: "b") { title } }');
  expect(data).toBeNull();
  expect(errors).toMatchObject([
    { message: expect.stringMatching(/4096 bytes/), extensions: { code: 'RESOURCE_EXHAUSTED' } },
  ]);
});
