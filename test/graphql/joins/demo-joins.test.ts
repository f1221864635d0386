// Joins over the demo services, with nothing configured: what a query costs is read from the services' own counters.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { type Demo, startAll } from '../../../upstream-mocks/start-all.ts';
import { send } from '../../harness/http-client.ts';
import { demoService, startTestGateway, type TestGateway } from '../../harness/start-gateway.ts';
import type { Executed } from '../door.ts';
import { ordersIn } from './shop.ts';

const NAMES = ['library', 'users', 'orders'] as const;
let demo: Demo;
let gateway: TestGateway;

beforeAll(async () => {
  demo = await startAll({ library: 0, inventory: 0, users: 0, orders: 0, reviews: 0, counts: 0 });
  gateway = await startTestGateway(NAMES.map((name) => demoService(name, demo.services[name].url)));
});
afterAll(async () => {
  await gateway?.close();
  await demo?.close();
});
beforeEach(() => {
  for (const name of NAMES) demo.services[name].resetCounts();
});

async function query(text: string, headers: Record<string, string> = {}): Promise<Executed> {
  const answer = await send(gateway.publicUrl, { path: '/graphql', headers, body: { query: text } });
  return answer.json() as Executed;
}

/** Calls by the last part of their method. */
function calls(): Record<string, number> {
  return Object.fromEntries(
    NAMES.flatMap((name) =>
      Object.entries(demo.services[name].counts()).map(([method, counts]) => [
        method.slice(method.lastIndexOf('/') + 1),
        counts.calls,
      ]),
    ),
  );
}

const DANGLING = 'users/none';

describe('the price of a document', () => {
  test('a list of 100 with a join is 2 calls', async () => {
    const executed = await query(
      '{ orders(pageSize: 100) { orders { name customer customerResource { name displayName } } } }',
    );
    expect(executed.errors).toBeUndefined();
    const orders = ordersIn(executed);
    expect(orders).toHaveLength(100);
    expect(orders.map(({ customerResource }) => (customerResource as JsonObject).name)).toEqual(
      orders.map(({ customer }) => customer),
    );
    expect(calls()).toEqual({ ListOrders: 1, BatchGetUsers: 1 });
  });

  test('joins over three services, two levels deep, are one call each', async () => {
    const executed = await query(`{
      orders(pageSize: 20) {
        orders { customerResource { displayName } lines { book bookResource { title authorResource { displayName } } } }
      }
    }`);
    expect(executed.errors).toBeUndefined();
    const [first] = ordersIn(executed);
    const text: unknown = expect.any(String);
    expect(first?.customerResource).toEqual({ displayName: text });
    expect(first?.lines).toContainEqual({
      book: 'books/b1',
      bookResource: { title: text, authorResource: { displayName: text } },
    });
    expect(calls()).toEqual({ ListOrders: 1, BatchGetUsers: 1, BatchGetBooks: 1, BatchGetAuthors: 1 });
  });

  test('three equal aliases are 1 call, also with masks made from different selections', async () => {
    const { data, errors } = await query(
      '{ a: book(name: "books/b1") { title } b: book(name: "books/b1") { isbn } c: book(name: "books/b1") { title } }',
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      a: { title: expect.any(String) as unknown },
      b: { isbn: expect.any(String) as unknown },
    });
    expect(calls()).toEqual({ GetBook: 1 });
  });
});

test('one name that leads nowhere fails alone', async () => {
  const created = await query(
    `mutation { createOrder(order: { customer: "${DANGLING}", lines: [{ book: "books/b1", quantity: 1 }] }) { name } }`,
  );
  expect(created.errors).toBeUndefined();
  const [name] = Object.values(created.data?.createOrder ?? {});
  demo.services.orders.resetCounts();
  const { data, errors } = await query(
    `{ order(name: "${String(name)}") { customerResource { name } } orders(pageSize: 3) { orders { customerResource { name } } } }`,
  );
  expect(data?.order).toEqual({ customerResource: null });
  expect(ordersIn({ data: data ?? null }).map((order) => typeof order.customerResource)).toEqual([
    'object',
    'object',
    'object',
  ]);
  expect(errors).toMatchObject([{ path: ['order', 'customerResource'], extensions: { code: 'NOT_FOUND' } }]);
});

test('what a service is told about a caller, it is told of the joined calls, too', async () => {
  await Promise.all(
    ['one', 'two'].map((tenant) =>
      query('{ orders(pageSize: 5) { orders { customerResource { name } } } }', { 'x-mock-message': tenant }),
    ),
  );
  expect(calls()).toEqual({ ListOrders: 2, BatchGetUsers: 2 });
});
