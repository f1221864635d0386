// Cookies of the client over GraphQL: a service gets those that its document declares for the operation, and no others,
// whichever way the operation is called. RFC 6265 §5.4; security reference, section 4.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseConfig } from '../../../gateway/config/load-config.ts';
import { send } from '../../harness/http-client.ts';
import { startTestGateway, type TestGateway } from '../../harness/start-gateway.ts';
import { type HttpUpstream, startHttpUpstream } from '../../proxy/upstream.ts';
import { documentOf } from './document.ts';

const IT =
  'responses: { "200": { description: it, content: { application/json: { schema: { type: object, properties: { id: { type: string } } } } } } }';
const cookie = (name: string, schema: string, more = '') =>
  `{ name: ${name}, in: cookie, schema: ${schema}${more} }`;
const CONTENT = documentOf({
  paths: `
    /thing:
      get:
        operationId: thing
        security: [{ key: [] }]
        parameters: [${cookie('sess', '{ type: string }', ', required: true')}]
        responses:
          "200":
            description: it
            content: { application/json: { schema: { type: object, properties: { id: { type: string } } } } }
            links: { next: { operationId: other, parameters: { id: $response.body#/id } } }
      put: { operationId: change, security: [{ key: [] }], parameters: [${cookie('sess', '{ type: string }')}], ${IT} }
    /others/{id}:
      get:
        operationId: other
        parameters: [{ name: id, in: path, required: true, schema: { type: string } }, ${cookie('second', '{ type: string }')}]
        ${IT}
    /lists:
      get:
        operationId: lists
        parameters:
          - ${cookie('many', '{ type: array, items: { type: string } }')}
          - ${cookie('spread', '{ type: object, properties: { r: { type: integer }, g: { type: integer } } }')}
        ${IT}
    /exposed:
      get:
        operationId: exposed
        parameters:
          - ${cookie('lang', '{ type: string }')}
          - ${cookie('sess', '{ type: string }')}
          - { name: X-List, in: header, schema: { type: array, items: { type: integer } } }
        ${IT}
    /ticks:
      get:
        operationId: ticks
        security: [{ key: [] }]
        responses: { "200": { description: t, content: { text/event-stream: { schema: { type: integer } } } } }
    /plain: { get: { operationId: plain, ${IT} } }
  `,
  securitySchemes: 'key: { type: apiKey, in: cookie, name: KEY }',
});

let upstream: HttpUpstream;
let gateway: TestGateway;
let strict: TestGateway;
let folder: string;

beforeAll(async () => {
  upstream = await startHttpUpstream();
  upstream.answer((request, response) => {
    const isTicks = request.url === '/ticks';
    response.setHeader('content-type', isTicks ? 'text/event-stream' : 'application/json');
    response.end(isTicks ? 'data: 1\n\n' : '{"id":"7"}');
  });
  const service = {
    name: 'api',
    source: { kind: 'openapi', files: [{ path: 'api.yaml', content: CONTENT }], entry: 'api.yaml' },
    upstream: { targets: [{ url: upstream.url }] },
    graphql: {
      overlay: {
        'exposed.lang': { expose: true },
        'exposed.X-List': { expose: true },
      },
    },
  } as const;
  folder = mkdtempSync(join(tmpdir(), 'dragoman-cookies-'));
  writeFileSync(join(folder, 'both.graphql'), '{ thing { id next { id } } }');
  const yaml = `documents: [{ folder: ${folder}, aggregates: [{ route: GET /both, document: both.graphql }] }]`;
  const config = await parseConfig(yaml, { env: {} });
  if (!config.ok) throw new Error(config.problems.map(({ message }) => message).join('\n'));
  gateway = await startTestGateway([service], { documents: config.value.documents ?? [] });
  strict = await startTestGateway([{ ...service, forwardsAuthorization: false }]);
});
afterAll(async () => {
  await gateway?.close();
  await strict?.close();
  await upstream?.close();
  rmSync(folder, { recursive: true });
});

/** The header that arrived with each call of the upstream, by its path; undefined where there was none. */
async function arriving(
  query: string,
  headers: Record<string, string | readonly string[]>,
  { of = 'cookie', at = gateway } = {},
): Promise<unknown> {
  const before = upstream.requests.length;
  const answer = await send(at.publicUrl, { path: '/graphql', headers, body: { query } });
  expect(answer.text).not.toContain('"errors"');
  return upstream.requests.slice(before).map(({ headers: seen }) => seen[of]);
}

describe('what the document declares for the operation arrives, and nothing else', () => {
  const all = { cookie: 'a=0; sess=1; KEY=k; second=2; sess2=3; key=4; __Host-gateway=5' };

  test.each([
    ['a query', '{ thing { id } }', ['sess=1; KEY=k']],
    ['a mutation', 'mutation { change { id } }', ['sess=1; KEY=k']],
    [
      'several at once',
      '{ thing { id } plain { id } other(id: "1") { id } }',
      ['sess=1; KEY=k', undefined, 'second=2'],
    ],
    ['a link', '{ thing { next { id } } }', ['sess=1; KEY=k', 'second=2']],
  ])('in %s', async (_name, query, expected) => {
    expect(await arriving(query, all)).toEqual(expected);
  });

  test('in a subscription', async () => {
    const headers = { ...all, accept: 'text/event-stream' };
    expect(await arriving('subscription { ticks }', headers)).toEqual(['KEY=k']);
  });

  test('by a route that a document answers', async () => {
    const before = upstream.requests.length;
    const answer = await send(gateway.publicUrl, { path: '/both', headers: all });
    expect(answer.status).toBe(200);
    const seen = upstream.requests.slice(before).map(({ headers }) => headers.cookie);
    expect(seen).toEqual(['sess=1; KEY=k', 'second=2']);
  });

  test('from several lines', async () => {
    expect(await arriving('{ thing { id } }', { cookie: ['a=0; KEY=k', 'sess=1'] })).toEqual([
      'KEY=k; sess=1',
    ]);
  });

  test('no API key where the service wants no credentials of clients', async () => {
    expect(await arriving('{ thing { id } }', all, { at: strict })).toEqual(['sess=1']);
  });

  test('none that Connection keeps to this hop', async () => {
    expect(await arriving('{ thing { id } }', { ...all, connection: 'close, cookie' })).toEqual([undefined]);
  });
});

describe('values', () => {
  test.each([
    ['as they are', 'sess=a%20b==; x=1', 'sess=a%20b=='],
    ['empty', 'sess=', 'sess='],
    ['within quotation marks', 'sess="a b"', 'sess="a b"'],
    ['with a quotation mark that is never closed', 'sess="a; KEY=k', 'KEY=k'],
    ['with an escaped one', 'sess="a\\"; KEY=k', 'KEY=k'],
    ['beyond ASCII', 'sess=ü; KEY=k', 'KEY=k'],
    ['without a name', 'sess; =sess; KEY=k', 'KEY=k'],
    ['behind a comma', 'KEY=k, sess=1', 'KEY=k, sess=1'],
  ])('%s', async (_name, given, expected) => {
    expect(await arriving('{ thing { id } }', { cookie: given })).toEqual([expected]);
  });

  test.each([
    ['a list, as often as it has items', 'many=1; x=0; many=2', 'many=1; many=2'],
    ['an object, by its members', 'r=1; b=3; g=2', 'r=1; g=2'],
  ])('%s', async (_name, given, expected) => {
    expect(await arriving('{ lists { id } }', { cookie: given })).toEqual([expected]);
  });
});

describe('a cookie that is given twice is refused, and the service is not asked', () => {
  test.each([
    ['{ thing { id } }', 'sess=1; sess=2', 'cookie/sess'],
    ['{ thing { id } }', 'sess=1; KEY=a; KEY=a', 'cookie/KEY'],
    ['{ lists { id } }', 'r=1; r=2', 'cookie/spread/r'],
  ])('%s with %s', async (query, given, field) => {
    const before = upstream.requests.length;
    const answer = await send(gateway.publicUrl, {
      path: '/graphql',
      headers: { cookie: given },
      body: { query },
    });
    expect(answer.json()).toMatchObject({
      errors: [{ message: `${field} is given twice`, extensions: { code: 'INVALID_ARGUMENT' } }],
    });
    expect(upstream.requests.length).toBe(before);
  });

  test('but not where nobody reads it', async () => {
    expect(await arriving('{ other(id: "1") { id } }', { cookie: 'sess=1; sess=2; second=2' })).toEqual([
      'second=2',
    ]);
  });
});

describe('an argument goes before the client’s own', () => {
  test('cookie', async () => {
    const given = { cookie: 'lang=de; sess=1' };
    expect(await arriving('{ exposed(lang: "en") { id } }', given)).toEqual(['sess=1; lang=en']);
    expect(await arriving('{ exposed { id } }', given)).toEqual(['lang=de; sess=1']);
    expect(await arriving('{ exposed(lang: "en") { id } }', {})).toEqual(['lang=en']);
  });

  test('header', async () => {
    const given = { 'x-list': '9' };
    expect(await arriving('{ exposed(X_List: [1, 2]) { id } }', given, { of: 'x-list' })).toEqual(['1,2']);
    expect(await arriving('{ exposed { id } }', given, { of: 'x-list' })).toEqual(['9']);
  });
});
