// Joins over the demo services, with nothing configured: what a query costs is read from the services' own counters.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Demo, startAll } from '../../../upstream-mocks/start-all.ts';
import { send } from '../../harness/http-client.ts';
import { demoService, startTestGateway, type TestGateway } from '../../harness/start-gateway.ts';
import type { Executed } from '../door.ts';

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

test('a list of 100 with a join costs 2 calls', async () => {
  const { data, errors } = await query(
    '{ orders(pageSize: 100) { orders { name customer customerResource { name displayName } } } }',
  );
  expect(errors).toBeUndefined();
  const { orders } = data?.orders as { orders: { customer: string; customerResource: { name: string } }[] };
  expect(orders).toHaveLength(100);
  expect(orders.map(({ customerResource }) => customerResource.name)).toEqual(
    orders.map(({ customer }) => customer),
  );
  expect(calls()).toEqual({ ListOrders: 1, BatchGetUsers: 1 });
});
