// Requests and answers held against the OpenAPI document, where a service asks for it.
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { rawExchange } from '../harness/raw-socket.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type HttpUpstream, openapiService, startHttpUpstream } from './upstream.ts';

const query = (name: string, schema: object, more: object = {}) => ({ name, in: 'query', schema, ...more });
const PATHS = {
  '/pets/{id}': {
    get: {
      parameters: [
        { name: 'id', in: 'path', required: true, schema: { type: 'integer', minimum: 1 } },
        query('limit', { type: 'integer', maximum: 100 }),
        query('tags', { type: 'array', items: { enum: ['a', 'b'] }, maxItems: 2 }, { explode: false }),
        query('each', { type: 'array', items: { type: 'integer' } }),
        query('filter', { type: 'object', properties: { n: { type: 'integer' } } }, { style: 'deepObject' }),
        query(
          'piped',
          { type: 'array', items: { type: 'integer' } },
          { style: 'pipeDelimited', explode: false },
        ),
        query(
          'where',
          {},
          {
            schema: undefined,
            content: { 'application/json': { schema: { type: 'object', required: ['x'] } } },
          },
        ),
        query('flag', { type: 'boolean' }),
        query('code', { type: 'string', pattern: '^[A-Z]{3}$' }),
        { name: 'X-Kind', in: 'header', required: true, schema: { enum: ['dog', 'cat'] } },
        { name: 'session', in: 'cookie', schema: { type: 'string', minLength: 3 } },
      ],
      responses: {
        200: {
          description: '',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } },
        },
      },
    },
  },
  '/pets': {
    post: {
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: { $ref: '#/components/schemas/Pet' } },
          'application/x-www-form-urlencoded': {
            schema: {
              type: 'object',
              required: ['name'],
              properties: { name: { type: 'string' }, age: { type: 'integer' } },
            },
          },
          'multipart/form-data': {
            schema: {
              type: 'object',
              required: ['name', 'photo'],
              properties: {
                name: { type: 'string' },
                age: { type: 'integer' },
                photo: { type: 'string', format: 'binary', maxLength: 8 },
                tags: { type: 'array', items: { type: 'integer' } },
                owner: { type: 'object', required: ['email'] },
              },
            },
          },
          'image/*': {},
          'text/plain': { schema: { type: 'string' } },
        },
      },
      responses: { 201: { description: '' } },
    },
  },
  '/labels': {
    post: {
      requestBody: {
        required: true,
        content: {
          'application/x-www-form-urlencoded': {
            schema: { type: 'object', properties: { name: { type: 'string' } } },
          },
        },
      },
      responses: { 201: { description: '' } },
    },
  },
};
const SCHEMAS = {
  Pet: {
    type: 'object',
    required: ['id', 'name', 'secret'],
    additionalProperties: false,
    properties: {
      id: { type: 'integer', readOnly: true },
      secret: { type: 'string', writeOnly: true },
      name: { type: 'string', maxLength: 5 },
      parent: { $ref: '#/components/schemas/Pet' },
      'a/b': { type: 'null' },
    },
  },
};

let upstream: HttpUpstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startHttpUpstream();
  upstream.answer((request, response) => {
    request.resume();
    response.end();
  });
  const service = openapiService(upstream.url, PATHS, { validate: { request: true, response: true } });
  if (service.source.kind !== 'openapi') throw new Error('the service has no document');
  const document = JSON.parse(service.source.files[0]?.content ?? '');
  const content = JSON.stringify({ ...document, components: { schemas: SCHEMAS } });
  gateway = await startTestGateway([
    { ...service, source: { ...service.source, files: [{ path: 'openapi.json', content }] } },
  ]);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const KIND = { 'x-kind': 'dog' };

describe('parameters', () => {
  test.each([
    ['/pets/1'],
    ['/pets/1?limit=100'],
    ['/pets/1?limit=5&unknown=x'],
    ['/pets/1?tags=a,b'],
    ['/pets/1?tags='],
    ['/pets/1?each=1&each=2'],
    ['/pets/1?filter[n]=3'],
    ['/pets/1?filter%5Bn%5D=3'],
    ['/pets/1?piped=1|2'],
    ['/pets/1?piped=1%7C2'],
    ['/pets/1?where=%7B%22x%22%3A1%7D'],
    ['/pets/1?flag=true&code=ABC'],
  ])('%s is as described', async (path) => {
    expect((await send(gateway.publicUrl, { path, headers: KIND })).status).toBe(200);
  });

  test.each([
    ['/pets/x', 'path/id', 'must be integer'],
    ['/pets/0', 'path/id', 'must be at least 1'],
    ['/pets/1?limit=101', 'query/limit', 'must be at most 100'],
    ['/pets/1?limit=abc', 'query/limit', 'must be integer'],
    ['/pets/1?limit=', 'query/limit', 'must be integer'],
    ['/pets/1?tags=a,c', 'query/tags/1', 'must be one of "a", "b"'],
    ['/pets/1?tags=a,b,a', 'query/tags', 'must have at most 2 items'],
    ['/pets/1?each=1&each=x', 'query/each/1', 'must be integer'],
    ['/pets/1?filter[n]=x', 'query/filter/n', 'must be integer'],
    ['/pets/1?piped=1%7Cx', 'query/piped/1', 'must be integer'],
    ['/pets/1?where=nope', 'query/where', 'must be JSON'],
    ['/pets/1?where=%7B%7D', 'query/where', 'must have "x"'],
    ['/pets/1?flag=yes', 'query/flag', 'must be boolean'],
    ['/pets/1?code=abc', 'query/code', 'must match ^[A-Z]{3}$'],
  ])('%s is refused at %s: %s', async (path, field, description) => {
    const before = upstream.requests.length;
    const problem = problemOf(await send(gateway.publicUrl, { path: String(path), headers: KIND }));
    expect([problem.status, problem.code, problem.violations]).toEqual([
      400,
      'INVALID_ARGUMENT',
      [{ field, description }],
    ]);
    expect(upstream.requests.length).toBe(before);
  });

  test.each([
    [{}, 'header/X-Kind', 'is required'],
    [{ 'x-kind': 'fish' }, 'header/X-Kind', 'must be one of "dog", "cat"'],
    [{ ...KIND, cookie: 'other=1; session=ab' }, 'cookie/session', 'must have at least 3 characters'],
  ])('with %j it is refused at %s', async (headers, field, description) => {
    const problem = problemOf(
      await send(gateway.publicUrl, { path: '/pets/1', headers: headers as Record<string, string> }),
    );
    expect(problem.violations).toEqual([{ field, description }]);
  });

  test('all that is wrong is said at once', async () => {
    const problem = problemOf(await send(gateway.publicUrl, { path: '/pets/x?limit=999&flag=1' }));
    expect(problem.violations.map(({ field }) => field)).toEqual([
      'path/id',
      'query/limit',
      'query/flag',
      'header/X-Kind',
    ]);
  });
});

describe('an upgrade', () => {
  const upgrade = (method: string, path: string) =>
    rawExchange(
      gateway.publicUrl,
      `${method} ${path} HTTP/1.1\r\nhost: x\r\nx-kind: dog\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n`,
    );

  test.each([
    ['GET', '/pets/x', 400],
    ['DELETE', '/pets/1', 405],
  ])('%s %s is held against the document as any request is: %i', async (method, path, status) => {
    const before = upstream.requests.length;
    const [answer] = (await upgrade(method, path)).answers;
    expect([answer?.status, upstream.requests.length - before]).toEqual([status, 0]);
  });
});

describe('bodies', () => {
  const JSON_TYPE = { 'content-type': 'application/json' };
  test.each([
    [JSON_TYPE, '{"name":"Rex","secret":"s"}'],
    [JSON_TYPE, '{"name":"Rex","secret":"s","id":"judged by nobody"}'],
    [JSON_TYPE, '{"name":"Rex","secret":"s","parent":{"name":"Max","secret":"t","a/b":null}}'],
    [{ 'content-type': 'APPLICATION/JSON; charset=utf-8' }, '{"name":"Rex","secret":"s"}'],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 'name=Rex&age=3&more=x'],
    [{ 'content-type': 'image/png' }, '\x89PNG'],
  ])('of %j %s is as described', async (headers, body) => {
    expect((await send(gateway.publicUrl, { path: '/pets', method: 'POST', headers, body })).status).toBe(
      200,
    );
  });

  test.each([
    [JSON_TYPE, '{"secret":"s"}', '', 'must have "name"'],
    [JSON_TYPE, '{"name":"Rexine","secret":"s"}', '/name', 'must have at most 5 characters'],
    [JSON_TYPE, '{"name":1,"secret":"s"}', '/name', 'must be string'],
    [JSON_TYPE, '{"name":"Rex","secret":"s","more":1}', '/more', 'is not known here'],
    [JSON_TYPE, '{"name":"Rex","secret":"s","__proto__":1}', '/__proto__', 'is not known here'],
    [
      JSON_TYPE,
      '{"name":"Rex","secret":"s","parent":{"name":"M","secret":"t","a/b":1}}',
      '/parent/a~1b',
      'must be null',
    ],
    [JSON_TYPE, '[]', '', 'must be object'],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 'age=x', '', 'must have "name"'],
    [{}, '', '', 'is required'],
    [JSON_TYPE, '', '', 'is required'],
    [{ 'content-type': 'multipart/form-data; boundary=b' }, '', '', 'is required'],
    [{ 'content-type': 'application/x-unknown' }, '', '', 'is required'],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, '', '', 'must have "name"'],
  ])('of %j %s is refused at %s: %s', async (headers, body, field, description) => {
    const answer = await send(gateway.publicUrl, { path: '/pets', method: 'POST', headers, body });
    const problem = problemOf(answer);
    expect([problem.status, problem.violations[0]]).toEqual([400, { field, description }]);
  });

  test.each([
    ['/pets', 'image/png'],
    ['/pets', 'text/plain; charset=utf-8'],
    ['/labels', 'application/x-www-form-urlencoded'],
  ])('that has to be there may be of no bytes at %s as %s', async (path, type) => {
    const headers = { 'content-type': type, 'content-length': '0' };
    const answer = await send(gateway.publicUrl, { path, method: 'POST', headers });
    expect(answer.status).toBe(200);
  });

  test.each([
    ['{"name":', 400, 'invalid-json', JSON_TYPE],
    ['x', 415, 'unsupported-media-type', { 'content-type': 'application/xml' }],
    ['x', 415, 'unsupported-media-type', {}],
    ['x', 415, 'unsupported-content-encoding', { ...JSON_TYPE, 'content-encoding': 'gzip' }],
    ['[['.repeat(100_000), 400, 'invalid-json', JSON_TYPE],
    [
      `{"name":"a","secret":"b","parent":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      400,
      'invalid-argument',
      JSON_TYPE,
    ],
  ])('%.20s is %i %s', async (body, status, type, headers) => {
    const answer = await send(gateway.publicUrl, {
      path: '/pets',
      method: 'POST',
      headers: headers as Record<string, string>,
      body,
    });
    const problem = problemOf(answer);
    expect([problem.status, problem.type]).toEqual([status, `urn:dragoman:problem:${type}`]);
  });

  describe('that are multipart forms', () => {
    const MULTIPART = { 'content-type': 'multipart/form-data; boundary=b' };
    const FILE = 'photo"; filename="a.png';
    const form = (...fields: readonly (readonly [name: string, value: string])[]): string =>
      [
        ...fields.map(
          ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
        ),
        '--b--\r\n',
      ].join('');
    const post = (body: string) =>
      send(gateway.publicUrl, { path: '/pets', method: 'POST', headers: MULTIPART, body });

    test('and as described go on as they were sent', async () => {
      const text = form(
        ['name', 'Rex'],
        ['age', '3'],
        [FILE, '\x89PNG'],
        ['tags', '1'],
        ['tags', '2'],
        ['owner', '{"email":"a@example.com"}'],
        ['more', 'x'],
      );
      const received = Promise.withResolvers<string>();
      upstream.answer(async (request, response) => {
        received.resolve(String(Buffer.concat(await request.toArray())));
        response.end();
      });
      expect((await post(text)).status).toBe(200);
      expect(await received.promise).toBe(text);
    });

    test.each([
      ['a field is missing', form(['name', 'Rex']), '', 'must have "photo"'],
      ['a number is none', form(['name', 'Rex'], [FILE, ''], ['age', 'x']), '/age', 'must be integer'],
      [
        'an item is none',
        form(['name', 'a'], [FILE, ''], ['tags', '1'], ['tags', 'x']),
        '/tags/1',
        'must be integer',
      ],
      [
        'an object lacks a member',
        form(['name', 'a'], [FILE, ''], ['owner', '{}']),
        '/owner',
        'must have "email"',
      ],
      ['an object is no JSON', form(['name', 'a'], [FILE, ''], ['owner', 'me']), '/owner', 'must be object'],
      [
        'a file is too long',
        form(['name', 'a'], [FILE, '123456789']),
        '/photo',
        'must have at most 8 characters',
      ],
    ])('and wrong, since %s, are refused', async (_why, body, field, description) => {
      const problem = problemOf(await post(body));
      expect([problem.status, problem.violations[0]]).toEqual([400, { field, description }]);
    });

    test('and are none are refused', async () => {
      const problem = problemOf(await post('no part at all'));
      expect([problem.status, problem.detail]).toEqual([
        400,
        'the body is not a multipart form of its boundary: its boundary is not there',
      ]);
    });
  });

  test('in chunks are looked at as well', async () => {
    const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
    const answer = await send(gateway.publicUrl, {
      path: '/pets',
      method: 'POST',
      headers,
      body: '{"secret":"s"}',
    });
    expect(answer.status).toBe(400);
  });

  test('that are as described arrive as they were sent', async () => {
    const text = '{ "secret":"s",\n"name" : "Rex" }';
    const received = Promise.withResolvers<string>();
    upstream.answer(async (request, response) => {
      received.resolve(String(Buffer.concat(await request.toArray())));
      response.end();
    });
    await send(gateway.publicUrl, { path: '/pets', method: 'POST', headers: JSON_TYPE, body: text });
    expect(await received.promise).toBe(text);
  });
});

describe('answers', () => {
  test.each([
    [200, '{"id":1,"name":"Rex"}', []],
    [200, '{"id":12345678901234567890,"name":"Rex"}', []],
    [200, '\ufeff{"id":1,"name":"Rex"}', []],
    [200, '{"id":"x","name":"Rex"}', [{ pointer: '/id', message: 'must be integer' }]],
    [200, '{"id":1', [{ pointer: '', message: 'is not valid JSON' }]],
    [404, '{}', [{ pointer: '', message: 'the status 404 is not described' }]],
  ])('%i %s are passed on, and reported as %j', async (status, body, findings) => {
    upstream.answer((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body);
    });
    const before = gateway.logs.length;
    const answer = await send(gateway.publicUrl, { path: '/pets/1', headers: KIND });
    expect([answer.status, answer.text]).toEqual([status, body]);
    const reported = gateway.logs
      .slice(before)
      .map((line) => JSON.parse(line))
      .filter((line) => line.findings !== undefined);
    expect(reported.map((line) => line.findings)).toEqual(findings.length === 0 ? [] : [findings]);
    expect(JSON.stringify(reported)).not.toContain('Rex');
  });

  test('that come in pieces are reported when they are whole', async () => {
    upstream.answer(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"id":"x",');
      setTimeout(() => response.end('"name":"Rex"}'), 20);
      await once(response, 'finish');
    });
    const before = gateway.logs.length;
    const answer = await send(gateway.publicUrl, { path: '/pets/1', headers: KIND });
    expect(answer.text).toBe('{"id":"x","name":"Rex"}');
    expect(gateway.logs.slice(before).join('')).toContain('must be integer');
  });
});

test('OPTIONS, which browsers send without anything of the request to come, is held against no other method', async () => {
  upstream.answer((_request, response) => {
    response.writeHead(204, { allow: 'GET' });
    response.end();
  });
  const { status, headers } = await send(gateway.publicUrl, {
    method: 'OPTIONS',
    path: '/pets/1',
    headers: { origin: 'http://page.example', 'access-control-request-method': 'GET' },
  });
  expect([status, headers.allow]).toEqual([204, 'GET']);
});
