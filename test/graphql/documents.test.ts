// Trusted documents and the routes that they answer, through a whole gateway over the demo services.
// Source: graphql reference, section 11.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonValue } from '../../core/json.ts';
import { checkServices } from '../../gateway/config/check-services.ts';
import { parseConfig } from '../../gateway/config/load-config.ts';
import { readDocuments } from '../../gateway/config/read-documents.ts';
import { documentId } from '../../gateway/graphql/documents/persisted-documents.ts';
import { strictestCacheControl } from '../../gateway/graphql/documents/strictest-cache-control.ts';
import { parseVariableSource } from '../../gateway/graphql/documents/variable-source.ts';
import { type Demo, startAll } from '../../upstream-mocks/start-all.ts';
import { type Answer, type RequestOptions, send } from '../harness/http-client.ts';
import { demoService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

const NAMES = ['library', 'users', 'orders'] as const;
const FILES = {
  'order-page.graphql': `query ($name: ID!, $others: Int) {
    order(name: $name) { name state }
    users(pageSize: $others) { users { name } }
  }`,
  'book-and-user.graphql': `query ($book: ID!, $user: ID!) {
    book(name: $book) { title }
    user(name: $user) { displayName }
  }`,
  'wanted.graphql': `query ($names: [ID!]!, $least: Int) {
    batchGetOrders(names: $names) { orders { name } }
    users(pageSize: $least) { users { name } }
  }`,
  'create-user.graphql': `mutation ($user: UserInput!) { createUser(user: $user) { displayName } }`,
  'flags.graphql':
    'query ($size: Int!, $deep: Boolean = false) { users(pageSize: $size) { users { name email @include(if: $deep) } } }',
};
const YAML = `
documents:
  - folder: FOLDER
    aggregates:
      - route: GET /pages/orders/{order}
        document: order-page.graphql
        variables: { name: "query.name ?? path.order", others: "query.limit ?? 2" }
        notFound: order
        deadline: 2s
      - route: GET /pages/orders/{order}/state
        document: order-page.graphql
        variables: { name: path.order }
        result: order
      - route: GET /parts/{book}
        document: book-and-user.graphql
        variables: { book: path.book, user: "query.user ?? 'users/u1'" }
        partial: allow
      - route: GET /flags
        document: flags.graphql
        variables: { size: query.size, deep: query.deep }
        result: users.users
        errors: google
      - route: POST /people
        document: create-user.graphql
        variables: { user: body }
        result: createUser
      - route: POST /orders/wanted
        document: wanted.graphql
        variables: { names: body.wanted.names, least: body.least }
`;

let demo: Demo;
let folder: string;
const gateways: TestGateway[] = [];

beforeAll(async () => {
  demo = await startAll({ library: 0, inventory: 0, users: 0, orders: 0, reviews: 0, counts: 0 });
});
afterAll(() => demo?.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dragoman-documents-'));
  write(FILES);
});
afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.close()));
  rmSync(folder, { recursive: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

async function settingsOf(yaml: string) {
  const config = await parseConfig(yaml.replaceAll('FOLDER', folder), { env: {} });
  if (!config.ok) throw new Error(config.problems.map(({ message }) => message).join('\n'));
  return config.value;
}

async function start(yaml = YAML, names: readonly (typeof NAMES)[number][] = NAMES): Promise<TestGateway> {
  const { documents = [], graphql } = await settingsOf(yaml);
  const gateway = await startTestGateway(
    names.map((name) => demoService(name, demo.services[name].url)),
    { documents, graphql },
  );
  gateways.push(gateway);
  for (const name of NAMES) demo.services[name].resetCounts();
  return gateway;
}

const get = (gateway: TestGateway, path: string, options: RequestOptions = {}): Promise<Answer> =>
  send(gateway.publicUrl, { path, ...options });

describe('a route that a document answers', () => {
  test('is its data, in one call for each part', async () => {
    const answer = await get(await start(), '/pages/orders/o1?name=orders/o1');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.json()).toEqual({
      order: { name: 'orders/o1', state: expect.any(String) },
      users: { users: [{ name: 'users/u1' }, { name: 'users/u2' }] },
    });
    expect(Object.values(demo.services.users.counts()).map(({ calls }) => calls)).toEqual([1]);
  });

  test('may be one part of the data; texts become what the document declares', async () => {
    const gateway = await start();
    expect((await get(gateway, '/flags?size=1&deep=true')).json()).toEqual([
      { name: 'users/u1', email: expect.any(String) },
    ]);
    expect((await get(gateway, '/flags?size=1')).json()).toEqual([{ name: 'users/u1' }]);
  });

  test('a mutation takes its body', async () => {
    const gateway = await start();
    const answer = await get(gateway, '/people', {
      method: 'POST',
      body: { displayName: 'N. N.', email: 'n@example.com' },
    });
    expect(answer.json()).toEqual({ displayName: 'N. N.' });
  });

  test('answers HEAD, and 304 to whoever has it already', async () => {
    const gateway = await start();
    const first = await get(gateway, '/flags?size=1');
    expect(first.headers.etag).toEqual(expect.any(String));
    const again = await get(gateway, '/flags?size=1', {
      headers: { 'if-none-match': String(first.headers.etag) },
    });
    expect(again.status).toBe(304);
    expect((await get(gateway, '/flags?size=1', { method: 'HEAD' })).status).toBe(200);
    const wrong = await get(gateway, '/flags?size=1', { method: 'POST' });
    expect([wrong.status, wrong.headers.allow]).toEqual([405, expect.stringContaining('GET')]);
  });
});

describe('failures', () => {
  test('what is not there is 404, in problem details', async () => {
    const answer = await get(await start(), '/pages/orders/x?name=orders/nope');
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json()).toMatchObject({ code: 'NOT_FOUND', status: 404 });
  });

  test.each<[what: string, path: string, field: string, description: RegExp]>([
    ['text for a number', '/flags?size=many', 'size', /whole number/],
    ['a number that is too large', '/flags?size=9999999999', 'size', /32/],
    ['neither true nor false', '/flags?size=1&deep=yes', 'deep', /true or false/],
    ['one value twice', '/flags?size=1&size=2', 'size', /more than once/],
    ['no value where one is needed', '/flags', 'size', /required/],
    ['a parameter that nothing reads', '/flags?size=1&sise=2', 'sise', /no such parameter/],
  ])('%s: 400 with the parameter, without a call', async (_what, path, field, description) => {
    const answer = await get(await start(), path);
    expect(answer.status).toBe(400);
    const { error } = answer.json() as {
      error: { status: string; details: { fieldViolations?: unknown[] }[] };
    };
    expect(error.status).toBe('INVALID_ARGUMENT');
    expect(error.details.flatMap(({ fieldViolations = [] }) => fieldViolations)).toEqual([
      { field, description: expect.stringMatching(description) },
    ]);
    expect(demo.services.users.counts()).toEqual({});
  });

  test.each<[what: string, path: string, body: JsonValue, violations: readonly [string, RegExp][]]>([
    [
      'members that nothing reads',
      '/orders/wanted',
      { wanted: { names: [], sise: 1 }, x: null },
      [
        ['wanted.sise', /no such field/],
        ['x', /no such field/],
      ],
    ],
    [
      'something else where an object is looked into',
      '/orders/wanted',
      { wanted: [] },
      [['wanted', /object/]],
    ],
    ['a list for the whole', '/orders/wanted', [], [['body', /object/]]],
    ['null for the whole', '/orders/wanted', null, [['body', /object/]]],
    [
      'a wrong item of a list',
      '/orders/wanted',
      { wanted: { names: ['orders/o1', true] } },
      [['wanted.names[1]', /ID/]],
    ],
    ['a member of the wrong type', '/people', { displayName: 7, email: 'a' }, [['displayName', /String/]]],
    ['a list where the body is an object', '/people', [], [['body', /object/]]],
  ])('a body with %s: 400 with its place, without a call', async (_what, path, body, violations) => {
    const answer = await get(await start(), path, { method: 'POST', body });
    expect(answer.status).toBe(400);
    const problem = answer.json() as { violations: unknown[] };
    expect(problem.violations).toEqual(
      violations.map(([field, description]) =>
        expect.objectContaining({ field, description: expect.stringMatching(description) }),
      ),
    );
    expect(demo.services.users.counts()).toEqual({});
  });

  test.each<[what: string, options: RequestOptions, status: number]>([
    ['no JSON', { body: '{', headers: { 'content-type': 'application/json' } }, 400],
    ['no type', { body: '{}', headers: { 'content-type': 'text/plain' } }, 415],
    ['a field that is not there', { body: { nope: 1 } }, 400],
  ])('a body with %s is refused', async (_what, options, status) => {
    const gateway = await start();
    expect((await get(gateway, '/people', { method: 'POST', ...options })).status).toBe(status);
    expect(demo.services.users.counts()).toEqual({});
  });

  test('refuse: the first failure decides', async () => {
    const gateway = await start();
    const answer = await get(gateway, '/pages/orders/o1/state?x', { headers: {} });
    expect(answer.status).toBe(400);
    const failed = await get(gateway, '/pages/orders/orders%2Fo1/state', {
      headers: { 'x-mock-status': 'UNAVAILABLE' },
    });
    expect(failed.status).toBe(503);
    expect(failed.json()).toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('allow: what there is, and what is missing; nothing of it is kept', async () => {
    const gateway = await start();
    const whole = await get(gateway, '/parts/books%2Fb1');
    expect(whole.json()).toEqual({
      data: { book: { title: expect.any(String) }, user: { displayName: expect.any(String) } },
      complete: true,
    });
    const part = await get(gateway, '/parts/books%2Fnope');
    expect(part.status).toBe(200);
    expect(part.headers['cache-control']).toBe('no-store');
    expect([whole.headers.etag, part.headers.etag]).toEqual([expect.any(String), undefined]);
    expect(part.json()).toEqual({
      data: { book: null, user: { displayName: expect.any(String) } },
      complete: false,
      parts: { book: { status: 404, code: 'NOT_FOUND' } },
    });
    const none = await get(gateway, '/parts/books%2Fb1', { headers: { 'x-mock-status': 'UNAVAILABLE' } });
    expect(none.status).toBe(503);
  });

  test('one deadline for all of it', async () => {
    const gateway = await start(YAML.replace('deadline: 2s', 'deadline: 100ms'));
    const answer = await get(gateway, '/pages/orders/o1?name=orders/o1', {
      headers: { 'x-mock-delay-ms': '5000' },
    });
    expect(answer.status).toBe(504);
    expect(answer.json()).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  test('until its services are registered it is 503', async () => {
    const gateway = await start(YAML, ['library']);
    expect((await get(gateway, '/flags?size=1')).status).toBe(503);
    await gateway.registry.put(demoService('users', demo.services.users.url));
    expect((await get(gateway, '/flags?size=1')).status).toBe(200);
  });
});

describe('a registration', () => {
  test('that would break a trusted document is refused, by name; so is the removal of its service', async () => {
    const gateway = await start();
    const renamed = demoService('users', demo.services.users.url);
    const [file] = renamed.source.kind === 'proto' ? renamed.source.files : [];
    if (file === undefined) throw new Error('the demo service has a file');
    const put = gateway.registry.put({
      ...renamed,
      source: {
        kind: 'proto',
        files: [{ ...file, content: file.content.replaceAll('display_name', 'shown_name') }],
        entry: [file.path],
      },
    });
    await expect(put).rejects.toMatchObject({
      type: 'source-refused',
      problems: [
        {
          rule: 'trusted-document',
          severity: 'error',
          message: expect.stringMatching(/"displayName"/),
          path: expect.stringMatching(/book-and-user\.graphql$/),
        },
        { rule: 'trusted-document', path: expect.stringMatching(/create-user\.graphql$/) },
      ],
    });
    await expect(gateway.registry.remove('users')).rejects.toMatchObject({
      problems: expect.arrayContaining([expect.objectContaining({ rule: 'trusted-document' })]),
    });
    expect((await get(gateway, '/parts/books%2Fb1')).status).toBe(200);
  });

  test('that claims the route of a document is refused, both named', async () => {
    const gateway = await start(YAML, ['library']);
    const users = demoService('users', demo.services.users.url);
    const [file] = users.source.kind === 'proto' ? users.source.files : [];
    if (file === undefined) throw new Error('the demo service has a file');
    const put = gateway.registry.put({
      ...users,
      source: {
        kind: 'proto',
        files: [{ ...file, content: file.content.replace('/v1/users"', '/flags"') }],
        entry: [file.path],
      },
    });
    await expect(put).rejects.toMatchObject({
      problems: [
        {
          rule: 'route-conflict',
          message: expect.stringMatching(
            /GET \/flags is claimed by .*users.* flags\.graphql of service dragoman\.yaml/,
          ),
        },
      ],
    });
  });

  test('its remark names a document that cannot run yet', async () => {
    const { registry } = await start(YAML, ['library']);
    const { service } = await registry.put(demoService('users', demo.services.users.url), {
      validateOnly: true,
    });
    expect(service.remarks.filter(({ rule }) => rule === 'trusted-document')).toEqual([]);
  });
});

describe('only trusted documents', () => {
  const TRUSTED_ONLY = `${YAML}\ngraphql: { trustedOnly: true }\n`;
  test('a document of the folder runs by its id, another does not run at all', async () => {
    const gateway = await start(TRUSTED_ONLY);
    const post = (body: JsonValue): Promise<Answer> => get(gateway, '/graphql', { method: 'POST', body });
    const variables = { book: 'books/b1', user: 'users/u1' };
    const answer = await post({ documentId: documentId(FILES['book-and-user.graphql']), variables });
    expect(answer.json()).toEqual({
      data: { book: { title: expect.any(String) }, user: { displayName: expect.any(String) } },
    });
    const refused = await post({ query: '{ __typename }' });
    expect(refused.status).toBe(404);
    expect((await get(gateway, '/flags?size=1')).status).toBe(200);
  });
});

describe('the configuration', () => {
  const aggregate = (lines: string): string =>
    `documents:\n  - folder: FOLDER\n    aggregates:\n      - { ${lines} }\n`;

  test.each<[what: string, yaml: string, message: RegExp]>([
    [
      'no document of the name',
      aggregate('route: GET /x, document: nope.graphql'),
      /no document nope\.graphql; it holds book-and-user\.graphql/,
    ],
    [
      'a variable that the document does not declare',
      aggregate('route: GET /x, document: flags.graphql, variables: { size: query.s, more: query.m }'),
      /no variable \$more/,
    ],
    [
      'a variable that it needs',
      aggregate('route: GET /x, document: flags.graphql'),
      /nothing is said of its variable \$size/,
    ],
    [
      'a mutation on GET',
      aggregate('route: GET /x, document: create-user.graphql, variables: { user: query.a }'),
      /may only query/,
    ],
    [
      'a result that is not selected',
      aggregate('route: GET /x, document: flags.graphql, variables: { size: query.s }, result: users.nope'),
      /users\.nope, which it does not select/,
    ],
  ])('%s is refused', async (_what, yaml, message) => {
    const { documents = [] } = await settingsOf(yaml);
    const reading = await readDocuments(documents);
    expect(reading.ok).toBe(false);
    expect(reading.problems.map((problem) => problem.message).join('\n')).toMatch(message);
  });

  test.each<[what: string, yaml: string, message: RegExp]>([
    [
      'a route without a method',
      aggregate('route: /x, document: flags.graphql'),
      /must be a method and a path template/,
    ],
    ['a template that is none', aggregate('route: "GET /x/{", document: flags.graphql'), /path template/],
    [
      'a path variable that the route does not have',
      aggregate('route: "GET /x/{a}", document: flags.graphql, variables: { size: path.b }'),
      /reads path\.b, but the route has a/,
    ],
    [
      'the body of a GET',
      aggregate('route: GET /x, document: flags.graphql, variables: { size: body.s }'),
      /reads the body, and a GET has none/,
    ],
    [
      'an expression that is none',
      aggregate('route: GET /x, document: flags.graphql, variables: { size: header.s }'),
      /must be such as path\.order/,
    ],
    [
      'one route twice',
      `${aggregate('route: GET /x, document: flags.graphql, variables: { size: query.s }')}      - { route: GET /x, document: flags.graphql, variables: { size: query.s } }\n`,
      /GET \/x is on line 4 already/,
    ],
  ])('%s is refused', async (_what, yaml, message) => {
    const config = await parseConfig(yaml.replaceAll('FOLDER', folder), { env: {} });
    expect(config.ok).toBe(false);
    expect(config.problems.map((problem) => problem.message).join('\n')).toMatch(message);
  });

  test('a document that is none is refused with its place', async () => {
    write({ 'sub/broken.graphql': '{\n  a(' });
    const { documents = [] } = await settingsOf('documents: [{ folder: FOLDER }]');
    const reading = await readDocuments(documents);
    expect(reading.problems).toMatchObject([
      { rule: 'graphql-syntax', path: expect.stringMatching(/sub\/broken\.graphql$/), line: 2 },
    ]);
  });

  test('`check` tells of documents what a start would', async () => {
    const broken = await settingsOf(aggregate('route: GET /x, document: nope.graphql'));
    expect(await checkServices(broken)).toMatchObject({ ok: false, problems: [{ rule: 'document' }] });
    const waiting = await checkServices(await settingsOf(YAML));
    const found = waiting.problems.map(({ severity, rule }) => `${severity} ${rule}`);
    expect(new Set(found)).toEqual(new Set(['warning trusted-document']));
    expect(found).toHaveLength(Object.keys(FILES).length);
  });

  test('a folder that is not there is refused', async () => {
    const { documents = [] } = await settingsOf('documents: [{ folder: FOLDER/nope }]');
    expect((await readDocuments(documents)).problems).toMatchObject([{ rule: 'file' }]);
  });
});

describe('where variables come from', () => {
  test.each<[string, unknown]>([
    ['path.order', [{ kind: 'path', name: 'order' }]],
    ['path.book.name', [{ kind: 'path', name: 'book.name' }]],
    [
      'query.limit ?? 10',
      [
        { kind: 'query', name: 'limit' },
        { kind: 'literal', value: 10 },
      ],
    ],
    [
      "query.a ?? body.b.c ?? 'x'",
      [
        { kind: 'query', name: 'a' },
        { kind: 'body', names: ['b', 'c'] },
        { kind: 'literal', value: 'x' },
      ],
    ],
    ['body', [{ kind: 'body', names: [] }]],
    [
      'query.a ?? null',
      [
        { kind: 'query', name: 'a' },
        { kind: 'literal', value: null },
      ],
    ],
    ['path', undefined],
    ['header.x', undefined],
    ['query.a ?? ', undefined],
    ['query.a || 1', undefined],
    ['', undefined],
  ])('%s', (text, expected) => {
    expect(parseVariableSource(text)).toEqual(expected);
  });
});

describe('how long an answer may be kept', () => {
  test.each<[parts: (string | undefined)[], whole: string | undefined]>([
    [[undefined, undefined], undefined],
    [['max-age=60'], 'max-age=60'],
    [['max-age=60', 'max-age=30'], 'max-age=30'],
    [['public, max-age=60', 'public, max-age=90'], 'public, max-age=60'],
    [['public, max-age=60', 'private, max-age=30'], 'private, max-age=30'],
    [['max-age=60', 'no-store'], 'no-store'],
    [['max-age=60', undefined], 'no-cache'],
    [['public, max-age=60', undefined], 'no-cache'],
    [['no-cache', 'max-age=60'], 'no-cache'],
    [['max-age=60, s-maxage=600', 'max-age=10, s-maxage=300'], 'max-age=10, s-maxage=300'],
    [['MAX-AGE="60"'], 'max-age=60'],
    [['max-age=soon'], 'no-cache'],
  ])('%j', (parts, whole) => {
    expect(strictestCacheControl(parts)).toBe(whole);
  });
});
