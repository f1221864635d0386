// Keys of `paths` with a query or a fragment: documents tell operations of one path apart by them, requests do not.
// RFC 3986 §3.5: a fragment is never sent. RFC 6570 §3.2.8: `{?a,b}`.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { send } from '../harness/http-client.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type HttpUpstream, openapiService, startHttpUpstream } from '../proxy/upstream.ts';
import { document, OK, readOk, show } from './read.ts';

const param = (name: string, where: string, more: object = {}) => ({
  name,
  in: where,
  ...(where === 'path' && { required: true }),
  schema: { type: 'string' },
  ...more,
});

describe('what is read of a key', () => {
  test.each<[string, string, string, string]>([
    ['/a/{x}#copy', '/a/{x}', '/a/{x}', 'path:x'],
    ['/#Action=Run', '/', '/', 'query:x'],
    ['/jobs?op=list', '/jobs', '/jobs?op=list', 'query:x'],
    ['/jobs?op=list&all&#later', '/jobs', '/jobs?op=list&all', 'query:x'],
    ['/jobs?q=a b"&r=%20?', '/jobs', '/jobs?q=a%20b%22&r=%20%3F', 'query:x'],
    ['/jobs?by={x}', '/jobs', '/jobs', 'query:by'],
    ['/jobs{?x}', '/jobs', '/jobs', 'query:x'],
    ['/jobs{?y,x*}{#part}', '/jobs', '/jobs', 'query:x query:y'],
    ['/jobs?fixed=1{&x}', '/jobs', '/jobs?fixed=1', 'query:x'],
    ['/jobs?mixed=a{x}b', '/jobs', '/jobs', ''],
  ])('%s', (key, path, upstreamPath, parameters) => {
    const inPath = param('x', key.includes('{x') || key.includes('x*') ? 'path' : 'query');
    const { operations } = readOk({
      'a.json': document('3.0', { [key]: { get: { ...OK, operationId: 'a', parameters: [inPath] } } }),
    });
    expect(
      operations.map(({ path, http }) => [
        path,
        http.upstreamPath,
        http.parameters.map(({ place, name }) => `${place}:${name}`).join(' '),
      ]),
    ).toEqual([[path, upstreamPath, parameters]]);
  });

  test('a variable of the query that is described as one of the query stays as it is', () => {
    const { operations } = readOk({
      'a.json': document('3.0', {
        '/a?n={limit}&m={limit2}': {
          get: { ...OK, parameters: [param('n', 'query', { schema: { type: 'integer' } })] },
        },
      }),
    });
    expect(
      operations[0]?.http.parameters.map(({ place, name, isRequired, schema }) => [
        place,
        name,
        isRequired,
        (schema as { type: string }).type,
      ]),
    ).toEqual([
      ['query', 'n', false, 'integer'],
      ['query', 'm', false, 'string'],
    ]);
  });

  test.each<[string, object, string, string]>([
    ['/posts/{x}{ext}', { enum: ['.json'] }, '/posts/{x}.json', 'path:x'],
    ['/posts/{x}{ext}/all', { const: '.json' }, '/posts/{x}.json/all', 'path:x'],
    ['/{ext}{x}', { enum: ['v1-'] }, '/v1-{x}', 'path:x'],
    ['/posts/{x}/{ext}', { enum: ['.json'] }, '/posts/{x}/{ext}', 'path:x path:ext'],
    ['/posts/{x}{ext}', { enum: ['.json', '.xml'] }, '/posts/{x}{ext}', 'path:x path:ext'],
    ['/posts/{x}{ext}', { enum: ['/../'] }, '/posts/{x}{ext}', 'path:x path:ext'],
    ['/posts/{x}{ext}', { enum: ['..'] }, '/posts/{x}{ext}', 'path:x path:ext'],
  ])('%s where ext is %j', (key, schema, path, parameters) => {
    const get = {
      ...OK,
      operationId: 'a',
      parameters: [param('x', 'path'), param('ext', 'path', { schema })],
    };
    const { operations } = readOk({ 'a.json': document('3.1', { [key]: { get } }) });
    expect(
      operations.map(({ path, http }) => [
        path,
        http.upstreamPath,
        http.parameters.map(({ place, name }) => `${place}:${name}`).join(' '),
      ]),
    ).toEqual([[path, path, parameters]]);
  });

  test('operations without an id are called by their whole key, and those with a plain key come first', () => {
    const { operations } = readOk({
      'a.json': document('3.0', { '/a#b': { get: OK }, '/a#c': { get: OK }, '/a': { get: OK } }),
    });
    expect(operations.map(({ name }) => name)).toEqual(['GET /a', 'GET /a#b', 'GET /a#c']);
  });

  test('is warned of once', () => {
    const keys = ['/a#b', '/a#c', '/b?d', '/b?e', '/b?f'];
    const paths = Object.fromEntries(
      keys.map((key, index) => [key, { get: { ...OK, operationId: `o${index}` } }]),
    );
    expect(readOk({ 'a.json': document('3.0', paths) }).problems.map(({ message }) => message)).toEqual([
      '#/paths/~1a#b: "/a#b" has a query or a fragment, which is no part of a path: of operations that differ in it ' +
        'alone, REST has the first; so do 4 more: "/a#c", "/b?d", "/b?e", …',
    ]);
  });

  test.each(['/a/{x?}', '/a/{x#}', '/a/{b{?c}'])(
    '%s begins its query within a variable: not served',
    (key) => {
      const { problems, operations } = readOk({
        'a.json': document('3.0', { [key]: { get: OK }, '/b': { get: OK } }),
      });
      expect(operations.map(({ name }) => name)).toEqual(['GET /b']);
      expect(problems.map(show)).toContainEqual(
        expect.stringMatching(/ warning path: .*begins within a variable; it is not served$/),
      );
    },
  );
});

describe('in the gateway', () => {
  let upstream: HttpUpstream;
  let gateway: TestGateway;
  const only = (value: string) => ({ required: true, schema: { type: 'string', enum: [value] } });
  const answers = {
    responses: { 200: { description: 'ok', content: { 'text/plain': { schema: { type: 'string' } } } } },
  };

  beforeAll(async () => {
    upstream = await startHttpUpstream();
    upstream.answer((request, response) => {
      response.setHeader('content-type', 'text/plain');
      response.end(`${request.method} ${request.url} ${request.headers['x-target'] ?? '-'}`);
    });
    gateway = await startTestGateway([
      openapiService(upstream.url, {
        '/#Target=B': {
          get: { ...answers, operationId: 'runB', parameters: [param('X-Target', 'header', only('B'))] },
        },
        '/#Action=C': {
          get: {
            ...answers,
            operationId: 'runC',
            parameters: [param('Action', 'query', only('C')), param('n', 'query')],
          },
        },
        '/': { get: { ...answers, operationId: 'plain' } },
        '/posts/{id}{ext}': {
          get: {
            ...answers,
            operationId: 'post',
            parameters: [param('id', 'path'), param('ext', 'path', only('.json'))],
          },
        },
        '/jobs?op=list': { get: { ...answers, operationId: 'listJobs', parameters: [param('n', 'query')] } },
        '/jobs?op=count&of={kind}': {
          get: { ...answers, operationId: 'countJobs', parameters: [param('kind', 'path')] },
        },
      }),
    ]);
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  test.each([
    ['/', 'GET / -'],
    ['/?Action=C&n=1', 'GET /?Action=C&n=1 -'],
    ['/jobs?op=list', 'GET /jobs?op=list -'],
    ['/posts/1.json', 'GET /posts/1.json -'],
    ['/jobs?op=count&of=x', 'GET /jobs?op=count&of=x -'],
  ])('over REST %s goes on as it came', async (path, expected) => {
    expect((await send(gateway.publicUrl, { path })).text).toBe(expected);
  });

  test.each([
    ['{ plain }', 'plain', 'GET / -'],
    ['{ runB }', 'runB', 'GET / B'],
    ['{ runC }', 'runC', 'GET /?Action=C -'],
    ['{ runC(Action: C, n: "1") }', 'runC', 'GET /?Action=C&n=1 -'],
    ['{ post(id: "1") }', 'post', 'GET /posts/1.json -'],
    ['{ listJobs(n: "1") }', 'listJobs', 'GET /jobs?op=list&n=1 -'],
    ['{ countJobs(of: "a&b") }', 'countJobs', 'GET /jobs?op=count&of=a%26b -'],
  ])('in GraphQL %s sends what tells it apart', async (query, name, expected) => {
    const answer = await send(gateway.publicUrl, { path: '/graphql', body: { query } });
    expect(answer.json()).toEqual({ data: { [name]: expected } });
  });

  test('settings of the route are those of all that is behind it', async () => {
    const paths = {
      '/s#a': { get: { ...OK, operationId: 'a' } },
      '/s#b': { get: { ...OK, operationId: 'b' } },
    };
    await gateway.registry.put(
      openapiService(upstream.url, paths, {
        name: 'settled',
        operationValidation: [{ operation: 'GET /s', validate: { request: true } }],
      }),
    );
    const settled = gateway.registry.snapshot.services.get('settled');
    expect(settled?.operations.map(({ http }) => http?.validate.request)).toEqual([true, true]);
    await gateway.registry.remove('settled');
  });

  test.each([
    ['a', []],
    ['GET /s', []],
    [
      'b',
      [
        '"b" has policies that REST never comes to: at its path another operation of the document is served; "GET /s" means all that are there',
      ],
    ],
  ])('a warning tells of settings that could be gone around: %s', async (operation, expected) => {
    const paths = {
      '/s#a': { get: { ...OK, operationId: 'a' } },
      '/s#b': { get: { ...OK, operationId: 'b' } },
    };
    const policies = [{ rateLimit: { limit: 1, windowMs: 1_000 } }];
    await gateway.registry.put(
      openapiService(upstream.url, paths, { name: 'limited', operationPolicies: [{ operation, policies }] }),
    );
    const remarks = gateway.registry.snapshot.services.get('limited')?.remarks ?? [];
    expect(remarks.filter(({ rule }) => rule === 'no-effect').map(({ message }) => message)).toEqual(
      expected,
    );
    await gateway.registry.remove('limited');
  });

  test('what is called harmless is not sent twice where it may be another operation', async () => {
    const paths = {
      '/w#list': { post: { ...answers, operationId: 'listAll' } },
      '/w#drop': { post: { ...answers, operationId: 'dropAll' } },
    };
    await gateway.registry.put(
      openapiService(upstream.url, paths, {
        name: 'calls',
        graphql: { overlay: { listAll: { effect: 'read' } } },
      }),
    );
    const post = { path: '/w', method: 'POST' };
    expect((await send(gateway.publicUrl, post)).text).toBe('POST /w -');
    let received = 0;
    upstream.answer((request, response) => {
      received += 1;
      if (received === 1) request.socket.resetAndDestroy();
      else response.end('again');
    });
    expect([(await send(gateway.publicUrl, post)).status, received]).toEqual([503, 1]);
    await gateway.registry.remove('calls');
  });

  test('the document of the gateway has the first of each path', async () => {
    const { paths } = (await send(gateway.publicUrl, { path: '/openapi.json' })).json() as {
      paths: Record<string, { get: { operationId: string } }>;
    };
    expect(Object.entries(paths).map(([path, { get }]) => [path, get.operationId])).toEqual([
      ['/', 'plain'],
      ['/jobs', 'listJobs'],
      ['/posts/{id}.json', 'post'],
    ]);
  });

  test('nothing is said of routes that are shared', () => {
    const service = gateway.registry.snapshot.services.get('described');
    expect(service?.remarks.map(({ rule }) => rule)).toEqual(['path']);
  });

  test('a service with strict routes is refused for them', async () => {
    const paths = { '/t#a': { get: OK }, '/t#b': { get: OK } };
    const service = openapiService(upstream.url, paths, { name: 'strict', rest: { strictRoutes: true } });
    const refusal = await gateway.registry.put(service).catch((thrown: unknown) => thrown);
    expect(refusal).toMatchObject({ type: 'route-conflict' });
  });
});
