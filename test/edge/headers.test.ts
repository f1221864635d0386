// Which headers go up and which come back. Sources: transcoding reference, section 10; security reference,
// classes 4, 5 and 6, and section 4.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { startLibrary } from '../../upstream-mocks/library/library.ts';
import type { MockServer } from '../../upstream-mocks/mock-server.ts';
import { compileTypes } from '../harness/compile-types.ts';
import { send } from '../harness/http-client.ts';
import { rawExchange } from '../harness/raw-socket.ts';
import { demoService, inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

const PROTO = `
syntax = "proto3";
package plain.v1;
import "google/api/annotations.proto";
service Plain {
  rpc Get(Thing) returns (Thing) { option (google.api.http) = { get: "/v1/things/{name}" }; }
}
message Thing { string name = 1; }
`;

let echo: EchoServer;
let library: MockServer;
/** Forwards nothing but the defaults; one that forwards everything; one behind a trusted proxy. */
let plain: TestGateway;
let open: TestGateway;
let behindProxy: TestGateway;
let renaming: TestGateway;
let keeping: TestGateway;

beforeAll(async () => {
  const { descriptorSet } = await compileTypes([{ path: 'plain.proto', content: PROTO }]);
  echo = await startEchoServer(descriptorSet);
  library = await startLibrary({ port: 0 });
  plain = await startTestGateway([inlineService('plain', PROTO, echo.url)]);
  open = await startTestGateway([
    inlineService('plain', PROTO, echo.url, { forwardHeaders: ['*'] }),
    demoService('library', library.url),
  ]);
  renaming = await startTestGateway([
    inlineService('plain', PROTO, echo.url, {
      forwardHeaders: [
        'x-tenant=tenant',
        'x-both',
        'x-both=other',
        'x-two=one',
        'x-two=two',
        'x-blob=blob-bin',
        'x-text-bin=text',
        'x-user=x-consumer-id',
        'x-user=x_consumer_id',
        'x-consumer-id=user',
        'cookie=session',
        'x-request-id=id',
        'authorization=credentials',
        'x-token=authorization',
      ],
    }),
  ]);
  keeping = await startTestGateway([
    inlineService('plain', PROTO, echo.url, { forwardHeaders: ['*'], forwardsAuthorization: false }),
  ]);
  behindProxy = await startTestGateway([inlineService('plain', PROTO, echo.url)], {
    listen: { http: { host: '127.0.0.1', port: 0 }, trustedProxies: ['127.0.0.1/32', '10.0.0.0/8'] },
  });
});
afterAll(async () => {
  await Promise.all([plain, open, behindProxy, renaming, keeping].map((gateway) => gateway.close()));
  await Promise.all([echo.close(), library.close()]);
});
beforeEach(() => echo.reset());

type Headers = Readonly<Record<string, string | readonly string[]>>;

/** The metadata that a request with these headers brings to the upstream, gRPC's own left out. */
async function metadataOf(gateway: TestGateway, headers: Headers): Promise<Record<string, string[]>> {
  const answer = await send(gateway.publicUrl, {
    path: '/v1/things/a',
    headers: { host: 'gateway.test', ...headers },
  });
  expect(answer.status).toBe(200);
  const { 'user-agent': _agent, ...metadata } = echo.lastCall('/plain.v1.Plain/Get')?.metadata ?? {};
  return metadata;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** What the gateway adds for every client. */
const OWN = {
  'x-request-id': [expect.stringMatching(UUID)],
  'x-forwarded-for': ['127.0.0.1'],
  'x-forwarded-proto': ['http'],
  'x-forwarded-host': ['gateway.test'],
};

describe('a service that lists nothing gets', () => {
  test.each<[string, Headers, Record<string, string[]>]>([
    ['what the gateway says', {}, {}],
    ['the languages', { 'accept-language': 'de, en;q=0.5' }, { 'accept-language': ['de, en;q=0.5'] }],
    [
      'the trace',
      { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'a=b' },
      { traceparent: ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'], tracestate: ['a=b'] },
    ],
    ['a bearer token', { authorization: 'Bearer abc' }, { authorization: ['Bearer abc'] }],
    ['a bearer token in any case', { authorization: 'BEARER abc' }, { authorization: ['BEARER abc'] }],
    ['no basic credentials', { authorization: 'Basic YTpi' }, {}],
    ['no other credentials', { authorization: 'Digest x' }, {}],
    ['no bearer of nothing', { authorization: 'Bearer' }, {}],
    ['no header of its own', { 'x-custom': 'y', cookie: 'a=b', 'x-api-key': 'k' }, {}],
    ['no header by its gRPC name', { 'grpc-metadata-x-custom': 'y' }, {}],
    ['no language that is not ASCII', { 'accept-language': 'd\u00e9' }, {}],
  ])('%s', async (_name, headers, added) => {
    expect(await metadataOf(plain, headers)).toEqual({ ...OWN, ...added });
  });
});

describe('a service that asks for everything still gets', () => {
  test.each<[string, Headers, Record<string, string[]>]>([
    ['its headers', { 'x-custom': 'y', accept: 'a/b' }, { 'x-custom': ['y'], accept: ['a/b'] }],
    ['its headers by their gRPC name', { 'grpc-metadata-x-custom': 'y' }, { 'x-custom': ['y'] }],
    ['both of them', { 'x-custom': 'a', 'grpc-metadata-x-custom': 'b' }, { 'x-custom': ['a, b'] }],
    [
      'binary ones, in either alphabet',
      { 'x-a-bin': '+/8=', 'x-b-bin': '-_8' },
      { 'x-a-bin': ['+/8='], 'x-b-bin': ['+/8='] },
    ],
    ['several binary ones', { 'x-a-bin': 'AA==, AQ==' }, { 'x-a-bin': ['AA==', 'AQ=='] }],
    ['no binary one that is none', { 'x-a-bin': '*' }, {}],
    ['no binary one of a character alone, which is no byte', { 'x-a-bin': 'A', 'x-b-bin': 'AAAAA' }, {}],
    [
      'binary ones with and without padding',
      { 'x-a-bin': 'AA', 'x-b-bin': 'AAA=' },
      { 'x-a-bin': ['AA=='], 'x-b-bin': ['AAA='] },
    ],
    ['an empty binary one', { 'x-a-bin': '' }, { 'x-a-bin': [''] }],
    ['no text beyond ASCII', { 'x-custom': 'h\u00e9llo' }, {}],
    ['no tab', { 'x-custom': 'a\tb' }, {}],
    [
      'one authorization',
      { authorization: 'Bearer a', 'grpc-metadata-authorization': 'Bearer b' },
      { authorization: ['Bearer a'] },
    ],
    [
      'no basic credentials',
      { authorization: 'Basic YTpi', 'grpc-metadata-authorization': 'Basic YTpi' },
      {},
    ],
    ['no cookie', { cookie: 'a=b', 'grpc-metadata-cookie': 'a=b' }, {}],
    [
      'nothing of gRPC',
      {
        'grpc-encoding': 'gzip',
        'grpc-accept-encoding': 'gzip',
        'grpc-status': '0',
        'grpc-metadata-grpc-timeout': '1S',
        'grpc-metadata-grpc-metadata-x': 'y',
      },
      {},
    ],
    [
      'nothing of the connection',
      {
        te: 'trailers',
        'keep-alive': '1',
        'proxy-connection': 'x',
        'proxy-authorization': 'x',
        upgrade: 'h2c',
      },
      {},
    ],
    [
      'nothing of the content',
      { 'content-language': 'de', 'content-location': '/x', 'content-md5': 'x', 'accept-encoding': 'gzip' },
      {},
    ],
    [
      'no identity, in no spelling',
      {
        'x-consumer-id': '1',
        'X-CONSUMER-USERNAME': 'root',
        'x-consumer-groups': 'admin',
        'x-credential-identifier': 'k',
        'x-anonymous-consumer': 'true',
        x_consumer_id: '1',
        'x-consumer_id': '1',
        'grpc-metadata-x-consumer-id': '1',
        'grpc-metadata-x_consumer_id': '1',
      },
      {},
    ],
    ['no underscore', { x_custom: 'y', 'x-custom_too': 'y' }, {}],
    ['no host but ours', { 'grpc-metadata-host': 'other.test' }, {}],
  ])('%s', async (_name, headers, added) => {
    expect(await metadataOf(open, headers)).toEqual({ ...OWN, ...added });
  });
});

test('what was to go upstream and cannot is counted', async () => {
  const count = async (): Promise<number> => {
    const { text } = await send(open.statusUrl, { path: '/metrics' });
    return Number(/^dragoman_headers_dropped_total (\d+)$/m.exec(text)?.[1]);
  };
  const before = await count();
  await metadataOf(open, {
    'x-custom': 'h\u00e9llo',
    'x-a-bin': '*',
    x_custom: 'y',
    cookie: 'a=b',
    'x-fine': 'y',
  });
  // The underscore never reaches us, the cookie is nobody's to have.
  expect((await count()) - before).toBe(2);
});

describe('a service that renames gets', () => {
  test.each<[string, Headers, Record<string, string[]>]>([
    ['the header under its new name alone', { 'x-tenant': 'a' }, { tenant: ['a'] }],
    ['it by its gRPC name as well', { 'grpc-metadata-x-tenant': 'a' }, { tenant: ['a'] }],
    ['both names, if both are listed', { 'x-both': 'a' }, { 'x-both': ['a'], other: ['a'] }],
    ['one header under two names', { 'x-two': 'a' }, { one: ['a'], two: ['a'] }],
    ['bytes, if the new name says so', { 'x-blob': '-_8' }, { 'blob-bin': ['+/8='] }],
    ['text, if the new name says so', { 'x-text-bin': '-_8' }, { text: ['-_8'] }],
    ['nothing that a client calls by the new name', { tenant: 'forged' }, {}],
    ['no identity made of something else', { 'x-user': 'root' }, {}],
    ['nothing made of an identity', { 'x-consumer-id': 'root', cookie: 'a=b', 'x-request-id': 'x' }, {}],
    ['no credentials by the way round', { authorization: 'Basic YTpi', 'x-token': 'Bearer forged' }, {}],
  ])('%s', async (_name, headers, added) => {
    expect(await metadataOf(renaming, headers)).toEqual({ ...OWN, ...added });
  });
});

describe('a service that wants no credentials gets', () => {
  test.each<[string, Headers, Record<string, string[]>]>([
    ['no bearer token', { authorization: 'Bearer abc' }, {}],
    ['none by its gRPC name', { 'grpc-metadata-authorization': 'Bearer abc' }, {}],
    ['all else that it asked for', { authorization: 'Bearer abc', 'x-custom': 'y' }, { 'x-custom': ['y'] }],
  ])('%s', async (_name, headers, added) => {
    expect(await metadataOf(keeping, headers)).toEqual({ ...OWN, ...added });
  });
});

describe('Connection takes its headers along, and none of ours (class 5)', () => {
  test.each<[string, Headers, Record<string, string[]>]>([
    [
      'a header of the client',
      { connection: 'close, x-custom', 'x-custom': 'y', 'x-other': 'z' },
      { 'x-other': ['z'] },
    ],
    ['in any case', { connection: 'close, X-Custom', 'x-custom': 'y' }, {}],
    ['one of the default ones', { connection: 'close, accept-language', 'accept-language': 'de' }, {}],
    ['the token', { connection: 'close, authorization', authorization: 'Bearer a' }, {}],
    [
      'but not what we add',
      {
        connection:
          'close, x-request-id, x-forwarded-for, x-forwarded-host, x-forwarded-proto, x-consumer-id',
      },
      {},
    ],
  ])('%s', async (_name, headers, added) => {
    expect(await metadataOf(open, headers)).toEqual({ ...OWN, ...added });
  });
});

describe('forwarding headers (class 6)', () => {
  const forged = {
    'x-forwarded-for': '1.2.3.4',
    'x-forwarded-host': 'forged.test',
    'x-forwarded-proto': 'https',
    forwarded: 'for=1.2.3.4',
    'x-real-ip': '1.2.3.4',
    'x-request-id': 'forged',
    'true-client-ip': '1.2.3.4',
  };
  test('of a stranger change nothing', async () => {
    expect(await metadataOf(plain, forged)).toEqual(OWN);
  });

  test.each<[string, Headers, Record<string, string[]>]>([
    [
      'name the client',
      { 'x-forwarded-for': '203.0.113.7' },
      { 'x-forwarded-for': ['203.0.113.7, 127.0.0.1'] },
    ],
    [
      'name the client and the proxies behind it',
      { 'x-forwarded-for': '203.0.113.7, 10.1.2.3' },
      { 'x-forwarded-for': ['203.0.113.7, 10.1.2.3, 127.0.0.1'] },
    ],
    [
      'are believed no further than the first stranger',
      { 'x-forwarded-for': '1.1.1.1, 203.0.113.7, 10.1.2.3' },
      { 'x-forwarded-for': ['203.0.113.7, 10.1.2.3, 127.0.0.1'] },
    ],
    [
      'are believed no further than what is no address',
      { 'x-forwarded-for': '1.1.1.1, <script>, 10.1.2.3' },
      { 'x-forwarded-for': ['10.1.2.3, 127.0.0.1'] },
    ],
    [
      'may be many lines',
      { 'x-forwarded-for': ['203.0.113.7', '10.1.2.3'] },
      { 'x-forwarded-for': ['203.0.113.7, 10.1.2.3, 127.0.0.1'] },
    ],
    [
      'may hold IPv6',
      { 'x-forwarded-for': '2001:db8::7' },
      { 'x-forwarded-for': ['2001:db8::7, 127.0.0.1'] },
    ],
    [
      'may map IPv4',
      { 'x-forwarded-for': '::ffff:10.9.9.9, ::ffff:203.0.113.7' },
      { 'x-forwarded-for': ['203.0.113.7, 127.0.0.1'] },
    ],
    ['may be empty', { 'x-forwarded-for': '' }, { 'x-forwarded-for': ['127.0.0.1'] }],
    [
      'name host and protocol',
      { 'x-forwarded-host': 'front.test', 'x-forwarded-proto': 'https' },
      {
        'x-forwarded-host': ['front.test'],
        'x-forwarded-proto': ['https'],
        'x-forwarded-for': ['127.0.0.1'],
      },
    ],
    [
      'name no host that is none, and no other protocol',
      { 'x-forwarded-host': 'a, b', 'x-forwarded-proto': 'gopher' },
      { 'x-forwarded-for': ['127.0.0.1'] },
    ],
    [
      'name the request',
      { 'x-request-id': 'from.the_proxy-1' },
      { 'x-request-id': ['from.the_proxy-1'], 'x-forwarded-for': ['127.0.0.1'] },
    ],
    [
      'name no request by a text too long',
      { 'x-request-id': 'x'.repeat(65) },
      { 'x-forwarded-for': ['127.0.0.1'] },
    ],
    ['name no request by a text too odd', { 'x-request-id': 'a b<c>' }, { 'x-forwarded-for': ['127.0.0.1'] }],
  ])('of a trusted proxy %s', async (_name, headers, changed) => {
    expect(await metadataOf(behindProxy, headers)).toEqual({ ...OWN, ...changed });
  });
});

describe('X-Request-Id', () => {
  test('is on every answer, the same as upstream', async () => {
    const answer = await send(plain.publicUrl, { path: '/v1/things/a' });
    expect(answer.headers['x-request-id']).toMatch(UUID);
    expect(echo.lastCall('/plain.v1.Plain/Get')?.metadata['x-request-id']).toEqual([
      answer.headers['x-request-id'],
    ]);
  });

  test('of a stranger is not taken', async () => {
    const answer = await send(plain.publicUrl, { path: '/nowhere', headers: { 'x-request-id': 'mine' } });
    expect(answer.headers['x-request-id']).toMatch(UUID);
  });

  test('of a trusted proxy is kept, on refusals as well', async () => {
    const answer = await send(behindProxy.publicUrl, {
      path: '/nowhere',
      headers: { 'x-request-id': 'mine' },
    });
    expect(answer.headers['x-request-id']).toBe('mine');
    expect((answer.json() as { requestId: string }).requestId).toBe('mine');
  });

  test('differs from request to request', async () => {
    const ids = await Promise.all(
      Array.from(
        { length: 50 },
        async () => (await send(plain.publicUrl, { path: '/' })).headers['x-request-id'],
      ),
    );
    expect(new Set(ids).size).toBe(50);
  });
});

describe('what comes back', () => {
  test('is ours: no header of the upstream leaks, and no name of a server', async () => {
    // The mock sends what it received as a header of its own.
    const answer = await send(open.publicUrl, {
      path: '/v1/books/b1',
      headers: { 'x-mock-echo-metadata': 'true' },
    });
    expect(answer.status).toBe(200);
    expect(library.counts()['library.v1.LibraryService/GetBook']?.calls).toBe(1);
    expect(Object.keys(answer.headers).sort()).toEqual([
      'connection',
      'content-length',
      'content-type',
      'date',
      'etag',
      'x-content-type-options',
      'x-request-id',
    ]);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });

  test('stays one header whatever a value holds', async () => {
    const { answers } = await rawExchange(
      plain.publicUrl,
      'GET /v1/things/a%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: gateway.test\r\nConnection: close\r\n\r\n',
    );
    expect(answers[0]?.status).toBe(200);
    expect(answers[0]?.head).not.toMatch(/set-cookie/i);
  });
});
