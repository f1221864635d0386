// What a document costs, table by table: written by hand from the graphql reference, section 9 ("Cost"): 1 for a root
// read, 5 for a mutation, ceil(n / most keys of a batch) for a joined list, n without a batch; n is the page size or the
// most that is declared, else 100; an overlay has the last word.
import { describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import type { Graph, Join, OutputField } from '../../core/graph.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Operation } from '../../core/operation.ts';
import { operationCost } from '../../gateway/graphql/cost.ts';
import { buildGraph, type GraphSource } from '../../schema/graphql/build-graph.ts';
import { httpSource } from './http/document.ts';
import { compile, operationsOf, proto3 } from './sources.ts';

const SHOP = proto3(
  `service Shop {
    rpc GetItem(GetItemRequest) returns (Item) { option (google.api.http) = {get: "/items/{name}"}; }
    rpc ListItems(ListItemsRequest) returns (ListItemsResponse) { option (google.api.http) = {get: "/items"}; }
    rpc DropItem(GetItemRequest) returns (Item) {}
    rpc WatchItems(ListItemsRequest) returns (stream Item) {}
  }
  message GetItemRequest { string name = 1; }
  message ListItemsRequest { int32 page_size = 1; }
  message ListItemsResponse { Page page = 1; repeated Item items = 2; }
  message Page { repeated Item best = 1; }
  message Item { string name = 1; oneof kind { Book book = 2; Film film = 3; } }
  message Book { string title = 1; }
  message Film { string title = 1; }`,
  'shop.v1',
);
const SHOP_OPERATIONS = operationsOf('shop', compile({ 'shop.proto': SHOP }), ['shop.proto']);

/** Adds joined fields to Item, Book and Film: `batched`, thirty keys at once, and `single`, each an item. */
function withJoins(graph: Graph, joined: Partial<Operation> = {}): Graph {
  const operation = graph.queries.find(({ name }) => name === 'item')?.operation ?? missing();
  const field = (name: string, form: Join['form']): OutputField => ({
    name,
    type: { name: 'Item', isRequired: false },
    description: '',
    deprecation: undefined,
    source: {
      kind: 'join',
      join: {
        name,
        operation: { ...operation, ...joined },
        form,
        keys: [],
        items: undefined,
        result: { kind: 'message', type: 'Item' },
        cardinality: 'one',
        maxBatch: 30,
        fallback: undefined,
        readMask: undefined,
        reason: 'of the test',
      },
    },
  });
  const added = [field('batched', 'batch'), field('single', 'single')];
  const types = [...graph.types].map(([name, type]): [string, typeof type] => [
    name,
    type.kind === 'object' && ['Item', 'Book', 'Film'].includes(name)
      ? { ...type, fields: [...type.fields, ...added] }
      : type,
  ]);
  return { ...graph, types: new Map(types) };
}

function missing(): never {
  throw new Error('the graph has no such field');
}

function costOf(graph: Graph, text: string, variables: JsonObject = {}): number {
  const document = parse(text);
  const [operation] = document.definitions;
  if (operation?.kind !== 'OperationDefinition') throw new Error('the document begins with an operation');
  return operationCost(graph, { document, operation }, variables);
}

const shop = withJoins(buildGraph([{ name: 'shop', operations: SHOP_OPERATIONS }]).graph);

describe('an operation that is asked again', () => {
  test('costs what its variables say this time', () => {
    const document = parse(
      'query ($n: Int = 7, $x: Boolean = true) { items(pageSize: $n) { items { single @include(if: $x) { name } } } }',
    );
    const [operation] = document.definitions;
    if (operation?.kind !== 'OperationDefinition') throw new Error('the document begins with an operation');
    const cost = (variables: JsonObject | undefined): number =>
      operationCost(shop, { document, operation }, variables);
    const sizes = Array.from({ length: 20 }, (_, index) => index + 1);
    for (const _round of [1, 2]) {
      expect(cost(undefined)).toBe(1 + 7);
      expect(cost({ n: null })).toBe(1 + 100);
      expect(cost({ n: '30' })).toBe(1 + 30);
      expect(cost({ n: 30, x: false })).toBe(1);
      expect(cost({ n: 30 })).toBe(1 + 30);
      expect(cost({ n: [30] })).toBe(1 + 30);
      expect(cost({ n: {} })).toBe(1 + 100);
      expect(sizes.map((n) => cost({ n }))).toEqual(sizes.map((n) => 1 + n));
    }
  });
});

describe('unions', () => {
  const list = (kind: string): string => `{ items(pageSize: 40) { items { kind { ${kind} } } } }`;
  test.each<[string, number]>([
    // One object is a book or a film: the more expensive of the two.
    [
      '{ item(name: "a") { kind { ... on Book { x: single { name } } ... on Film { y: single { name } } } } }',
      1 + 1,
    ],
    [
      '{ item(name: "a") { kind { ... on Book { x: single { name } } ... on Film { x: batched { name } y: single { name } } } } }',
      1 + 2,
    ],
    // Of forty each may be a book or a film: forty calls, whatever the mixture.
    [list('... on Book { x: single { name } } ... on Film { y: single { name } }'), 1 + 40],
    // One name for two fields: both count. Two batches of books and two of films.
    [list('... on Book { x: batched { name } } ... on Film { x: batched { name } }'), 1 + 2 + 2],
    [
      list('... on Book { x: batched { single { name } } } ... on Film { x: batched { name } }'),
      1 + 2 + 40 + 2,
    ],
    // What is asked of books alone is no field of films.
    [list('... on Book { x: single { name } }'), 1 + 40],
    // A fragment on the union holds for all of its members.
    [`${list('...K')} fragment K on ItemKind { ... on Film { batched { name } } }`, 1 + 2],
    [
      list('... on ItemKind { ... on Book { batched { name } } ... on Film { batched { name } } }'),
      1 + 2 + 2,
    ],
  ])('%s', (text, cost) => {
    expect(costOf(shop, text)).toBe(cost);
  });
});

describe('pages', () => {
  test.each<[string, JsonObject, number]>([
    ['{ items(pageSize: 7) { items { single { name } } } }', {}, 1 + 7],
    ['{ items { items { single { name } } } }', {}, 1 + 100],
    // A null is no page size, whatever the default of the variable.
    ['query ($n: Int = 7) { items(pageSize: $n) { items { single { name } } } }', { n: null }, 1 + 100],
    ['query ($n: Int = 7) { items(pageSize: $n) { items { single { name } } } }', {}, 1 + 7],
    // A list inside of something else than the page has as many as nobody says, or as the page if that is more.
    ['{ items(pageSize: 7) { page { best { single { name } } } } }', {}, 1 + 100],
    ['{ items(pageSize: 700) { page { best { single { name } } } } }', {}, 1 + 700],
    [
      'mutation { a: dropItem(name: "a") { name } b: dropItem(name: "b") { single { name } } }',
      {},
      5 + 5 + 1,
    ],
    // One event, and what is joined to it.
    ['subscription { watchItems { name single { name } } }', {}, 1 + 1],
  ])('%s %j', (text, variables, cost) => {
    expect(costOf(shop, text, variables)).toBe(cost);
  });
});

describe('what services say', () => {
  const overlaid = (settings: GraphSource['settings'], joined: Partial<Operation> = {}): Graph =>
    withJoins(
      buildGraph([{ name: 'shop', operations: SHOP_OPERATIONS, ...(settings && { settings }) }]).graph,
      joined,
    );

  test.each<[string, number]>([
    ['{ item(name: "a") { name } }', 20],
    ['mutation { dropItem(name: "a") { name } }', 2],
    ['{ items { items { name } } }', 0],
    ['{ a: items { items { name } } b: item(name: "a") { name } }', 20],
  ])('by overlay: %s', (text, cost) => {
    const graph = overlaid({
      overlay: {
        'shop.v1.Shop.GetItem': { cost: 20 },
        'shop.v1.Shop.DropItem': { cost: 2 },
        'shop.v1.Shop.ListItems': { cost: 0 },
      },
    });
    expect(costOf(graph, text)).toBe(cost);
  });

  test('joined fields cost what the operation costs that answers them', () => {
    const graph = overlaid(undefined, { cost: 3 });
    expect(costOf(graph, '{ items(pageSize: 40) { items { batched { name } } } }')).toBe(1 + 2 * 3);
    expect(costOf(graph, '{ items(pageSize: 40) { items { single { name } } } }')).toBe(1 + 40 * 3);
  });

  const paths = (parameter: string): string => `
    /items:
      get:
        operationId: listItems
        parameters: [{ name: perPage, in: query, schema: ${parameter} }]
        responses: { "200": { description: ok, content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Item" } } } } } }
    /items/{id}:
      get:
        operationId: item
        parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
        responses: { "200": { description: ok, content: { application/json: { schema: { $ref: "#/components/schemas/Item" } } } } }`;
  const schemas = `
    Item: { type: object, properties: { id: { type: string } } }
    Most: { type: integer, maximum: 8 }`;
  const api = (parameter: string): Graph =>
    withJoins(buildGraph([httpSource({ paths: paths(parameter), schemas })]).graph);

  test.each<[parameter: string, given: string, items: number]>([
    ['{ type: integer }', '', 100],
    ['{ type: integer }', '(perPage: 12)', 12],
    ['{ type: integer, maximum: 25 }', '', 25],
    ['{ type: integer, maximum: 25 }', '(perPage: 12)', 12],
    // It gives no more than that, whatever it is asked for.
    ['{ type: integer, maximum: 25 }', '(perPage: 1000)', 25],
    ['{ type: integer, exclusiveMaximum: 25 }', '', 24],
    ['{ $ref: "#/components/schemas/Most" }', '', 8],
    ['{ type: integer, maximum: 0 }', '', 100],
  ])('an HTTP service, by its document: %s%s', (parameter, given, items) => {
    expect(costOf(api(parameter), `{ listItems${given} { single { id } } }`)).toBe(1 + items);
  });
});
