// Joins follow registrations: they come with the service that completes them, and go with it.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { GatewayError } from '../../core/error.ts';
import { DEFAULT_JOIN_SETTINGS, type JoinSettings } from '../../schema/graphql/joins/join-settings.ts';
import { declared } from '../graphql/joins/shop.ts';
import { demoService, inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

const NOWHERE = 'grpc://127.0.0.1:1';
let gateway: TestGateway;

const STOCK = declared({
  on: 'library.v1.Book',
  field: 'stock',
  call: 'inventory.v1.InventoryService/BatchGetStock',
  keys: { book_ids: 'name' },
  match: { book_id: 'name' },
});

async function start(joins: JoinSettings = DEFAULT_JOIN_SETTINGS): Promise<void> {
  gateway = await startTestGateway([], { joins });
}

afterEach(async () => {
  await gateway?.close();
});

describe('inferred joins', () => {
  beforeEach(() => start());

  test('come with the service that completes them, and the answer says so', async () => {
    const orders = await gateway.registry.put(demoService('orders', NOWHERE));
    expect(orders.added.filter((line) => line.startsWith('Order'))).toEqual([]);
    expect(orders.service.remarks.map(({ message }) => message)).toContain(
      'Order.customer refers to users.example.com/User, which no registered service has: not joined',
    );
    const users = await gateway.registry.put(demoService('users', NOWHERE));
    expect(users.added).toContain('Order.customerResource');
    expect(users.service.remarks.map(({ message }) => message)).toEqual([
      'Order.customerResource is read by users.v1.UserService/BatchGetUsers: Order.customer refers to users.example.com/User',
    ]);
  });

  test('go with it', async () => {
    await gateway.registry.put(demoService('orders', NOWHERE));
    await gateway.registry.put(demoService('users', NOWHERE));
    await gateway.registry.remove('users');
    const again = await gateway.registry.put(demoService('users', NOWHERE), { validateOnly: true });
    expect(again.added).toContain('Order.customerResource');
  });
});

describe('declared joins', () => {
  beforeEach(() => start({ ...DEFAULT_JOIN_SETTINGS, entries: [STOCK] }));

  test('wait for the services that they name', async () => {
    const library = await gateway.registry.put(demoService('library', NOWHERE));
    expect(library.added).not.toContain('Book.stock');
    const inventory = await gateway.registry.put(demoService('inventory', NOWHERE));
    expect(inventory.added).toContain('Book.stock');
  });

  test('refuse a registration that they do not fit', async () => {
    await gateway.registry.put(demoService('library', NOWHERE));
    const changed = inlineService(
      'stock',
      `syntax = "proto3";
       package inventory.v1;
       service InventoryService { rpc BatchGetStock(BatchGetStockRequest) returns (BatchGetStockResponse); }
       message BatchGetStockRequest { repeated int64 book_ids = 1; }
       message BatchGetStockResponse { repeated Stock stock = 1; }
       message Stock { int64 book_id = 1; }`,
      NOWHERE,
    );
    const refusal = await gateway.registry.put(changed).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(GatewayError);
    expect((refusal as GatewayError).problems).toContainEqual(
      expect.objectContaining({
        severity: 'error',
        rule: 'join',
        path: 'dragoman.yaml',
        message:
          'book_ids of inventory.v1.BatchGetStockRequest is Int64, but name of library.v1.Book is String',
      }),
    );
    expect(gateway.registry.snapshot.services.has('stock')).toBe(false);
  });
});
