// The commands that talk to the admin API: what they send, what they print, how they exit.

import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeAdmin, runCommand, startFakeAdmin } from './fake-admin.ts';

const SERVICE = {
  name: 'library',
  revision: 'c0ffee1234567890c0ffee1234567890',
  etag: 'c0ffee1234567890c0ffee1234567890',
  upstream: { targets: [{ url: 'grpc://127.0.0.1:50051' }] },
  operations: [
    {
      method: 'library.v1.LibraryService/GetBook',
      shape: 'unary',
      effect: 'read',
      effectReason: 'bound to GET',
      routes: ['GET /v1/{name=books/*}', 'GET /v2/{name=books/*}', 'POST /library.v1.LibraryService/GetBook'],
      graphql: 'Query.book',
    },
    {
      method: 'library.v1.LibraryService/WatchBooks',
      shape: 'server_stream',
      effect: 'read',
      effectReason: 'bound to GET',
      routes: ['GET /v1/books:watch', 'POST /library.v1.LibraryService/WatchBooks'],
      graphql: 'Subscription.watchBooks',
    },
    {
      method: 'library.v1.Maintenance/Sweep',
      shape: 'client_stream',
      effect: 'write',
      effectReason: 'nothing says otherwise',
      routes: ['POST /library.v1.Maintenance/Sweep'],
      graphql: '',
    },
  ],
  added: [
    'GET /v1/{name=books/*}',
    'GET /v2/{name=books/*}',
    'POST /library.v1.LibraryService/GetBook',
    'GET /v1/books:watch',
    'POST /library.v1.LibraryService/WatchBooks',
    'POST /library.v1.Maintenance/Sweep',
    'Query.book',
    'Subscription.watchBooks',
  ],
  removed: [],
  changed: [],
  remarks: [],
  createdAt: '2026-01-02T03:04:05Z',
  updatedAt: '2026-01-02T03:04:06Z',
};

let admin: FakeAdmin;
let folder: string;

beforeAll(async () => {
  admin = await startFakeAdmin();
});
afterAll(() => admin.close());
beforeEach(async () => {
  admin.requests.length = 0;
  folder = await realpath(await mkdtemp(join(tmpdir(), 'dragoman-cli-')));
  await writeFile(join(folder, 'a.proto'), 'syntax = "proto3";\n');
});
afterEach(() => rm(folder, { recursive: true }));

const run = (line: string, env: Record<string, string> = {}) =>
  runCommand([...line.split(' '), '--admin', admin.url], { cwd: folder, env });
const REGISTER = 'register library --proto a.proto --upstream grpc://127.0.0.1:50051';

describe('register', () => {
  test('sends the source and shows what clients gain', async () => {
    admin.answer = () => ({ body: SERVICE });
    expect(await run(REGISTER)).toEqual({
      code: 0,
      err: '',
      out: `library is live: revision c0ffee123456, 3 operations on grpc://127.0.0.1:50051

REST
  +  GET   /v1/{name=books/*}                   GetBook
  +  GET   /v2/{name=books/*}                   GetBook
  +  GET   /v1/books:watch                      WatchBooks
  +  POST  /library.v1.LibraryService/{Method}  2 methods by their names
  +  POST  /library.v1.Maintenance/Sweep        by its name

GraphQL
  +  Query.book               GetBook
  +  Subscription.watchBooks  WatchBooks
`,
    });
    expect(admin.requests).toMatchObject([
      {
        method: 'PUT',
        url: '/v1/services/library?onBreaking=refuse',
        body: {
          files: [{ path: 'a.proto', content: 'syntax = "proto3";\n' }],
          entry: ['a.proto'],
          upstream: 'grpc://127.0.0.1:50051',
        },
      },
    ]);
    expect(admin.requests[0]?.headers).toMatchObject({ 'content-type': 'application/json' });
    expect(admin.requests[0]?.headers).not.toHaveProperty('if-match');
    expect(admin.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  test('sends token, revision, several targets and headers to forward', async () => {
    admin.answer = () => ({ body: SERVICE });
    await run(
      `${REGISTER} --upstream grpc://b:1 --if-match abc --forward-header x-a --forward-header x-b-* --token t0k`,
    );
    expect(admin.requests[0]?.headers).toMatchObject({ 'if-match': '"abc"', authorization: 'Bearer t0k' });
    expect(admin.requests[0]?.body).toMatchObject({
      upstream: { targets: [{ url: 'grpc://127.0.0.1:50051' }, { url: 'grpc://b:1' }] },
      forwardHeaders: ['x-a', 'x-b-*'],
    });
  });

  test('sends a descriptor set as base64', async () => {
    await writeFile(join(folder, 'set.binpb'), new Uint8Array([0, 255, 62, 63]));
    admin.answer = () => ({ body: SERVICE });
    await run(`register library --descriptor-set ${join(folder, 'set.binpb')} --upstream grpc://h:1`);
    expect(admin.requests[0]?.body).toEqual({ descriptorSet: 'AP8+Pw==', upstream: 'grpc://h:1' });
  });

  test('shows what is changed and lost, and warnings at their places on disk', async () => {
    admin.answer = () => ({
      body: {
        ...SERVICE,
        operations: SERVICE.operations.slice(0, 1),
        added: ['Query.book'],
        changed: ['GET /v1/{name=books/*}'],
        removed: ['POST /v1/books', 'POST /library.v1.LibraryService/WatchBooks', 'type Shelf'],
        remarks: [
          { severity: 'note', rule: 'r', message: 'n' },
          { severity: 'warning', rule: 'shadowed', message: 'second', path: 'a.proto', line: 9, column: 1 },
          { severity: 'warning', rule: 'shadowed', message: 'first', path: 'a.proto', line: 2, column: 3 },
        ],
      },
    });
    expect(
      await runCommand([
        ...REGISTER.replace('a.proto', join(folder, 'a.proto')).split(' '),
        '--admin',
        admin.url,
      ]),
    ).toEqual({
      code: 0,
      err: `note n (r)
warning ${join(folder, 'a.proto')}:2:3: first (shadowed)
warning ${join(folder, 'a.proto')}:9:1: second (shadowed)
`,
      out: `library is live: revision c0ffee123456, 1 operation on grpc://127.0.0.1:50051

REST
  ~  GET   /v1/{name=books/*}                     GetBook
  -  POST  /v1/books
  -  POST  /library.v1.LibraryService/WatchBooks  by its name

GraphQL
  +  Query.book  GetBook

Other
  -  type Shelf
`,
    });
  });

  test('says so when nothing changed for clients', async () => {
    admin.answer = () => ({ body: { ...SERVICE, added: [] } });
    expect((await run(REGISTER)).out).toBe(
      'library is live, and the same to clients as before: revision c0ffee123456, 3 operations on grpc://127.0.0.1:50051\n',
    );
  });

  test.each([
    ['nothing is different', { added: [] }, 0, 'library would look the same to clients: revision'],
    ['something is only gained', {}, 0, 'library would be registered: revision'],
    ['something is lost', { removed: ['Query.x'] }, 2, 'library would be registered: revision'],
    ['something is changed', { changed: ['Query.x'] }, 2, 'library would be registered: revision'],
  ])('as a dry run, when %s', async (_name, difference, code, headline) => {
    admin.answer = () => ({ body: { ...SERVICE, ...difference } });
    const result = await run(`${REGISTER} --dry-run`);
    expect(result.code).toBe(code);
    expect(result.out.split('\n')[0]).toBe(
      `${headline} c0ffee123456, 3 operations on grpc://127.0.0.1:50051; nothing was changed`,
    );
    expect(admin.requests[0]?.url).toBe('/v1/services/library?validateOnly=true');
  });

  test('prints every problem of a refusal, sorted, at its place on disk', async () => {
    admin.answer = () => ({
      status: 400,
      type: 'application/problem+json',
      body: {
        title: 'Bad source',
        detail: 'the source of library was refused: 2 problems',
        requestId: 'r-1',
        problems: [
          {
            severity: 'error',
            rule: 'compile',
            message: 'unknown type Bok',
            path: 'a.proto',
            line: 7,
            column: 3,
          },
          {
            severity: 'error',
            rule: 'compile',
            message: 'syntax error',
            path: 'a.proto',
            line: 2,
            column: 1,
          },
        ],
      },
    });
    expect(await run(REGISTER)).toEqual({
      code: 1,
      out: '',
      err: `a.proto:2:1: syntax error (compile)
a.proto:7:3: unknown type Bok (compile)
error: the source of library was refused: 2 problems [request r-1]
`,
    });
  });

  test('prints the same as one JSON document on standard output', async () => {
    admin.answer = () => ({
      status: 409,
      type: 'application/problem+json',
      body: { detail: 'taken', problems: [{ severity: 'error', rule: 'route-conflict', message: 'm' }] },
    });
    const { code, out, err } = await run(`${REGISTER} -o json`);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(JSON.parse(out)).toEqual({
      error: 'taken',
      problems: [{ severity: 'error', rule: 'route-conflict', message: 'm' }],
    });
  });

  test('sends nothing when an import is missing', async () => {
    await writeFile(join(folder, 'a.proto'), 'import "b.proto";\n');
    expect(await run(REGISTER)).toEqual({
      code: 1,
      out: '',
      err: `a.proto:1:8: the import "b.proto" is not below "."; add the folder that its path counts from as an include folder (missing-import)
error: the source could not be read; nothing was sent
`,
    });
    expect(admin.requests).toEqual([]);
  });
});

describe('list, show, unregister, health', () => {
  test('list lines up what there is', async () => {
    admin.answer = () => ({
      body: {
        services: [
          { ...SERVICE, operations: undefined, operationCount: 12 },
          {
            name: 'a',
            revision: 'short',
            upstream: { targets: [{ url: 'grpc://x:1' }, { url: 'grpc://y:1' }] },
          },
        ],
      },
    });
    expect(await run('list')).toEqual({
      code: 0,
      err: '',
      out: `NAME     OPERATIONS  UPSTREAM                REVISION      UPDATED
library  12          grpc://127.0.0.1:50051  c0ffee123456  2026-01-02T03:04:06Z
a        0           grpc://x:1, grpc://y:1  short
`,
    });
    expect(admin.requests).toMatchObject([{ method: 'GET', url: '/v1/services' }]);
  });

  test.each([{ services: [] }, {}])('list says what to do when there is nothing: %j', async (body) => {
    admin.answer = () => ({ body });
    expect((await run('list')).out).toBe(
      'no services are registered; `dragoman register --help` shows how to add one\n',
    );
  });

  test('list as YAML is the answer itself', async () => {
    admin.answer = () => ({ body: { services: [{ name: 'a', revision: 'r' }] } });
    expect((await run('list -o yaml')).out).toBe('services:\n  - name: a\n    revision: r\n');
  });

  test('show groups operations by their proto service, one line for each further route', async () => {
    admin.answer = () => ({ body: SERVICE });
    expect(await run('show library')).toEqual({
      code: 0,
      err: '',
      out: `library
  upstream  grpc://127.0.0.1:50051
  revision  c0ffee1234567890c0ffee1234567890
  created   2026-01-02T03:04:05Z
  updated   2026-01-02T03:04:06Z

library.v1.LibraryService
  METHOD      SHAPE          EFFECT  GRAPHQL                  ROUTES
  GetBook     unary          read    Query.book               GET /v1/{name=books/*}
                                                              GET /v2/{name=books/*}
  WatchBooks  server stream  read    Subscription.watchBooks  GET /v1/books:watch

library.v1.Maintenance
  METHOD  SHAPE          EFFECT  GRAPHQL  ROUTES
  Sweep   client stream  write   –        POST /library.v1.Maintenance/Sweep
`,
    });
  });

  test('operations of HTTP services are shown by all of their name, whatever slashes it has', async () => {
    const operation = (method: string, route: string, graphql: string): object => ({
      method,
      shape: 'unary',
      effect: 'read',
      routes: [route],
      graphql,
    });
    const service = {
      name: 'pets',
      revision: 'c0ffee1234567890',
      upstream: { targets: [{ url: 'http://127.0.0.1:8080' }] },
      operations: [
        operation('GET /users/{id}', 'GET /v/users/{id}', 'Query.getUsersById'),
        operation('pets/get-one', 'GET /v/pets/{petId}', 'Query.petsGetOne'),
        operation('pets/Create', 'POST /pets/Create', 'Mutation.petsCreate'),
        operation('ping', 'GET /ping', ''),
      ],
      createdAt: '2026-07-01T00:00:00Z',
      updatedAt: '2026-07-01T00:00:00Z',
    };
    admin.answer = () => ({ body: service });
    expect((await run('show pets')).out).toBe(
      `pets
  upstream  http://127.0.0.1:8080
  revision  c0ffee1234567890
  created   2026-07-01T00:00:00Z
  updated   2026-07-01T00:00:00Z

  OPERATION        SHAPE  EFFECT  GRAPHQL              ROUTES
  GET /users/{id}  unary  read    Query.getUsersById   GET /v/users/{id}
  pets/get-one     unary  read    Query.petsGetOne     GET /v/pets/{petId}
  pets/Create      unary  read    Mutation.petsCreate  POST /pets/Create
  ping             unary  read    –                    GET /ping
`,
    );
    const added = ['GET /v/users/{id}', 'POST /pets/Create', 'Query.getUsersById', 'Query.petsGetOne'];
    await writeFile(join(folder, 'pets.json'), '{}');
    admin.answer = () => ({ body: { ...service, added } });
    expect((await run('register pets --openapi pets.json --upstream http://127.0.0.1:8080')).out).toBe(
      `pets is live: revision c0ffee1234567890, 4 operations on http://127.0.0.1:8080

REST
  +  GET   /v/users/{id}  GET /users/{id}
  +  POST  /pets/Create   pets/Create

GraphQL
  +  Query.getUsersById  GET /users/{id}
  +  Query.petsGetOne    pets/get-one
`,
    );
  });

  test('show as JSON is the answer itself', async () => {
    admin.answer = () => ({ body: SERVICE });
    expect(JSON.parse((await run('show library -o json')).out)).toEqual(SERVICE);
  });

  test('unregister deletes, on a condition if there is one', async () => {
    expect(await run('unregister library --if-match "W/x"')).toEqual({
      code: 0,
      err: '',
      out: 'library is unregistered\n',
    });
    admin.answer = () => ({ body: {} });
    expect(admin.requests).toMatchObject([{ method: 'DELETE', url: '/v1/services/library' }]);
  });

  test.each([
    [200, 'pass', 0, 'ready (pass)\n'],
    [503, 'fail', 1, 'not ready (fail)\n'],
  ])('health at status %d', async (status, word, code, out) => {
    admin.answer = () => ({ status, type: 'application/health+json', body: { status: word } });
    expect(await run('health')).toEqual({ code, out, err: '' });
  });

  test('health without the token it takes is an error about the token', async () => {
    admin.answer = () => ({ status: 401, type: 'application/problem+json', body: { detail: 'no token' } });
    expect((await run('health')).err).toBe(
      'error: no token; give the token of the admin API with --token or DRAGOMAN_TOKEN\n',
    );
  });

  test('what others wrote cannot steer the terminal', async () => {
    admin.answer = () => ({
      body: { services: [{ name: 'a\u001b[31m', revision: 'x\ny', upstream: '\u202eevil' }] },
    });
    const { out } = await run('list');
    expect(out).not.toMatch(/[\u001b\u202e]/);
    expect(out).toContain('a\\u001b[31m');
    expect(out).toContain('x\\u000ay');
    expect(out).toContain('\\u202eevil');
  });
});

describe('when the admin API does not answer as hoped', () => {
  test('nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect(await runCommand(['list', '--admin', `http://127.0.0.1:${port}`])).toEqual({
      code: 1,
      out: '',
      err: `error: no gateway answers at http://127.0.0.1:${port} (is \`dragoman start\` running? --admin or DRAGOMAN_ADMIN names another address)\n`,
    });
  });

  test('the address and the token may come from the environment', async () => {
    admin.answer = () => ({ body: {} });
    await runCommand(['list'], { env: { DRAGOMAN_ADMIN: `${admin.url}/`, DRAGOMAN_TOKEN: 'e' } });
    expect(admin.requests).toMatchObject([{ url: '/v1/services', headers: { authorization: 'Bearer e' } }]);
  });

  test('it wants a token', async () => {
    admin.answer = () => ({ status: 401, type: 'application/problem+json', body: { detail: 'no token' } });
    expect(await run('list')).toMatchObject({
      code: 1,
      err: 'error: no token; give the token of the admin API with --token or DRAGOMAN_TOKEN\n',
    });
  });

  test.each([
    ['a web page', { type: 'text/html', body: '<html>' }, '200 OK'],
    ['an error page', { status: 502, type: 'text/html', body: '<html>' }, '502 Bad Gateway'],
    [
      'a redirect, which is not followed',
      { status: 302, headers: { location: '/elsewhere' }, body: '' },
      '302 Found',
    ],
  ])('it is something else: %s', async (_name, answer, status) => {
    admin.answer = () => answer;
    expect(await run('list', { DRAGOMAN_TOKEN: 't' })).toEqual({
      code: 1,
      out: '',
      err: `error: ${admin.url} answered ${status}, but not as an admin API does; is --admin the admin address of a gateway?\n`,
    });
    expect(admin.requests).toHaveLength(1);
  });

  test.each([
    'null',
    '[]',
    '3',
    '{"services":{"a":1}}',
    '{"services":[null,3,"x",{"name":7,"upstream":[]}]}',
  ])('an answer of the wrong form does no harm: %s', async (body) => {
    admin.answer = () => ({ body });
    expect((await run('list')).code).toBe(0);
  });
});
