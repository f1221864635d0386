// What others make of the document: types that openapi-typescript generates, a client that compiles over them and
// calls the running demo; and every answer of the demo judged by the schema that the document has for it.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { type Demo, startAll } from '../../upstream-mocks/start-all.ts';
import { send } from '../harness/http-client.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { CLIENT_SOURCE } from './client-source.ts';
import { demoConfig } from './demo-document.ts';
import { at } from './documents.ts';
import { createJudge, faultsOf } from './validators.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);
let demo: Demo;
let gateway: TestGateway;
let document: JsonObject;
let judge: ReturnType<typeof createJudge>;

beforeAll(async () => {
  demo = await startAll({ library: 0, inventory: 0, users: 0, orders: 0, reviews: 0, counts: 0 });
  const { services, documents, joins } = await demoConfig();
  gateway = await startTestGateway([], {
    documents: documents ?? [],
    joins,
    services: services.map((service) => {
      const { url } = demo.services[service.name as keyof Demo['services']];
      const targets = service.upstream.targets.map((target) => ({ ...target, url }));
      return { ...service, upstream: { ...service.upstream, targets } };
    }),
  });
  document = (await send(gateway.publicUrl, { path: '/openapi.json' })).json() as JsonObject;
  judge = createJudge(document);
});
afterAll(async () => {
  await gateway?.close();
  await demo?.close();
});

test('what the gateway serves is an OpenAPI document', () => {
  expect(faultsOf(document)).toEqual([]);
});

describe('a client over generated types', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dragoman-client-'));
    const generator = spawn(process.execPath, [join(ROOT, 'tools/openapi-types/generate.mjs')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    generator.stdin.end(JSON.stringify(document));
    const [types] = await Promise.all([text(generator.stdout), once(generator, 'exit')]);
    writeFileSync(join(folder, 'api.ts'), types);
    writeFileSync(join(folder, 'client.ts'), CLIENT_SOURCE);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const TSCONFIG = {
    compilerOptions: {
      target: 'es2024',
      module: 'nodenext',
      strict: true,
      noUncheckedIndexedAccess: true,
      allowImportingTsExtensions: true,
      noEmit: true,
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules/@types')],
    },
    files: ['client.ts'],
  };

  test('compiles, and not where it is used wrongly', async () => {
    const compiler = join(
      dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
      'bin/tsc',
    );
    const { stdout } = await run(process.execPath, [compiler, '-p', folder]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });

  test('gets what it asks for from the running demo', async () => {
    const { stdout } = await run(process.execPath, [join(folder, 'client.ts'), gateway.publicUrl]);
    expect(JSON.parse(stdout)).toMatchObject({
      title: expect.any(String) as unknown,
      sold: expect.stringMatching(/^\d+$/) as unknown,
      names: [expect.stringMatching(/^books\//), expect.stringMatching(/^books\//)] as unknown,
      both: { books: [{ name: 'books/b2' }, { name: 'books/b1' }] },
      made: { name: 'books/by-client', title: 'Made', format: 'BOOK_FORMAT_EBOOK' },
      changed: { name: 'books/by-client', title: 'Changed', dimensions: { heightMm: 3 }, labels: { a: 'b' } },
      archived: { state: 'STATE_ARCHIVED' },
      removed: {},
      stock: { bookId: 'books/b1' },
      refusal: expect.stringMatching(/^NOT_FOUND ./) as unknown,
      stars: [expect.any(Number), expect.any(Number)] as unknown,
      written: { book: 'books/b1', stars: 5, verdict: 'recommended' },
      bookPage: {
        title: expect.any(String) as unknown,
        author: { displayName: expect.any(String) as unknown },
      },
      verdicts: expect.arrayContaining(['recommended']) as unknown,
      noReviews: false,
      reader: { complete: true, data: { user: { name: 'users/u1' } } },
      joined: { name: 'users/by-client', displayName: 'By client' },
    });
  });
});

describe('answers of the demo', () => {
  const BOOK = { title: 'T', author: 'authors/a1' };
  const LINES = [{ book: 'books/b1', quantity: 1 }];
  const STOCK = '/inventory.v1.InventoryService';

  // In order: what is made above is used below.
  const calls: readonly (readonly [method: string, path: string, target: string, body?: unknown])[] = [
    ['get', '/v1/books/{book}', '/v1/books/b1'],
    ['get', '/v1/books', '/v1/books?pageSize=50&titleContains='],
    ['get', '/v1/authors/{author}/books', '/v1/authors/a1/books'],
    ['get', '/v1/books:batchGet', '/v1/books:batchGet?names=books/b1&names=books/b2'],
    ['post', '/v1/books', '/v1/books?bookId=judged', BOOK],
    [
      'patch',
      '/v1/books/{book}',
      '/v1/books/judged',
      { subtitle: null, pageCount: 3, publishTime: '2001-02-03T04:05:06Z' },
    ],
    ['post', '/v1/books/{book}:archive', '/v1/books/judged:archive', { reason: 'r' }],
    ['delete', '/v1/books/{book}', '/v1/books/judged'],
    ['get', '/v1/books:watch', '/v1/books:watch?count=2&interval=0.01s'],
    ['get', '/v1/authors/{author}', '/v1/authors/a1'],
    ['get', '/v1/authors', '/v1/authors'],
    ['get', '/v1/authors:batchGet', '/v1/authors:batchGet?names=authors/a1'],
    ['get', '/v1/users/{user}', '/v1/users/u1'],
    ['get', '/v1/users', '/v1/users'],
    ['get', '/v1/users:batchGet', '/v1/users:batchGet?names=users/u1'],
    [
      'post',
      '/v1/users',
      '/v1/users?userId=judged',
      { displayName: 'J', email: 'j@example.com', password: 'p' },
    ],
    ['patch', '/v1/users/{user}', '/v1/users/judged', { about: 'A' }],
    ['get', '/v1/orders/{order}', '/v1/orders/o1'],
    ['get', '/v1/orders', '/v1/orders'],
    ['get', '/v1/users/{usersId}/orders', '/v1/users/u1/orders'],
    ['get', '/v1/orders:batchGet', '/v1/orders:batchGet?names=orders/o1'],
    ['post', '/v1/orders', '/v1/orders', { customer: 'users/u1', lines: LINES }],
    [`post`, `${STOCK}/GetStock`, `${STOCK}/GetStock`, { bookId: 'books/b1' }],
    [`post`, `${STOCK}/ListStock`, `${STOCK}/ListStock`, {}],
    [`post`, `${STOCK}/BatchGetStock`, `${STOCK}/BatchGetStock`, { bookIds: ['books/b1'] }],
    [`post`, `${STOCK}/AdjustStock`, `${STOCK}/AdjustStock`, { bookId: 'books/b1', change: 1 }],
    [`post`, `${STOCK}/WatchStock`, `${STOCK}/WatchStock`, { bookId: 'books/b1', count: 2 }],
    // Of a service that speaks HTTP.
    ['get', '/reviews', '/reviews?book=books/b1&book=books/b2&limit=5'],
    ['get', '/reviews/{id}', '/reviews/r1'],
    // Made of several services by stored documents.
    ['get', '/pages/books/{booksId}', '/pages/books/b1'],
    ['get', '/pages/books/{booksId}', '/pages/books/b2?reviews=false'],
    ['get', '/readers/{user}', '/readers/u?user=users/u1&limit=2&state=SENT'],
    ['get', '/readers/{user}', '/readers/nobody'],
    [
      'post',
      '/people',
      '/people',
      {
        user: { displayName: 'P', email: 'p@example.com', address: { city: 'C' } },
        wanted: { id: 'judged-too' },
      },
    ],
  ];
  const rows = calls.map(([method, path, target, body]) => ({ method, path, target, body }));
  test.each(rows)('$method $path is what the document says', async ({ method, path, target, body }) => {
    const request = ['paths', path, method, 'requestBody', 'content', 'application/json', 'schema'];
    expect(body === undefined ? '' : judge(body, ...request)).toBe('');
    const answer = await send(gateway.publicUrl, {
      method: method.toUpperCase(),
      path: target,
      ...(body !== undefined && { body }),
    });
    expect(answer.text).toMatch(/^[[{]/);
    expect(answer.status).toBe(200);
    expect(
      judge(
        answer.json(),
        'paths',
        path,
        method,
        'responses',
        '200',
        'content',
        'application/json',
        'schema',
      ),
    ).toBe('');
  });

  test('in lines are what the document says, line by line', async () => {
    const answer = await send(gateway.publicUrl, {
      path: '/v1/books:watch?count=2&interval=0.01s',
      headers: { accept: 'application/x-ndjson' },
    });
    const lines = answer.text.trim().split('\n');
    expect(lines).toHaveLength(2);
    const schema = [
      'paths',
      '/v1/books:watch',
      'get',
      'responses',
      '200',
      'content',
      'application/x-ndjson',
      'schema',
    ];
    expect(lines.map((line) => judge(JSON.parse(line), ...schema))).toEqual(['', '']);
  });

  test.each([
    ['GET', '/v1/books/nope', undefined],
    ['GET', '/v1/books?pageSize=many', undefined],
    ['POST', '/v1/books', { titel: 'x' }],
    ['GET', '/pages/books/nope', undefined],
    ['GET', '/readers/u1?state=LOST', undefined],
    ['POST', '/people', { user: { displayName: 'P' } }],
  ])('that say no are what the document says: %s %s', async (method, path, body) => {
    const answer = await send(gateway.publicUrl, { method, path, ...(body !== undefined && { body }) });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    const content = ['components', 'responses', 'Problem', 'content', 'application/problem+json', 'schema'];
    expect(judge(answer.json(), ...content)).toBe('');
  });

  test('would be refused by the judge if they were others', () => {
    const schema = ['components', 'schemas', 'Book'];
    expect(judge({ title: 'T', author: 'a' }, ...schema)).toBe('');
    expect(judge({ title: 'T', author: 'a', copiesSold: 5 }, ...schema)).toMatch(/copiesSold must be string/);
    expect(judge({ title: 'T' }, ...schema)).toMatch(/required property 'author'/);
  });

  test('are judged for every operation of the document that takes no stream', () => {
    const operations = Object.entries(at(document, 'paths') as JsonObject).flatMap(([path, item]) =>
      Object.keys(item as JsonObject).map((method) => `${method} ${path}`),
    );
    const judged = new Set(calls.map(([method, path]) => `${method} ${path}`));
    const others = operations.filter((operation) => !judged.has(operation));
    // What is cancelled, taken back or written above, and two that take streams.
    expect(others).toEqual([
      'post /inventory.v1.InventoryService/RecordMovements',
      'post /inventory.v1.InventoryService/TrackStock',
      'post /reviews',
      'delete /reviews/{id}',
      'post /v1/orders/{order}:cancel',
    ]);
  });
});
