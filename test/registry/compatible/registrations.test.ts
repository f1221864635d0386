// What a registration does about clients that would break, and what it tells of services other than its own.
// Sources: DESIGN, section 5 (CLI); graphql reference, sections 11 and 12.
import { afterEach, describe, expect, test } from '@jest/globals';
import type { GatewayError } from '../../../core/error.ts';
import type { Problem } from '../../../core/problem.ts';
import { Registry } from '../../../registry/registry.ts';
import type { PutOptions } from '../../../registry/registry-options.ts';
import type { ServiceDefinition } from '../../../registry/service-definition.ts';
import { createMemoryStore } from '../../../registry/store/memory-store.ts';
import { createCodec } from '../../../translators/json/codec.ts';
import { demoService, inlineService } from '../../harness/start-gateway.ts';
import { compare, definitionOf, line, NOWHERE } from './compare.ts';

let registry: Registry | undefined;

afterEach(async () => {
  await registry?.close();
  registry = undefined;
});

/** `says` is the doors' word on every change after the first registration. */
async function open(says: readonly Problem[] = [], fileServices: readonly ServiceDefinition[] = []) {
  let isFirst = true;
  const opened = await Registry.open(
    {
      store: createMemoryStore(),
      compile: { codecs: createCodec },
      link: () => ({ invoke: () => Promise.reject(new Error('nobody calls')), close: () => {} }),
      prepare: ({ services }) => {
        if (services.size > 0 && !isFirst) return says;
        isFirst = services.size === 0;
        return [];
      },
      reservedPaths: [],
      now: () => new Date('2026-01-01T00:00:00Z'),
    },
    fileServices,
  );
  registry = opened.registry;
  return opened.registry;
}

const books = (fields: string, paths = 'get: "/books/{id}"', settings: Partial<ServiceDefinition> = {}) =>
  inlineService(
    'books',
    `syntax = "proto3"; package books.v1; import "google/api/annotations.proto";
     service Books { rpc GetBook(GetBookRequest) returns (Book) { option (google.api.http) = { ${paths} }; } }
     message GetBookRequest { string id = 1; } message Book { string id = 1; ${fields} }`,
    NOWHERE,
    settings,
  );

async function refusalOf(
  of: Registry,
  definition: ServiceDefinition,
  options?: PutOptions,
): Promise<GatewayError | undefined> {
  return of.put(definition, options).then(
    () => undefined,
    (error: unknown) => error as GatewayError,
  );
}

describe('a registration that breaks clients', () => {
  test('is refused for whoever asks for that, with everything that would break, and changes nothing', async () => {
    const one = await open();
    await one.put(books('int32 pages = 2; string title = 3;'));
    const { snapshot } = one;
    const refused = await refusalOf(one, books('int64 pages = 2;'), { onBreaking: 'refuse' });
    expect(refused).toMatchObject({
      type: 'breaking-change',
      code: 'failed_precondition',
      message: 'books would break its clients: 4 breaking changes',
    });
    expect(refused?.problems.map(({ rule, message }) => `${rule} ${message}`)).toEqual([
      'field-type books.v1.Book.pages: was int32, is int64: a JSON number becomes text',
      'field-removed books.v1.Book.title: the field is gone',
      'field-type Book.pages: was Int!, is Int64!',
      'field-removed Book.title: the field is gone',
    ]);
    expect(one.snapshot).toBe(snapshot);
  });

  test.each([undefined, 'allow'] as const)(
    'goes through with onBreaking %s, and tells of it',
    async (onBreaking) => {
      const one = await open();
      await one.put(books('int32 pages = 2;'));
      const { differences } = await one.put(books('int64 pages = 2;'), { onBreaking });
      expect(differences.map(line)).toEqual([
        'breaking rest field-type books.v1.Book.pages',
        'breaking graphql field-type Book.pages',
      ]);
    },
  );

  test('is weighed before it is refused: what is merely dangerous or safe goes through', async () => {
    const one = await open();
    await one.put(books('int32 pages = 2;'));
    const { differences } = await one.put(books('int32 pages = 3; string title = 4;'), {
      onBreaking: 'refuse',
    });
    expect(differences.map(({ severity }) => severity)).toEqual(['dangerous', 'safe', 'safe']);
  });

  test('and a first one breaks nobody', async () => {
    const one = await open();
    const { differences } = await one.put(books('int32 pages = 2;'), { onBreaking: 'refuse' });
    expect(differences).toEqual([]);
  });
});

describe('a trusted document that would not run any more', () => {
  const BROKEN: Problem = {
    severity: 'error',
    rule: 'trusted-document',
    path: 'pages/book.graphql',
    message: 'the trusted document would not run any more: no field pages',
  };

  test('refuses a registration that says nothing of breaking', async () => {
    const one = await open([BROKEN]);
    await one.put(books('int32 pages = 2;'));
    const refused = await refusalOf(one, books(''));
    expect(refused).toMatchObject({ type: 'source-refused', problems: [BROKEN] });
  });

  test('is a breaking difference that names it, for whoever compares', async () => {
    const one = await open([BROKEN]);
    await one.put(books('int32 pages = 2;'));
    const { differences } = await one.put(books(''), { validateOnly: true });
    expect(differences).toContainEqual(
      expect.objectContaining({
        severity: 'breaking',
        rule: 'trusted-document',
        path: 'pages/book.graphql',
        message: BROKEN.message,
      }),
    );
  });

  test('refuses as breaking where that is asked for', async () => {
    const one = await open([BROKEN]);
    await one.put(books('int32 pages = 2;'));
    const refused = await refusalOf(one, books('int32 pages = 2; int32 more = 3;'), { onBreaking: 'refuse' });
    expect(refused?.type).toBe('breaking-change');
    expect(refused?.problems.map(({ message }) => message)).toEqual([
      `pages/book.graphql: ${BROKEN.message}`,
    ]);
  });

  test('is remarked and let break where that is allowed', async () => {
    const one = await open([BROKEN]);
    await one.put(books('int32 pages = 2;'));
    const { service } = await one.put(books(''), { onBreaking: 'allow' });
    expect(service.remarks).toContainEqual({ ...BROKEN, severity: 'warning' });
  });

  test('does not excuse other errors', async () => {
    const one = await open([BROKEN, { severity: 'error', rule: 'graphql-schema', message: 'no' }]);
    await one.put(books('int32 pages = 2;'));
    expect((await refusalOf(one, books(''), { onBreaking: 'allow' }))?.type).toBe('source-refused');
  });
});

describe('a service of the configuration file', () => {
  test('may be compared, and not changed', async () => {
    const one = await open([], [books('int32 pages = 2;')]);
    const { differences } = await one.put(books(''), { validateOnly: true });
    expect(differences.map(line)).toEqual([
      'breaking rest field-removed books.v1.Book.pages',
      'breaking graphql field-removed Book.pages',
    ]);
    expect((await refusalOf(one, books(''), { onBreaking: 'allow' }))?.type).toBe('owned-by-file');
  });
});

describe('other services', () => {
  test('lose joined fields with what these are read by', async () => {
    const one = await open();
    await one.put(demoService('library', NOWHERE));
    await one.put(demoService('orders', NOWHERE));
    const { differences } = await one.put(books(''), { validateOnly: true });
    expect(differences).toEqual([]);
    const without = demoService('library', NOWHERE, {
      graphql: { overlay: { 'library.v1.LibraryService.BatchGetBooks': { hide: true } } },
    });
    const told = (await one.put(without, { validateOnly: true })).differences.map(line);
    expect(told).toContain('dangerous graphql join OrderLine.bookResource');
    expect(told).toContain('dangerous graphql join-cost OrderLine.bookResource');
    const none = demoService('library', NOWHERE, {
      graphql: { overlay: { 'library.v1.Book': { hide: true } } },
    });
    expect((await one.put(none, { validateOnly: true })).differences.map(line)).toContain(
      'breaking graphql field-removed OrderLine.bookResource',
    );
  });

  test('lose paths to a route that is closer to them', async () => {
    const one = await open();
    await one.put(books(''));
    const other = inlineService(
      'best',
      `syntax = "proto3"; package best.v1; import "google/api/annotations.proto";
       service Best { rpc GetBest(GetBestRequest) returns (Rank) { option (google.api.http) = { get: "/books/best" }; } }
       message GetBestRequest { string id = 1; } message Rank { string id = 1; }`,
      NOWHERE,
    );
    const { differences } = await one.put(other, { validateOnly: true });
    expect(differences.map((each) => `${line(each)}: ${each.message}`)).toEqual([
      'dangerous rest route-taken GET /books/best: a new route for paths that GET /books/{id} of service books has answered',
    ]);
  });
});

test('documents that cost more may not run any more', async () => {
  const dear = { graphql: { overlay: { 'books.v1.Books.GetBook': { cost: 50 } } } };
  const [plain, costly] = [books(''), books('', undefined, dear)];
  expect((await compare(plain, costly)).map(({ message }) => message)).toEqual([
    'counts 50 in the cost of a document now, counted 1',
  ]);
  expect(await compare(costly, plain)).toEqual([]);
});

test.each(['library', 'users', 'orders', 'inventory'] as const)(
  '%s compared with itself is the same',
  async (name) => {
    expect(await compare(demoService(name, NOWHERE), demoService(name, NOWHERE))).toEqual([]);
  },
);

describe('settings of a service', () => {
  const plain = books('int32 pages = 2;');
  const withRest = (rest: NonNullable<ServiceDefinition['rest']>) => ({ ...plain, rest });

  test.each<[string, Partial<ServiceDefinition>, Partial<ServiceDefinition>, string[]]>([
    [
      'names of answers',
      {},
      { rest: { output: { protoNames: true } } },
      ['breaking rest setting rest.output.protoNames'],
    ],
    ['the form of refusals', {}, { rest: { errors: 'google' } }, ['breaking rest setting rest.errors']],
    [
      'what is not known is refused',
      { rest: { unknownFields: 'ignore' } },
      {},
      ['breaking rest setting rest.unknownFields'],
    ],
    ['what is not known is ignored', {}, { rest: { unknownFields: 'ignore' } }, []],
    ['protobuf bodies', { rest: { protobuf: true } }, {}, ['breaking rest setting rest.protobuf']],
    [
      'a header that clients saw',
      { rest: { responseHeaders: ['x-a', 'x-b'] } },
      { rest: { responseHeaders: ['x-b'] } },
      ['breaking rest setting rest.responseHeaders x-a'],
    ],
    ['a header that went on', { forwardHeaders: ['x-a'] }, {}, ['dangerous rest setting forwardHeaders x-a']],
    ['hosts', {}, { hosts: ['a.test'] }, ['breaking rest hosts hosts']],
    ['a host less', { hosts: ['a.test', 'b.test'] }, { hosts: ['a.test'] }, ['breaking rest hosts b.test']],
    ['a host within a wildcard', { hosts: ['a.x.test'] }, { hosts: ['*.x.test'] }, []],
    [
      'a prefix',
      {},
      { prefix: '/shop' },
      [
        'breaking rest route-removed GET /books/{id}',
        'breaking rest route-removed POST /books.v1.Books/GetBook',
      ],
    ],
    [
      'no routes by name',
      {},
      { rest: { automatic: false } },
      ['breaking rest route-removed POST /books.v1.Books/GetBook'],
    ],
    ['only where its calls go', {}, { upstream: { targets: [{ url: 'grpc://127.0.0.1:2' }] } }, []],
  ])('%s', async (_name, before, after, expected) => {
    const found = await compare({ ...plain, ...before }, { ...plain, ...after });
    expect(found.map(line)).toEqual(expected);
  });

  test('make numbers of fields matter to clients that speak protobuf', async () => {
    const [before, after] = ['int32 pages = 2;', 'int32 pages = 3;'].map((fields) => books(fields));
    const rest = { protobuf: true };
    const found = await compare({ ...plain, ...before, rest }, { ...plain, ...after, rest });
    expect(found.map(line)).toEqual(['breaking rest field-number books.v1.Book.pages']);
  });

  test('64-bit integers as numbers: int32 and int64 look the same in answers, but for their size', async () => {
    const rest = withRest({ output: { int64AsNumbers: true } }).rest;
    const [before, after] = ['int32 pages = 2;', 'int64 pages = 2;'].map((fields) => ({
      ...books(fields),
      rest,
    }));
    const found = await compare(before ?? plain, after ?? plain);
    expect(found.map(line)).toEqual([
      'breaking graphql field-type Book.pages',
      'dangerous rest field-type books.v1.Book.pages',
    ]);
  });
});

test('a service that is described otherwise is not compared further than its routes', async () => {
  const document = {
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    paths: {
      '/books/{id}': {
        get: { parameters: [{ name: 'id', in: 'path', required: true, schema: {} }], responses: {} },
      },
    },
  };
  const http: ServiceDefinition = {
    name: 'books',
    source: {
      kind: 'openapi',
      files: [{ path: 'a.json', content: JSON.stringify(document) }],
      entry: 'a.json',
    },
    upstream: { targets: [{ url: 'http://127.0.0.1:1' }] },
  };
  const found = (await compare(books(''), http)).filter(({ door }) => door === 'rest').map(line);
  expect(found).toContain('dangerous rest source GET /books/{id}');
});

test('hostile names in sources are compared as text', async () => {
  const proto = (fields: string) =>
    definitionOf([
      {
        path: 'a.proto',
        content: `syntax = "proto3"; package p.v1; service S { rpc M(A) returns (A); } message A { string constructor = 1; ${fields} }`,
      },
    ]);
  const found = await compare(
    proto('string __proto__x = 2; string hasOwnProperty = 3;'),
    proto('string toString = 4;'),
  );
  expect(
    found.filter(({ rule, door }) => rule === 'field-removed' && door === 'rest').map(({ path }) => path),
  ).toEqual(['p.v1.A.__proto__x', 'p.v1.A.hasOwnProperty']);
});
