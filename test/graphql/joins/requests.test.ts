// What joins share and what they never share: callers, mutations, events of a subscription, the budget of a request.
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { firstText } from '../../../core/metadata.ts';
import type { GraphSource } from '../../../schema/graphql/build-graph.ts';
import { type Executed, post, type Served, serve, stream } from '../door.ts';
import { answering, callsOf, ordersIn, shopSources, type Upstream } from './shop.ts';

let sources: readonly GraphSource[];
let served: Served;

beforeAll(() => {
  sources = shopSources();
});
afterEach(async () => {
  await served?.close();
});

const CUSTOMERS: Upstream = {
  BatchGetCustomers: ({ names }) => ({
    customers: (names as string[]).map((name) => ({ name, title: 'T' })),
  }),
};

function methods(): string[] {
  return served.calls.map(({ operation }) => operation.name);
}

test('two callers at one moment get what is theirs', async () => {
  served = await serve(
    sources,
    answering({
      ListOrders: () => ({ orders: [{ customer: 'customers/a' }] }),
      BatchGetCustomers: (_request, call) => ({
        customers: [
          { name: 'customers/a', title: `as seen by ${firstText(call.metadata, 'authorization')}` },
        ],
      }),
    }),
  );
  const ask = async (token: string): Promise<unknown> => {
    const body = { query: '{ orders { orders { customerResource { title } } } }' };
    const response = await post(served.url, body, { authorization: `Bearer ${token}` });
    return ordersIn((await response.json()) as Executed);
  };
  const tokens = ['anna', 'ben', 'anna', 'carl'];
  expect(await Promise.all(tokens.map(ask))).toEqual(
    tokens.map((token) => [{ customerResource: { title: `as seen by Bearer ${token}` } }]),
  );
  expect(served.calls).toHaveLength(8);
});

test('each mutation reads its joins anew: what was read before a change may be old', async () => {
  served = await serve(
    sources,
    answering({ ...CUSTOMERS, TouchOrder: ({ name }) => ({ name: name ?? null, customer: 'customers/a' }) }),
  );
  const { data, errors } = await served.query(`mutation {
    a: touchOrder(name: "1") { customerResource { title } }
    b: touchOrder(name: "2") { customerResource { title } }
  }`);
  expect(errors).toBeUndefined();
  expect(data).toEqual({ a: { customerResource: { title: 'T' } }, b: { customerResource: { title: 'T' } } });
  expect(methods()).toEqual(['TouchOrder', 'BatchGetCustomers', 'TouchOrder', 'BatchGetCustomers']);
});

test('a key that one part of a document has read, another part does not read again', async () => {
  served = await serve(
    sources,
    answering({
      ...CUSTOMERS,
      GetOrder: () => ({ name: 'orders/1', customer: 'customers/a' }),
      GetSeller: () => ({ name: 'sellers/s', title: 'S' }),
      ListOrders: () => ({ orders: [{ customer: 'customers/a', sellerName: 'sellers/s' }] }),
    }),
  );
  const { errors } = await served.query(`{
    orders { orders { customerResource { title friendResource { title } } } }
    order(name: "orders/1") { customerResource { title friendResource { title } } }
  }`);
  expect(errors).toBeUndefined();
  expect(methods().toSorted()).toEqual(['BatchGetCustomers', 'GetOrder', 'ListOrders']);
});

test('every event of a subscription reads its joins anew', async () => {
  const reply = answering(CUSTOMERS);
  served = await serve(sources, (call) =>
    call.operation.name === 'WatchOrders'
      ? stream(
          call,
          (async function* () {
            yield { customer: 'customers/a' };
            yield { customer: 'customers/a' };
          })(),
        )
      : reply(call),
  );
  const body = { query: 'subscription { watchOrders(name: "x") { customerResource { title } } }' };
  const text = await (await post(served.url, body, { accept: 'text/event-stream' })).text();
  const events = [...text.matchAll(/^data: (\{.*\})$/gm)].map(([, data = '']) => JSON.parse(data) as unknown);
  const event = { data: { watchOrders: { customerResource: { title: 'T' } } } };
  expect(events).toEqual([event, event]);
  expect(methods()).toEqual(['WatchOrders', 'BatchGetCustomers', 'BatchGetCustomers']);
});

describe('the time of one request', () => {
  const chain = '{ orders { orders { customerResource { friendResource { title } } } } }';
  const upstream: Upstream = {
    ListOrders: () => ({ orders: [{ customer: 'customers/a' }] }),
    BatchGetCustomers: ({ names }) => ({
      customers: (names as string[]).map((name) => ({ name, friend: 'customers/b', title: 'T' })),
    }),
  };

  test('is shared by calls that wait for one another', async () => {
    served = await serve(sources, answering(upstream));
    await post(served.url, { query: chain }, { 'grpc-timeout': '50S' });
    const [first = 0, second = 0, third = 0] = served.calls.map(({ timeoutMs }) => timeoutMs);
    expect(first).toBeLessThanOrEqual(50_000);
    expect(second).toBeLessThan(first);
    expect(third).toBeLessThan(second);
    expect(third).toBeGreaterThan(10_000);
  });

  test('is left to each operation while there is plenty and the client names none', async () => {
    served = await serve(sources, answering(upstream));
    await served.query(chain);
    expect(served.calls.map(({ timeoutMs }) => timeoutMs)).toEqual([undefined, undefined, undefined]);
  });
});

describe('the calls of one request', () => {
  test('are 200 at most; what needs more fails at its own place', async () => {
    const sellers = Array.from({ length: 250 }, (_, index) => `sellers/s${index}`);
    served = await serve(
      sources,
      answering({
        ListOrders: () => ({ orders: sellers.map((sellerName) => ({ sellerName })) }),
        GetSeller: ({ name }) => ({ name: name ?? null, title: 'S' }),
      }),
      { limits: { cost: 10_000 } },
    );
    const executed = await served.query('{ orders { orders { seller { title } } } }');
    expect(served.calls).toHaveLength(200);
    expect(ordersIn(executed).map(({ seller }) => seller)).toEqual([
      ...sellers.slice(0, 199).map(() => ({ title: 'S' })),
      ...sellers.slice(199).map(() => null),
    ]);
    expect(executed.errors).toHaveLength(51);
    expect(executed.errors?.[0]).toMatchObject({
      message: 'the request needs more than 200 calls of services; ask for less at once',
      path: ['orders', 'orders', 199, 'seller'],
      extensions: { code: 'RESOURCE_EXHAUSTED', source: 'gateway' },
    });
  });

  test('are made side by side, but not all at once', async () => {
    let active = 0;
    let most = 0;
    const reply = answering({
      ListOrders: () => ({
        orders: Array.from({ length: 60 }, (_, index) => ({ sellerName: `sellers/${index}` })),
      }),
      GetSeller: ({ name }) => ({ name: name ?? null, title: 'S' }),
    });
    served = await serve(sources, async (call) => {
      active += 1;
      most = Math.max(most, active);
      await new Promise((resolve) => setImmediate(resolve));
      active -= 1;
      return reply(call);
    });
    const executed = await served.query('{ orders { orders { seller { title } } } }');
    expect(executed.errors).toBeUndefined();
    expect(ordersIn(executed)).toHaveLength(60);
    expect(most).toBe(16);
    expect(callsOf(served.calls)).toHaveLength(61);
  });
});
