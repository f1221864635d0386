// What is asked of the schema itself: written by plans, held equal to graphql-js, and bounded by the size of the schema.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  buildClientSchema,
  executeSync,
  type GraphQLSchema,
  getIntrospectionQuery,
  type IntrospectionOptions,
  type IntrospectionQuery,
  introspectionFromSchema,
  parse,
  printSchema,
} from 'graphql';
import type { Graph } from '../../core/graph.ts';
import type { JsonObject } from '../../core/json.ts';
import { createEngine } from '../../gateway/graphql/engine.ts';
import { DEFAULT_GRAPHQL_LIMITS } from '../../gateway/graphql/limits.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { createRandom } from '../json/wire-generator.ts';
import { post, type Served, serve } from './door.ts';
import { googleSources } from './google-protos.ts';
import { createPair } from './plan-oracle.ts';
import { everythingSources } from './plan-sources.ts';

const SEED = Number(process.env.SEED ?? 20260103);
const DOCUMENTS = Number(process.env.DOCUMENTS ?? 150);

let served: Served;
let graph: Graph;
/** The same, run by graphql-js alone. */
let schema: GraphQLSchema;

beforeAll(async () => {
  const sources = everythingSources();
  served = await serve(sources, nothing);
  graph = buildGraph(sources).graph;
  schema = createEngine(graph, { limits: DEFAULT_GRAPHQL_LIMITS, introspection: true }).schema;
});

function nothing(): never {
  throw new Error('nothing is called');
}

afterAll(() => served?.close());

function oracle(query: string, variableValues: JsonObject = {}): unknown {
  return JSON.parse(JSON.stringify(executeSync({ schema, document: parse(query), variableValues })));
}

const SWITCHES = [
  'descriptions',
  'specifiedByUrl',
  'directiveIsRepeatable',
  'schemaDescription',
  'inputValueDeprecation',
  'experimentalDirectiveDeprecation',
  'oneOf',
] as const satisfies readonly (keyof IntrospectionOptions)[];

/** Every combination of graphql-js' own options. */
function allOptions(): IntrospectionOptions[] {
  return Array.from({ length: 2 ** SWITCHES.length }, (_, bits) =>
    Object.fromEntries(SWITCHES.map((name, index) => [name, (bits & (1 << index)) !== 0])),
  );
}

const ALL: IntrospectionOptions = Object.fromEntries(SWITCHES.map((name) => [name, true]));

describe('the query that tools send', () => {
  test.each(allOptions().map((options) => [JSON.stringify(options), options] as const))(
    '%s',
    async (_what, options) => {
      const query = getIntrospectionQuery(options);
      expect(await served.query(query)).toEqual(oracle(query));
    },
  );

  test('gives the schema back as it is', async () => {
    const { data } = await served.query(getIntrospectionQuery(ALL));
    const rebuilt = buildClientSchema(data as unknown as IntrospectionQuery);
    const expected = buildClientSchema(introspectionFromSchema(schema, ALL));
    expect(printSchema(rebuilt)).toBe(printSchema(expected));
  });

  test('of deeper wrappers, and of older tools', async () => {
    for (const query of [getIntrospectionQuery({ typeDepth: 12 }), OLD_TOOL])
      expect(await served.query(query)).toEqual(oracle(query));
  });
});

/** Before there were descriptions of schemas, repeatable directives and @oneOf. */
const OLD_TOOL = `query IntrospectionQuery { __schema {
  queryType { name } mutationType { name } subscriptionType { name }
  types { ...FullType } directives { name description locations args { ...InputValue } } } }
fragment FullType on __Type { kind name description
  fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
  inputFields { ...InputValue } interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }`;

test.each<[what: string, query: string, variables: JsonObject]>([
  [
    'aliases, conditions and names of types',
    '{ a: __schema { t: types { __typename n: name @skip(if: true) kind } } }',
    {},
  ],
  [
    'a type by name',
    '{ __type(name: "Book") { name fields { name type { name kind ofType { name } } } } }',
    {},
  ],
  ['a type by a variable', 'query ($n: String!) { __type(name: $n) { name kind } }', { n: 'BookFormat' }],
  [
    'a type that is not there',
    '{ __type(name: "Nope") { name } book(name: "x") @skip(if: true) { name } }',
    {},
  ],
  [
    'conditions by variables',
    'query ($a: Boolean!, $b: Boolean!) { __schema @include(if: $a) { queryType { name @skip(if: $b) kind } } }',
    { a: true, b: true },
  ],
  [
    'a choice by a variable',
    'query ($all: Boolean!) { __type(name: "Query") { fields(includeDeprecated: $all) { name isDeprecated } } }',
    { all: true },
  ],
  [
    'fields of types of fields',
    '{ __type(name: "Book") { fields { type { fields { name } possibleTypes { name } } } } }',
    {},
  ],
])('%s', async (_what, query, variables) => {
  expect(await served.query(query, variables)).toEqual(oracle(query, variables));
});

test(`${DOCUMENTS} documents from seed ${SEED} are answered as graphql-js answers them`, async () => {
  const random = createRandom(SEED);
  const askBoth = createPair(graph);
  let count = 0;
  for (let number = 0; number < DOCUMENTS; number++) {
    const query = generated(random);
    const { planned, oracle: own } = await askBoth({ query }, nothing);
    expect({ query, ...planned, isPlanned: false }).toEqual({ query, ...own });
    count += Number(planned.isPlanned);
  }
  // A few are too large for any way.
  expect(count).toBeGreaterThan(DOCUMENTS * 0.7);
});

const FIELDS: Readonly<Record<string, readonly [name: string, type: string | undefined][]>> = {
  __Schema: [
    ['description', undefined],
    ['types', '__Type'],
    ['queryType', '__Type'],
    ['mutationType', '__Type'],
    ['directives', '__Directive'],
  ],
  __Type: [
    ...['kind', 'name', 'description', 'specifiedByURL', 'isOneOf'].map(
      (name) => [name, undefined] as [string, undefined],
    ),
    ['fields', '__Field'],
    ['interfaces', '__Type'],
    ['possibleTypes', '__Type'],
    ['enumValues', '__EnumValue'],
    ['inputFields', '__InputValue'],
    ['ofType', '__Type'],
  ],
  __Field: [
    ['name', undefined],
    ['isDeprecated', undefined],
    ['args', '__InputValue'],
    ['type', '__Type'],
  ],
  __InputValue: [
    ['name', undefined],
    ['defaultValue', undefined],
    ['type', '__Type'],
  ],
  __EnumValue: [
    ['name', undefined],
    ['deprecationReason', undefined],
  ],
  __Directive: [
    ['name', undefined],
    ['isRepeatable', undefined],
    ['locations', undefined],
    ['args', '__InputValue'],
  ],
};
const WITH_CHOICE = new Set(['fields', 'enumValues', 'inputFields', 'args']);
const LISTS = new Set(['fields', 'interfaces', 'possibleTypes', 'inputFields', 'types']);

function generated(random: () => number): string {
  const selection = (type: string, lists: number, depth: number): string => {
    const parts = ['__typename'];
    for (const [name, below] of FIELDS[type] ?? []) {
      const isList = LISTS.has(name);
      if (random() < 0.6 || (below !== undefined && (depth > 4 || (isList && lists >= 2)))) continue;
      const choice = WITH_CHOICE.has(name) && random() < 0.5 ? `(includeDeprecated: ${random() < 0.5})` : '';
      const inner = below === undefined ? '' : ` ${selection(below, lists + Number(isList), depth + 1)}`;
      const field = `${random() < 0.1 ? `x${name}: ` : ''}${name}${choice}${random() < 0.1 ? ` @skip(if: ${random() < 0.5})` : ''}${inner}`;
      parts.push(random() < 0.2 ? `... on ${type} { ${field} }` : field);
    }
    return `{ ${parts.join(' ')} }`;
  };
  return random() < 0.7
    ? `{ __schema ${selection('__Schema', 0, 0)} }`
    : `{ __type(name: "Query") ${selection('__Type', 0, 0)} }`;
}

test('more combinations of conditions than are kept are still answered', async () => {
  const query = `query (${'abcde'.replace(/./g, '$$$&: Boolean! ')}) { __type(name: "Book") {
    kind @skip(if: $a) name @skip(if: $b) x: name @skip(if: $c) y: name @skip(if: $d) z: name @skip(if: $e) } }`;
  for (let bits = 0; bits < 32; bits++) {
    const variables = Object.fromEntries(
      [...'abcde'].map((name, index) => [name, (bits & (1 << index)) !== 0]),
    );
    expect(await served.query(query, variables)).toEqual(oracle(query, variables));
  }
});

describe('what asks for too much of the schema', () => {
  let large: Served;
  beforeAll(async () => {
    large = await serve(googleSources({ container: ['google/container'] }), nothing);
  });
  afterAll(() => large?.close());

  test('the standard query is not: it asks for all of it once', async () => {
    const { data, errors } = await large.query(getIntrospectionQuery(ALL));
    expect([errors, data]).toEqual([undefined, { __schema: expect.anything() }]);
  });

  const T = 'fragment T on __Type { kind name fields { ...F } inputFields { ...I } }';
  const F = 'fragment F on __Field { name description isDeprecated type { ...R } args { ...I } }';
  const I = 'fragment I on __InputValue { name description defaultValue type { ...R } }';
  const R =
    'fragment R on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }';
  const several = (count: number, field: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => field(index)).join(' ');
  const TEN = several(10, (index) => `a${index}: types { ...T }`);

  test.each<[what: string, query: string, code: string]>([
    ['the same list ten times', `{ __schema { ${TEN} } } ${T} ${F} ${I} ${R}`, 'OPERATION_TOO_COSTLY'],
    [
      'in several root fields',
      `{ ${several(10, (index) => `s${index}: __schema { ...S }`)} } fragment S on __Schema { types { ...T } } ${T} ${F} ${I} ${R}`,
      'OPERATION_TOO_COSTLY',
    ],
    [
      'behind a condition of the client',
      `query ($x: Boolean!) { __schema @include(if: $x) { ${TEN} } } ${T} ${F} ${I} ${R}`,
      'OPERATION_TOO_COSTLY',
    ],
    [
      'the same list eleven times',
      `{ __schema { ${several(11, () => 'types { name }')} } }`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'lists in lists in lists',
      '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
  ])('%s is refused', async (_what, query, code) => {
    const { data, errors } = await large.query(query, { x: true });
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([{ extensions: { code } }]);
  });

  test('has a status that says so, for clients that know what it means', async () => {
    const query = `{ __schema { ${TEN} } } ${T} ${F} ${I} ${R}`;
    const response = await post(large.url, { query }, { accept: 'application/graphql-response+json' });
    expect(response.status).toBe(400);
  });

  test('what is longer than an answer may be is refused before it is written', async () => {
    const small = await serve(everythingSources(), nothing, { limits: { responseBytes: 10_000 } });
    try {
      const { data, errors } = await small.query(getIntrospectionQuery());
      expect(data).toBeUndefined();
      expect(errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_COSTLY' } }]);
    } finally {
      await small.close();
    }
  });
});
