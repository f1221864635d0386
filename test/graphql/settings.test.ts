// What a service may choose of its place in the graph. Source: graphql reference, sections 2, 3.1 and 3.6.
import { describe, expect, test } from '@jest/globals';
import { buildASTSchema, type GraphQLSchema, printType, validateSchema } from 'graphql';
import type { GraphSettings } from '../../core/graph-settings.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { typeDefinitions } from '../../schema/graphql/type-definitions.ts';
import { compile, operationsOf, proto3 } from './sources.ts';

const FILES = compile({
  'shop.proto': proto3(
    `service Shop {
      rpc GetItem(GetItemRequest) returns (Item) { option idempotency_level = NO_SIDE_EFFECTS; }
      rpc UpdateItem(UpdateItemRequest) returns (Item) { option (google.api.http) = { patch: "/v1/{item.name=items/*}" body: "item" }; }
      rpc Count(GetItemRequest) returns (Total);
    }
    service Inner { rpc Sweep(GetItemRequest) returns (Total); }
    message GetItemRequest { string name = 1; }
    message UpdateItemRequest { Item item = 1; google.protobuf.FieldMask update_mask = 2; }
    message Total { int64 value = 1; }
    message Maker { string name = 1; }
    message Item {
      string name = 1;
      optional string display_name = 2;
      Maker maker = 3;
      State state = 4;
      repeated State states = 5;
      oneof owner { string person = 6; Maker workshop = 7; }
      map<string, int64> counts = 8;
      map<string, Maker> makers = 9;
      map<int32, google.protobuf.Struct> notes = 10;
    }
    enum State { STATE_UNSPECIFIED = 0; STATE_NEW = 1; STATE_OLD = 2; }`,
    'shop.v1',
  ),
});
const operations = operationsOf('shop', FILES, ['shop.proto']);

/** The schema of the one service, valid by graphql-js. */
function schemaFor(settings: GraphSettings): GraphQLSchema {
  const { graph, problems } = buildGraph([{ name: 'shop', operations, settings }]);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const schema = buildASTSchema(typeDefinitions(graph));
  expect(validateSchema(schema)).toEqual([]);
  return schema;
}

function lines(schema: GraphQLSchema, name: string): string[] {
  const type = schema.getType(name);
  if (type === undefined) throw new Error(`no type ${name}`);
  return printType(type)
    .replace(/"""[\s\S]*?"""/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

const ownTypes = (schema: GraphQLSchema) =>
  Object.keys(schema.getTypeMap()).filter((name) => /Item|Maker|State|Total/.test(name));

test('prefix goes before every type and every root field', () => {
  const schema = schemaFor({ prefix: 'Acme' });
  expect(ownTypes(schema).every((name) => name.startsWith('Acme'))).toBe(true);
  expect(ownTypes(schema)).toEqual(
    expect.arrayContaining([
      'AcmeItem',
      'AcmeItemInput',
      'AcmeItemOwner',
      'AcmeItemMakersEntry',
      'AcmeState',
    ]),
  );
  expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toEqual(['acmeItem']);
  expect(Object.keys(schema.getMutationType()?.getFields() ?? {})).toEqual([
    'acmeUpdateItem',
    'acmeCount',
    'acmeSweep',
  ]);
});

test('typeNames: qualified puts the package before every type and leaves root fields alone', () => {
  const schema = schemaFor({ typeNames: 'qualified' });
  expect(ownTypes(schema).every((name) => name.startsWith('ShopV1'))).toBe(true);
  expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toEqual(['item']);
});

test('enumNames: full keeps the name of the enum in its values', () => {
  expect(lines(schemaFor({ enumNames: 'full' }), 'State')).toEqual([
    'enum State {',
    'STATE_NEW',
    'STATE_OLD',
    '}',
  ]);
});

describe('maps: json', () => {
  const schema = schemaFor({ maps: 'json' });
  test('shows maps of scalars and well-known types as JSON objects, never null in answers', () => {
    expect(lines(schema, 'Item')).toContain('counts: JSONObject!');
    expect(lines(schema, 'Item')).toContain('notes: JSONObject!');
    expect(lines(schema, 'ItemInput')).toContain('counts: JSONObject');
  });

  test('leaves maps of messages, whose values have fields to select', () => {
    expect(lines(schema, 'Item')).toContain('makers: [ItemMakersEntry!]!');
    expect(lines(schema, 'ItemInput')).toContain('makers: [ItemMakersEntryInput!]');
  });
});

describe('onClash: refuse', () => {
  const other = operationsOf('first', FILES, ['shop.proto']).filter(({ name }) => name === 'GetItem');

  test('refuses the service whose names belong to somebody else, with both owners, the place and the remedies', () => {
    const { problems } = buildGraph([
      { name: 'first', operations: other },
      { name: 'shop', operations, settings: { onClash: 'refuse' } },
    ]);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([
      {
        severity: 'error',
        rule: 'graphql-name-clash',
        message:
          'the GraphQL query field item belongs to shop.v1.Shop/GetItem of service "first", and shop.v1.Shop/GetItem ' +
          'of service "shop" would have it, too, which graphql.onClash refuses; set graphql.prefix of service "shop", ' +
          'or graphql.overlay "shop.v1.Shop.GetItem": {rename: …}',
        path: 'shop.proto',
        line: expect.any(Number),
        column: expect.any(Number),
      },
    ]);
  });

  test('says nothing to the service that was there first', () => {
    const { problems } = buildGraph([
      { name: 'shop', operations, settings: { onClash: 'refuse' } },
      { name: 'second', operations: operationsOf('second', FILES, ['shop.proto']) },
    ]);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

describe('the overlay', () => {
  test('renames a type and with it what is made of it', () => {
    const schema = schemaFor({ overlay: { 'shop.v1.Item': { rename: 'Ware' } } });
    expect(Object.keys(schema.getTypeMap())).toEqual(
      expect.arrayContaining(['Ware', 'WareInput', 'WareOwner', 'WarePerson', 'WareMakersEntry']),
    );
    expect(schema.getType('Item')).toBeUndefined();
  });

  test('renames fields in answers and arguments, oneofs, enums, values and root fields', () => {
    const schema = schemaFor({
      overlay: {
        'shop.v1.Item.display_name': { rename: 'title' },
        'shop.v1.Item.owner': { rename: 'holder' },
        'shop.v1.State': { rename: 'Age' },
        'shop.v1.State.STATE_NEW': { rename: 'FRESH' },
        'shop.v1.Shop.Count': { rename: 'howMany' },
        'shop.v1.GetItemRequest.name': { rename: 'id' },
      },
    });
    expect(lines(schema, 'Item')).toEqual(
      expect.arrayContaining(['title: String', 'holder: ItemOwner', 'state: Age']),
    );
    expect(lines(schema, 'ItemInput')).toEqual(
      expect.arrayContaining(['title: String', 'holder: ItemOwnerInput']),
    );
    expect(lines(schema, 'Age')).toEqual(['enum Age {', 'FRESH', 'OLD', '}']);
    expect(lines(schema, 'Query')).toContain('item(id: String): Item');
    expect(lines(schema, 'Mutation')).toContain('howMany(id: String): Total');
  });

  test('knows the resource of an update under its new name', () => {
    const settings: GraphSettings = { overlay: { 'shop.v1.UpdateItemRequest.item': { rename: 'ware' } } };
    const { graph } = buildGraph([{ name: 'shop', operations, settings }]);
    expect(graph.mutations.find(({ name }) => name === 'updateItem')?.implicitMask?.resource).toBe('ware');
  });

  test('a chosen name goes before a name that nobody chose', () => {
    const schema = schemaFor({ overlay: { 'shop.v1.Maker': { rename: 'Item' } } });
    expect(lines(schema, 'Item')).toEqual(['type Item {', 'name: String!', '}']);
    expect(lines(schema, 'ShopItem')).toContain('maker: Item');
  });

  test('a chosen name that belongs to another service is refused', () => {
    const { problems } = buildGraph([
      { name: 'first', operations },
      {
        name: 'shop',
        operations,
        settings: { prefix: 'B', overlay: { 'shop.v1.Maker': { rename: 'Item' } } },
      },
    ]);
    expect(problems.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([
      'the GraphQL type Item belongs to shop.v1.Item of service "first", so graphql.overlay cannot give it to shop.v1.Maker; choose another name',
    ]);
  });

  test('two fields, or two values, of one chosen name are refused, both named', () => {
    const { problems } = buildGraph([
      {
        name: 'shop',
        operations,
        settings: {
          overlay: {
            'shop.v1.Item.maker': { rename: 'state' },
            'shop.v1.State.STATE_NEW': { rename: 'OLD' },
          },
        },
      },
    ]);
    expect(problems.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([
      'shop.v1.State has the values STATE_NEW and STATE_OLD, which GraphQL would both call OLD; give one another name in graphql.overlay',
      'shop.v1.Item has the fields maker and state, which GraphQL would both call state; rename one, or give one a json_name of its own',
    ]);
  });

  test('hides fields, values, oneofs, methods, services and what is made of them alone', () => {
    const schema = schemaFor({
      overlay: {
        'shop.v1.Item.display_name': { hide: true },
        'shop.v1.Item.owner': { hide: true },
        'shop.v1.State.STATE_OLD': { hide: true },
        'shop.v1.Shop.Count': { hide: true },
        'shop.v1.Inner': { hide: true },
      },
    });
    expect(lines(schema, 'Item')).not.toContain('displayName: String');
    expect(lines(schema, 'ItemInput')).not.toContain('displayName: String');
    expect(lines(schema, 'State')).toEqual(['enum State {', 'NEW', '}']);
    expect(schema.getType('ItemOwner')).toBeUndefined();
    expect(schema.getType('Total')).toBeUndefined();
    expect(Object.keys(schema.getMutationType()?.getFields() ?? {})).toEqual(['updateItem']);
  });

  test('a hidden message takes with it fields that hold it and methods that give it', () => {
    const schema = schemaFor({
      overlay: { 'shop.v1.Maker': { hide: true }, 'shop.v1.Total': { hide: true } },
    });
    expect(lines(schema, 'Item').join()).not.toContain('Maker');
    expect(lines(schema, 'ItemOwner')).toEqual(['union ItemOwner = ItemPerson']);
    expect(Object.keys(schema.getMutationType()?.getFields() ?? {})).toEqual(['updateItem']);
  });

  test('an enum of which every value is hidden keeps them all: GraphQL has no enum without values', () => {
    const hide = { hide: true };
    const schema = schemaFor({
      overlay: {
        'shop.v1.State.STATE_UNSPECIFIED': hide,
        'shop.v1.State.STATE_NEW': hide,
        'shop.v1.State.STATE_OLD': hide,
      },
    });
    expect(lines(schema, 'State')).toEqual(['enum State {', 'NEW', 'OLD', '}']);
  });

  test('nonNull says what is never null, for fields, oneofs and the items of lists', () => {
    const nonNull = { nonNull: true };
    const schema = schemaFor({
      overlay: {
        'shop.v1.Item.display_name': nonNull,
        'shop.v1.Item.maker': nonNull,
        'shop.v1.Item.state': nonNull,
        'shop.v1.Item.states': nonNull,
        'shop.v1.Item.owner': nonNull,
      },
    });
    expect(lines(schema, 'Item')).toEqual(
      expect.arrayContaining([
        'displayName: String!',
        'maker: Maker!',
        'state: State!',
        'states: [State!]!',
        'owner: ItemOwner!',
      ]),
    );
    // What a client must give is another matter.
    expect(lines(schema, 'ItemInput')).toContain('maker: MakerInput');
  });

  test('oneof: fields shows the members beside each other, each nullable', () => {
    const schema = schemaFor({ overlay: { 'shop.v1.Item.owner': { oneof: 'fields' } } });
    expect(lines(schema, 'Item')).toEqual(expect.arrayContaining(['person: String', 'workshop: Maker']));
    expect(lines(schema, 'ItemInput')).toEqual(
      expect.arrayContaining(['person: String', 'workshop: MakerInput']),
    );
    expect(schema.getType('ItemOwner')).toBeUndefined();
    expect(schema.getType('ItemOwnerInput')).toBeUndefined();
  });

  test('cost is with the root field', () => {
    const { graph } = buildGraph([
      { name: 'shop', operations, settings: { overlay: { 'shop.v1.Shop.GetItem': { cost: 7 } } } },
    ]);
    expect(graph.queries.map(({ cost }) => cost)).toEqual([7]);
    expect(graph.mutations.map(({ cost }) => cost)).toEqual([undefined, undefined, undefined]);
  });

  test('a type that two services bring is two if one of them changes it', () => {
    const { graph } = buildGraph([
      { name: 'first', operations },
      { name: 'shop', operations, settings: { overlay: { 'shop.v1.Maker.name': { rename: 'id' } } } },
    ]);
    expect(graph.types.get('Maker')).toMatchObject({ fields: [{ name: 'name' }] });
    expect(graph.types.get('ShopMaker')).toMatchObject({ fields: [{ name: 'id' }] });
  });
});
