// Names in the graph are recorded with a service's revision: what is published is never renamed by somebody else.
// Source: graphql reference, section 2.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { GatewayError } from '../../core/error.ts';
import { Registry } from '../../registry/registry.ts';
import type { ServiceDefinition } from '../../registry/service-definition.ts';
import { createMemoryStore } from '../../registry/store/memory-store.ts';
import type { ServiceStore } from '../../registry/store/service-store.ts';
import { openSqliteStore, readSqliteStore } from '../../registry/store/sqlite-store.ts';
import { createCodec } from '../../translators/json/codec.ts';
import { inlineService } from '../harness/start-gateway.ts';

let folder: string;
let registry: Registry | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dragoman-names-'));
});
afterEach(async () => {
  await registry?.close();
  registry = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const file = () => join(folder, 'registry.db');

/** A service with `Query.item` and a type Item of its own. */
function items(
  name: string,
  settings: Partial<ServiceDefinition> = {},
  field = `${name}_field`,
): ServiceDefinition {
  const proto = `
    syntax = "proto3"; package ${name}.v1;
    service Items {
      rpc GetItem(GetItemRequest) returns (Item) { option idempotency_level = NO_SIDE_EFFECTS; }
      rpc Search(GetItemRequest) returns (Item);
    }
    message GetItemRequest { string id = 1; }
    message Item { string id = 1; string ${field} = 2; }`;
  return { ...inlineService(name, proto, 'grpc://127.0.0.1:1'), ...settings };
}

async function open(store: ServiceStore, fileServices: readonly ServiceDefinition[] = []): Promise<Registry> {
  const opened = await Registry.open(
    {
      store,
      compile: { codecs: createCodec },
      link: () => ({ invoke: () => Promise.reject(new Error('nobody calls')), close: () => {} }),
      prepare: () => [],
      reservedPaths: [],
      now: () => new Date('2026-01-01T00:00:00Z'),
    },
    fileServices,
  );
  registry = opened.registry;
  return opened.registry;
}

const queries = (of: Registry) => of.snapshot.graph.queries.map(({ name }) => name);
const types = (of: Registry) => [...of.snapshot.graph.types.keys()];

async function restart(fileServices: readonly ServiceDefinition[] = []): Promise<Registry> {
  await registry?.close();
  return open(openSqliteStore(file()), fileServices);
}

describe('a newcomer that yielded', () => {
  test('keeps its names when the older service is unregistered, and after a restart', async () => {
    const first = await open(openSqliteStore(file()));
    await first.put(items('shop'));
    const { service } = await first.put(items('stock'));
    expect(service.remarks.map(({ rule }) => rule)).toEqual([
      'graphql-name-clash',
      'graphql-name-clash',
      'graphql-name-clash',
    ]);
    await first.remove('shop');
    expect(queries(first)).toEqual(['stockItem']);
    expect(types(first)).toEqual(['StockItem']);
    const second = await restart();
    expect(queries(second)).toEqual(['stockItem']);
    expect(types(second)).toEqual(['StockItem']);
  });

  test('keeps them when it is registered anew, and takes no others for what stays', async () => {
    const one = await open(createMemoryStore());
    await one.put(items('shop'));
    await one.put(items('stock'));
    await one.remove('shop');
    await one.put(items('stock', {}, 'another_field'));
    expect(queries(one)).toEqual(['stockItem']);
  });

  test('leaves the name to its owner when that comes back', async () => {
    const one = await open(createMemoryStore());
    await one.put(items('shop'));
    await one.put(items('stock'));
    await one.remove('shop');
    await one.put(items('shop'));
    expect(queries(one)).toEqual(['stockItem', 'item']);
  });

  test('takes the remedy that the note names', async () => {
    const one = await open(createMemoryStore());
    await one.put(items('shop'));
    await one.put(items('stock'));
    await one.put(items('stock', { graphql: { overlay: { 'stock.v1.Items.GetItem': { rename: 'ware' } } } }));
    expect(queries(one)).toEqual(['item', 'ware']);
  });
});

describe('services of the configuration file', () => {
  test('keep their names when the file lists them in another order', async () => {
    const first = await restart([items('shop'), items('stock')]);
    expect(queries(first)).toEqual(['item', 'stockItem']);
    const second = await restart([items('stock'), items('shop')]);
    expect(queries(second)).toEqual(['stockItem', 'item']);
  });

  test('keep their names when one is put before them', async () => {
    await restart([items('shop')]);
    const second = await restart([items('stock'), items('shop')]);
    expect(queries(second)).toEqual(['stockItem', 'item']);
  });

  test('do not rename what was registered at run time', async () => {
    const first = await restart();
    await first.put(items('shop'));
    const second = await restart([items('stock')]);
    expect(queries(second)).toEqual(['stockItem', 'item']);
  });
});

test('a registry of the version before names is read and goes on', async () => {
  const first = await open(openSqliteStore(file()));
  await first.put(items('shop'));
  await first.close();
  const database = new DatabaseSync(file());
  database.exec('DROP TABLE graph_names; PRAGMA user_version = 1;');
  database.close();
  expect(readSqliteStore(file())?.names.size).toBe(0);
  const second = await open(openSqliteStore(file()));
  expect(queries(second)).toEqual(['item']);
  await second.close();
  registry = undefined;
  expect(
    readSqliteStore(file())?.names.get('shop')?.names.get('query field shop.v1.Items/GetItem item'),
  ).toBe('item');
});

test('reading a registry changes nothing, and one that is not there is none', async () => {
  expect(readSqliteStore(file())).toBeUndefined();
  const first = await open(openSqliteStore(file()));
  await first.put(items('shop'));
  // While a gateway has it open, as it would be.
  expect(readSqliteStore(file())?.services.map(({ definition }) => definition.name)).toEqual(['shop']);
});

describe('settings of the graph', () => {
  test('change the effect of a method for every door, and where it is in the graph', async () => {
    const one = await open(createMemoryStore());
    await one.put(
      items('shop', {
        graphql: {
          overlay: {
            'shop.v1.Items.Search': { effect: 'query' },
            'shop.v1.Items.GetItem': { effect: 'mutation' },
          },
        },
      }),
    );
    const operations = one.snapshot.services.get('shop')?.operations ?? [];
    expect(operations.map(({ name, effect, effectReason }) => [name, effect, effectReason])).toEqual([
      ['GetItem', 'write', 'its service says so (graphql.overlay)'],
      ['Search', 'read', 'its service says so (graphql.overlay)'],
    ]);
    expect(queries(one)).toEqual(['search']);
    expect(one.snapshot.graph.mutations.map(({ name }) => name)).toEqual(['getItem']);
  });

  test('are part of the revision', async () => {
    const one = await open(createMemoryStore());
    const { service: plain } = await one.put(items('shop'));
    const { service: prefixed, added, removed } = await one.put(items('shop', { graphql: { prefix: 'My' } }));
    expect(prefixed.revision).not.toBe(plain.revision);
    expect([added, removed]).toEqual([
      ['Query.myItem', 'Mutation.mySearch'],
      ['Query.item', 'Mutation.search'],
    ]);
  });

  test('that match nothing refuse the service', async () => {
    const one = await open(createMemoryStore());
    const refused = (await one
      .put(items('shop', { graphql: { overlay: { 'shop.v1.Nope': { hide: true } } } }))
      .then(
        () => undefined,
        (error: unknown) => error,
      )) as GatewayError;
    expect(refused.type).toBe('source-refused');
    expect(refused.problems.map(({ rule, path }) => [rule, path])).toEqual([
      ['graphql-overlay', 'services.shop.graphql.overlay["shop.v1.Nope"]'],
    ]);
    expect(queries(one)).toEqual([]);
  });
});
