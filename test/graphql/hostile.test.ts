// Documents that are meant to hurt: refused fast and without a call. Source: security reference, class 17; graphql
// reference, section 9.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Documents } from '../../gateway/graphql/documents.ts';
import { buildExecutableSchema } from '../../gateway/graphql/executable-schema.ts';
import { DEFAULT_GRAPHQL_LIMITS } from '../../gateway/graphql/limits.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { type Executed, post, type Served, serve, unary } from './door.ts';
import { librarySource } from './library.ts';
import { compile, operationsOf, proto3 } from './sources.ts';

const recursive = {
  name: 'tree',
  operations: operationsOf(
    'tree',
    compile({
      'a.proto': proto3(`
        service S { rpc GetNode(Q) returns (Node); rpc PutNode(Node) returns (Node); }
        message Q { string id = 1; }
        message Node { string id = 1; Node left = 2; Node right = 3; repeated Node children = 4; }`),
    }),
    ['a.proto'],
  ),
};
let served: Served;

beforeAll(async () => {
  served = await serve([librarySource(), recursive], (call) => unary(call, {}));
});
afterAll(() => served.close());
afterEach(() => {
  served.calls.length = 0;
});

const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');
const nested = (depth: number): string => `${'left { '.repeat(depth)}id${' }'.repeat(depth)}`;
/** Each fragment spreads the next one twice. */
const doubling = (levels: number): string =>
  `{ node(id: "1") { ...f0 } } ${times(levels, (i) => `fragment f${i} on Node { a: left { ...f${i + 1} } b: left { ...f${i + 1} } }`)} fragment f${levels} on Node { id }`;

const HOSTILE: readonly (readonly [what: string, query: string, code: string, message: RegExp])[] = [
  [
    '10,000 aliases',
    `{ ${times(10_000, (i) => `a${i}: __typename`)} }`,
    'RESOURCE_EXHAUSTED',
    /larger than 65536 bytes/,
  ],
  [
    '600 aliases',
    `{ ${times(600, (i) => `a${i}: __typename`)} }`,
    'GRAPHQL_VALIDATION_FAILED',
    /600 root fields; at most 20/,
  ],
  [
    '31 aliases below one field',
    `{ node(id: "1") { ${times(31, (i) => `a${i}: id`)} } }`,
    'GRAPHQL_VALIDATION_FAILED',
    /31 aliases; at most 30/,
  ],
  [
    '5,000 directives',
    `{ __typename ${'@skip(if: true) '.repeat(4000)} }`,
    'GRAPHQL_PARSE_FAILED',
    /2000 tokens/,
  ],
  [
    '51 directives',
    `{ node(id: "1") { ${times(51, () => 'id @skip(if: true)')} } }`,
    'GRAPHQL_VALIDATION_FAILED',
    /51 directives; at most 50/,
  ],
  [
    'fragments that expand to 2^30',
    doubling(30),
    'GRAPHQL_VALIDATION_FAILED',
    /32 levels of depth; at most 15|far too many/,
  ],
  ['fragments that expand to 2^12', doubling(12), 'GRAPHQL_VALIDATION_FAILED', /8190 aliases; at most 30/],
  [
    'fragments at the root that multiply fields',
    `{ ...f0 } ${times(6, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)} fragment f6 on Query { __typename }`,
    'GRAPHQL_VALIDATION_FAILED',
    /64 root fields; at most 20/,
  ],
  [
    'fragments that spread themselves',
    '{ node(id: "1") { ...a } } fragment a on Node { left { ...b } } fragment b on Node { right { ...a } }',
    'GRAPHQL_VALIDATION_FAILED',
    /within itself/,
  ],
  [
    '51 fragments',
    `{ node(id: "1") { id } } ${times(51, (i) => `fragment f${i} on Node { id }`)}`,
    'GRAPHQL_VALIDATION_FAILED',
    /51 fragments; at most 50/,
  ],
  ['depth 900', `{ node(id: "1") { ${nested(900)} } }`, 'GRAPHQL_PARSE_FAILED', /2000 tokens/],
  [
    'depth 600',
    `{ node(id: "1") { ${nested(600)} } }`,
    'GRAPHQL_VALIDATION_FAILED',
    /602 levels of depth; at most 15/,
  ],
  [
    'depth 16',
    `{ node(id: "1") { ${nested(14)} } }`,
    'GRAPHQL_VALIDATION_FAILED',
    /16 levels of depth; at most 15/,
  ],
  [
    'a deep list literal',
    `{ node(id: ${'['.repeat(900)}${']'.repeat(900)}) { id } }`,
    'GRAPHQL_VALIDATION_FAILED',
    /900 levels of lists and objects in a value; at most 32/,
  ],
  [
    'a deep default of a variable',
    `query ($id: ID! = ${'['.repeat(900)}${']'.repeat(900)}) { node(id: $id) { id } }`,
    'GRAPHQL_VALIDATION_FAILED',
    /900 levels of lists and objects in a value; at most 32/,
  ],
  ['50,000 comments', '#\n'.repeat(30_000), 'GRAPHQL_PARSE_FAILED', /comments/],
  [
    'one field 1,900 times',
    `{ node(id: "1") { ${'id '.repeat(1900)}nope } }`,
    'GRAPHQL_VALIDATION_FAILED',
    /1900 repeats of one leaf; at most 320/,
  ],
  [
    'one object field 450 times',
    `{ node(id: "1") { ${'left { id } '.repeat(450)}nope } }`,
    'GRAPHQL_VALIDATION_FAILED',
    /450 repeats of one field; at most 64/,
  ],
  [
    'fields that conflict pairwise',
    `{ ${times(19, (i) => `node(id: "${i}") { id left { id } }`)} }`,
    'GRAPHQL_VALIDATION_FAILED',
    /conflict/,
  ],
  [
    '600 unknown fields',
    `{ node(id: "1") { ${times(600, (i) => `x${i}`)} } }`,
    'GRAPHQL_VALIDATION_FAILED',
    /x0/,
  ],
  [
    '600 unused variables',
    `query (${times(450, (i) => `$v${i}: Int`)}) { __typename }`,
    'GRAPHQL_VALIDATION_FAILED',
    /never used/,
  ],
  ['a schema to be defined', 'type Query { a: Int }', 'GRAPHQL_VALIDATION_FAILED', /not executable/],
  [
    'introspection that nests lists',
    '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }',
    'GRAPHQL_VALIDATION_FAILED',
    /introspection depth/i,
  ],
];

describe('refused without a call', () => {
  test.each(HOSTILE)('%s', async (_what, query, code, message) => {
    const { errors, data } = await served.query(query);
    expect(errors?.[0]?.extensions.code).toBe(code);
    expect(errors?.[0]?.message).toMatch(message);
    expect(errors?.[0]?.message.length).toBeLessThan(600);
    expect(errors?.length).toBeLessThanOrEqual(21);
    expect(data).toBeUndefined();
    expect(served.calls.length).toBe(0);
  });

  // Bodies are made inside the tests: a reporter would print them as part of the tests' names.
  test.each<[what: string, body: () => string, status: number]>([
    [
      'a batch of 1,000',
      () => JSON.stringify(Array.from({ length: 1000 }, () => ({ query: '{ __typename }' }))),
      400,
    ],
    [
      'a document of 10 MB',
      () => JSON.stringify({ query: `{ __typename } #${' '.repeat(10 * 1024 * 1024)}` }),
      413,
    ],
    [
      'variables that nest 33 levels',
      () => `{"query":"{ __typename }","variables":${'{"a":'.repeat(33)}1${'}'.repeat(33)}}`,
      400,
    ],
    [
      'variables that nest 100,000 levels',
      () => `{"query":"{ __typename }","variables":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
      400,
    ],
  ])('%s', async (_what, body, status) => {
    const response = await post(served.url, body());
    expect(response.status).toBe(status);
    expect(served.calls.length).toBe(0);
  });
});

// How long it takes is measured in bench/hostile-documents.ts, whose target is 50 ms. Here it is a matter of what grows
// without bounds: such a document takes seconds, and ten times the target is enough for any machine.
describe('checked without growing costs', () => {
  const schema = buildExecutableSchema(buildGraph([recursive]).graph);
  /** Processor time, the least of some attempts: the machine may be doing other things. */
  const cost = (query: string): number => {
    const attempts = Array.from({ length: 5 }, () => {
      const documents = new Documents(schema, { limits: DEFAULT_GRAPHQL_LIMITS, introspection: true });
      const begun = process.cpuUsage();
      documents.check(query);
      const { user, system } = process.cpuUsage(begun);
      return (user + system) / 1000;
    });
    return Math.min(...attempts);
  };

  test.each(HOSTILE.filter(([, query]) => query.length <= DEFAULT_GRAPHQL_LIMITS.documentBytes))(
    '%s',
    (_what, query) => {
      expect(cost(query)).toBeLessThan(500);
    },
  );

  test.each<[string, string]>([
    [
      'many equal fields in many fragments',
      `{ node(id: "1") { ${times(16, (i) => `...f${i}`)} } } ${times(16, (i) => `fragment f${i} on Node { ${'left{id left{id}} '.repeat(3)} ${'id '.repeat(60)} }`)}`,
    ],
    [
      'equal fields within equal fields',
      `{ node(id: "1") { ${times(9, () => `left { ${'left{id} '.repeat(9)} ${'right{id} '.repeat(10)} ${'children{id} '.repeat(10)} }`)} } }`,
    ],
    ['one leaf as often as tokens allow', `{ node(id: "1") { ${'id '.repeat(1985)} } }`],
  ])('%s', (_what, query) => {
    expect(cost(query)).toBeLessThan(500);
  });
});

describe('what is just within the limits is served', () => {
  test.each<[string, string]>([
    ['depth 15', `{ node(id: "1") { ${nested(13)} } }`],
    ['20 root fields and as many aliases', `{ ${times(20, (i) => `a${i}: node(id: "${i}") { id }`)} }`],
    ['30 aliases', `{ node(id: "1") { ${times(30, (i) => `a${i}: id`)} } }`],
    ['50 directives', `{ node(id: "1") { ${times(50, () => 'id @skip(if: false)')} } }`],
    [
      '50 fragments',
      `{ node(id: "1") { ${times(50, (i) => `...f${i}`)} } } ${times(50, (i) => `fragment f${i} on Node { id }`)}`,
    ],
  ])('%s', async (_what, query) => {
    const { errors } = await served.query(query);
    expect(errors).toBeUndefined();
  });

  test('variables that nest 32 levels', async () => {
    const deep = `${'{"left":'.repeat(30)}{"id":"x"}${'}'.repeat(30)}`;
    const response = await post(
      served.url,
      `{"query":"mutation ($n: NodeInput) { putNode(left: $n) { id } }","variables":{"n":${deep}}}`,
    );
    expect(await response.json()).toEqual({ data: { putNode: { id: '' } } });
  });
});

test('limits are counted per operation, and the one that runs may be any', async () => {
  const many = times(11, (i) => `a${i}: node(id: "${i}") { id }`);
  const response = await post(served.url, {
    query: `query A { ${many} } query B { ${many} }`,
    operationName: 'B',
  });
  expect(((await response.json()) as Executed).errors).toBeUndefined();
});

test('keys of strangers do not reach prototypes', async () => {
  const body = `{"query":"mutation ($b: BookInput!) { createBook(book: $b) { name } }","variables":{"b":{"title":"t","author":"a","attributes":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}},"__proto__":{"polluted":true}}`;
  const response = await post(served.url, body);
  expect(((await response.json()) as Executed).errors).toBeUndefined();
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

describe('introspection', () => {
  const QUERY = '{ __schema { queryType { name } } }';

  test('is answered when it is allowed', async () => {
    expect((await served.query(QUERY)).data).toEqual({ __schema: { queryType: { name: 'Query' } } });
  });

  test.each([
    ['switched off', { introspection: false }],
    ['not asked for, and without GraphiQL', { graphiql: false }],
  ])('is refused when it is %s; __typename is not introspection', async (_what, options) => {
    const own = await serve([recursive], (call) => unary(call, {}), options);
    try {
      const { errors } = await own.query(QUERY);
      expect(errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
      expect((await own.query('{ __type(name: "Node") { name } }')).errors).toHaveLength(1);
      expect(await own.query('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
    } finally {
      await own.close();
    }
  });
});

describe('variables that are wrong in thousands of places', () => {
  const MANY = 5000;
  /** Wording all errors takes seconds: each has the whole of the object in it. */
  const LIMIT_MS = 1_500;
  const document = 'mutation($b: BookInput!) { createBook(book: $b) { title } }';
  const flood = Object.fromEntries(Array.from({ length: MANY }, (_, i) => [`k${i}`, i]));

  test.each([
    ['fields nobody knows', { title: 't', author: 'a', ...flood }],
    ['members of a oneof nobody knows', { title: 't', author: 'a', acquisition: flood }],
    [
      'items of the wrong type',
      { title: 't', author: 'a', otherFormats: Array.from({ length: MANY }, () => ({})) },
    ],
  ])('%s are refused at once, with the first few of them', async (_what, b) => {
    const started = process.cpuUsage();
    const { errors = [] } = await served.query(document, { b });
    const { user, system } = process.cpuUsage(started);
    expect(errors[0]?.message).toMatch(/^Variable "\$b" has invalid value/);
    expect(errors.length).toBeLessThan(10);
    expect((user + system) / 1000).toBeLessThan(LIMIT_MS);
    expect(served.calls).toHaveLength(0);
  });
});

describe('the cache of documents', () => {
  const schema = buildExecutableSchema(buildGraph([recursive]).graph);
  const documents = (): Documents =>
    new Documents(schema, { limits: DEFAULT_GRAPHQL_LIMITS, introspection: true });

  test('checks a document once', () => {
    const cache = documents();
    const first = cache.check('{ node(id: "1") { id } }');
    expect(cache.check('{ node(id: "1") { id } }') === first).toBe(true);
  });

  test('holds so many documents and forgets those that were not used for longest', () => {
    const cache = documents();
    const first = cache.check('{ a0: __typename }');
    const second = cache.check('{ a1: __typename }');
    for (let i = 2; i < 1000; i++) cache.check(`{ a${i}: __typename }`);
    expect(cache.check('{ a0: __typename }') === first).toBe(true);
    cache.check('{ a1000: __typename }');
    expect(cache.check('{ a0: __typename }') === first).toBe(true);
    expect(cache.check('{ a1: __typename }') === second).toBe(false);
  });

  test('holds so many characters', () => {
    const cache = documents();
    const large = (i: number): string => `{ a${i}: __typename } #${'x'.repeat(60_000)}`;
    const first = cache.check(large(0));
    for (let i = 1; i < 40; i++) cache.check(large(i));
    expect(cache.check(large(0)) === first).toBe(false);
  });
});
