// `Forwarded` (RFC 7239) through the running gateway: whose word counts, and what services are told by whichever door.
// Security reference, class 6 and section 4.9.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { GatewayConfig } from '../../gateway/config/gateway-config.ts';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { compileTypes } from '../harness/compile-types.ts';
import { send } from '../harness/http-client.ts';
import { rawExchange } from '../harness/raw-socket.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type HttpUpstream, openapiService, proxyService, startHttpUpstream } from '../proxy/upstream.ts';

const PROTO = `
syntax = "proto3";
package plain.v1;
import "google/api/annotations.proto";
service Plain {
  rpc Get(Thing) returns (Thing) { option (google.api.http) = { get: "/v1/things/{name}" }; }
}
message Thing { string name = 1; }
`;
const GRPC_METHOD = '/plain.v1.Plain/Get';
const TRUSTED = ['127.0.0.1/32', '10.0.0.0/8', '2001:db8:aaaa::/48'];
const HOST = 'gateway.test';

let upstream: HttpUpstream;
let echo: EchoServer;
/** Behind a proxy that says `Forwarded`; behind one that says `X-Forwarded-*`; with `Forwarded` and nobody to trust. */
let standard: TestGateway;
let customary: TestGateway;
let trustless: TestGateway;
const upgrades: Told[] = [];

const listen = (settings: Partial<GatewayConfig['listen']>): Partial<GatewayConfig> => ({
  listen: { http: { host: '127.0.0.1', port: 0 }, trustedProxies: [], ...settings },
});

beforeAll(async () => {
  const { descriptorSet } = await compileTypes([{ path: 'plain.proto', content: PROTO }]);
  echo = await startEchoServer(descriptorSet);
  upstream = await startHttpUpstream();
  upstream.answer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{}');
  });
  upstream.server.on('upgrade', (request, socket) => {
    upgrades.push(JSON.parse(told(request)));
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  });
  const services = [
    proxyService(upstream.url),
    openapiService(upstream.url, {
      '/pets': {
        get: {
          operationId: 'pets',
          // Written in the document, it is still not the client's to say.
          parameters: [{ name: 'Forwarded', in: 'header', schema: { type: 'string' } }],
          responses: {
            200: { description: '', content: { 'application/json': { schema: { type: 'object' } } } },
          },
        },
      },
    }),
    inlineService('plain', PROTO, echo.url, { forwardHeaders: ['*', 'forwarded'] }),
  ];
  standard = await startTestGateway(
    services,
    listen({ trustedProxies: TRUSTED, forwardedHeader: 'forwarded' }),
  );
  customary = await startTestGateway(services, listen({ trustedProxies: TRUSTED }));
  trustless = await startTestGateway(services, listen({ forwardedHeader: 'forwarded' }));
});
afterAll(async () => {
  await Promise.all([standard, customary, trustless].map((gateway) => gateway?.close()));
  await Promise.all([echo?.close(), upstream?.close()]);
});

type Headers = Readonly<Record<string, string | readonly string[]>>;
type Told = Readonly<Record<string, readonly string[] | undefined>>;

/** All that is said of the way, by lower-case name. */
function told({ headersDistinct }: { readonly headersDistinct: NodeJS.Dict<string[]> }): string {
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(headersDistinct).filter(([name]) => /forwarded|real-ip|1\.1\.1\.1/.test(name)),
    ),
  );
}

async function toldTo(gateway: TestGateway, headers: Headers, path = '/p/a'): Promise<Told> {
  const answer = await send(gateway.publicUrl, { path, headers: { host: HOST, ...headers } });
  expect(answer.status).toBe(200);
  return JSON.parse(told(upstream.requests.at(-1) ?? { headersDistinct: {} }));
}

/** What an upstream is told of a request that came by these addresses. */
function way(addresses: string, forwarded: string, { host = HOST, proto = 'http' } = {}): Told {
  return {
    'x-forwarded-for': [addresses],
    'x-forwarded-proto': [proto],
    'x-forwarded-host': [host],
    forwarded: [forwarded],
  };
}

const OWN = way('127.0.0.1', `for=127.0.0.1;host=${HOST};proto=http`);
const { forwarded: _own, ...OWN_CUSTOMARY } = OWN;

describe('of a trusted proxy that is known to say it, Forwarded', () => {
  test.each<[string, Headers, Told]>([
    ['may be absent', {}, OWN],
    ['may be empty', { forwarded: '' }, OWN],
    [
      'names the client',
      { forwarded: 'for=203.0.113.7' },
      way('203.0.113.7, 127.0.0.1', `for=203.0.113.7;host=${HOST};proto=http, for=127.0.0.1`),
    ],
    [
      'names the client and the proxies behind it',
      { forwarded: 'for=203.0.113.7, for="10.1.2.3:80"' },
      way(
        '203.0.113.7, 10.1.2.3, 127.0.0.1',
        `for=203.0.113.7;host=${HOST};proto=http, for=10.1.2.3, for=127.0.0.1`,
      ),
    ],
    [
      'may name IPv6 with a port',
      { forwarded: 'for="[2001:db8::7]:4711", for="[2001:DB8:AAAA::1]"' },
      way(
        '2001:db8::7, 2001:DB8:AAAA::1, 127.0.0.1',
        `for="[2001:db8::7]";host=${HOST};proto=http, for="[2001:DB8:AAAA::1]", for=127.0.0.1`,
      ),
    ],
    [
      'may map IPv4',
      { forwarded: 'for="[::ffff:203.0.113.7]", for="[::ffff:10.9.9.9]"' },
      way(
        '203.0.113.7, 10.9.9.9, 127.0.0.1',
        `for=203.0.113.7;host=${HOST};proto=http, for=10.9.9.9, for=127.0.0.1`,
      ),
    ],
    [
      'may be many lines',
      { forwarded: ['for=1.1.1.1, for=203.0.113.7', 'for=10.1.2.3'] },
      way(
        '203.0.113.7, 10.1.2.3, 127.0.0.1',
        `for=203.0.113.7;host=${HOST};proto=http, for=10.1.2.3, for=127.0.0.1`,
      ),
    ],
    [
      'is believed no further than the first stranger',
      { forwarded: 'for=1.1.1.1;host=evil.test;proto=https, for=203.0.113.7, for=10.1.2.3;host=inner.test' },
      way(
        '203.0.113.7, 10.1.2.3, 127.0.0.1',
        `for=203.0.113.7;host=${HOST};proto=http, for=10.1.2.3, for=127.0.0.1`,
      ),
    ],
    [
      'tells what the client asked the first of them for',
      {
        forwarded:
          'for=203.0.113.7;host="front.test:8443";proto=HTTPS, for=10.1.2.3;host=inner.test;proto=http',
      },
      way(
        '203.0.113.7, 10.1.2.3, 127.0.0.1',
        'for=203.0.113.7;host="front.test:8443";proto=https, for=10.1.2.3, for=127.0.0.1',
        { host: 'front.test:8443', proto: 'https' },
      ),
    ],
    [
      'tells no host that is none, and no other protocol',
      { forwarded: 'for=203.0.113.7;host="a, b";proto=gopher' },
      way('203.0.113.7, 127.0.0.1', `for=203.0.113.7;host=${HOST};proto=http, for=127.0.0.1`),
    ],
    [
      'may hide the client, and still tell what it asked for',
      { forwarded: 'for=1.1.1.1;host=evil.test, for=_hidden;host=front.test;proto=https' },
      way('127.0.0.1', 'for=127.0.0.1;host=front.test;proto=https', { host: 'front.test', proto: 'https' }),
    ],
    [
      'may not know the client',
      { forwarded: 'for=1.1.1.1, for=unknown, for=10.1.2.3' },
      way('10.1.2.3, 127.0.0.1', `for=10.1.2.3;host=${HOST};proto=http, for=127.0.0.1`),
    ],
    [
      'may say nothing of a client',
      { forwarded: 'for=1.1.1.1, proto=https' },
      way('127.0.0.1', `for=127.0.0.1;host=${HOST};proto=https`, { proto: 'https' }),
    ],
    [
      'is not believed in the least, if it is malformed',
      { forwarded: 'for=1.1.1.1, for=203.0.113.7:80;host=evil.test;proto=https' },
      OWN,
    ],
    [
      'is believed no further than what is malformed',
      { forwarded: 'for=1.1.1.1, for=<script>, for=10.1.2.3' },
      way('10.1.2.3, 127.0.0.1', `for=10.1.2.3;host=${HOST};proto=http, for=127.0.0.1`),
    ],
    [
      'is written behind an open quotation mark of the client',
      { forwarded: 'for=1.1.1.1;x=", for=203.0.113.7;by="[::1]"' },
      way('203.0.113.7, 127.0.0.1', `for=203.0.113.7;host=${HOST};proto=http, for=127.0.0.1`),
    ],
    [
      'is written below an open quotation mark of the client',
      { forwarded: ['for=1.1.1.1;x="', 'for="[2001:db8::7]"'] },
      way('2001:db8::7, 127.0.0.1', `for="[2001:db8::7]";host=${HOST};proto=http, for=127.0.0.1`),
    ],
    [
      'is written behind a backslash of the client',
      { forwarded: 'for=1.1.1.1;x="\\, for="203.0.113.7:5"' },
      way('203.0.113.7, 127.0.0.1', `for=203.0.113.7;host=${HOST};proto=http, for=127.0.0.1`),
    ],
    [
      'is not mixed with X-Forwarded-*',
      { 'x-forwarded-for': '1.1.1.1', 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https' },
      OWN,
    ],
    [
      'says all, though X-Forwarded-* say something else',
      {
        forwarded: 'for=203.0.113.7',
        'x-forwarded-for': '1.1.1.1',
        'x-forwarded-proto': 'https',
        'x-real-ip': '1.1.1.1',
      },
      way('203.0.113.7, 127.0.0.1', `for=203.0.113.7;host=${HOST};proto=http, for=127.0.0.1`),
    ],
    ['cannot be removed by the client', { connection: 'close, forwarded, x-forwarded-for' }, OWN],
  ])('%s', async (_name, headers, expected) => {
    expect(await toldTo(standard, headers)).toEqual(expected);
  });

  test('is as long as headers may be', async () => {
    const forwarded = `${'for=10.0.0.1,'.repeat(1_100)} for=203.0.113.7`;
    expect(await toldTo(standard, { forwarded })).toEqual(
      way('203.0.113.7, 127.0.0.1', `for=203.0.113.7;host=${HOST};proto=http, for=127.0.0.1`),
    );
  });
});

const FORGED = {
  forwarded: 'for=1.1.1.1;host=evil.test;proto=https',
  'x-forwarded-for': '1.1.1.1',
  'x-forwarded-host': 'evil.test',
  'x-forwarded-proto': 'https',
  'x-real-ip': '1.1.1.1',
};

describe('changes nothing', () => {
  test('of a stranger', async () => {
    expect(await toldTo(trustless, FORGED)).toEqual(OWN);
  });

  test('of a trusted proxy that is known for X-Forwarded-*', async () => {
    const { forwarded } = FORGED;
    expect(await toldTo(customary, { forwarded })).toEqual(OWN_CUSTOMARY);
    expect(await toldTo(customary, { forwarded, 'x-forwarded-for': '203.0.113.7' })).toEqual({
      ...OWN_CUSTOMARY,
      'x-forwarded-for': ['203.0.113.7, 127.0.0.1'],
    });
  });

  test.each(['Forwarded', 'FORWARDED', 'X_Forwarded_For', 'Grpc-Metadata-Forwarded'])(
    'spelled %s',
    async (name) => {
      expect(await toldTo(trustless, { [name]: 'for=1.1.1.1' })).toEqual(OWN);
    },
  );
});

describe('limits count by', () => {
  const statuses = async (settings: Partial<GatewayConfig['listen']>, sent: readonly Headers[]) => {
    const gateway = await startTestGateway([proxyService(upstream.url)], {
      ...listen({ trustedProxies: ['127.0.0.0/8'], ...settings }),
      policies: [{ rateLimit: { limit: 1, windowMs: 3_600_000, by: ['address'] } }],
    });
    const found: number[] = [];
    for (const headers of sent) found.push((await send(gateway.publicUrl, { path: '/p/a', headers })).status);
    await gateway.close();
    return found;
  };
  const ways = ['192.0.2.1', '192.0.2.2', '"[2001:db8::1]"', '"[2001:db8::2]:80"'].map((node) => ({
    forwarded: `for=${node}`,
  }));

  test('the address that a trusted proxy names', async () => {
    expect(await statuses({ forwardedHeader: 'forwarded' }, [...ways, ...ways])).toEqual([
      ...[200, 200, 200, 429],
      ...[429, 429, 429, 429],
    ]);
  });

  test('the peer, whoever it says it is', async () => {
    expect(await statuses({ forwardedHeader: 'forwarded', trustedProxies: [] }, ways)).toEqual([
      200, 429, 429, 429,
    ]);
    expect(await statuses({}, ways)).toEqual([200, 429, 429, 429]);
  });

  test('the address that the proxy saw, though the client wants to pass for the proxy', async () => {
    const behind = ['', 'for="', 'for=1;;=', 'for=unknown', 'for=127.0.0.1', 'x="\\'].map((junk) => ({
      forwarded: `${junk}, for=192.0.2.1`,
    }));
    expect(await statuses({ forwardedHeader: 'forwarded' }, [...behind, {}])).toEqual([
      200,
      ...behind.slice(1).map(() => 429),
      200,
    ]);
  });
});

describe('services are told', () => {
  const forwarded = 'for=203.0.113.7;host=front.test;proto=https';
  const expected = way('203.0.113.7, 127.0.0.1', `${forwarded}, for=127.0.0.1`, {
    host: 'front.test',
    proto: 'https',
  });

  test('by a route of a document', async () => {
    expect(await toldTo(standard, { forwarded }, '/pets')).toEqual(expected);
  });

  test.each([['{ pets }'], ['{ pets(forwarded: "for=1.1.1.1") }']])('by GraphQL: %s', async (query) => {
    const before = upstream.requests.length;
    const answer = await send(standard.publicUrl, {
      path: '/graphql',
      headers: { host: HOST, forwarded },
      body: { query },
    });
    const seen = upstream.requests.slice(before).map((request) => JSON.parse(told(request)));
    // An argument of that name is none of the graph: then there is no call at all.
    expect([answer.status, ...seen]).toEqual(query === '{ pets }' ? [200, expected] : [expect.any(Number)]);
  });

  test('by an upgrade', async () => {
    await rawExchange(
      standard.publicUrl,
      [
        'GET /p/socket HTTP/1.1',
        `Host: ${HOST}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        `Forwarded: ${forwarded}`,
        '',
        '',
      ].join('\r\n'),
    );
    expect(upgrades).toEqual([expected]);
  });

  test('in gRPC by x-forwarded-* alone, whatever they list', async () => {
    const answer = await send(standard.publicUrl, {
      path: '/v1/things/a',
      headers: { host: HOST, forwarded, 'grpc-metadata-forwarded': 'for=1.1.1.1' },
    });
    const metadata = echo.lastCall(GRPC_METHOD)?.metadata ?? {};
    expect([answer.status, metadata.forwarded]).toEqual([200, undefined]);
    expect(metadata['x-forwarded-for']).toEqual(['203.0.113.7, 127.0.0.1']);
    expect([metadata['x-forwarded-host'], metadata['x-forwarded-proto']]).toEqual([
      ['front.test'],
      ['https'],
    ]);
  });
});
