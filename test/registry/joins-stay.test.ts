// A joined field that is published stays bound to what it was, whoever registers something that could be meant as well.
// Sources: graphql reference, sections 1 (names are stable, the newcomer yields visibly) and 5.1.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Join } from '../../core/graph.ts';
import { Registry } from '../../registry/registry.ts';
import type { ServiceDefinition } from '../../registry/service-definition.ts';
import { createMemoryStore } from '../../registry/store/memory-store.ts';
import type { ServiceStore } from '../../registry/store/service-store.ts';
import { openSqliteStore } from '../../registry/store/sqlite-store.ts';
import { DEFAULT_JOIN_SETTINGS } from '../../schema/graphql/joins/join-settings.ts';
import { createCodec } from '../../translators/json/codec.ts';
import { inlineService } from '../harness/start-gateway.ts';

let folder: string;
let registry: Registry | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dragoman-joins-'));
});
afterEach(async () => {
  await registry?.close();
  registry = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const file = () => join(folder, 'registry.db');
const HEAD = 'syntax = "proto3"; import "google/api/resource.proto";';

function service(name: string, body: string): ServiceDefinition {
  return inlineService(name, `${HEAD} package ${name}.v1; ${body}`, 'grpc://127.0.0.1:1');
}

/** Orders refer to customers. */
const shop = (more = '') =>
  service(
    'shop',
    `service Shop { rpc GetOrder(GetOrderRequest) returns (Order); ${more === '' ? '' : 'rpc GetBill(GetOrderRequest) returns (Bill);'} }
     message GetOrderRequest { string name = 1; }
     message Order { string name = 1; string customer_name = 2 [(google.api.resource_reference).type = "x.test/Customer"]; }
     ${more}`,
  );
const BILL =
  'message Bill { string name = 1; string payer_name = 2 [(google.api.resource_reference).type = "x.test/Customer"]; }';
const resource = (type = 'Customer') =>
  `message Customer { option (google.api.resource) = { type: "x.test/${type}" pattern: "customers/{customer}" };
    string name = 1; }
   message GetCustomerRequest { string name = 1; }
   message BatchGetCustomersRequest { repeated string names = 1; }
   message BatchGetCustomersResponse { repeated Customer customers = 1; }`;
const GET = 'rpc GetCustomer(GetCustomerRequest) returns (Customer);';
const BATCH = 'rpc BatchGetCustomers(BatchGetCustomersRequest) returns (BatchGetCustomersResponse);';
const customers = (name: string, methods = GET) =>
  service(name, `service Customers { ${methods} } ${resource()}`);

async function open(store: ServiceStore, services: readonly ServiceDefinition[] = [], reverse = false) {
  const opened = await Registry.open(
    {
      store,
      compile: { codecs: createCodec },
      link: () => ({ invoke: () => Promise.reject(new Error('nobody calls')), close: () => {} }),
      prepare: () => [],
      reservedPaths: [],
      joins: { ...DEFAULT_JOIN_SETTINGS, reverse },
      now: () => new Date('2026-01-01T00:00:00Z'),
    },
    services,
  );
  registry = opened.registry;
  return opened;
}

function joined(of: Registry, typeName: string, field: string): Join | undefined {
  const type = of.snapshot.graph.types.get(typeName);
  const found = type?.kind === 'object' ? type.fields.find(({ name }) => name === field) : undefined;
  return found?.source.kind === 'join' ? found.source.join : undefined;
}
const reader = (of: Registry, field = 'customer', typeName = 'Order') =>
  joined(of, typeName, field)?.operation.id;

describe('an inferred join', () => {
  test('stays when somebody else registers a message of the same resource, and the answer says why', async () => {
    const { registry } = await open(createMemoryStore());
    await registry.put(shop());
    await registry.put(customers('crm'));
    const { service, removed, differences } = await registry.put(customers('sales'));
    expect(reader(registry)).toBe('crm/crm.v1.Customers/GetCustomer');
    expect(removed).toEqual([]);
    expect(differences.filter(({ severity }) => severity !== 'safe')).toEqual([]);
    expect(service.remarks.filter(({ rule }) => rule === 'join-kept')).toEqual([
      expect.objectContaining({
        severity: 'note',
        message:
          'Order.customer stays with crm.v1.Customers/GetCustomer of service "crm", as it was published: several ' +
          'registered messages are x.test/Customer: crm.v1.Customer of service "crm" and sales.v1.Customer of service "sales"',
      }),
    ]);
  });

  test('is not made anew where several could be meant', async () => {
    const { registry } = await open(createMemoryStore());
    await registry.put(shop());
    await registry.put(customers('crm'));
    await registry.put(customers('sales'));
    const { service } = await registry.put(shop(BILL));
    expect(reader(registry)).toBe('crm/crm.v1.Customers/GetCustomer');
    expect(reader(registry, 'payer', 'Bill')).toBeUndefined();
    expect(service.remarks.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^Bill\.payerName is not joined: several registered messages/),
    );
  });

  test.each([
    ['over the admin API', (first: ServiceDefinition[]) => ({ stored: first, declared: [] })],
    [
      'by the configuration file, in another order',
      (first: ServiceDefinition[]) => ({ stored: [], declared: first }),
    ],
  ])('stays over a restart, its services registered %s', async (_name, place) => {
    const { stored, declared } = place([shop(), customers('crm')]);
    const before = await open(openSqliteStore(file()), declared);
    for (const definition of stored) await before.registry.put(definition);
    await before.registry.put(customers('sales'));
    await before.registry.close();
    const { registry } = await open(openSqliteStore(file()), [...declared].reverse());
    expect(reader(registry)).toBe('crm/crm.v1.Customers/GetCustomer');
  });

  test('stays when what it joins comes before it in the file from now on, and newcomers too', async () => {
    const before = await open(openSqliteStore(file()), [shop(), customers('crm')]);
    await before.registry.close();
    const { registry, problems } = await open(openSqliteStore(file()), [
      customers('sales'),
      customers('crm'),
      shop(),
    ]);
    expect(reader(registry)).toBe('crm/crm.v1.Customers/GetCustomer');
    expect(problems.map(({ rule }) => rule)).toContain('join-kept');
  });

  test('stays one by one when another service could read many', async () => {
    const { registry } = await open(createMemoryStore());
    await registry.put(shop());
    await registry.put(customers('crm'));
    // The same message, so that the methods of both answer it.
    const twin = inlineService(
      'twin',
      `${HEAD} package crm.v1; service Twins { ${BATCH} } ${resource()}`,
      'grpc://127.0.0.1:1',
    );
    await registry.put(twin);
    expect(reader(registry)).toBe('crm/crm.v1.Customers/GetCustomer');
  });

  test('asks for many as soon as its own service can', async () => {
    const { registry } = await open(createMemoryStore());
    await registry.put(shop());
    await registry.put(customers('crm'));
    await registry.put(customers('crm', GET + BATCH));
    expect(reader(registry)).toBe('crm/crm.v1.Customers/BatchGetCustomers');
  });

  test('stays with its method when its own service has another like it', async () => {
    const { registry } = await open(createMemoryStore());
    await registry.put(shop());
    await registry.put(customers('crm'));
    await registry.put(customers('crm', `rpc GetAnyCustomer(GetCustomerRequest) returns (Customer); ${GET}`));
    expect(reader(registry)).toBe('crm/crm.v1.Customers/GetCustomer');
  });

  test('goes over to the only one left when its service goes, and stays there when that comes back', async () => {
    const { registry } = await open(createMemoryStore());
    await registry.put(shop());
    await registry.put(customers('crm'));
    await registry.put(customers('sales'));
    await registry.remove('crm');
    expect(reader(registry)).toBe('sales/sales.v1.Customers/GetCustomer');
    await registry.put(customers('crm'));
    expect(reader(registry)).toBe('sales/sales.v1.Customers/GetCustomer');
  });

  test('is not made of a first start with several', async () => {
    const { registry } = await open(createMemoryStore(), [shop(), customers('crm'), customers('sales')]);
    expect(reader(registry)).toBeUndefined();
  });

  test('goes when what it is bound to no longer fits, and several others do', async () => {
    const { registry } = await open(createMemoryStore());
    await registry.put(shop());
    await registry.put(customers('crm'));
    await registry.put(customers('sales'));
    await registry.put(customers('leads'));
    await registry.remove('crm');
    expect(reader(registry)).toBeUndefined();
  });
});

test('children of a resource stay with it when somebody else registers one of its type', async () => {
  const { registry } = await open(createMemoryStore(), [], true);
  const shelves = (name: string, methods: string) =>
    service(
      name,
      `service Shelves { rpc GetShelf(GetShelfRequest) returns (Shelf); ${methods} }
       message GetShelfRequest { string name = 1; }
       message Shelf { option (google.api.resource) = { type: "x.test/Shelf" pattern: "shelves/{shelf}" }; string name = 1; }
       message ListBooksRequest { string parent = 1 [(google.api.resource_reference).type = "x.test/Shelf"]; int32 page_size = 2; string page_token = 3; }
       message ListBooksResponse { repeated Book books = 1; string next_page_token = 2; }
       message Book { string name = 1; }`,
    );
  await registry.put(shelves('library', 'rpc ListBooks(ListBooksRequest) returns (ListBooksResponse);'));
  expect(reader(registry, 'books', 'Shelf')).toBe('library/library.v1.Shelves/ListBooks');
  const { service: other } = await registry.put(shelves('archive', ''));
  expect(reader(registry, 'books', 'Shelf')).toBe('library/library.v1.Shelves/ListBooks');
  expect(other.remarks.map(({ rule }) => rule)).toContain('join-kept');
});
