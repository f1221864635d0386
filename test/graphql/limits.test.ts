// What a request may cost, what it may hold, and how it is told so. Source: graphql reference, sections 9 and 11.
import { afterEach, describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import type { Graph, Join, OutputField } from '../../core/graph.ts';
import type { JsonObject } from '../../core/json.ts';
import { operationCost } from '../../gateway/graphql/cost.ts';
import { documentId } from '../../gateway/graphql/documents/persisted-documents.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { type Answer, post, requestOf, type Served, type ServeOptions, serve, unary } from './door.ts';
import { compile, operationsOf, proto3 } from './sources.ts';

const source = {
  name: 'shop',
  operations: operationsOf(
    'shop',
    compile({
      'shop.proto': proto3(`
        import "google/api/httpbody.proto";
        service Shop {
          rpc GetBook(GetBookRequest) returns (Book) { option (google.api.http) = {get: "/books/{name}"}; }
          rpc ListBooks(ListBooksRequest) returns (ListBooksResponse) { option (google.api.http) = {get: "/books"}; }
          rpc PutCover(PutCoverRequest) returns (Book) {}
        }
        message GetBookRequest { string name = 1; }
        message ListBooksRequest { int32 page_size = 1; string page_token = 2; }
        message ListBooksResponse { repeated Book books = 1; string next_page_token = 2; }
        message Book { string name = 1; repeated Part parts = 2; }
        message Part { string name = 1; Book book = 2; }
        message PutCoverRequest { bytes image = 1; Cover cover = 2; google.api.HttpBody raw = 3; repeated bytes pages = 4; }
        message Cover { bytes image = 1; string title = 2; }`),
    }),
    ['shop.proto'],
  ),
};
const opened: Served[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((served) => served.close()));
});

async function start(options: ServeOptions, answer: Answer = (call) => unary(call, {})): Promise<Served> {
  const served = await serve([source], answer, options);
  opened.push(served);
  return served;
}

const codes = async (response: Response): Promise<unknown> =>
  ((await response.json()) as { errors?: { extensions: JsonObject }[] }).errors?.map(
    ({ extensions }) => extensions.code,
  );

describe('cost', () => {
  const { graph: plain } = buildGraph([source]);
  const base: Omit<Join, 'form' | 'cardinality'> = {
    name: 'test',
    operation: plain.queries[0]?.operation ?? fail(),
    keys: [],
    items: undefined,
    result: { kind: 'message', type: 'Book' },
    maxBatch: 30,
    fallback: undefined,
    readMask: undefined,
    reason: 'of the test',
  };
  const pageArguments = plain.queries.find(({ name }) => name === 'books')?.arguments ?? fail();
  const joined = (name: string, join: Pick<Join, 'form' | 'cardinality'>): OutputField => ({
    name,
    type:
      join.cardinality === 'one'
        ? { name: 'Book', isRequired: false }
        : { list: { name: 'Book', isRequired: false }, isRequired: true },
    description: '',
    deprecation: undefined,
    source: { kind: 'join', join: { ...base, ...join } },
    ...(join.cardinality === 'all' && { arguments: pageArguments }),
  });
  const extra = [
    joined('batched', { form: 'batch', cardinality: 'one' }),
    joined('single', { form: 'single', cardinality: 'one' }),
    joined('sequels', { form: 'batch', cardinality: 'each' }),
    joined('children', { form: 'single', cardinality: 'all' }),
  ];
  const graph: Graph = {
    ...plain,
    types: new Map(
      [...plain.types].map(([name, type]) => [
        name,
        type.kind === 'object' && name === 'Book' ? { ...type, fields: [...type.fields, ...extra] } : type,
      ]),
    ),
  };

  test.each<[document: string, variables: JsonObject, cost: number]>([
    ['{ book(name: "a") { name } }', {}, 1],
    ['{ a: book(name: "a") { name } b: book(name: "b") { name } }', {}, 2],
    ['mutation { putCover { name } }', {}, 5],
    ['{ __typename __schema { queryType { name } } }', {}, 0],
    ['{ books(pageSize: 20) { books { name } } }', {}, 1],
    // ceil(20 / 30), and 20.
    ['{ books(pageSize: 20) { books { batched { name } } } }', {}, 1 + 1],
    ['{ books(pageSize: 31) { books { batched { name } } } }', {}, 1 + 2],
    ['{ books(pageSize: 20) { books { single { name } } } }', {}, 1 + 20],
    // Nobody says how many: 100.
    ['{ books { books { batched { name } single { name } } } }', {}, 1 + 4 + 100],
    ['query ($n: Int) { books(pageSize: $n) { books { single { name } } } }', { n: 7 }, 1 + 7],
    ['query ($n: Int = 9) { books(pageSize: $n) { books { single { name } } } }', {}, 1 + 9],
    ['query ($n: Int) { books(pageSize: $n) { books { single { name } } } }', { n: -1 }, 1 + 100],
    // One below the other: 5 parents, then 5.
    ['{ books(pageSize: 5) { books { single { single { name } } } } }', {}, 1 + 5 + 5],
    // A list of keys is 100 of them; what is below is as many.
    ['{ book(name: "a") { sequels { single { name } } } }', {}, 1 + 4 + 100],
    // A page of children for each of 5.
    ['{ books(pageSize: 5) { books { children(pageSize: 3) { single { name } } } } }', {}, 1 + 5 + 15],
    // Lists in lists.
    ['{ books(pageSize: 5) { books { parts { book { single { name } } } } } }', {}, 1 + 500],
    // What is the same is asked for once; what is left out, not at all.
    ['{ book(name: "a") { single { name } ...F } } fragment F on Book { single { name } }', {}, 2],
    ['query ($b: Boolean!) { book(name: "a") { single @include(if: $b) { name } } }', { b: false }, 1],
    ['query ($b: Boolean!) { book(name: "a") { single @skip(if: $b) { name } } }', { b: false }, 2],
    ['query ($b: Boolean = true) { book(name: "a") { single @skip(if: $b) { name } } }', {}, 1],
  ])('%s %j', (text, variables, cost) => {
    const document = parse(text);
    const [operation] = document.definitions;
    if (operation?.kind !== 'OperationDefinition') throw new Error('the document begins with an operation');
    expect(operationCost(graph, { document, operation }, variables)).toBe(cost);
  });

  test('what fans out beyond counting is beyond any price', () => {
    let text = '{ book(name: "a") { ...F0 } }';
    for (let level = 0; level < 30; level++) {
      const inner = level === 29 ? 'name' : `...F${level + 1}`;
      text += ` fragment F${level} on Book { a: batched { ${inner} } b: batched { ${inner} } }`;
    }
    const document = parse(text);
    const [operation] = document.definitions;
    if (operation?.kind !== 'OperationDefinition') throw new Error('the document begins with an operation');
    expect(operationCost(graph, { document, operation }, undefined)).toBe(Number.POSITIVE_INFINITY);
  });

  test.each([
    ['application/json', 200],
    ['application/graphql-response+json', 400],
  ])('above the limit nothing is called (%s)', async (accept, status) => {
    const served = await start({ limits: { cost: 9 } });
    const query = 'mutation { a: putCover { name } b: putCover { name } }';
    const response = await post(served.url, { query }, { accept });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      errors: [
        {
          message: expect.stringMatching(/up to 10 .*9 are allowed/),
          extensions: { code: 'OPERATION_TOO_COSTLY' },
        },
      ],
    });
    expect(served.calls.length).toBe(0);
  });
});

describe('batches', () => {
  const READ = { query: '{ book(name: "a") { name } }' };

  test('each operation is answered as if it were alone', async () => {
    const served = await start({ limits: { batch: 3 } });
    const response = await post(served.url, [READ, { query: '{ nope }' }, 'x']);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject([
      { data: { book: { name: '' } } },
      { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
      { errors: [{ extensions: { code: 'INVALID_ARGUMENT' } }] },
    ]);
  });

  test('events of it are not to be had: 406, and nothing has run', async () => {
    const served = await start({ limits: { batch: 3 } });
    const response = await post(served.url, [READ], { accept: 'text/event-stream' });
    expect(response.status).toBe(406);
    expect(await response.text()).toContain('a batch is answered by one list; accept application/json');
    expect(served.calls.length).toBe(0);
  });

  test.each<[what: string, body: JsonObject[]]>([
    ['more than are allowed', [READ, READ, READ, READ]],
    ['an empty one', []],
  ])('%s: 400', async (_what, body) => {
    const served = await start({ limits: { batch: 3 } });
    expect((await post(served.url, body)).status).toBe(400);
    expect(served.calls.length).toBe(0);
  });
});

test.each([
  [100, 'taken'],
  [1_000, 'refused'],
])('variables of about %i bytes, where 500 are allowed, are %s', async (size, expected) => {
  const served = await start({ limits: { variablesBytes: 500 } });
  const { errors } = await served.query('query ($a: String!) { book(name: $a) { name } }', {
    a: 'x'.repeat(size),
  });
  const messages = errors?.map(({ message }) => message) ?? [];
  expect(messages).toEqual(expected === 'taken' ? [] : ['the variables are larger than 500 bytes']);
  expect(served.calls).toHaveLength(expected === 'taken' ? 1 : 0);
});

describe('parts of an answer', () => {
  test.each(['defer', 'stream'])('@%s is refused in words of its own', async (directive) => {
    const served = await start({});
    const { errors } = await served.query(`{ book(name: "a") { ... @${directive} { name } } }`);
    expect(errors).toMatchObject([
      {
        message: expect.stringMatching(`"@${directive}" is not served`),
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      },
    ]);
  });
});

describe('introspection', () => {
  const deep = '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }';
  test('lists nest so deep and no deeper', async () => {
    const served = await start({ introspection: true });
    expect(
      (await served.query('{ __schema { types { fields { type { name } } } } }')).errors,
    ).toBeUndefined();
    expect((await served.query(deep)).errors).toMatchObject([
      { message: expect.stringMatching(/depth/), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
  });

  test.each([
    [true, /Did you mean "book"/],
    [false, /^Cannot query field "bok" on type "Query"\.$/],
  ])('suggestions: %s', async (suggestions, message) => {
    const served = await start({ suggestions });
    const { errors } = await served.query('{ bok }');
    expect(errors?.[0]?.message).toMatch(message);
  });
});

describe('documents by id', () => {
  const TEXT = 'query ($n: String!) { book(name: $n) { name } }';
  const trusted = [{ path: 'documents/book.graphql', text: TEXT }];
  const hash = documentId(TEXT);
  const answered = { data: { book: { name: 'b' } } };
  const answer: Answer = (call) => unary(call, { name: 'b' });
  const byHash = { persistedQuery: { version: 1, sha256Hash: hash } };

  test('the id is the SHA-256 of the exact text', () => {
    // printf '{ a }' | sha256sum
    expect(documentId('{ a }')).toBe('1c7e1e347f726166b5b1c55afd61f278cc9b45e00c108ec33d540a566379811b');
  });

  test.each<[what: string, params: JsonObject]>([
    ['documentId', { documentId: hash }],
    ['documentId with its kind', { documentId: `sha256:${hash}` }],
    ['id', { id: hash }],
    ['the extension of persisted queries', { extensions: byHash }],
  ])('a trusted document runs by %s', async (_what, params) => {
    const served = await start({ documents: { trusted, trustedOnly: true, automatic: false } }, answer);
    const body = { ...params, variables: { n: 'b' } };
    expect(await (await post(served.url, body)).json()).toEqual(answered);
    const search = new URLSearchParams(
      Object.entries(body).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    );
    expect(await (await fetch(`${served.url}?${search}`)).json()).toEqual(answered);
  });

  test.each<[what: string, params: JsonObject, status: number, code: string]>([
    ['an unknown id', { documentId: 'f'.repeat(64) }, 404, 'PERSISTED_OPERATION_NOT_FOUND'],
    ['a document that is not trusted', { query: '{ __typename }' }, 404, 'PERSISTED_OPERATION_NOT_FOUND'],
    ['a document and an id', { query: TEXT, documentId: hash }, 400, 'INVALID_ARGUMENT'],
    ['an id that is no text', { documentId: 1 }, 400, 'INVALID_ARGUMENT'],
    ['neither', {}, 404, 'PERSISTED_OPERATION_NOT_FOUND'],
  ])('%s is refused where only trusted ones run', async (_what, params, status, code) => {
    const served = await start({ documents: { trusted, trustedOnly: true, automatic: true } }, answer);
    const response = await post(served.url, params);
    expect(response.status).toBe(status);
    expect(await codes(response)).toEqual([code]);
    expect(served.calls.length).toBe(0);
  });

  test('the text of a trusted document is trusted, too', async () => {
    const served = await start({ documents: { trusted, trustedOnly: true, automatic: false } }, answer);
    expect(await served.query(TEXT, { n: 'b' })).toEqual(answered);
  });

  test('automatic ones are kept when they are sent with their hash, and found by it', async () => {
    const served = await start({ documents: { trusted: [], trustedOnly: false, automatic: true } }, answer);
    const variables = { n: 'b' };
    const first = await post(served.url, { variables, extensions: byHash });
    expect(first.status).toBe(404);
    expect(await first.json()).toMatchObject({
      errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_OPERATION_NOT_FOUND' } }],
    });
    const second = await post(served.url, { query: TEXT, variables, extensions: byHash });
    expect(await second.json()).toEqual(answered);
    const third = await post(served.url, { variables, extensions: byHash });
    expect(await third.json()).toEqual(answered);
  });

  test('a hash of another document is refused, and not kept', async () => {
    const served = await start({ documents: { trusted: [], trustedOnly: false, automatic: true } }, answer);
    const response = await post(served.url, { query: '{ __typename }', extensions: byHash });
    expect(response.status).toBe(400);
    expect((await post(served.url, { extensions: byHash })).status).toBe(404);
  });

  test('switched off, clients are told to send whole documents', async () => {
    const served = await start({}, answer);
    expect(await (await post(served.url, { extensions: byHash })).json()).toMatchObject({
      errors: [{ message: 'PersistedQueryNotSupported' }],
    });
    expect(
      await (await post(served.url, { query: TEXT, variables: { n: 'b' }, extensions: byHash })).json(),
    ).toEqual(answered);
  });

  test('automatic ones do not fill the memory', async () => {
    const served = await start({ documents: { trusted: [], trustedOnly: false, automatic: true } }, answer);
    const send = (text: string | undefined, sha256Hash: string) =>
      post(served.url, {
        ...(text !== undefined && { query: text }),
        variables: { n: 'b' },
        extensions: { persistedQuery: { version: 1, sha256Hash } },
      });
    await send(TEXT, hash);
    // 2 Mi characters are kept, and each of these has a sixteenth of a Mi less its name.
    for (let index = 0; index < 40; index++) {
      const text = `{ __typename } #${index} ${'x'.repeat(60_000)}`;
      await send(text, documentId(text));
    }
    expect((await send(undefined, hash)).status).toBe(404);
  });
});

describe('uploads', () => {
  const limits = { uploadFiles: 2, uploadBytes: 1000 };
  const IMAGE = 'mutation ($i: Bytes) { putCover(image: $i) { name } }';
  const PREFLIGHT = { 'graphql-preflight': '1' };
  const bytes = new Uint8Array([0, 255, 1, 254]);

  function send(
    served: Served,
    operations: unknown,
    map: unknown,
    files: Readonly<Record<string, Blob>>,
    headers: Record<string, string> = PREFLIGHT,
  ): Promise<Response> {
    const form = new FormData();
    form.set('operations', typeof operations === 'string' ? operations : JSON.stringify(operations));
    form.set('map', JSON.stringify(map));
    for (const [name, file] of Object.entries(files)) form.set(name, file, 'file.png');
    return fetch(served.url, { method: 'POST', body: form, headers });
  }

  test.each<[what: string, query: string, variables: JsonObject, path: string, request: JsonObject]>([
    ['bytes', IMAGE, { i: null }, 'variables.i', { image: 'AP8B/g==' }],
    [
      'bytes in an input',
      'mutation ($c: CoverInput) { putCover(cover: $c) { name } }',
      { c: { title: 't', image: null } },
      'variables.c.image',
      { cover: { title: 't', image: 'AP8B/g==' } },
    ],
    [
      'bytes in a list',
      'mutation ($p: [Bytes!]) { putCover(pages: $p) { name } }',
      { p: ['AA==', null] },
      'variables.p.1',
      { pages: ['AA==', 'AP8B/g=='] },
    ],
    [
      'an HttpBody',
      'mutation ($b: HttpBodyInput) { putCover(raw: $b) { name } }',
      { b: null },
      'variables.b',
      { raw: { contentType: 'image/png', data: 'AP8B/g==' } },
    ],
  ])('a file becomes %s', async (_what, query, variables, path, request) => {
    const served = await start({ limits });
    const response = await send(
      served,
      { query, variables },
      { f: [path] },
      { f: new Blob([bytes], { type: 'image/png' }) },
    );
    expect(await response.json()).toEqual({ data: { putCover: { name: '' } } });
    expect(requestOf(served.calls[0])).toEqual(request);
  });

  test.each<[what: string, operations: unknown, map: unknown, status: number]>([
    ['operations that are no JSON', '{', { f: ['variables.i'] }, 400],
    ['a batch', [{ query: IMAGE }], { f: ['variables.i'] }, 400],
    ['a path of no variable', { query: IMAGE, variables: { i: null } }, { f: ['variables.x'] }, 400],
    ['a path of something else', { query: IMAGE, variables: { i: null } }, { f: ['query'] }, 400],
    ['a path that has a value', { query: IMAGE, variables: { i: 'AA==' } }, { f: ['variables.i'] }, 400],
    [
      'a path onto the prototype',
      { query: IMAGE, variables: { i: null } },
      { f: ['variables.__proto__'] },
      400,
    ],
    ['a map of no paths', { query: IMAGE, variables: { i: null } }, { f: [] }, 400],
    ['a file that is not there', { query: IMAGE, variables: { i: null } }, { g: ['variables.i'] }, 400],
    [
      'a field that takes no file',
      { query: 'query ($n: String!) { book(name: $n) { name } }', variables: { n: null } },
      { f: ['variables.n'] },
      400,
    ],
    [
      'more files than are allowed',
      { query: IMAGE, variables: { i: null } },
      { f: ['variables.i'], g: ['x'], h: ['x'] },
      413,
    ],
  ])('%s is refused, without a call', async (_what, operations, map, status) => {
    const served = await start({ limits });
    const response = await send(served, operations, map, { f: new Blob([bytes]) });
    expect(response.status).toBe(status);
    expect(served.calls.length).toBe(0);
  });

  test('a file above the limit is 413', async () => {
    const served = await start({ limits });
    const large = { f: new Blob([new Uint8Array(1001)]) };
    expect(
      (await send(served, { query: IMAGE, variables: { i: null } }, { f: ['variables.i'] }, large)).status,
    ).toBe(413);
    expect(served.calls.length).toBe(0);
  });

  test.each<[what: string, headers: Record<string, string>, limits: ServeOptions['limits']]>([
    ['without a header that a page of another site cannot send', {}, limits],
    ['where they are not switched on', PREFLIGHT, {}],
  ])('%s they are 415', async (_what, headers, given) => {
    const served = await start({ ...(given && { limits: given }) });
    const file = { f: new Blob([bytes]) };
    expect(
      (await send(served, { query: IMAGE, variables: { i: null } }, { f: ['variables.i'] }, file, headers))
        .status,
    ).toBe(415);
    expect(served.calls.length).toBe(0);
  });

  test('a form that is none is 400', async () => {
    const served = await start({ limits });
    const response = await fetch(served.url, {
      method: 'POST',
      body: 'x',
      headers: { ...PREFLIGHT, 'content-type': 'multipart/form-data; boundary=y' },
    });
    expect(response.status).toBe(400);
  });
});

function fail(): never {
  throw new Error('the source has a query');
}
