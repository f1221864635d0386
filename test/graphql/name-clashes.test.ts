// Who keeps a name and who yields. Source: graphql reference, section 2.
import { describe, expect, test } from '@jest/globals';
import { buildASTSchema, validateSchema } from 'graphql';
import type { Graph } from '../../core/graph.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { typeDefinitions } from '../../schema/graphql/type-definitions.ts';
import { compile, operationsOf, proto3 } from './sources.ts';

const ITEM_SERVICE = `
  service Items { rpc GetItem(GetItemRequest) returns (Item); }
  message GetItemRequest { string id = 1; }`;

function source(name: string, files: Readonly<Record<string, string>>) {
  return { name, operations: operationsOf(name, compile(files), Object.keys(files)) };
}

function typeNames(graph: Graph): string[] {
  return [...graph.types.keys()].filter((name) => graph.types.get(name)?.kind !== 'scalar');
}

function expectValid(graph: Graph): void {
  expect(validateSchema(buildASTSchema(typeDefinitions(graph)))).toEqual([]);
}

describe('between services', () => {
  const first = source('shop', {
    'shop.proto': proto3(`${ITEM_SERVICE} message Item { string id = 1; int32 price = 2; }`, 'shop.v1'),
  });
  const second = source('stock-room', {
    'stock.proto': proto3(`${ITEM_SERVICE} message Item { string id = 1; string shelf = 2; }`, 'stock.v1'),
  });

  test('the newcomer takes its name as a prefix, for types and root fields, and a note names both', () => {
    const { graph, problems } = buildGraph([first, second]);
    expectValid(graph);
    expect(typeNames(graph)).toEqual(['Item', 'StockRoomItem']);
    expect(graph.queries.map((field) => field.name)).toEqual(['item', 'stockRoomItem']);
    expect(problems.map(({ severity, rule }) => [severity, rule])).toEqual([
      ['note', 'graphql-name-clash'],
      ['note', 'graphql-name-clash'],
    ]);
    expect(problems[0]?.message).toMatch(
      /type Item belongs to shop\.v1\.Item of service "shop".*stock\.v1\.Item of service "stock-room" is called StockRoomItem/,
    );
    expect(problems[1]?.message).toMatch(
      /query field item belongs to shop\.v1\.Items\/GetItem of service "shop"/,
    );
  });

  test('what was there first keeps every name when another service comes', () => {
    const alone = buildGraph([first]).graph;
    const together = buildGraph([first, second]).graph;
    expect(typeNames(together)).toEqual(expect.arrayContaining(typeNames(alone)));
    expect(together.types.get('Item')).toEqual(alone.types.get('Item'));
    expect(together.queries[0]).toEqual(alone.queries[0]);
  });

  test('the order of registration decides, not the alphabet', () => {
    const { graph } = buildGraph([second, first]);
    expect(graph.queries.map((field) => field.name)).toEqual(['item', 'shopItem']);
    expect(graph.types.get('Item')?.origin).toBe('stock.v1.Item');
  });

  const common = (fields: string) =>
    proto3(`message Address { ${fields} } message Place { Address at = 1; }`, 'common.v1');
  const user = (packageName: string, fields: string) => ({
    'common.proto': common(fields),
    'user.proto': [
      `syntax = "proto3"; package ${packageName}; import "common.proto";`,
      'service S { rpc Do(Q) returns (common.v1.Place); } message Q {}',
    ].join('\n'),
  });

  test('the same type of two sources is one type', () => {
    const { graph, problems } = buildGraph([
      source('a', user('a.v1', 'string city = 1;')),
      source('b', user('b.v1', '  // Said otherwise.\n string city = 1;')),
    ]);
    expectValid(graph);
    expect(typeNames(graph)).toEqual(['Address', 'Place']);
    expect(problems.filter((problem) => problem.message.includes(' type '))).toEqual([]);
  });

  test('the same full name with other content is a clash, and so is whatever refers to it', () => {
    const { graph, problems } = buildGraph([
      source('a', user('a.v1', 'string city = 1;')),
      source('b', user('b.v1', 'string city = 1; string country = 2;')),
    ]);
    expectValid(graph);
    expect(typeNames(graph)).toEqual(['Address', 'BAddress', 'BPlace', 'Place']);
    expect(problems.filter((problem) => problem.message.includes(' type '))).toHaveLength(2);
  });

  test('the same proto registered twice keeps one set of types and tells the root fields apart', () => {
    const files = { 'shop.proto': proto3(`${ITEM_SERVICE} message Item { string id = 1; }`, 'shop.v1') };
    const { graph } = buildGraph([source('shop', files), source('shop-eu', files)]);
    expectValid(graph);
    expect(typeNames(graph)).toEqual(['Item']);
    expect(graph.queries.map((field) => field.name)).toEqual(['item', 'shopEuItem']);
  });
});

describe('inside one source', () => {
  test('the newcomer takes the last part in which the packages differ, its input and union types as well', () => {
    const body = `${ITEM_SERVICE}
      service Writer { rpc PutItem(PutItemRequest) returns (Item); }
      message PutItemRequest { Item item = 1; }
      message Item { string id = 1; oneof owner { string person = 2; int32 shelf = 3; } }`;
    const { graph, problems } = buildGraph([
      source('shop', {
        'a.proto': proto3(body, 'shop.v1'),
        'b.proto': proto3(body, 'shop.v1beta1'),
      }),
    ]);
    expectValid(graph);
    expect(typeNames(graph)).toEqual([
      'Item',
      'ItemInput',
      'ItemOwner',
      'ItemOwnerInput',
      'ItemPerson',
      'ItemShelf',
      'V1beta1Item',
      'V1beta1ItemInput',
      'V1beta1ItemOwner',
      'V1beta1ItemOwnerInput',
      'V1beta1ItemPerson',
      'V1beta1ItemShelf',
    ]);
    expect(graph.queries.map((field) => field.name)).toEqual(['item', 'v1beta1Item']);
    expect(graph.mutations.map((field) => field.name)).toEqual(['putItem', 'v1beta1PutItem']);
    expect(problems.every((problem) => problem.severity === 'note')).toBe(true);
  });

  test('a list whose plural is its singular keeps its own name', () => {
    const { graph } = buildGraph([
      source('stock', {
        'a.proto': proto3(`
          service S { rpc GetStock(GetStockRequest) returns (Stock); rpc ListStock(ListStockRequest) returns (ListStockResponse); }
          message GetStockRequest { string id = 1; }
          message ListStockRequest { int32 page_size = 1; }
          message ListStockResponse { repeated Stock stock = 1; }
          message Stock { string id = 1; }`),
      }),
    ]);
    expect(graph.queries.map((field) => field.name)).toEqual(['stock', 'listStock']);
  });

  test('two proto services of one package are told apart by their names', () => {
    const { graph } = buildGraph([
      source('compute', {
        'a.proto': proto3(
          'service Disks { rpc Get(Q) returns (R); } service Images { rpc Get(Q) returns (R); } message Q {} message R {}',
        ),
      }),
    ]);
    expect(graph.mutations.map((field) => field.name)).toEqual(['get', 'imagesGet']);
  });

  test.each([
    ['a scalar of the gateway', 'Duration', 'ShopDuration'],
    ['a root type', 'Query', 'ShopQuery'],
    ['a built-in scalar', 'ID', 'ShopID'],
  ])('a message named as %s yields to it', (_why, name, expected) => {
    const { graph } = buildGraph([
      source('shop', {
        'a.proto': proto3(
          `service S { rpc Do(Q) returns (${name}); } message Q {} message ${name} { int32 a = 1; }`,
        ),
      }),
    ]);
    expectValid(graph);
    expect(graph.mutations[0]?.type).toEqual({ name: expected, isRequired: false });
  });

  test('a message keeps its name before any type that is made of another', () => {
    const { graph } = buildGraph([
      source('shop', {
        'a.proto': proto3(`
          service S { rpc Do(Book) returns (Book); }
          message Book { oneof owner { string person = 1; BookOwner book_owner = 2; } map<string, string> labels = 3; BookLabelsEntry entry = 4; }
          message BookOwner { BookInput input = 1; Book book = 2; }
          message BookInput { string a = 1; }
          message BookLabelsEntry { string b = 1; }`),
      }),
    ]);
    expectValid(graph);
    expect(graph.types.get('BookOwner')?.origin).toBe('test.v1.BookOwner');
    expect(graph.types.get('BookOwnerUnion')?.origin).toBe('test.v1.Book.owner');
    expect(graph.types.get('BookLabelsEntry')?.origin).toBe('test.v1.BookLabelsEntry');
    expect(graph.types.get('BookLabelsEntryPair')?.origin).toBe('test.v1.Book.labels');
    // The object type BookInput was there before the input types of Book and BookInput.
    expect(graph.types.get('BookInput')).toMatchObject({ kind: 'object', origin: 'test.v1.BookInput' });
  });
});

test('an input type is not called InputInput', () => {
  const { graph } = buildGraph([
    source('shop', {
      'a.proto': proto3(
        'service S { rpc Do(Q) returns (R); } message Q { ItemInput item = 1; } message ItemInput { int32 a = 1; } message R { int32 b = 1; }',
      ),
    }),
  ]);
  expect(typeNames(graph)).toEqual(['ItemInput', 'R']);
});
