// Names once given stay, whoever comes, goes or changes. Source: graphql reference, sections 1 (3) and 2.
import { describe, expect, test } from '@jest/globals';
import { buildASTSchema, validateSchema } from 'graphql';
import type { Graph } from '../../core/graph.ts';
import { buildGraph, type GraphSource } from '../../schema/graphql/build-graph.ts';
import { printSdl, typeDefinitions } from '../../schema/graphql/type-definitions.ts';
import { googleSources } from './google-protos.ts';
import { compile, operationsOf, proto3 } from './sources.ts';

function source(name: string, files: Readonly<Record<string, string>>): GraphSource {
  return { name, operations: operationsOf(name, compile(files), Object.keys(files)) };
}

/** A package with a service that gives and takes an Item; `fields` is what tells the packages apart. */
function items(packageName: string, fields: string, extra = ''): Record<string, string> {
  const body = `
    service Items { rpc GetItem(GetItemRequest) returns (Item); rpc PutItem(Item) returns (Item); }
    message GetItemRequest { string id = 1; }
    message Item { string id = 1; ${fields} oneof owner { string person = 8; int32 shelf = 9; } map<string, string> labels = 10; }
    ${extra}`;
  return { [`${packageName}.proto`]: proto3(body, packageName) };
}

const shop = source('shop', items('shop.v1', 'int32 price = 2;'));
const stock = source('stock', items('stock.v1', 'string shelf_name = 2;'));

/** The services as a registry would build them again: with the names they had. */
function again(before: ReturnType<typeof buildGraph>, ...sources: readonly GraphSource[]) {
  return buildGraph(sources.map((one) => ({ ...one, names: before.namesByService.get(one.name) })));
}

/** Type and root field names by the proto name they stand for, of one package. */
function namesOf(graph: Graph, packageName: string): string[] {
  const types = [...graph.types.values()].filter(({ origin }) => origin.startsWith(`${packageName}.`));
  const fields = [...graph.queries, ...graph.mutations].filter(({ operation }) =>
    operation.method.startsWith(`${packageName}.`),
  );
  return [...types.map(({ name }) => name), ...fields.map(({ name }) => name)];
}

/** What is kept, of all services or of one, as one text: graphs hold descriptors, which are too large to compare. */
function asText({ namesByService }: ReturnType<typeof buildGraph>, only?: string): string {
  const services = [...namesByService].filter(([service]) => only === undefined || service === only);
  const lines = services.flatMap(([service, names]) =>
    [...names].map(([key, name]) => `${service}: ${key} = ${name}`),
  );
  return lines.toSorted().join('\n');
}

function expectValid(graph: Graph): void {
  expect(validateSchema(buildASTSchema(typeDefinitions(graph)))).toEqual([]);
}

const STOCK_YIELDED = [
  'StockItem',
  'StockItemLabelsEntry',
  'StockItemLabelsEntryInput',
  'StockItemOwner',
  'StockItemOwnerInput',
  'StockItemPerson',
  'StockItemShelf',
  'stockItem',
  'stockPutItem',
];

const together = buildGraph([shop, stock]);

test('the newcomer yields, with everything that is made of its types', () => {
  expect(namesOf(together.graph, 'stock.v1')).toEqual(STOCK_YIELDED);
});

describe('names that were given before', () => {
  test('stay when the older service is unregistered', () => {
    const { graph } = again(together, stock);
    expectValid(graph);
    expect(namesOf(graph, 'stock.v1')).toEqual(STOCK_YIELDED);
  });

  test('stay when the order of services changes', () => {
    const { graph } = again(together, stock, shop);
    expectValid(graph);
    expect(namesOf(graph, 'stock.v1')).toEqual(STOCK_YIELDED);
    expect(namesOf(graph, 'shop.v1')).toEqual(namesOf(together.graph, 'shop.v1'));
  });

  test('are free again for the service that had them, if it comes back', () => {
    const without = again(together, stock);
    const { graph } = buildGraph([
      { ...stock, names: without.namesByService.get('stock') },
      { ...shop, isNewcomer: true },
    ]);
    expect(namesOf(graph, 'shop.v1')).toEqual(namesOf(together.graph, 'shop.v1'));
    expect(namesOf(graph, 'stock.v1')).toEqual(STOCK_YIELDED);
  });

  test('stay when their service is registered anew with more in it, also before what was there', () => {
    const more = source('stock', {
      'a.proto': proto3(
        `service First { rpc GetItem(Q) returns (Item); rpc GetShelf(Q) returns (Shelf); }
         message Q { string id = 1; } message Item { Shelf shelf = 1; } message Shelf { string id = 1; }`,
        'stock.a',
      ),
      ...items('stock.v1', 'string shelf_name = 2;'),
    });
    const { graph } = buildGraph([
      { ...shop, names: together.namesByService.get('shop') },
      { ...more, names: together.namesByService.get('stock'), isNewcomer: true },
    ]);
    expectValid(graph);
    expect(namesOf(graph, 'stock.v1')).toEqual(STOCK_YIELDED);
    expect(namesOf(graph, 'shop.v1')).toEqual(namesOf(together.graph, 'shop.v1'));
    // What is new takes what is left.
    expect(namesOf(graph, 'stock.a')).toEqual(['Shelf', 'StockStockAItem', 'stockStockAItem', 'shelf']);
  });

  test('are not taken by what their own service adds: a message beside a union of the same name', () => {
    const before = buildGraph([shop]);
    const more = source(
      'shop',
      items('shop.v1', 'int32 price = 2; ItemOwner next = 3;', 'message ItemOwner { int32 a = 1; }'),
    );
    const { graph } = buildGraph([{ ...more, names: before.namesByService.get('shop'), isNewcomer: true }]);
    expectValid(graph);
    expect(graph.types.get('ItemOwner')).toMatchObject({ kind: 'union' });
    expect(namesOf(graph, 'shop.v1')).toEqual(expect.arrayContaining(namesOf(before.graph, 'shop.v1')));
  });

  test('are free for others once nothing of the service has them', () => {
    const moved = source('shop', items('shop.v2', 'int32 price = 2;'));
    const before = buildGraph([shop]);
    const { graph, problems } = buildGraph([
      { ...moved, names: before.namesByService.get('shop'), isNewcomer: true },
    ]);
    expect(namesOf(graph, 'shop.v2')).toEqual(namesOf(before.graph, 'shop.v1'));
    expect(problems).toEqual([]);
  });

  test('are given up for the prefix that a service asks for later', () => {
    const { graph } = buildGraph([
      { ...shop, names: together.namesByService.get('shop') },
      {
        ...stock,
        settings: { prefix: 'Depot' },
        names: together.namesByService.get('stock'),
        isNewcomer: true,
      },
    ]);
    expect(namesOf(graph, 'stock.v1').slice(-2)).toEqual(['depotItem', 'depotPutItem']);
    expect(graph.types.get('DepotItem')?.origin).toBe('stock.v1.Item');
  });
});

describe('a type that two services bring', () => {
  const common = (fields: string) =>
    proto3(
      `message Address { ${fields} oneof kind { string home = 8; int32 box = 9; } } message Place { Address at = 1; }`,
      'common.v1',
    );
  const user = (name: string, fields: string) =>
    source(name, {
      'common.proto': common(fields),
      'user.proto': [
        `syntax = "proto3"; package ${name}.v1; import "common.proto";`,
        `service S { rpc Do${name.toUpperCase()}(Q) returns (common.v1.Place); } message Q {}`,
      ].join('\n'),
    });
  const a = user('a', 'string city = 1;');
  const b = user('b', 'string city = 1;');
  const shared = buildGraph([a, b]);

  test('keeps its names, and those of what is made of it, when the one that brought it first goes', () => {
    const { graph } = again(shared, b);
    expectValid(graph);
    expect(namesOf(graph, 'common.v1')).toEqual(namesOf(shared.graph, 'common.v1'));
  });

  test('keeps its name for the one that does not change; the one that changes it yields', () => {
    const changed = user('a', 'string city = 1; string country = 2;');
    const { graph, problems } = buildGraph([
      { ...changed, names: shared.namesByService.get('a'), isNewcomer: true },
      { ...b, names: shared.namesByService.get('b') },
    ]);
    expectValid(graph);
    const resultOf = (method: string) =>
      graph.mutations.find(({ operation }) => operation.name === method)?.type;
    expect(resultOf('DoB')).toEqual({ name: 'Place', isRequired: false });
    expect(resultOf('DoA')).toEqual({ name: 'APlace', isRequired: false });
    expect(graph.types.get('Address')?.origin).toBe('common.v1.Address');
    expect(
      problems.some(({ message }) => message.includes('common.v1.Place of service "a" is called APlace')),
    ).toBe(true);
  });
});

describe('a message that is both a request and an input type', () => {
  const files = {
    'a.proto': proto3(
      `service S { rpc Create(Topic) returns (Topic); rpc Update(UpdateRequest) returns (Topic); }
       message UpdateRequest { Topic topic = 1; }
       message Topic { map<string, string> labels = 1; oneof kind { string a = 2; int32 b = 3; } }`,
    ),
  };
  const first = buildGraph([source('s', files)]);

  test('has one type of each of its maps and oneofs', () => {
    expect(namesOf(first.graph, 'test.v1').filter((name) => name.includes('Input'))).toEqual([
      'TopicInput',
      'TopicKindInput',
      'TopicLabelsEntryInput',
    ]);
    const [labels] = first.graph.mutations.find(({ name }) => name === 'create')?.arguments ?? [];
    expect(labels?.type).toMatchObject({ list: { name: 'TopicLabelsEntryInput' } });
  });

  test('keeps their names from build to build', () => {
    const second = again(first, source('s', files));
    expect(printSdl(second.graph)).toBe(printSdl(first.graph));
    expect(asText(second)).toBe(asText(first));
  });

  test('shares them with another service that brings the same', () => {
    const { graph } = buildGraph([source('s', files), source('t', files)]);
    expectValid(graph);
    expect([...graph.types.keys()].filter((name) => name.startsWith('T'))).toEqual(
      [...first.graph.types.keys()].filter((name) => name.startsWith('T')),
    );
  });
});

test('every name of a large source is the same when it is built again', () => {
  const sources = googleSources({
    pubsub: ['google/pubsub/v1'],
    firestore: ['google/firestore/v1', 'google/firestore/admin/v1'],
    spanner: ['google/spanner/v1', 'google/spanner/admin'],
  });
  const first = buildGraph(sources);
  const reversed = again(first, ...sources.toReversed());
  expect(asText(reversed)).toBe(asText(first));
  expect([...reversed.graph.types.keys()]).toEqual([...first.graph.types.keys()]);
  const alone = again(first, ...sources.filter(({ name }) => name === 'spanner'));
  expect(asText(alone)).toBe(asText(first, 'spanner'));
});

test('names are kept by what has them, as plain text', () => {
  expect(buildGraph([shop]).namesByService.get('shop')?.get('type output shop.v1.Item Item')).toBe('Item');
  expect(together.namesByService.get('stock')?.get('query field stock.v1.Items/GetItem item')).toBe(
    'stockItem',
  );
});
