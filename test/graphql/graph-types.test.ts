// What each proto construct becomes. Source: graphql reference, sections 2 and 3.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { buildASTSchema, type GraphQLSchema, printType, validateSchema } from 'graphql';
import type { Graph } from '../../core/graph.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { typeDefinitions } from '../../schema/graphql/type-definitions.ts';
import { compile, operationsOf, proto3, ROOT } from './sources.ts';

const everything = readFileSync(join(ROOT, 'test/fixtures/graphql/everything.proto'), 'utf8');
const operations = operationsOf('every', compile({ 'every.proto': everything }), ['every.proto']);
const built = buildGraph([{ name: 'every', operations }]);
const schema = schemaOf(built.graph);

function schemaOf(graph: Graph): GraphQLSchema {
  return buildASTSchema(typeDefinitions(graph));
}

/** One type without descriptions, its lines trimmed. */
function typeText(name: string, from: GraphQLSchema = schema): string[] {
  const type = from.getType(name);
  if (type === undefined) throw new Error(`no type ${name}`);
  return printType(type)
    .replace(/"""[\s\S]*?"""/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

test('the schema of every construct is valid', () => {
  expect(validateSchema(schema)).toEqual([]);
});

test('the schema of nothing is valid', () => {
  const { graph, problems } = buildGraph([]);
  expect(validateSchema(schemaOf(graph))).toEqual([]);
  expect(problems).toEqual([]);
});

test('the schema of a service that only writes is valid', () => {
  const files = compile({
    'a.proto': proto3('service S { rpc Do(M) returns (M); } message M { string a = 1; }'),
  });
  const { graph } = buildGraph([{ name: 's', operations: operationsOf('s', files, ['a.proto']) }]);
  expect(validateSchema(schemaOf(graph))).toEqual([]);
  expect(typeText('Query', schemaOf(graph))).toEqual(['type Query {', '_empty: Boolean', '}']);
});

describe('outputs (section 3.1)', () => {
  test('scalars by kind; implicit presence is never null, except where GraphQL may be unable to say the value', () => {
    expect(typeText('Scalars')).toEqual([
      'type Scalars {',
      'doubleField: Float',
      'floatField: Float',
      'int32Field: Int!',
      'sint32Field: Int!',
      'sfixed32Field: Int!',
      'uint32Field: UInt32!',
      'fixed32Field: UInt32!',
      'int64Field: Int64!',
      'sint64Field: Int64!',
      'sfixed64Field: Int64!',
      'uint64Field: UInt64!',
      'fixed64Field: UInt64!',
      'boolField: Boolean!',
      'stringField: String!',
      'bytesField: Bytes!',
      'colour: Colour',
      'level: Level',
      'maybeInt32: Int',
      'maybeString: String',
      'int64List: [Int64!]!',
      'doubleList: [Float]!',
      'colourList: [Colour]!',
      'bytesList: [Bytes!]!',
      'fixed32List: [UInt32!]!',
      'inner: Scalars',
      '}',
    ]);
  });

  test('well-known types are scalars, wrappers nullable ones; NullValue is left out', () => {
    const lines = typeText('Known');
    expect(lines.slice(1, 18)).toEqual([
      'timestamp: DateTime',
      'duration: Duration',
      'fieldMask: FieldMask',
      'struct: JSONObject',
      'value: JSON',
      'listValue: JSON',
      'any: Any',
      'doubleValue: Float',
      'floatValue: Float',
      'int64Value: Int64',
      'uint64Value: UInt64',
      'int32Value: Int',
      'uint32Value: UInt32',
      'boolValue: Boolean',
      'stringValue: String',
      'bytesValue: Bytes',
      'empty: Empty',
    ]);
    expect(lines).toContain('timestamps: [DateTime!]!');
    expect(lines).toContain('values: [JSON]!');
    expect(lines.some((line) => line.startsWith('nullValue'))).toBe(false);
  });

  test('an enum loses its prefix and its unspecified zero; another zero is a value', () => {
    expect(typeText('Colour')).toEqual(['enum Colour {', 'RED', 'BLUE', '}']);
    expect(typeText('Level')).toEqual(['enum Level {', 'LOW', 'HIGH', '}']);
  });

  test('a oneof is a union: a message type used once is a member itself, all else is wrapped', () => {
    expect(typeText('Choice')).toEqual(['type Choice {', 'pick: ChoicePick', '}']);
    expect(typeText('ChoicePick')).toEqual([
      'union ChoicePick = ChoiceText | ChoiceBig | ChoiceCircle | ChoiceOtherCircle | Square | Nothing | ChoiceAt | ChoiceColour',
    ]);
    expect(typeText('ChoiceText')).toEqual(['type ChoiceText {', 'value: String!', '}']);
    expect(typeText('ChoiceCircle')).toEqual(['type ChoiceCircle {', 'value: Circle!', '}']);
    expect(typeText('ChoiceColour')).toEqual(['type ChoiceColour {', 'value: Colour', '}']);
  });

  test('a map is a list of entries', () => {
    expect(typeText('Maps')).toContain('circles: [MapsCirclesEntry!]!');
    expect(typeText('MapsCirclesEntry')).toEqual([
      'type MapsCirclesEntry {',
      'key: Int!',
      'value: Circle!',
      '}',
    ]);
    expect(typeText('MapsBlobsEntry')).toEqual([
      'type MapsBlobsEntry {',
      'key: UInt64!',
      'value: Bytes!',
      '}',
    ]);
    expect(typeText('MapsColoursEntry')).toEqual([
      'type MapsColoursEntry {',
      'key: Boolean!',
      'value: Colour',
      '}',
    ]);
    expect(typeText('MapsDoublesEntry')).toEqual([
      'type MapsDoublesEntry {',
      'key: Int64!',
      'value: Float',
      '}',
    ]);
  });

  test('resource names, references and identifiers are IDs; what is only put in is not shown', () => {
    expect(typeText('Notes')).toEqual([
      'type Notes {',
      'name: ID!',
      'owner: ID!',
      'number: ID!',
      'must: String!',
      'shown: String!',
      'fixed: String!',
      'old: String! @deprecated(reason: "use must.")',
      'circle: Circle',
      'tags: [String!]!',
      '}',
    ]);
  });

  test('a message without fields has one that is always null', () => {
    expect(typeText('Nothing')).toEqual(['type Nothing {', '_empty: Boolean', '}']);
  });

  test('proto2: required is never null, optional may be', () => {
    const files = compile({
      'two.proto': [
        'syntax = "proto2"; package two;',
        'service S { rpc GetThing(Q) returns (Thing) { option idempotency_level = NO_SIDE_EFFECTS; } }',
        'message Q { required int32 id = 1; }',
        'message Thing { required string a = 1; optional int32 b = 2 [default = 7]; required Q c = 3;',
        '  required double d = 4; repeated int32 e = 5; optional group Part = 6 { optional bool f = 1; } }',
      ].join('\n'),
    });
    const { graph } = buildGraph([{ name: 'two', operations: operationsOf('two', files) }]);
    const two = schemaOf(graph);
    expect(typeText('Thing', two)).toEqual([
      'type Thing {',
      'a: String!',
      'b: Int',
      'c: Q!',
      'd: Float',
      'e: [Int!]!',
      'part: ThingPart',
      '}',
    ]);
    expect(typeText('ThingPart', two)).toEqual(['type ThingPart {', 'f: Boolean', '}']);
  });
});

describe('inputs (section 3.2)', () => {
  test('fields are nullable; REQUIRED ones are not; what is only put out is not offered', () => {
    expect(rootField('query', 'echoNotes')).toEqual([
      'name: ID',
      'owner: ID',
      'number: ID',
      'must: String!',
      'secret: String',
      'fixed: String',
      'old: String',
      'circle: CircleInput!',
      'tags: [String!]!',
    ]);
  });

  test('an immutable field says so', () => {
    const argument = built.graph.queries
      .find((field) => field.name === 'echoNotes')
      ?.arguments.find((field) => field.name === 'fixed');
    expect(argument?.description).toBe('Written once.\n\nImmutable: cannot be changed once it is set.');
  });

  test('a oneof is one argument of an input type of which exactly one field is to be set', () => {
    expect(rootField('query', 'echoChoice')).toEqual(['pick: ChoicePickInput']);
    expect(typeText('ChoicePickInput')).toEqual([
      'input ChoicePickInput @oneOf {',
      'text: String',
      'big: Int64',
      'circle: CircleInput',
      'otherCircle: CircleInput',
      'square: SquareInput',
      'nothing: Boolean',
      'at: DateTime',
      'colour: Colour',
      '}',
    ]);
  });

  test('a map is a list of entry inputs', () => {
    expect(rootField('query', 'echoMaps')).toContain('circles: [MapsCirclesEntryInput!]');
    expect(typeText('MapsCirclesEntryInput')).toEqual([
      'input MapsCirclesEntryInput {',
      'key: Int!',
      'value: CircleInput!',
      '}',
    ]);
  });

  test('a required field that would make a type endless is not required', () => {
    expect(typeText('TreeInput')).toEqual([
      'input TreeInput {',
      'trunk: TreeInput',
      'branches: [TreeInput!]!',
      'name: String!',
      '}',
    ]);
  });

  test('a request that is a single value is one argument; an empty request has none', () => {
    expect(rootField('query', 'echoText')).toEqual(['value: String']);
    expect(rootField('mutation', 'ping')).toEqual([]);
  });

  test('names that GraphQL cannot have are changed as little as possible', () => {
    expect(rootField('mutation', 'odd')).toEqual([
      'constructor: String',
      'toString: String',
      'hasOwnProperty: Int',
      'valueOf: [ConstructorValueOfEntryInput!]',
      '_odd_name: String',
      '_2nd: String',
      'x__typename: String',
    ]);
  });
});

describe('root fields (sections 2, 3.4, 3.5)', () => {
  test('reads are queries, other unary methods mutations, server streams subscriptions', () => {
    const names = ({ queries, mutations, subscriptions }: Graph) =>
      [queries, mutations, subscriptions].map((fields) => fields.map((field) => field.name));
    expect(names(built.graph)).toEqual([
      ['echo', 'echoKnown', 'echoChoice', 'echoMaps', 'echoNotes', 'echoText'],
      ['ping', 'grow', 'odd'],
      ['watch'],
    ]);
  });

  test('methods with a stream from the client are left out, and a note says so where they are declared', () => {
    expect(
      built.problems
        .filter(({ rule }) => rule !== 'join-left-out')
        .map(({ severity, rule, message, path, line }) => ({ severity, rule, message, path, line })),
    ).toEqual(
      ['Collect', 'Talk'].map((name) => ({
        severity: 'note',
        rule: 'graphql-left-out',
        message: `every.v1.Everything/${name} is not in the GraphQL schema, since its requests are a stream; it is served by the doors that stream`,
        path: 'every.proto',
        line: 1 + everything.split('\n').findIndex((text) => text.includes(`rpc ${name}(`)),
      })),
    );
  });

  test('google.protobuf.Empty as a result is a Boolean, a wrapper the nullable scalar; every result is nullable', () => {
    const types = [...built.graph.queries, ...built.graph.mutations].map((field) => [field.name, field.type]);
    expect(Object.fromEntries(types)).toMatchObject({
      ping: { name: 'Boolean', isRequired: false },
      echoText: { name: 'String', isRequired: false },
      echo: { name: 'Scalars', isRequired: false },
    });
  });

  test('a deprecated method is deprecated, for the reason its comment gives', () => {
    expect(built.graph.mutations.find((field) => field.name === 'ping')?.deprecation).toBe(
      'use Echo instead.',
    );
  });

  test('a standard read has the name of what it reads', () => {
    const files = compile({
      'a.proto': proto3(`
        service Shop {
          rpc GetItem(GetItemRequest) returns (Item);
          rpc ListItems(ListItemsRequest) returns (ListItemsResponse);
          rpc GetItemPrice(GetItemRequest) returns (Price) { option (google.api.http) = { get: "/v1/{id=items/*}:price" }; }
          rpc BatchGetItems(BatchGetItemsRequest) returns (ListItemsResponse);
          rpc GetawayNow(GetItemRequest) returns (Item);
          rpc SearchAll(GetItemRequest) returns (Item) { option (google.api.http) = { post: "/v1/search" body: "*" }; }
        }
        message GetItemRequest { string id = 1; }
        message ListItemsRequest { int32 page_size = 1; string page_token = 2; }
        message ListItemsResponse { repeated Item items = 1; string next_page_token = 2; }
        message BatchGetItemsRequest { repeated string ids = 1; }
        message Item { string id = 1; }
        message Price { int64 cents = 1; }`),
    });
    const { graph } = buildGraph([{ name: 'shop', operations: operationsOf('shop', files, ['a.proto']) }]);
    expect(graph.queries.map((field) => field.name)).toEqual([
      'item',
      'items',
      'getItemPrice',
      'batchGetItems',
    ]);
    expect(graph.mutations.map((field) => field.name)).toEqual(['getawayNow', 'searchAll']);
  });

  test('an argument is required if every declared path needs it', () => {
    const files = compile({
      'a.proto': proto3(`
        service Shop {
          rpc GetItem(Q) returns (Item) { option (google.api.http) = {
            get: "/v1/{shelf}/{item.id=items/*}" additional_bindings { get: "/v1/{item.id=items/*}" } }; }
        }
        message Q { string shelf = 1; Item item = 2; }
        message Item { string id = 1; }`),
    });
    const { graph } = buildGraph([{ name: 'shop', operations: operationsOf('shop', files, ['a.proto']) }]);
    expect(graph.queries[0]?.arguments.map(({ name, type }) => [name, type.isRequired])).toEqual([
      ['shelf', false],
      ['item', true],
    ]);
  });
});

test('fields that GraphQL would call the same are refused, both named and placed', () => {
  const files = compile({
    'a.proto': [
      'syntax = "proto2"; package a;',
      'service S { rpc Do(M) returns (M); }',
      'message M {',
      '  optional string foo_bar = 1;',
      '  optional string other = 2 [json_name = "foo-bar"];',
      '  optional string third = 3 [json_name = "foo.bar"];',
      '}',
    ].join('\n'),
  });
  const { problems } = buildGraph([{ name: 's', operations: operationsOf('s', files) }]);
  expect(problems).toEqual([
    {
      severity: 'error',
      rule: 'graphql-field-clash',
      message:
        'a.M has the fields other and third, which GraphQL would both call foo_bar; rename one, or give one a json_name of its own',
      path: 'a.proto',
      line: 6,
      column: 3,
    },
  ]);
});

/** The arguments of a root field as `name: Type`. */
function rootField(kind: 'query' | 'mutation', name: string): string[] {
  const type = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
  const field = type?.getFields()[name];
  if (field === undefined) throw new Error(`no ${kind} ${name}`);
  return field.args.map((argument) => `${argument.name}: ${argument.type}`);
}
