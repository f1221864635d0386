// Joins between gRPC and HTTP services over the demo, both ways: what a query costs is read from the services' counters.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { DEFAULT_JOIN_SETTINGS, type DeclaredJoin } from '../../../schema/graphql/joins/join-settings.ts';
import { REVIEWS_DOCUMENT } from '../../../upstream-mocks/reviews/reviews.ts';
import { type Demo, startAll } from '../../../upstream-mocks/start-all.ts';
import { send } from '../../harness/http-client.ts';
import { demoService, startTestGateway, type TestGateway } from '../../harness/start-gateway.ts';
import type { Executed } from '../door.ts';

const NAMES = ['library', 'users', 'reviews'] as const;
const POSITION = { path: 'test.yaml', line: 1, column: 1 };
let demo: Demo;
let gateway: TestGateway;

const written = (text: string) => ({ text, position: POSITION });
const pairs = (fields: Record<string, string>) =>
  Object.entries(fields).map(([field, parent]) => ({ field: written(field), parent: written(parent) }));

interface Declared {
  readonly on: string;
  readonly field: string;
  readonly call: string;
  readonly keys?: Record<string, string>;
  readonly args?: Record<string, string>;
  readonly match?: Record<string, string>;
  readonly many?: boolean;
  readonly limit?: number;
}

function declared({
  on,
  field,
  call,
  keys = {},
  args = {},
  match = {},
  many = false,
  limit,
}: Declared): DeclaredJoin {
  return {
    kind: 'declared',
    on: written(on),
    field: written(field),
    call: written(call),
    keys: pairs(keys),
    args: pairs(args),
    match: pairs(match),
    many,
    maxBatch: 100,
    arguments: [],
    result: undefined,
    position: POSITION,
    ...(limit !== undefined && { constants: [{ field: written('limit'), value: limit }] }),
  };
}

const JOINS = [
  declared({
    on: 'library.v1.Book',
    field: 'reviews',
    call: 'reviews/listReviews',
    keys: { book: 'name' },
    match: { book: 'name' },
    many: true,
    limit: 1000,
  }),
  declared({
    on: 'reviews/Review',
    field: 'bookResource',
    call: 'library.v1.LibraryService/BatchGetBooks',
    keys: { names: 'book' },
    match: { name: 'book' },
  }),
  declared({
    on: 'Review',
    field: 'reader',
    call: 'users.v1.UserService/BatchGetUsers',
    keys: { names: 'user' },
    match: { name: 'user' },
  }),
  declared({ on: 'Review', field: 'self', call: 'reviews/getReview', args: { id: 'id' } }),
];

beforeAll(async () => {
  demo = await startAll({ library: 0, inventory: 0, users: 0, orders: 0, reviews: 0, counts: 0 });
  gateway = await startTestGateway(
    [
      demoService('library', demo.services.library.url, { forwardHeaders: [] }),
      demoService('users', demo.services.users.url),
      {
        name: 'reviews',
        source: {
          kind: 'openapi',
          files: [{ path: 'reviews.openapi.yaml', content: readFileSync(REVIEWS_DOCUMENT, 'utf8') }],
          entry: 'reviews.openapi.yaml',
        },
        upstream: { targets: [{ url: demo.services.reviews.url }] },
        forwardHeaders: ['x-mock-*'],
      },
    ],
    { joins: { ...DEFAULT_JOIN_SETTINGS, entries: JOINS } },
  );
});
afterAll(async () => {
  await gateway?.close();
  await demo?.close();
});
beforeEach(() => {
  for (const name of NAMES) demo.services[name].resetCounts();
});

async function query(text: string, headers: Record<string, string> = {}): Promise<Executed> {
  const answer = await send(gateway.publicUrl, { path: '/graphql', headers, body: { query: text } });
  return answer.json() as Executed;
}

function calls(): Record<string, number> {
  return Object.fromEntries(
    NAMES.flatMap((name) =>
      Object.entries(demo.services[name].counts()).map(([method, counts]) => [
        method.slice(method.lastIndexOf('/') + 1),
        counts.calls,
      ]),
    ),
  );
}

/** The list of objects at the end of a path. */
function objects(data: JsonObject | null | undefined, ...path: string[]): JsonObject[] {
  let at: JsonValue | undefined = data ?? null;
  for (const key of path) at = typeof at === 'object' && at !== null && !Array.isArray(at) ? at[key] : null;
  return Array.isArray(at)
    ? at.filter((item): item is JsonObject => typeof item === 'object' && item !== null)
    : [];
}

async function reviewsOf(book: string): Promise<JsonObject[]> {
  const answer = await fetch(
    `${demo.services.reviews.url}/reviews?book=${encodeURIComponent(book)}&limit=1000`,
  );
  return ((await answer.json()) as { reviews: JsonObject[] }).reviews;
}

describe('gRPC parents, HTTP items', () => {
  test('books, their authors and their reviews are three calls', async () => {
    const { data, errors } = await query(
      '{ books(pageSize: 20) { books { name title authorResource { displayName } reviews { id book stars text } } } }',
    );
    expect(errors).toBeUndefined();
    expect(calls()).toEqual({ ListBooks: 1, BatchGetAuthors: 1, reviews: 1 });
    const books = objects(data, 'books', 'books');
    expect(books).toHaveLength(20);
    for (const book of books) {
      const own = await reviewsOf(String(book.name));
      expect(book.reviews).toEqual(
        own.map(({ id, book: of, stars, text }) => ({ id, book: of, stars, text })),
      );
    }
    expect(objects({ first: books[0] ?? null }, 'first', 'reviews').length).toBeGreaterThanOrEqual(3);
  });

  test('a service that fails takes its own fields alone, each with its error', async () => {
    const { data, errors } = await query('{ books(pageSize: 2) { books { title reviews { id } } } }', {
      'x-mock-status': '503',
    });
    const books = objects(data, 'books', 'books');
    expect(books.map(({ title, reviews }) => [typeof title, reviews])).toEqual([
      ['string', null],
      ['string', null],
    ]);
    expect(errors?.map(({ path, extensions }) => [path, extensions.code, extensions.upstream])).toEqual([
      [['books', 'books', 0, 'reviews'], 'UNAVAILABLE', { status: 503 }],
      [['books', 'books', 1, 'reviews'], 'UNAVAILABLE', { status: 503 }],
    ]);
  });
});

describe('HTTP parents, gRPC items', () => {
  test('reviews with their books and readers are one call each', async () => {
    const { data, errors } = await query(
      '{ listReviews(limit: 50) { reviews { book user bookResource { name title } reader { name displayName } } } }',
    );
    expect(errors).toBeUndefined();
    expect(calls()).toEqual({ reviews: 1, BatchGetBooks: 1, BatchGetUsers: 1 });
    const list = objects(data, 'listReviews', 'reviews');
    expect(list).toHaveLength(50);
    for (const { book, user, bookResource, reader } of list) {
      expect(bookResource).toMatchObject({ name: book });
      expect(reader).toMatchObject({ name: user });
    }
  });

  test('there and back again: depth costs one call a level', async () => {
    const { data, errors } = await query(
      '{ book(name: "books/b1") { reviews { bookResource { name reviews { id } } } } }',
    );
    expect(errors).toBeUndefined();
    expect(calls()).toEqual({ GetBook: 1, BatchGetBooks: 1, reviews: 1 });
    expect(JSON.stringify(data)).toContain('r1');
  });
});

describe('HTTP parents, HTTP items', () => {
  test('an operation that answers one key is called once for each', async () => {
    const { data, errors } = await query('{ listReviews(limit: 3) { reviews { id self { id text } } } }');
    expect(errors).toBeUndefined();
    expect(calls()).toEqual({ reviews: 1, '{id}': 3 });
    for (const { id, self } of objects(data, 'listReviews', 'reviews')) {
      expect(self).toMatchObject({ id });
    }
  });
});
