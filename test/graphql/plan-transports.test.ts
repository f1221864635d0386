// Whatever way an operation comes, a plan runs it where there is one: graphql-js is watched, and must not be asked. And
// whatever way it comes, what a batch answers too much is told to those who count.
import { once } from 'node:events';
import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { WebSocket } from 'ws';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { GraphSource } from '../../schema/graphql/build-graph.ts';
import type { Served } from './door.ts';

const graphql = await import('graphql');
/** What graphql-js was asked to do. */
const executed: string[] = [];
jest.unstable_mockModule('graphql', () => ({
  ...graphql,
  execute: (...args: Parameters<typeof graphql.execute>) => {
    executed.push('execute');
    return graphql.execute(...args);
  },
  subscribe: (...args: Parameters<typeof graphql.subscribe>) => {
    executed.push('subscribe');
    return graphql.subscribe(...args);
  },
}));
const { post, requestOf, serve, stream, unary } = await import('./door.ts');
const { shopSources } = await import('./joins/shop.ts');

const ORDERS = '{ orders { orders { name customerResource { title } } } }';
const DATA = {
  orders: { orders: [{ name: 'orders/1', customerResource: { title: 'Title of customers/a' } }] },
};
const TOUCH = 'mutation { touchOrder(name: "orders/1") { name customerResource { title } } }';
const TOUCHED = { touchOrder: { name: 'orders/1', customerResource: { title: 'Title of customers/a' } } };
const WATCH = 'subscription { watchOrders(name: "orders/1") { name customerResource { title } } }';
const WATCHED = { watchOrders: { name: 'orders/1', customerResource: { title: 'Title of customers/a' } } };

let sources: readonly GraphSource[];
let served: Served;
const oddities: unknown[] = [];

beforeAll(() => {
  sources = shopSources();
});

beforeEach(async () => {
  executed.length = 0;
  oddities.length = 0;
  served = await serve(sources, (call) => answers[call.operation.name]?.(call) ?? unary(call, {}), {
    limits: { batch: 10 },
    onOddity: ({ operation, ...oddity }) => oddities.push([operation.name, oddity]),
  });
});

afterEach(async () => {
  await served?.close();
});

type Answers = Readonly<Record<string, Parameters<typeof serve>[1]>>;

const order: JsonObject = { name: 'orders/1', customer: 'customers/a' };
const answers: Answers = {
  ListOrders: (call) => unary(call, { orders: [order] }),
  TouchOrder: (call) => unary(call, order),
  WatchOrders: (call) =>
    stream(
      call,
      (async function* () {
        yield order;
        yield order;
      })(),
    ),
  // Everybody is asked for, and a stranger comes along.
  BatchGetCustomers: (call) => {
    const { names } = requestOf(call) as { names: string[] };
    const customers = [...names, 'customers/stranger'].map((name) => ({ name, title: `Title of ${name}` }));
    return unary(call, { customers });
  },
};

async function overWebsocket(query: string): Promise<JsonValue[]> {
  const socket = new WebSocket(served.url.replace('http:', 'ws:'), 'graphql-transport-ws');
  const messages: JsonObject[] = [];
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as JsonObject;
    messages.push(message);
    if (message.type === 'connection_ack')
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
    if (message.type === 'complete' || message.type === 'error') socket.close();
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await once(socket, 'close');
  return messages.flatMap(({ type, payload = null }) => {
    if (type === 'next') return [payload];
    return type === 'error' ? [{ errors: payload }] : [];
  });
}

async function asEvents(query: string): Promise<JsonValue[]> {
  const text = await (await post(served.url, { query }, { accept: 'text/event-stream' })).text();
  return [...text.matchAll(/^event: next\ndata: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? ''));
}

async function asJson(query: string): Promise<JsonValue[]> {
  return [await (await post(served.url, { query })).json()] as JsonValue[];
}

async function inBatch(query: string): Promise<JsonValue[]> {
  return (await (await post(served.url, [{ query }])).json()) as JsonValue[];
}

describe.each<[transport: string, ask: (query: string) => Promise<JsonValue[]>]>([
  ['as JSON', asJson],
  ['in a batch', inBatch],
  ['as server-sent events', asEvents],
  ['over a WebSocket', overWebsocket],
])('%s', (_transport, ask) => {
  test.each([
    ['a query', ORDERS, DATA],
    ['a mutation', TOUCH, TOUCHED],
  ])('%s runs by its plan', async (_what, query, data) => {
    expect(await ask(query)).toEqual([{ data }]);
    expect(executed).toEqual([]);
    expect(oddities).toEqual([['BatchGetCustomers', { duplicates: 0, foreign: 1 }]]);
  });

  test.each([
    // No batch for sellers: one call each.
    ['too costly', '{ orders(pageSize: 1000) { orders { seller { title } } } }', 'OPERATION_TOO_COSTLY'],
    ['not valid', '{ nope }', 'GRAPHQL_VALIDATION_FAILED'],
    ['no document', '{', 'GRAPHQL_PARSE_FAILED'],
    ['too deep', `${'{ orders '.repeat(16)}${'}'.repeat(16)}`, 'GRAPHQL_VALIDATION_FAILED'],
    ['too large', `{ __typename } #${'x'.repeat(65_536)}`, 'RESOURCE_EXHAUSTED'],
  ])('what is %s is refused with the same code, before any call', async (_what, query, code) => {
    expect(await ask(query)).toMatchObject([{ errors: [{ extensions: { code } }] }]);
    expect(served.calls.length).toBe(0);
  });

  test('what is larger than an answer may be has no data', async () => {
    await served.close();
    served = await serve(sources, (call) => answers[call.operation.name]?.(call) ?? unary(call, {}), {
      limits: { batch: 10, responseBytes: 400 },
    });
    const names = Array.from({ length: 30 }, (_, index) => `name${index}: name`).join(' ');
    expect(await ask(`{ orders { orders { ${names} } } }`)).toMatchObject([
      { data: null, errors: [{ extensions: { code: 'RESOURCE_EXHAUSTED' } }] },
    ]);
  });

  test('what plans do not cover is run by graphql-js', async () => {
    // Variables that do not fit are worded by it.
    const query = 'query ($name: String!) { orders(parent: $name) { orders { name } } }';
    expect(await ask(query)).toMatchObject([{ errors: [{ extensions: { code: 'INVALID_ARGUMENT' } }] }]);
    expect(executed).toEqual(['execute']);
  });
});

describe.each<[transport: string, ask: (query: string) => Promise<JsonValue[]>]>([
  ['as server-sent events', asEvents],
  ['over a WebSocket', overWebsocket],
])('a subscription %s', (_transport, ask) => {
  test('ends no connection for an event that is too large: that event has no data', async () => {
    await served.close();
    served = await serve(sources, (call) => answers[call.operation.name]?.(call) ?? unary(call, {}), {
      limits: { responseBytes: 100 },
    });
    const large = { data: null, errors: [{ extensions: { code: 'RESOURCE_EXHAUSTED' } }] };
    expect(await ask(WATCH.replace('{ name', '{ a: name b: name c: name d: name e: name'))).toMatchObject([
      large,
      large,
    ]);
  });

  test('has each event written by its plan, joined anew', async () => {
    expect(await ask(WATCH)).toEqual([{ data: WATCHED }, { data: WATCHED }]);
    expect(executed).toEqual([]);
    expect(oddities).toHaveLength(2);
  });
});
