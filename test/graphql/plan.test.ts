// What plans answer, what they leave to graphql-js, and that nobody can tell by the answer.
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Graph } from '../../core/graph.ts';
import { DEFAULT_GRAPHQL_LIMITS } from '../../gateway/graphql/limits.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { type Asked, createPair, type Pair, seededReplies } from './plan-oracle.ts';
import { everythingSources } from './plan-sources.ts';

let graph: Graph;
let askBoth: ReturnType<typeof createPair>;
let pairs: Pair[] = [];
const replies = seededReplies({ seed: 7, failures: 0, disorder: 0 });

beforeAll(() => {
  graph = buildGraph(everythingSources()).graph;
  askBoth = createPair(graph);
});

/** Whatever is asked here, both have to answer it alike, by the same calls. */
async function ask(asked: Asked): Promise<Pair> {
  const pair = await askBoth(asked, replies);
  pairs.push(pair);
  return pair;
}

afterEach(() => {
  const seen = pairs;
  pairs = [];
  expect(seen.map(({ planned }) => comparable(planned))).toEqual(
    seen.map(({ oracle }) => comparable(oracle)),
  );
});

function comparable({ status, type, text, calls }: Pair['planned']): unknown {
  return { status, type, text, calls: [...calls].sort() };
}

const BOOK = 'book(name: "books/b1") { title }';
const WITH_NAME = `query ($name: ID!) { book(name: $name) { title } }`;

describe('a plan answers', () => {
  test.each<[what: string, asked: Asked]>([
    ['one field', { query: `{ ${BOOK} }` }],
    ['several fields, aliases and __typename', { query: `{ a: ${BOOK} b: ${BOOK} __typename }` }],
    ['__typename alone', { query: '{ __typename }' }],
    ['a mutation', { query: 'mutation { deleteBook(name: "books/b1") }' }],
    ['one operation of several', { query: `query A { ${BOOK} } query B { __typename }`, operationName: 'B' }],
    ['a query by GET', { query: `{ ${BOOK} }`, method: 'GET' }],
    ['variables', { query: WITH_NAME, variables: { name: 'books/b1' } }],
    ['variables that nobody declared', { query: WITH_NAME, variables: { name: 'books/b1', other: 1 } }],
    [
      'conditions on variables',
      {
        query: `query ($yes: Boolean!, $no: Boolean = false) { book(name: "x") { title @skip(if: $yes) name @include(if: $no) isbn } }`,
        variables: { yes: true },
      },
    ],
    [
      'a selection of which conditions leave nothing',
      { query: `{ ${BOOK.replace('title', 'title @skip(if: true)')} }` },
    ],
    [
      'an operation of which conditions leave nothing',
      { query: `{ ${BOOK.replace('{', '@skip(if: true) {')} }` },
    ],
    [
      'fields of one name, merged',
      {
        query:
          '{ book(name: "x") { dimensions { heightMm } ... { dimensions { widthMm } } ...F } } fragment F on Book { dimensions { heightMm weightG } title }',
      },
    ],
    [
      'names that JavaScript objects have by birth',
      {
        query:
          'mutation { odd { __proto__: constructor toString: hasOwnProperty valueOf: valueOf { key } } }',
      },
    ],
    ['introspection', { query: '{ __schema { queryType { name } } }' }],
    ['introspection beside a field', { query: `{ ${BOOK} __type(name: "Book") { name } }` }],
    [
      'joined fields',
      { query: '{ books { books { authorResource { displayName } relatedBooksResources { title } } } }' },
    ],
  ])('%s', async (_what, asked) => {
    const { planned } = await ask(asked);
    expect({ isPlanned: planned.isPlanned, status: planned.status }).toEqual({
      isPlanned: true,
      status: 200,
    });
  });
});

describe('graphql-js answers', () => {
  test.each<[what: string, asked: Asked]>([
    ['what is no GraphQL', { query: '{' }],
    ['what does not fit the schema', { query: '{ nope }' }],
    ['an operation that is not there', { query: `{ ${BOOK} }`, operationName: 'Nope' }],
    ['one of several operations without a name', { query: 'query A { __typename } query B { __typename }' }],
    ['a missing variable', { query: WITH_NAME, variables: {} }],
    ['a variable of another type', { query: WITH_NAME, variables: { name: { x: 1 } } }],
    [
      'a condition that is null',
      {
        query: `query ($c: Boolean = true) { book(name: "x") { title @skip(if: $c) name } }`,
        variables: { c: null },
      },
    ],
    ['a mutation by GET', { query: 'mutation { deleteBook(name: "x") }', method: 'GET' }],
    [
      'a client that accepts another charset',
      { query: `{ ${BOOK} }`, accept: 'application/json; charset=latin1' },
    ],
    ['a client that accepts nothing of ours', { query: `{ ${BOOK} }`, accept: 'image/png' }],
  ])('%s', async (_what, asked) => {
    const { planned } = await ask(asked);
    expect(planned.isPlanned).toBe(false);
  });

  test('more combinations of conditions than are kept, without a difference in the answers', async () => {
    const names = Array.from({ length: 5 }, (_, index) => `c${index}`);
    const query = `query (${names.map((name) => `$${name}: Boolean!`)}) { ${names.map((name) => `${name}: __typename @skip(if: $${name})`).join(' ')} }`;
    let planned = 0;
    for (let bits = 0; bits < 32; bits++) {
      const variables = Object.fromEntries(names.map((name, index) => [name, ((bits >> index) & 1) === 1]));
      const pair = await ask({ query, variables });
      planned += Number(pair.planned.isPlanned);
    }
    expect(planned).toBe(16);
  });
});

describe('arguments', () => {
  test('a nullable variable with a default may be null where the argument may not: an error of the field', async () => {
    const query = 'query ($name: ID = "x") { book(name: $name) { title } other: __typename }';
    const { planned } = await ask({ query, variables: { name: null } });
    expect(JSON.parse(planned.text)).toMatchObject({
      data: { book: null, other: 'Query' },
      errors: [{ path: ['book'], locations: [{ line: 1, column: 38 }] }],
    });
    expect(planned.calls).toEqual([]);
  });

  test('half of a surrogate pair is what it is elsewhere', async () => {
    const { planned } = await ask({ query: WITH_NAME, variables: { name: 'x\ud800' } });
    expect(planned.isPlanned).toBe(true);
  });

  test('a request without variables is the same each time it is sent', async () => {
    const query = '{ books(pageSize: 3) { nextPageToken } }';
    const first = await ask({ query });
    const second = await ask({ query });
    expect(second.planned.calls).toEqual(first.planned.calls);
  });
});

describe('the form of the answer is chosen as graphql-yoga chooses it', () => {
  test.each([
    '*/*',
    '',
    'application/json',
    'application/*',
    'APPLICATION/JSON',
    'application/graphql-response+json',
    'application/graphql-response+json, application/json',
    'application/json, application/graphql-response+json',
    'application/json;q=0.1, application/graphql-response+json',
    'application/json; charset=utf-8',
    'application/json; charset=latin1, */*',
    'text/html, */*;q=0.8',
    'text/html, application/*',
    'multipart/mixed',
    'multipart/mixed, application/graphql-response+json',
    'image/png, application/json',
  ])('Accept: %s', async (accept) => {
    const { planned } = await ask({ query: `{ ${BOOK} }`, accept });
    expect(planned.isPlanned).toBe(true);
  });
});

test('fragments that multiply fields are answered within the time of a request', async () => {
  const levels = 14;
  const fragments = Array.from(
    { length: levels },
    (_, level) =>
      `fragment F${level} on Tree { trunk { ${level + 1 < levels ? `...F${level + 1}` : 'name'} } branches { ${level + 1 < levels ? `...F${level + 1}` : 'name'} } }`,
  );
  const query = `mutation { grow(trunk: {name: "x", trunk: {name: "y"}}, branches: [], name: "x") { ...F0 } } ${fragments.join(' ')}`;
  const strictly = createPair(graph, DEFAULT_GRAPHQL_LIMITS);
  const started = process.cpuUsage();
  const { planned, oracle } = await strictly({ query }, replies);
  const { user } = process.cpuUsage(started);
  expect(planned.text).toBe(oracle.text);
  // Both together; a plan of all 2^14 branches would take far longer.
  expect(user).toBeLessThan(5_000_000);
});
