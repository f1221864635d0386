// Answers of HTTP services as the gateway reads them, from a real server that answers as it is told.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { send } from '../../harness/http-client.ts';
import { startTestGateway, type TestGateway } from '../../harness/start-gateway.ts';
import type { Executed } from '../door.ts';
import { documentOf } from './document.ts';

interface Told {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly cut?: boolean;
}

let upstream: Server;
let gateway: TestGateway;
let told: Told = {};
let received: { url: string; headers: Record<string, unknown> } = { url: '', headers: {} };

const DOCUMENT = documentOf({
  paths: `
    /thing:
      get:
        operationId: thing
        security: [{ key: [] }]
        parameters: [{ name: Idempotency-Key, in: header, schema: { type: string } }]
        responses:
          "200":
            description: it
            content: { application/json: { schema: { $ref: "#/components/schemas/Thing" } } }
            links:
              self: { operationId: one, parameters: { id: "$response.body#/id" } }
              owner: { operationId: one, parameters: { id: "$request.query.owner" } }
              peers: { operationId: some, parameters: { id: "$response.body#/id", kind: k } }
              fixed: { operationId: some, parameters: { id: k, kind: "$response.body#/id" } }
          "404": { description: none, content: { application/json: { schema: { type: object } } } }
          "423":
            description: taken
            content: { application/json: { schema: { type: object } }, text/plain: { schema: { type: string } } }
          "451": { description: gone, content: { application/xml: { schema: { type: string } } } }
          "507": { description: other, content: { "*/*": { schema: { type: object } } } }
          "500": { description: broken }
          default: { description: other, content: { application/json: { schema: { type: object } } } }
    /things/{id}:
      get:
        operationId: one
        parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
        responses: { "200": { description: it, content: { application/json: { schema: { $ref: "#/components/schemas/Thing" } } } } }
    /some:
      get:
        operationId: some
        parameters:
          - { name: id, in: query, schema: { type: array, items: { type: string } } }
          - { name: kind, in: query, schema: { type: string } }
        responses: { "200": { description: them, content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Thing" } } } } } }
    /text:
      get:
        operationId: text
        responses: { "200": { description: it, content: { text/plain: { schema: { type: string } } } } }
    /promised:
      get:
        operationId: promised
        responses: { "200": { description: it, content: { application/json: { schema: { $ref: "#/components/schemas/Promised" } } } } }
    /any:
      get:
        operationId: any
        responses: { "200": { description: it, content: { "*/*": { schema: { type: string } } } } }
  `,
  schemas: `
    Thing: { type: object, properties: { id: { type: string }, name: { type: string } } }
    Promised: { type: object, required: [id, tags], properties: { id: { type: string }, tags: { type: array, items: { type: string } } } }
  `,
  securitySchemes: 'key: { type: apiKey, in: header, name: X-Api-Key }',
});

beforeAll(async () => {
  upstream = createServer((request, response) => {
    received = { url: request.url ?? '', headers: request.headers };
    const { status = 200, headers = { 'content-type': 'application/json' }, body = '{}', cut = false } = told;
    response.writeHead(status, headers);
    if (!cut) return response.end(body);
    response.write(body, () => response.socket?.destroy());
    return undefined;
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  gateway = await startTestGateway([
    {
      name: 'api',
      source: { kind: 'openapi', files: [{ path: 'api.yaml', content: DOCUMENT }], entry: 'api.yaml' },
      upstream: { targets: [{ url: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` }] },
      maxMessageBytes: 10_000,
    },
  ]);
});
afterAll(async () => {
  await gateway?.close();
  upstream?.closeAllConnections();
  upstream?.close();
});

async function ask(
  answer: Told,
  query = '{ thing { id name } }',
  headers: Record<string, string> = {},
): Promise<Executed> {
  told = answer;
  const response = await send(gateway.publicUrl, { path: '/graphql', headers, body: { query } });
  return response.json() as Executed;
}

const JSON_TYPE = { 'content-type': 'application/json' };

describe('successes', () => {
  test.each<[string, Told]>([
    ['JSON', { body: '{"id":"1","name":"é"}' }],
    [
      'JSON of another charset',
      {
        headers: { 'content-type': 'application/json; charset=ISO-8859-1' },
        body: Buffer.from('{"id":"1","name":"é"}', 'latin1'),
      },
    ],
    [
      'a vendor type',
      { headers: { 'content-type': 'application/vnd.api+json' }, body: '{"id":"1","name":"é"}' },
    ],
    ['no content type', { headers: {}, body: '{"id":"1","name":"é"}' }],
    [
      'a coding that nobody asked for',
      { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: gzipSync('{"id":"1","name":"é"}') },
    ],
    ['another status of success', { status: 203, body: '{"id":"1","name":"é"}' }],
  ])('%s', async (_name, answer) => {
    expect(await ask(answer)).toEqual({ data: { thing: { id: '1', name: 'é' } } });
  });

  test('no content is null', async () => {
    expect(await ask({ status: 204, headers: {}, body: '' })).toEqual({ data: { thing: null } });
  });

  test.each<[string, string, readonly (string | number)[]]>([
    ['a property that it always has', '{"tags":[]}', ['promised', 'id']],
    ['a property that is never null', '{"id":null,"tags":[]}', ['promised', 'id']],
    ['a list', '{"id":"1"}', ['promised', 'tags']],
    ['an item', '{"id":"1","tags":["a",null]}', ['promised', 'tags', 1]],
  ])('without %s are the upstream’s fault', async (_what, body, path) => {
    expect(await ask({ body }, '{ promised { id tags } }')).toEqual({
      data: { promised: null },
      errors: [
        {
          message: 'the upstream sent no value where one is always promised',
          path,
          locations: [expect.anything()],
          extensions: { code: 'INTERNAL', source: 'upstream', requestId: expect.any(String) },
        },
      ],
    });
  });

  test.each([
    ['text/plain', 'log line'],
    ['text/html; charset=utf-8', 'log line'],
    ['application/json', '"log line"'],
  ])('of any type: %s', async (type, body) => {
    const answer = { headers: { 'content-type': type }, body };
    expect(await ask(answer, '{ any }')).toEqual({ data: { any: 'log line' } });
    expect(received.headers.accept).toBe('application/json, application/problem+json;q=0.9, */*;q=0.8');
  });

  test('text without a character is text, and no content is none', async () => {
    const headers = { 'content-type': 'text/plain' };
    expect(await ask({ headers, body: '' }, '{ text }')).toEqual({ data: { text: '' } });
    expect(await ask({ status: 204, headers: {}, body: '' }, '{ text }')).toEqual({ data: { text: null } });
  });

  test('text is a string, whatever it looks like', async () => {
    const answer = { headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '{"a":1}' };
    expect(await ask(answer, '{ text }')).toEqual({ data: { text: '{"a":1}' } });
  });
});

describe('faults of the service', () => {
  test.each<[string, Told, string]>([
    ['broken JSON', { body: '{"id":' }, 'INTERNAL'],
    [
      'a page of HTML',
      { headers: { 'content-type': 'text/html' }, body: '<h1>secret-host</h1>' },
      'INTERNAL',
    ],
    ['text that is not of its charset', { body: Buffer.from([0x22, 0xff, 0x22]) }, 'INTERNAL'],
    [
      'a charset that nobody knows',
      { headers: { 'content-type': 'application/json; charset=secret-host' }, body: '{}' },
      'INTERNAL',
    ],
    [
      'a coding that it is not',
      { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: 'secret-host' },
      'INTERNAL',
    ],
    ['an answer that is too large', { body: `"${'a'.repeat(20_000)}"` }, 'INTERNAL'],
    [
      'a bomb',
      { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(5_000_000)) },
      'INTERNAL',
    ],
    [
      'an answer that breaks off',
      { headers: { ...JSON_TYPE, 'content-length': '100' }, body: '{"id":', cut: true },
      'INTERNAL',
    ],
  ])('%s', async (_name, answer, code) => {
    const { data, errors } = await ask(answer);
    expect(data).toEqual({ thing: null });
    expect(errors?.[0]?.extensions).toMatchObject({ code, source: 'upstream' });
    expect(JSON.stringify(errors)).not.toContain('secret-host');
  });
});

describe('errors of the service', () => {
  test.each<[number, string, string]>([
    [400, 'INVALID_ARGUMENT', 'why'],
    [401, 'UNAUTHENTICATED', 'why'],
    [403, 'PERMISSION_DENIED', 'why'],
    [404, 'NOT_FOUND', 'why'],
    [409, 'ABORTED', 'why'],
    [410, 'NOT_FOUND', 'why'],
    [412, 'FAILED_PRECONDITION', 'why'],
    [422, 'INVALID_ARGUMENT', 'why'],
    [429, 'RESOURCE_EXHAUSTED', 'why'],
    [503, 'UNAVAILABLE', 'the upstream answered 503'],
    [504, 'DEADLINE_EXCEEDED', 'the upstream answered 504'],
  ])('%i is %s, its status kept', async (status, code, message) => {
    const { errors } = await ask({ status, body: '{"message":"why","hint":1}' });
    expect(errors?.[0]?.message).toBe(message);
    expect(errors?.[0]?.extensions).toMatchObject({
      code,
      source: 'upstream',
      upstream: { status, body: { message: 'why', hint: 1 } },
    });
  });

  test.each([
    [423, { 'content-type': 'text/plain; charset=iso-8859-1' }, 'déjà', 'déjà'],
    [423, { 'content-type': 'application/problem+json' }, '{"a":1}', { a: 1 }],
    [423, {}, '{"a":1}', { a: 1 }],
    [451, { 'content-type': 'application/xml' }, '<gone/>', '<gone/>'],
    [404, { 'content-type': 'text/plain' }, 'secret-host', undefined],
    [423, { 'content-type': 'text/html' }, 'secret-host', undefined],
    [423, {}, 'secret-host', undefined],
    [507, { 'content-type': 'text/html' }, 'secret-host', undefined],
  ])('%i as %j is told if it is described in that form: %s', async (status, headers, body, expected) => {
    const { errors } = await ask({ status, headers, body: Buffer.from(body, 'latin1') });
    expect(errors?.[0]?.extensions.upstream).toEqual({
      status,
      ...(expected !== undefined && { body: expected }),
    });
  });

  test('a body that is not described is not told', async () => {
    const { errors } = await ask({ status: 500, body: '{"stack":"secret-host"}' });
    expect(errors?.[0]?.extensions.upstream).toEqual({ status: 500 });
    expect(JSON.stringify(errors)).not.toContain('secret-host');
  });

  test('a body that is too long is not told', async () => {
    const { errors } = await ask({
      status: 404,
      body: JSON.stringify({ a: 'x'.repeat(9_000), b: 'y'.repeat(900) }),
    });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', upstream: { status: 404 } });
  });

  test('when to try again', async () => {
    const { errors } = await ask({ status: 429, headers: { ...JSON_TYPE, 'retry-after': '7' } });
    expect(errors?.[0]?.extensions.retryAfterMs).toBe(7000);
  });

  test('a redirect is not followed', async () => {
    const { errors } = await ask({ status: 302, headers: { location: 'http://secret-host/' }, body: '' });
    expect(errors?.[0]?.message).toBe('the upstream answered 302, a redirect, which is not followed');
    expect(errors?.[0]?.extensions.upstream).toEqual({ status: 302 });
    expect(JSON.stringify(errors)).not.toContain('secret-host');
  });
});

describe('headers', () => {
  test('those that the document declares come from the client, credentials that it asks for among them', async () => {
    await ask({}, '{ thing { id } }', {
      'idempotency-key': 'k1',
      'x-api-key': 'a1',
      'x-other': 'no',
      cookie: 'no=1',
    });
    expect(received.headers).toMatchObject({
      'idempotency-key': 'k1',
      'x-api-key': 'a1',
      via: '1.1 dragoman',
    });
    expect(received.headers).not.toHaveProperty('x-other');
    expect(received.headers).not.toHaveProperty('cookie');
    await ask({}, '{ text }', { 'x-api-key': 'a1' });
    expect(received.headers).not.toHaveProperty('x-api-key');
  });
});

describe('links', () => {
  test('one that takes its parameters from the answer is a field', async () => {
    const { data, errors } = await ask(
      { body: '{"id":"7","name":"n"}' },
      '{ thing { id self { id name } } }',
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ thing: { id: '7', self: { id: '7', name: 'n' } } });
    expect(received.url).toBe('/things/7');
  });

  test('a parameter that is a list gets the one value of the answer, but no constant', async () => {
    upstream.once('request', () => {
      told = { body: '[{"id":"7/a"},{"id":"8"}]' };
    });
    const { data, errors } = await ask({ body: '{"id":"7/a"}' }, '{ thing { id peers { id } } }');
    expect(errors).toBeUndefined();
    expect(data).toEqual({ thing: { id: '7/a', peers: [{ id: '7/a' }, { id: '8' }] } });
    expect(received.url).toBe('/some?id=7%2Fa&kind=k');
    expect((await ask({}, '{ thing { fixed { id } } }')).errors?.[0]?.message).toContain('fixed');
  });

  test('one that needs the request is left out', async () => {
    const { errors } = await ask({}, '{ thing { owner { id } } }');
    expect(errors?.[0]?.message).toContain('owner');
  });
});

describe('overlays', () => {
  test.each([
    ['nothing', { nothing: { hide: true } }, 'is nothing that this service shows'],
    ['a member that its thing cannot have', { 'one.id': { expose: true } }, 'expose is not for a parameter'],
    ['a name that is none', { thing: { rename: 'a-b' } }, 'is no GraphQL name'],
  ])('%s is refused', async (_name, overlay, message) => {
    const source = {
      kind: 'openapi',
      files: [{ path: 'api.yaml', content: DOCUMENT }],
      entry: 'api.yaml',
    } as const;
    const put = gateway.registry.put({
      name: 'other',
      source,
      prefix: '/other',
      upstream: { targets: [{ url: 'http://127.0.0.1:1' }] },
      graphql: { overlay },
    });
    await expect(put).rejects.toMatchObject({
      problems: [expect.objectContaining({ message: expect.stringContaining(message) })],
    });
  });
});
