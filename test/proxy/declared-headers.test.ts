// Headers that a document declares, spelled as it likes: they reach the upstream by both doors, and nothing else of their
// kind does. Security reference, section 3 ("X_User") and section 4.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { send } from '../harness/http-client.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type HttpUpstream, startHttpUpstream } from './upstream.ts';

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'T', version: '1' },
  paths: {
    '/pets': {
      get: {
        operationId: 'pets',
        security: [{ key: [] }],
        parameters: ['X_Trace', 'X_Consumer_Id'].map((name) => ({
          name,
          in: 'header',
          schema: { type: 'string' },
        })),
        responses: { 204: { description: 'done' } },
      },
    },
    '/basic': {
      get: {
        operationId: 'basic',
        security: [{ basic: [] }],
        responses: { 204: { description: 'done' } },
      },
    },
    '/token': {
      get: {
        operationId: 'token',
        security: [{ token: [] }],
        responses: { 204: { description: 'done' } },
      },
    },
    '/open': { get: { operationId: 'open', responses: { 204: { description: 'done' } } } },
  },
  components: {
    securitySchemes: {
      key: { type: 'apiKey', in: 'header', name: 'api_key' },
      basic: { type: 'http', scheme: 'basic' },
      token: { type: 'apiKey', in: 'header', name: 'Authorization' },
    },
  },
};

let upstream: HttpUpstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startHttpUpstream();
  upstream.answer((_request, response) => void response.writeHead(204).end());
  gateway = await startTestGateway([
    {
      name: 'api',
      source: {
        kind: 'openapi',
        files: [{ path: 'api.json', content: JSON.stringify(DOCUMENT) }],
        entry: 'api.json',
      },
      upstream: { targets: [{ url: upstream.url }] },
    },
  ]);
});
afterAll(async () => {
  await gateway?.close();
  await upstream?.close();
});

/** What the upstream gets of them. */
async function arriving(door: string, operation: string, headers: Record<string, string>) {
  const answer =
    door === 'rest'
      ? await send(gateway.publicUrl, { path: `/${operation}`, headers })
      : await send(gateway.publicUrl, {
          path: '/graphql',
          headers,
          body: { query: `{ ${operation} }` },
        });
  expect(answer.status).toBe(door === 'rest' ? 204 : 200);
  const seen = upstream.requests.at(-1)?.headers ?? {};
  return Object.fromEntries(Object.keys(headers).map((name) => [name, seen[name.toLowerCase()]]));
}

describe.each(['rest', 'graphql'])('over %s', (door) => {
  test('an API key and a parameter with underscores arrive', async () => {
    expect(await arriving(door, 'pets', { api_key: 'k', X_Trace: 't' })).toEqual({
      api_key: 'k',
      X_Trace: 't',
    });
  });

  test('what the document does not declare for the operation does not', async () => {
    expect(await arriving(door, 'open', { api_key: 'k', X_Trace: 't' })).toEqual({});
    expect(await arriving(door, 'pets', { x_other: 'k' })).toEqual({});
  });

  test('what another server may read as an identity does not', async () => {
    expect(await arriving(door, 'pets', { X_Consumer_Id: 'root' })).toEqual({});
  });

  test('credentials of the kind that the document asks for arrive', async () => {
    const basic = { Authorization: 'Basic YTpi' };
    expect(await arriving(door, 'basic', basic)).toEqual(basic);
    expect(await arriving(door, 'token', { Authorization: 'Token 7' })).toEqual({ Authorization: 'Token 7' });
  });
});

test('over graphql credentials of a kind that nobody asked for stay at the gateway', async () => {
  expect(await arriving('graphql', 'open', { Authorization: 'Basic YTpi' })).toEqual({});
});
