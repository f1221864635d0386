// Faults that others have in turning protos into GraphQL, each with what happens here. The names of the tests are
// the rows of the graphql reference, section 13, as far as they are about types and values.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { compileService } from '../../registry/compile-service.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { printSdl } from '../../schema/graphql/type-definitions.ts';
import { createCodec } from '../../translators/json/codec.ts';
import { inlineService } from '../harness/start-gateway.ts';
import { requestOf, type Served, serve, unary } from './door.ts';
import { compile, operationsOf, proto3, ROOT } from './sources.ts';

const everything = readFileSync(join(ROOT, 'test/fixtures/graphql/everything.proto'), 'utf8');
let served: Served;
/** What the upstream answers with; by default what it was sent. */
let reply: JsonValue | undefined;

beforeAll(async () => {
  const operations = operationsOf('every', compile({ 'every.proto': everything }), ['every.proto']);
  served = await serve([{ name: 'every', operations }], (call) => unary(call, reply ?? requestOf(call)));
});
afterAll(() => served.close());
beforeEach(() => {
  reply = undefined;
  served.calls.length = 0;
});

async function first(query: string, variables?: JsonObject): Promise<unknown> {
  const { data, errors } = await served.query(query, variables);
  expect(errors).toBeUndefined();
  return Object.values(data ?? {})[0];
}

test('"0, false, enum 0 come back null": every scalar at zero is what it is', async () => {
  reply = {};
  expect(
    await first(
      '{ echo { int32Field uint32Field int64Field uint64Field doubleField boolField stringField bytesField level } }',
    ),
  ).toEqual({
    int32Field: 0,
    uint32Field: 0,
    int64Field: '0',
    uint64Field: '0',
    doubleField: 0,
    boolField: false,
    stringField: '',
    bytesField: '',
    level: 'LOW',
  });
});

test.each([
  ['in the document', '{ echoChoice(pick: { text: "a", big: 1 }) { __typename } }', {}],
  [
    'in variables',
    'query ($pick: ChoicePickInput) { echoChoice(pick: $pick) { __typename } }',
    { pick: { text: 'a', big: '1' } },
  ],
])(
  '"both members of a oneof sent upstream": two members %s are refused before any call',
  async (_where, query, variables) => {
    const { errors } = await served.query(query, variables);
    expect(errors).toHaveLength(1);
    expect(served.calls.length).toBe(0);
  },
);

test('"fixed32 above 2^31 is an error; uint32 as Int": 4,000,000,000 both ways', async () => {
  const value = { uint32Field: 4_000_000_000, fixed32Field: 4_000_000_000, fixed32List: [4_000_000_000] };
  expect(
    await first(
      'query ($a: UInt32, $b: [UInt32!]) { echo(uint32Field: $a, fixed32Field: 4000000000, fixed32List: $b) { uint32Field fixed32Field fixed32List } }',
      { a: 4_000_000_000, b: [4_000_000_000] },
    ),
  ).toEqual(value);
  expect(requestOf(served.calls[0])).toEqual(value);
});

describe('"bytes as {type: Buffer}; int64 right only with a patched JSON"', () => {
  test('bytes 0 to 255 both ways', async () => {
    const bytes = Buffer.from(Uint8Array.from({ length: 256 }, (_, index) => index)).toString('base64');
    expect(await first('query ($v: Bytes) { echo(bytesField: $v) { bytesField } }', { v: bytes })).toEqual({
      bytesField: bytes,
    });
    expect(requestOf(served.calls[0])).toEqual({ bytesField: bytes });
  });

  test('2^63-1, -2^63 and 2^64-1 both ways', async () => {
    const value = {
      int64Field: '9223372036854775807',
      sint64Field: '-9223372036854775808',
      uint64Field: '18446744073709551615',
    };
    expect(
      await first(
        'query ($a: Int64, $c: UInt64) { echo(int64Field: $a, sint64Field: -9223372036854775808, uint64Field: $c) { int64Field sint64Field uint64Field } }',
        { a: value.int64Field, c: value.uint64Field },
      ),
    ).toEqual(value);
    expect(requestOf(served.calls[0])).toEqual(value);
  });
});

describe('"wrappers {value}, Timestamp {seconds,nanos}, Any {type_url,value}": ProtoJSON in, out and inside lists', () => {
  const any = { '@type': 'type.googleapis.com/google.protobuf.Duration', value: '1s' };
  test.each<[string, string, JsonValue]>([
    ['timestamp', 'DateTime', '2026-01-02T03:04:05Z'],
    ['timestamps', '[DateTime!]', ['2026-01-02T03:04:05Z']],
    ['duration', 'Duration', '1.500s'],
    ['durations', '[Duration!]', ['1.500s']],
    ['fieldMask', 'FieldMask', 'a,b.c'],
    ['fieldMasks', '[FieldMask!]', ['a,b.c']],
    ['struct', 'JSONObject', { a: [1] }],
    ['structs', '[JSONObject!]', [{ a: [1] }]],
    ['any', 'Any', any],
    ['anys', '[Any!]', [any]],
    ['int64Value', 'Int64', '1'],
    ['int64Values', '[Int64!]', ['1']],
    ['boolValue', 'Boolean', false],
    ['stringValues', '[String!]', ['']],
  ])('%s: %s', async (field, type, value) => {
    const query = `query ($v: ${type}) { echoKnown(${field}: $v) { ${field} } }`;
    expect(await first(query, { v: value })).toEqual({ [field]: value });
    expect(requestOf(served.calls[0])).toEqual({ [field]: value });
  });
});

test('"Query by prefix": BatchGetProducts, GetawayNow, WatchProducts and a POST search are where their shape says', () => {
  const files = compile({
    'a.proto': proto3(`
      service Catalog {
        rpc BatchGetProducts(BatchGetProductsRequest) returns (BatchGetProductsResponse);
        rpc GetawayNow(Place) returns (Ticket);
        rpc GetRich(Place) returns (Ticket);
        rpc ListenIn(Place) returns (Ticket);
        rpc WatchProducts(Place) returns (stream Product);
        rpc SearchProducts(SearchProductsRequest) returns (SearchProductsResponse) { option (google.api.http) = { post: "/v1/products:search" body: "*" }; }
        rpc SearchAll(Place) returns (SearchProductsResponse) { option (google.api.http) = { get: "/v1/all" }; }
      }
      message BatchGetProductsRequest { repeated string ids = 1; }
      message BatchGetProductsResponse { repeated Product products = 1; }
      message SearchProductsRequest { string query = 1; int32 page_size = 2; string page_token = 3; }
      message SearchProductsResponse { repeated Product products = 1; string next_page_token = 2; }
      message Place { string id = 1; } message Ticket { string id = 1; } message Product { string id = 1; }`),
  });
  const { graph } = buildGraph([{ name: 'shop', operations: operationsOf('shop', files, ['a.proto']) }]);
  const names = [graph.queries, graph.mutations, graph.subscriptions].map((fields) =>
    fields.map(({ name }) => name),
  );
  expect(names).toEqual([
    ['batchGetProducts', 'searchAll'],
    ['getawayNow', 'getRich', 'listenIn', 'searchProducts'],
    ['watchProducts'],
  ]);
});

describe('"a descriptor file gives an empty schema": content decides, problems are reported', () => {
  const proto =
    'syntax = "proto3"; package a.v1; service S { rpc Do(M) returns (M); } message M { string a = 1; }';
  const files = compile({ 'a.proto': proto });
  const own = [...files.files].filter((file) => file.proto.name === 'a.proto');
  const set = create(FileDescriptorSetSchema, { file: own.map((file) => file.proto) });
  const sdlOf = async (bytes: Uint8Array) => {
    const source = { kind: 'descriptorSet', bytes } as const;
    const upstream = { targets: [{ url: 'grpc://127.0.0.1:1' }] };
    const compiled = await compileService({ name: 'a', source, upstream }, { codecs: createCodec });
    return compiled.ok
      ? printSdl(buildGraph([{ name: 'a', operations: compiled.value.operations }]).graph)
      : compiled.problems.map(({ rule }) => rule);
  };

  test('a descriptor set gives the schema of its proto', async () => {
    const fromText = await compileService(inlineService('a', proto, 'grpc://127.0.0.1:1'), {
      codecs: createCodec,
    });
    expect(fromText.ok).toBe(true);
    const operations = fromText.ok ? fromText.value.operations : [];
    expect(await sdlOf(toBinary(FileDescriptorSetSchema, set))).toBe(
      printSdl(buildGraph([{ name: 'a', operations }]).graph),
    );
  });

  test.each([
    ['nothing', new Uint8Array()],
    ['a path', Buffer.from('/etc/a.bin')],
    ['the text of a proto', Buffer.from(proto)],
  ])('%s in its place is a problem, not an empty schema', async (_what, bytes) => {
    expect(await sdlOf(bytes)).toEqual([expect.any(String)]);
  });
});

test('"oneof as combinations of types (2×2 → 9 input types)": the size of the schema is linear', () => {
  const sizes = [2, 4, 8].map((count) => {
    const oneofs = Array.from(
      { length: count },
      (_, i) => `oneof o${i} { string a${i} = ${2 * i + 1}; int32 b${i} = ${2 * i + 2}; }`,
    );
    const text = proto3(
      `service S { rpc Do(M) returns (R); } message M { ${oneofs.join(' ')} } message R { int32 a = 1; }`,
    );
    const operations = operationsOf('s', compile({ 'a.proto': text }), ['a.proto']);
    return buildGraph([{ name: 's', operations }]).graph.types.size;
  });
  // One input type each, and R.
  expect(sizes).toEqual([3, 5, 9]);
});

test('"SDL to proto, cannot take an existing proto": names of nested, prefixed and reserved things come from the proto as it is', () => {
  const text = proto3(`
    service S { rpc Do(Order) returns (Order.Item); }
    message Order { message Item { string __typename = 1 [json_name = "__typename"]; Kind kind = 2; enum Kind { KIND_UNSPECIFIED = 0; KIND_true = 1; KIND_B = 2; } } Item item = 1; }`);
  const operations = operationsOf('s', compile({ 'a.proto': text }), ['a.proto']);
  const { graph } = buildGraph([{ name: 's', operations }]);
  expect(printSdl(graph)).toContain('x__typename');
  expect([...graph.types.keys()]).toEqual(['OrderItem', 'OrderItemInput', 'OrderItemKind']);
  // One rest that GraphQL reserves: none loses the prefix.
  expect(graph.types.get('OrderItemKind')).toMatchObject({
    values: [{ name: 'KIND_true' }, { name: 'KIND_B' }],
  });
});
