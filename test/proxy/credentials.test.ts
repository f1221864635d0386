// Credentials from the configuration: an upstream sees the gateway's own where the operation asks for them, and nothing
// that a client sent in their place, by both doors; nobody else ever sees them. Graphql reference, section 4
// (`securitySchemes`); security reference, section 4.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { UpstreamCredential } from '../../core/upstream-credentials.ts';
import { placeCredential } from '../../core/upstream-credentials.ts';
import { checkServices } from '../../gateway/config/check-services.ts';
import { parseConfig } from '../../gateway/config/load-config.ts';
import { revisionOf } from '../../registry/revision.ts';
import type { ServiceDefinition } from '../../registry/service-definition.ts';
import { send } from '../harness/http-client.ts';
import { rawExchange } from '../harness/raw-socket.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type HttpUpstream, proxyService, startHttpUpstream } from './upstream.ts';

const operation = (operationId: string, more: object = {}) => ({
  get: {
    operationId,
    responses: {
      200: {
        description: 'it',
        content: {
          'application/json': { schema: { type: 'object', properties: { a: { type: 'string' } } } },
        },
      },
    },
    ...more,
  },
});
const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'T', version: '1' },
  security: [{ token: [] }],
  paths: {
    '/root': operation('root'),
    '/none': operation('none', { security: [] }),
    '/header': operation('header', { security: [{ header: [] }] }),
    '/query': operation('query', {
      security: [{ query: [] }],
      parameters: [
        { name: 'q', in: 'query', schema: { type: 'string' } },
        { name: 'api_key', in: 'query', schema: { type: 'string' } },
      ],
    }),
    '/cookie': operation('cookie', {
      security: [{ cookie: [] }],
      parameters: [{ name: 'sess', in: 'cookie', schema: { type: 'string' } }],
    }),
    '/basic': operation('basic', { security: [{ basic: [] }] }),
    '/oauth': operation('oauth', { security: [{ oauth: ['read'] }] }),
    '/both': operation('both', { security: [{ header: [], cookie: [] }] }),
    '/either': operation('either', { security: [{ basic: [] }, { token: [] }] }),
    '/other': operation('other', { security: [{ other: [] }] }),
  },
  components: {
    securitySchemes: {
      token: { type: 'http', scheme: 'Bearer' },
      header: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
      query: { type: 'apiKey', in: 'query', name: 'api_key' },
      cookie: { type: 'apiKey', in: 'cookie', name: 'KEY' },
      basic: { type: 'http', scheme: 'basic' },
      oauth: { type: 'oauth2', flows: {} },
      other: { type: 'apiKey', in: 'header', name: 'X-Other' },
      unused: { type: 'apiKey', in: 'header', name: 'X-Unused' },
      digest: { type: 'http', scheme: 'digest' },
      framing: { type: 'apiKey', in: 'header', name: 'Content-Length' },
    },
  },
};
const SECRETS = [
  'canary-token',
  'canary-header',
  'canary-query/+',
  'canary-cookie',
  'canary-user',
  'canary-oauth',
];
const CREDENTIALS: readonly UpstreamCredential[] = [
  { scheme: 'token', value: 'canary-token' },
  { scheme: 'header', value: 'canary-header' },
  { scheme: 'query', value: 'canary-query/+' },
  { scheme: 'cookie', value: 'canary-cookie' },
  { scheme: 'basic', value: 'canary-user:password' },
  { scheme: 'oauth', value: 'canary-oauth' },
];
const BASIC = 'Basic Y2FuYXJ5LXVzZXI6cGFzc3dvcmQ=';

function serviceOf(url: string, credentials: readonly UpstreamCredential[] = CREDENTIALS): ServiceDefinition {
  return {
    name: 'api',
    source: {
      kind: 'openapi',
      files: [{ path: 'api.json', content: JSON.stringify(DOCUMENT) }],
      entry: 'api.json',
    },
    upstream: { targets: [{ url }], credentials },
    forwardHeaders: ['x-*'],
  };
}

let upstream: HttpUpstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startHttpUpstream();
  answerPlainly();
  gateway = await startTestGateway([serviceOf(upstream.url)]);
});
afterAll(async () => {
  await gateway?.close();
  await upstream?.close();
});

function answerPlainly(): void {
  upstream.answer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"a":"b"}');
  });
}

type Door = 'rest' | 'graphql';

/** What the upstream gets. `query`: behind the path over REST, arguments over GraphQL. */
async function arriving(
  door: Door,
  name: string,
  headers: Record<string, string | string[]> = {},
  query = '',
) {
  const answer =
    door === 'rest'
      ? await send(gateway.publicUrl, { path: `/${name}${query}`, headers })
      : await send(gateway.publicUrl, {
          path: '/graphql',
          headers,
          body: { query: `{ ${name}${query} { a } }` },
        });
  expect(answer.status).toBe(200);
  expect(answer.text).not.toContain('errors');
  const { rawHeaders = [], url } = upstream.requests.at(-1) ?? {};
  const lines = (of: string): string[] =>
    rawHeaders.filter((_value, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === of);
  return { url, lines };
}

describe.each<Door>(['rest', 'graphql'])('over %s', (door) => {
  test.each([
    ['root', 'authorization', 'Bearer canary-token'],
    ['header', 'x-api-key', 'canary-header'],
    ['cookie', 'cookie', 'KEY=canary-cookie'],
    ['basic', 'authorization', BASIC],
    ['oauth', 'authorization', 'Bearer canary-oauth'],
    ['either', 'authorization', BASIC],
  ])('%s is called with %s', async (name, header, value) => {
    const { lines } = await arriving(door, name);
    expect(lines(header)).toEqual([value]);
  });

  test('all of several that an operation needs', async () => {
    const { lines } = await arriving(door, 'both');
    expect([lines('x-api-key'), lines('cookie'), lines('authorization')]).toEqual([
      ['canary-header'],
      ['KEY=canary-cookie'],
      [],
    ]);
  });

  test.each(['none', 'other'])('%s, which asks for none of them, gets none', async (name) => {
    const { lines, url } = await arriving(door, name);
    expect([lines('authorization'), lines('x-api-key'), lines('cookie'), url]).toEqual([
      [],
      [],
      [],
      `/${name}`,
    ]);
  });

  test('what clients send in their place does not arrive', async () => {
    const headers = {
      Authorization: 'Bearer mine',
      'x-api-key': 'mine',
      'X-API-Key': 'mine',
      cookie: 'sess=1; KEY=mine',
    };
    expect((await arriving(door, 'root', headers)).lines('authorization')).toEqual(['Bearer canary-token']);
    expect((await arriving(door, 'header', headers)).lines('x-api-key')).toEqual(['canary-header']);
    expect((await arriving(door, 'cookie', headers)).lines('cookie')).toEqual(['KEY=canary-cookie; sess=1']);
  });

  test('credentials of schemes that have no value here are the client’s own', async () => {
    const { lines } = await arriving(door, 'other', { 'X-Other': 'mine', authorization: 'Bearer mine' });
    expect([lines('x-other'), lines('authorization')]).toEqual([['mine'], ['Bearer mine']]);
  });
});

describe('a key in the query', () => {
  test('over graphql', async () => {
    expect((await arriving('graphql', 'query')).url).toBe('/query?api_key=canary-query%2F%2B');
    expect((await arriving('graphql', 'query', {}, '(q: "1", api_key: "mine")')).url).toBe(
      '/query?q=1&api_key=canary-query%2F%2B',
    );
  });

  test.each([
    ['', '/query?'],
    ['?', '/query?'],
    ['?q=1', '/query?q=1&'],
    ['?q=%31&b&c=', '/query?q=%31&b&c=&'],
    ['?api_key=mine&q=1&api_key=mine', '/query?q=1&'],
    ['?%61pi_key=mine', '/query?'],
    ['?api%5fkey=mine&API_KEY=mine', '/query?'],
    ['?api_key[]=mine&api_key%5Ba%5D=mine', '/query?'],
    ['?api.key=mine&api+key=mine&+api_key=mine', '/query?'],
    ['?q=1;api_key=mine', '/query?q=1&'],
    ['?api_key', '/query?'],
    ['?api_keys=1&xapi_key=2', '/query?api_keys=1&xapi_key=2&'],
  ])('over rest, behind %j', async (query, expected) => {
    expect((await arriving('rest', 'query', {}, query)).url).toBe(`${expected}api_key=canary-query%2F%2B`);
  });
});

test('cookies of several lines become one field, the gateway’s own first', async () => {
  const { lines } = await arriving('rest', 'cookie', { cookie: ['a="1; KEY=mine', 'b=2;KEY = mine'] });
  expect(lines('cookie')).toEqual(['KEY=canary-cookie; a="1; b=2']);
});

test.each([
  ['lang=de KEY=mine', 'KEY=canary-cookie'],
  ['lang=de,KEY=mine; a=1', 'KEY=canary-cookie; a=1'],
  ['lang=de KEYS=mine', 'KEY=canary-cookie; lang=de KEYS=mine'],
])('no cookie that some readers find in %j', async (cookie, expected) => {
  expect((await arriving('rest', 'cookie', { cookie })).lines('cookie')).toEqual([expected]);
});

test.each([
  ['OPTIONS', '/query', undefined],
  ['HEAD', '/query?api_key=canary-query%2F%2B', undefined],
  ['OPTIONS', '/header', undefined],
  ['HEAD', '/header', 'canary-header'],
])('%s of what is declared for GET arrives as %s', async (method, url, key) => {
  await send(gateway.publicUrl, { path: url.split('?', 1)[0] ?? '', method });
  const last = upstream.requests.at(-1);
  expect([last?.method, last?.url, last?.headers['x-api-key']]).toEqual([method, url, key]);
});

test('no trailer of that name, however it is spelt', async () => {
  const fields = 'x-api-KEY: mine\r\nX_Api_Key: mine\r\nx-sum: 1\r\n';
  const { answers } = await rawExchange(
    gateway.publicUrl,
    `GET /header HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n${fields}\r\n`,
  );
  expect(answers.map(({ status }) => status)).toEqual([200]);
  expect(upstream.requests.at(-1)?.rawTrailers).toEqual(['x-sum', '1']);
});

test('an upstream that points to the target it was asked shows nobody the key', async () => {
  upstream.answer((request, response) => {
    response.writeHead(301, {
      location: `${request.url}/`,
      link: `<${request.url}&page=2>; rel=next`,
      'content-location': '/query?api_key=canary-query/+&a=1',
    });
    response.end();
  });
  const { headers } = await send(gateway.publicUrl, { path: '/query?q=1' });
  answerPlainly();
  expect([headers.location, headers.link, headers['content-location']]).toEqual([
    '/query?q=1&api_key=/',
    '</query?q=1&api_key=&page=2>; rel=next',
    '/query?api_key=&a=1',
  ]);
});

describe('secrecy', () => {
  test('nothing that the gateway shows has a value', async () => {
    const [admin, inner] = [gateway.adminUrl, gateway.publicUrl];
    const shown = await Promise.all(
      [
        [admin, '/v1/services'],
        [admin, '/v1/services/api'],
        [admin, '/v1/services/api/operations'],
        [admin, '/v1/snapshot'],
        [inner, '/openapi.json'],
        [inner, '/graphql/schema.graphql'],
      ].map(([url = '', path = '']) => send(url, { path })),
    );
    const texts = [...shown.map(({ text }) => text), ...gateway.logs];
    expect(texts.join('\n')).toContain('X-Api-Key');
    for (const secret of [...SECRETS, BASIC]) expect(texts.join('\n')).not.toContain(secret);
  });

  test('nor have errors', async () => {
    const failing = await startTestGateway([serviceOf('http://127.0.0.1:1')]);
    try {
      const answer = await send(failing.publicUrl, { path: '/query' });
      expect(answer.status).toBe(503);
      expect(answer.text + failing.logs.join('')).not.toContain('canary');
    } finally {
      await failing.close();
    }
  });

  test('a revision does not depend on values, so that nobody can try passwords on it', () => {
    const of = (value: string): string => revisionOf(serviceOf('http://h', [{ scheme: 'basic', value }]));
    expect(of('a:1')).toBe(of('a:2'));
    expect(of('a:1')).not.toBe(revisionOf(serviceOf('http://h', [])));
  });
});

describe('what is refused', () => {
  const problemsOf = async (definition: ServiceDefinition): Promise<unknown> => {
    const refused = gateway.registry.put(definition);
    await expect(refused).rejects.toMatchObject({ type: 'source-refused' });
    const { problems } = (await refused.catch((error: unknown) => error)) as {
      problems: { message: string }[];
    };
    expect(JSON.stringify(problems)).not.toContain('canary');
    return problems.map(({ message }) => message);
  };

  test.each([
    ['tokn', 'canary', 'the document has no security scheme "tokn"; did you mean "token"?'],
    ['Header', 'canary', 'the document has no security scheme "Header"; did you mean "header"?'],
    ['apiKey', 'canary', 'the document has no security scheme "apiKey"; it has "token", "header",'],
    ['x'.repeat(200), 'canary', 'x"; it has "token", "header",'],
    ['__proto__', 'canary', 'the document has no security scheme "__proto__"; it has'],
    ['digest', 'canary', 'the credential "digest" is of the scheme "digest", which has no fixed value'],
    ['framing', 'canary', 'the credential "framing" is sent in the header "Content-Length"'],
    ['basic', 'canary', 'the credential "basic" must be user:password'],
    ['token', 'Bearer canary', 'the credential "token" must be the token alone'],
    ['token', '', 'the credential "token" is empty'],
    ['header', 'canary\r\nx: y', 'the credential "header" must be ASCII text without line breaks'],
    ['cookie', 'canary; x=y', 'the credential "cookie" must be text that a cookie can hold'],
  ])('%s with %j', async (scheme, value, message) => {
    const definition = { ...serviceOf(upstream.url, [{ scheme, value }]), name: 'second', prefix: '/second' };
    expect(await problemsOf(definition)).toEqual([expect.stringContaining(message)]);
  });

  test.each<[string, ServiceDefinition]>([
    [
      'a plain proxy',
      { ...proxyService('http://h'), upstream: { targets: [{ url: 'http://h' }], credentials: CREDENTIALS } },
    ],
    [
      'a gRPC service',
      {
        ...inlineService(
          'grpc',
          'syntax = "proto3"; package a; message A {} service S { rpc M(A) returns (A); }',
          'grpc://h:1',
        ),
        upstream: { targets: [{ url: 'grpc://h:1' }], credentials: CREDENTIALS },
      },
    ],
  ])('on %s', async (_name, definition) => {
    expect(await problemsOf(definition)).toEqual([
      'upstream.credentials are named after the security schemes of an OpenAPI document, and this service has none',
    ]);
  });

  test('by the admin API, which does not take secrets of upstreams', async () => {
    const answer = await send(gateway.adminUrl, {
      method: 'PUT',
      path: '/v1/services/second',
      body: {
        openapi: JSON.stringify(DOCUMENT),
        prefix: '/second',
        upstream: { targets: [{ url: upstream.url }], credentials: { token: 'canary' } },
      },
    });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('upstream.credentials');
    expect(answer.text).not.toContain('canary');
  });
});

test('an alphabet of base64 is that of RFC 7617', () => {
  expect(placeCredential({ type: 'http', scheme: 'Basic' }, 'Aladdin:open sesame')).toEqual({
    ok: true,
    value: { place: 'header', name: 'Authorization', text: 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==' },
  });
});

describe('in the configuration', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dragoman-credentials-'));
    writeFileSync(join(folder, 'api.json'), JSON.stringify(DOCUMENT));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const configOf = (credentials: string) =>
    parseConfig(
      [
        'services:',
        '  - name: api',
        '    openapi: api.json',
        '    upstream:',
        `      targets: [{ url: "${upstream.url}" }]`,
        '      credentials:',
        credentials,
      ].join('\n'),
      { path: join(folder, 'dragoman.yaml'), env: { SECRET: 'canary-token' } },
    );

  test('values come from the environment', async () => {
    const config = await configOf('        token: $'.concat('{SECRET}'));
    if (!config.ok) throw new Error(config.problems.map(({ message }) => message).join('\n'));
    const own = await startTestGateway([], { services: config.value.services });
    try {
      await send(own.publicUrl, { path: '/root' });
      expect(upstream.requests.at(-1)?.headers.authorization).toBe('Bearer canary-token');
      const shown = await send(own.adminUrl, { path: '/v1/services/api' });
      expect(shown.status).toBe(200);
      expect(shown.text + own.logs.join('')).not.toContain('canary');
    } finally {
      await own.close();
    }
  });

  test('a name that the document does not have is told with its line and column', async () => {
    const config = await configOf('        tokn: canary\n        unused: canary');
    if (!config.ok) throw new Error(config.problems.map(({ message }) => message).join('\n'));
    const { problems } = await checkServices(config.value);
    expect(problems).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          line: 7,
          column: 9,
          severity: 'error',
          message: expect.stringContaining('"tokn"'),
        }),
        expect.objectContaining({
          line: 8,
          column: 9,
          severity: 'warning',
          message: expect.stringContaining('"unused" is sent nowhere'),
        }),
      ]),
    );
  });

  test.each(['        token: [canary]', '        token: 7777777', '        token: ""'])(
    '%j is refused without a word of it',
    async (text) => {
      const config = await configOf(text);
      expect(config.ok).toBe(false);
      expect(JSON.stringify(config.problems)).toContain('credentials');
      expect(JSON.stringify(config.problems)).not.toMatch(/canary|7777777/);
    },
  );
});
