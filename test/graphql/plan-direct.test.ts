// Replies that go from their bytes to the text of the answer, and never become a value on the way.
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Call, Reply } from '../../core/call.ts';
import type { Graph } from '../../core/graph.ts';
import type { JsonValue } from '../../core/json.ts';
import { NO_METADATA } from '../../core/metadata.ts';
import { Payload } from '../../core/payload.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { createPair } from './plan-oracle.ts';
import { everythingSources } from './plan-sources.ts';

let graph: Graph;
let askBoth: ReturnType<typeof createPair>;

beforeAll(() => {
  graph = buildGraph(everythingSources()).graph;
  askBoth = createPair(graph);
});

/** Counts how often a reply is decoded. */
function replying(value: JsonValue, decoded: { count: number }): (call: Call) => Reply {
  return (call) => {
    const { codec } = call.operation.output;
    const payload = Payload.fromWire(codec, codec.valueToWire(value));
    const projected = payload.projected.bind(payload);
    payload.projected = (project) => {
      decoded.count += 1;
      return projected(project);
    };
    return { kind: 'unary', payload, headers: NO_METADATA, trailers: NO_METADATA };
  };
}

async function dataOf(query: string, reply: JsonValue): Promise<{ data: unknown; decoded: number }> {
  const decoded = { count: 0 };
  const { planned } = await askBoth({ query }, replying(reply, decoded));
  // The other half of the pair, graphql-js, has decoded it once.
  return { data: (JSON.parse(planned.text) as { data: unknown }).data, decoded: decoded.count - 1 };
}

describe('written at once', () => {
  test.each<[what: string, selection: string, reply: JsonValue, expected: string]>([
    [
      'in the order and by the names of the selection',
      'b: stringField a: int32Field',
      { int32Field: 1, stringField: 'x' },
      '{"b":"x","a":1}',
    ],
    [
      'fields that are absent, by their defaults',
      'int32Field int64Field boolField stringField level maybeInt32 int64List inner { boolField }',
      {},
      '{"int32Field":0,"int64Field":"0","boolField":false,"stringField":"","level":"LOW","maybeInt32":null,"int64List":[],"inner":null}',
    ],
    [
      'numbers that GraphQL does not have, as null',
      'doubleField floatField',
      { doubleField: 'NaN', floatField: '-Infinity' },
      '{"doubleField":null,"floatField":null}',
    ],
    ['a negative zero as the one that GraphQL has', 'doubleField', { doubleField: -0 }, '{"doubleField":0}'],
    [
      'enums by their names in the graph, unknown ones as null',
      'colour level',
      { colour: 7, level: 1 },
      '{"colour":null,"level":"HIGH"}',
    ],
    [
      'one field twice, with different selections below',
      'inner { boolField } other: inner { int32Field inner { __typename } }',
      { inner: { int32Field: 3, inner: {} } },
      '{"inner":{"boolField":false},"other":{"int32Field":3,"inner":{"__typename":"Scalars"}}}',
    ],
    [
      'text with all that JSON escapes',
      'stringField',
      { stringField: '"\\\n\u0001é東🐉' },
      JSON.stringify({ stringField: '"\\\n\u0001é東🐉' }),
    ],
  ])('%s', async (_what, selection, reply, expected) => {
    const { data, decoded } = await dataOf(`{ echo { ${selection} } }`, reply);
    expect(JSON.stringify((data as { echo: unknown }).echo)).toBe(expected);
    expect(decoded).toBe(0);
  });
});

describe('decoded first', () => {
  test.each<[what: string, query: string, reply: JsonValue]>([
    ['maps, which become entries', '{ echoMaps { texts { key value } } }', { texts: { a: 'b' } }],
    ['oneofs, which become unions', '{ echoChoice { pick { __typename } } }', { text: 'x' }],
    ['lists of what may be null', '{ echo { doubleList } }', { doubleList: ['NaN', 1] }],
    ['values of no fixed form', '{ echoKnown { struct } }', { struct: { a: 1 } }],
  ])('%s', async (_what, query, reply) => {
    expect((await dataOf(query, reply)).decoded).toBe(1);
  });
});

test('a reply that is no such message is the fault of the upstream, by whichever way it is read', async () => {
  const broken = (call: Call): Reply => ({
    kind: 'unary',
    payload: Payload.fromWire(call.operation.output.codec, Buffer.from([0x0a, 0xff])),
    headers: NO_METADATA,
    trailers: NO_METADATA,
  });
  const { planned, oracle } = await askBoth({ query: '{ echo { int32Field } }' }, broken);
  expect(planned.text).toBe(oracle.text);
  expect(JSON.parse(planned.text)).toMatchObject({
    data: { echo: null },
    errors: [{ path: ['echo'], extensions: { code: 'INTERNAL', source: 'upstream' } }],
  });
});
