// Subscriptions over WebSocket, message by message. Sources: the graphql-transport-ws protocol of graphql-ws; graphql
// reference, section 10. What its own client makes of it is in clients.test.ts.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type ClientOptions, WebSocket } from 'ws';
import { GatewayError } from '../../core/error.ts';
import type { JsonObject } from '../../core/json.ts';
import { firstText } from '../../core/metadata.ts';
import { documentId } from '../../gateway/graphql/documents/persisted-documents.ts';
import type { SubscriptionLimits } from '../../gateway/graphql/limits.ts';
import { quickest } from '../harness/quickest.ts';
import { rawExchange } from '../harness/raw-socket.ts';
import { type Answer, type Served, serve, stream, unary } from './door.ts';
import { librarySource } from './library.ts';
import { LiveStream } from './live-stream.ts';

const library = librarySource();
const WATCH = 'subscription { watchBooks(count: 3, interval: "0.1s") { sequence } }';
const PROTOCOL = 'graphql-transport-ws';
const opened: { close(): unknown }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function start(answer: Answer, subscriptions: Partial<SubscriptionLimits> = {}): Promise<Served> {
  const served = await serve([library], answer, { subscriptions });
  opened.push(served);
  return served;
}

/** A connection that speaks one message at a time. */
class Client {
  readonly socket: WebSocket;
  readonly #messages: JsonObject[] = [];
  readonly #waiting: ((message: JsonObject) => void)[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;

  constructor(url: string, options: ClientOptions = {}, protocols: string[] = [PROTOCOL]) {
    this.socket = new WebSocket(url.replace('http:', 'ws:'), protocols, options);
    this.socket.on('error', () => {});
    this.socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as JsonObject;
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#messages.push(message);
      else waiting(message);
    });
    this.closed = new Promise((resolve) =>
      this.socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    );
    opened.push({ close: () => this.socket.terminate() });
  }

  say(message: JsonObject | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  async next(): Promise<JsonObject> {
    return this.#messages.shift() ?? new Promise((resolve) => this.#waiting.push(resolve));
  }
}

async function open(served: Served, payload?: JsonObject): Promise<Client> {
  const client = new Client(served.url);
  await once(client.socket, 'open');
  client.say({ type: 'connection_init', ...(payload && { payload }) });
  expect(await client.next()).toEqual({ type: 'connection_ack' });
  return client;
}

const subscribe = (id: string, query: string, rest: JsonObject = {}): JsonObject => ({
  id,
  type: 'subscribe',
  payload: { query, ...rest },
});
const event = (sequence: number): JsonObject => ({ sequence: String(sequence) });
const next = (id: string, sequence: number): JsonObject => ({
  id,
  type: 'next',
  payload: { data: { watchBooks: { sequence: String(sequence) } } },
});

async function* events(count: number, thrown?: unknown): AsyncGenerator<JsonObject> {
  for (let sequence = 1; sequence <= count; sequence++) yield event(sequence);
  if (thrown !== undefined) throw thrown;
}

describe('operations', () => {
  test('a subscription: every message is an event, and the end is said', async () => {
    const served = await start((call) => stream(call, events(2)));
    const client = await open(served);
    client.say(subscribe('a', WATCH));
    expect([await client.next(), await client.next(), await client.next()]).toEqual([
      next('a', 1),
      next('a', 2),
      { id: 'a', type: 'complete' },
    ]);
    expect(served.pinned()).toBe(0);
  });

  test('a query and a mutation are one result each; an id may be used again', async () => {
    const served = await start((call) =>
      unary(call, call.operation.name === 'GetBook' ? { title: 'Dune' } : {}),
    );
    const client = await open(served);
    for (const [query, data] of [
      ['query Q($n: ID!) { book(name: $n) { title } }', { book: { title: 'Dune' } }],
      ['mutation Q($n: ID!) { deleteBook(name: $n) }', { deleteBook: true }],
    ] as const) {
      client.say(subscribe('a', query, { variables: { n: 'b' }, operationName: 'Q' }));
      expect(await client.next()).toEqual({ id: 'a', type: 'next', payload: { data } });
      expect(await client.next()).toEqual({ id: 'a', type: 'complete' });
    }
  });

  test.each<[what: string, payload: JsonObject, code: string]>([
    ['a syntax error', { query: '{' }, 'GRAPHQL_PARSE_FAILED'],
    ['a field that does not exist', { query: '{ nope }' }, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a variable that does not fit',
      { query: 'query ($n: ID!) { book(name: $n) { title } }' },
      'INVALID_ARGUMENT',
    ],
    [
      'a document above the limit',
      { query: `{ __typename #${'x'.repeat(70_000)}\n }` },
      'RESOURCE_EXHAUSTED',
    ],
    [
      'an operation that is not there',
      { query: '{ __typename }', operationName: 'Nope' },
      'INVALID_ARGUMENT',
    ],
  ])('%s is an error, and the connection stays', async (_what, payload, code) => {
    const served = await start((call) => unary(call, {}));
    const client = await open(served);
    client.say({ id: 'a', type: 'subscribe', payload });
    expect(await client.next()).toMatchObject({
      id: 'a',
      type: 'error',
      payload: [
        {
          message: expect.any(String),
          extensions: { code, source: 'gateway', requestId: expect.any(String) },
        },
      ],
    });
    client.say(subscribe('a', '{ __typename }'));
    expect(await client.next()).toMatchObject({ type: 'next', payload: { data: { __typename: 'Query' } } });
    expect(served.calls.length).toBe(0);
    expect(served.pinned()).toBe(0);
  });

  test('a failure before the stream begins is an error; afterwards it is the last event', async () => {
    const failure = new GatewayError('unavailable', 'it went away', { source: 'upstream' });
    const served = await start((call) => {
      if (served.calls.length === 1) throw failure;
      return stream(call, events(1, failure));
    });
    const client = await open(served);
    client.say(subscribe('a', WATCH));
    expect(await client.next()).toMatchObject({
      id: 'a',
      type: 'error',
      payload: [{ extensions: { code: 'UNAVAILABLE' } }],
    });
    client.say(subscribe('b', WATCH));
    expect(await client.next()).toEqual(next('b', 1));
    expect(await client.next()).toMatchObject({
      id: 'b',
      type: 'next',
      payload: {
        data: { watchBooks: null },
        errors: [{ path: ['watchBooks'], extensions: { code: 'UNAVAILABLE' } }],
      },
    });
    expect(await client.next()).toEqual({ id: 'b', type: 'complete' });
  });

  test('nobody foresaw say nothing of themselves', async () => {
    const served = await start((call) => stream(call, events(0, new Error('canary'))));
    const client = await open(served);
    client.say(subscribe('a', WATCH));
    const message = JSON.stringify(await client.next());
    expect(message).toContain('"INTERNAL"');
    expect(message).not.toContain('canary');
  });
});

describe('taking back', () => {
  test('complete cancels upstream within 50 ms, and nothing more is heard', async () => {
    const best = await quickest(50, async () => {
      const upstream = new LiveStream();
      const served = await start(upstream.answer);
      const client = await open(served);
      client.say(subscribe('a', WATCH));
      upstream.send(event(1));
      expect(await client.next()).toEqual(next('a', 1));
      const left = performance.now();
      client.say({ id: 'a', type: 'complete' });
      const took = (await upstream.left.promise) - left;
      client.say({ type: 'ping' });
      expect(await client.next()).toEqual({ type: 'pong' });
      return took;
    });
    expect(best).toBeLessThan(50);
  });

  test('also before the upstream has answered at all', async () => {
    const left = Promise.withResolvers<void>();
    const called = Promise.withResolvers<void>();
    const served = await start((call) => {
      called.resolve();
      return new Promise((_resolve, reject) => {
        call.signal.addEventListener('abort', () => {
          left.resolve();
          reject(call.signal.reason);
        });
      });
    });
    const client = await open(served);
    client.say(subscribe('a', WATCH));
    await called.promise;
    client.say({ id: 'a', type: 'complete' });
    await left.promise;
    // The next operation of this id hears nothing of the first.
    client.say(subscribe('a', '{ __typename }'));
    expect(await client.next()).toMatchObject({
      id: 'a',
      type: 'next',
      payload: { data: { __typename: 'Query' } },
    });
  });

  test('closing the connection ends all of its operations', async () => {
    const upstream = new LiveStream();
    const served = await start(upstream.answer);
    const client = await open(served);
    client.say(subscribe('a', WATCH));
    const call = await upstream.called.promise;
    client.socket.terminate();
    await upstream.left.promise;
    expect(call.signal.reason).toMatchObject({ code: 'cancelled' });
  });
});

describe('the protocol', () => {
  test.each<[what: string, say: (client: Client) => void, code: number]>([
    ['an operation before connection_init', (client) => client.say(subscribe('a', WATCH)), 4401],
    ['no JSON', (client) => client.say('{'), 4400],
    ['a key that is there twice', (client) => client.say('{"type":"ping","type":"ping"}'), 4400],
    ['a message of no known type', (client) => client.say({ type: 'start' }), 4400],
    [
      'an operation without a document',
      (client) => client.say({ id: 'a', type: 'subscribe', payload: {} }),
      4400,
    ],
    ["a message of the server's own", (client) => client.say({ type: 'connection_ack' }), 4400],
    ['a binary frame', (client) => client.socket.send(Buffer.from('{"type":"ping"}')), 4400],
  ])('%s closes the connection', async (_what, say, code) => {
    const served = await start((call) => stream(call, events(1)));
    const client = new Client(served.url);
    await once(client.socket, 'open');
    say(client);
    expect((await client.closed).code).toBe(code);
    expect(served.calls.length).toBe(0);
  });

  test('a second connection_init and an id in use close the connection', async () => {
    const served = await start(new LiveStream().answer);
    const twice = await open(served);
    twice.say({ type: 'connection_init' });
    expect((await twice.closed).code).toBe(4429);
    const client = await open(served);
    client.say(subscribe('a', WATCH));
    client.say(subscribe('a', WATCH));
    expect((await client.closed).code).toBe(4409);
  });

  test('a ping is answered with its payload', async () => {
    const client = await open(await start((call) => unary(call, {})));
    client.say({ type: 'ping', payload: { n: 1 } });
    expect(await client.next()).toEqual({ type: 'pong', payload: { n: 1 } });
  });

  test('a message above the limit closes the connection', async () => {
    const client = await open(await start((call) => unary(call, {})));
    client.say(`"${'x'.repeat(2 * 1024 * 1024)}"`);
    expect((await client.closed).code).toBe(1009);
  });
});

describe('limits', () => {
  test('a connection that says nothing is closed', async () => {
    const served = await start((call) => unary(call, {}), { initMs: 20 });
    expect((await new Client(served.url).closed).code).toBe(4408);
  });

  test('one connection runs so many operations at a time', async () => {
    const served = await start(new LiveStream().answer, { perConnection: 2 });
    const client = await open(served);
    for (const id of ['a', 'b', 'c']) client.say(subscribe(id, WATCH));
    expect(await client.next()).toMatchObject({
      id: 'c',
      type: 'error',
      payload: [{ extensions: { code: 'RESOURCE_EXHAUSTED' } }],
    });
    client.say({ id: 'a', type: 'complete' });
    client.say(subscribe('c', '{ __typename }'));
    expect(await client.next()).toMatchObject({ id: 'c', type: 'next' });
  });

  test('one client has so many subscriptions at a time, over all of its connections', async () => {
    const served = await start(new LiveStream().answer, { perCaller: 1 });
    const [first, second] = [await open(served), await open(served)];
    first.say(subscribe('a', WATCH));
    first.say({ type: 'ping' });
    await first.next();
    second.say(subscribe('a', WATCH));
    expect(await second.next()).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'RESOURCE_EXHAUSTED' } }],
    });
  });

  test('a connection on which nothing happens is closed', async () => {
    const client = await open(await start((call) => unary(call, {}), { idleMs: 30 }));
    expect(await client.closed).toEqual({ code: 1000, reason: 'idle' });
  });

  test('a client that answers no ping is given up', async () => {
    const served = await start((call) => unary(call, {}), { keepaliveMs: 30 });
    const client = new Client(served.url, { autoPong: false });
    expect((await client.closed).code).toBe(1006);
  });

  test('a client that takes nothing is cut off, and its upstream with it', async () => {
    const large = { sequence: '1', book: { name: 'x'.repeat(500_000) } };
    const left = Promise.withResolvers<void>();
    let sent = 0;
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
    const client = await open(served);
    client.say(subscribe('a', 'subscription { watchBooks { book { name } } }'));
    client.socket.pause();
    await left.promise;
    expect(sent).toBeLessThan(100);
  });
});

describe('the upgrade', () => {
  test.each<[what: string, options: ClientOptions, protocols: string[], status: number]>([
    ['a page of another origin', { origin: 'https://evil.example' }, [PROTOCOL], 403],
    ['the older protocol', {}, ['graphql-ws'], 400],
    ['no protocol at all', {}, [], 400],
  ])('%s is refused', async (_what, options, protocols, status) => {
    const served = await start((call) => unary(call, {}));
    const { socket } = new Client(served.url, options, protocols);
    const [, response] = await once(socket, 'unexpected-response');
    expect(response.statusCode).toBe(status);
    response.destroy();
  });

  test.each([
    ['of another version', 'sec-websocket-version: 12\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=='],
    ['without a key', 'sec-websocket-version: 13'],
  ])('a handshake %s is refused with a problem', async (_what, lines) => {
    const served = await start((call) => unary(call, {}));
    const request =
      `GET /graphql HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n` +
      `sec-websocket-protocol: ${PROTOCOL}\r\n${lines}\r\n\r\n`;
    const [answer] = (await rawExchange(served.url, request)).answers;
    expect([answer?.status, JSON.parse(answer?.body ?? '')]).toEqual([
      400,
      expect.objectContaining({
        type: 'urn:dragoman:problem:bad-headers',
        detail: expect.stringMatching(/^this is no WebSocket handshake: /),
      }),
    ]);
  });

  test('a page of the same origin is served', async () => {
    const served = await start((call) => unary(call, {}));
    const { socket } = new Client(served.url, { origin: new URL(served.url).origin });
    await once(socket, 'open');
    expect(socket.protocol).toBe(PROTOCOL);
  });

  test('a connection that breaks off in its midst harms nobody', async () => {
    const served = await start((call) => unary(call, {}));
    const { hostname, port } = new URL(served.url);
    const raw = connect(Number(port), hostname);
    await once(raw, 'connect');
    raw.end('GET /graphql HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
    await once(raw.resume(), 'close');
    expect(await served.query('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
  });
});

describe('headers', () => {
  test('a bearer token of connection_init goes upstream as one of the upgrade would', async () => {
    const served = await start((call) => unary(call, {}));
    const client = await open(served, {
      authorization: 'Bearer t',
      headers: { Host: 'evil.example', 'x-other': 'x' },
    });
    client.say(subscribe('a', '{ book(name: "b") { title } }'));
    await client.next();
    const metadata = served.calls[0]?.metadata ?? [];
    expect(firstText(metadata, 'authorization')).toBe('Bearer t');
    expect(firstText(metadata, 'x-forwarded-host')).toBe(new URL(served.url).host);
    expect(firstText(metadata, 'x-other')).toBeUndefined();
    expect(firstText(metadata, 'x-request-id')).toBe(served.calls[0]?.requestId);
  });
});

test('a drain ends subscriptions with the reason and then the connection', async () => {
  const upstream = new LiveStream();
  const served = await start(upstream.answer);
  const client = await open(served);
  const idle = await open(served);
  client.say(subscribe('a', WATCH));
  await upstream.called.promise;
  upstream.send(event(1));
  await client.next();
  served.door.drain();
  expect(await client.next()).toMatchObject({
    id: 'a',
    type: 'next',
    payload: { errors: [{ extensions: { code: 'SERVICE_DRAINING', retryAfterMs: 1000 } }] },
  });
  expect(await client.next()).toEqual({ id: 'a', type: 'complete' });
  expect((await client.closed).code).toBe(1001);
  expect((await idle.closed).code).toBe(1001);
  const { socket } = new Client(served.url);
  const [, response] = await once(socket, 'unexpected-response');
  expect(response.statusCode).toBe(503);
  response.destroy();
});

test('where only trusted documents run, nothing else does here, either', async () => {
  const text = '{ book(name: "b") { title } }';
  const served = await serve([library], (call) => unary(call, { title: 'Dune' }), {
    documents: { trusted: [{ path: 'book.graphql', text }], trustedOnly: true, automatic: true },
  });
  opened.push(served);
  const client = await open(served);
  client.say(subscribe('a', WATCH));
  expect(await client.next()).toMatchObject({
    id: 'a',
    type: 'error',
    payload: [{ extensions: { code: 'PERSISTED_OPERATION_NOT_FOUND' } }],
  });
  // The protocol wants a document in every message; an empty one stands for none.
  client.say(subscribe('b', '', { documentId: documentId(text) }));
  expect(await client.next()).toMatchObject({ id: 'b', payload: { data: { book: { title: 'Dune' } } } });
  expect(served.calls.length).toBe(1);
});

test('a publish that touches nothing of a subscription leaves it; another one ends it', async () => {
  const upstream = new LiveStream();
  const served = await start(upstream.answer, { spreadMs: 1 });
  const client = await open(served);
  client.say(subscribe('a', WATCH));
  await upstream.called.promise;
  served.publish([library], upstream.answer);
  upstream.send(event(1));
  expect(await client.next()).toEqual(next('a', 1));
  served.publish([], upstream.answer);
  expect(await client.next()).toMatchObject({
    type: 'next',
    payload: { errors: [{ extensions: { code: 'SUBSCRIPTION_SCHEMA_CHANGED' } }] },
  });
  expect(await client.next()).toEqual({ id: 'a', type: 'complete' });
  client.say(subscribe('b', WATCH));
  expect(await client.next()).toMatchObject({
    id: 'b',
    type: 'error',
    payload: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
  });
});
