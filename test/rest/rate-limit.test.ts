// Limits as clients of REST meet them: how many calls pass, what every answer says of what is left, and what a refusal is.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { PolicySettings, RateLimitSettings } from '../../core/rate-limit.ts';
import type { GatewayConfig } from '../../gateway/config/gateway-config.ts';
import type { ServiceDefinition } from '../../registry/service-definition.ts';
import { startLibrary } from '../../upstream-mocks/library/library.ts';
import { send } from '../harness/http-client.ts';
import { demoService, startTestGateway, TRANSPORT } from '../harness/start-gateway.ts';
import { LIBRARY } from './library-world.ts';
import { converse } from './websocket-client.ts';

const HOUR = 3_600_000;
const opened: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

/** Time stands still for the limits, so that nothing comes back while a test runs, however long it does. */
const STILL = { ...TRANSPORT, limitClock: () => 0 };

function limits(...settings: readonly Partial<RateLimitSettings>[]): readonly PolicySettings[] {
  return settings.map((one) => ({ rateLimit: { limit: 3, windowMs: HOUR, ...one } }));
}

async function start(service: Partial<ServiceDefinition> = {}, config: Partial<GatewayConfig> = {}) {
  const library = await startLibrary({ port: 0 });
  opened.push(library);
  const gateway = await startTestGateway([demoService('library', library.url, service)], config, STILL);
  opened.push(gateway);
  const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    send(gateway.publicUrl, { path, headers });
  return {
    gateway,
    library,
    get,
    statuses: async (
      count: number,
      path = '/v1/books/b1',
      headers: Readonly<Record<string, string>> = {},
    ) => {
      const found: number[] = [];
      for (let call = 0; call < count; call += 1) found.push((await get(path, headers)).status);
      return found;
    },
    calls: (method: string) => library.counts()[`${LIBRARY}/${method}`]?.calls ?? 0,
  };
}

describe('how many pass', () => {
  test('of ten times as many requests at once as the limit allows, exactly as many as it allows', async () => {
    const { get, calls } = await start({}, { policies: limits({ limit: 7 }) });
    const answers = await Promise.all(Array.from({ length: 70 }, () => get('/v1/books/b1')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(7);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(63);
    expect(calls('GetBook')).toBe(7);
  });

  test('a limit of an operation holds for it alone, by whichever of its routes', async () => {
    const { statuses } = await start({
      operationPolicies: [{ operation: 'GET /v1/books', policies: limits({ limit: 2 }) }],
    });
    expect(await statuses(1, '/v1/books')).toEqual([200]);
    expect(await statuses(1, '/v1/authors/a1/books')).toEqual([200]);
    expect(await statuses(1, '/v1/books')).toEqual([429]);
    expect(await statuses(5, '/v1/books/b1')).toEqual([200, 200, 200, 200, 200]);
  });

  test('a call that the limit of its operation refuses takes nothing of the caller’s', async () => {
    const { get, statuses } = await start(
      { operationPolicies: [{ operation: `${LIBRARY}/GetBook`, policies: limits({ limit: 1 }) }] },
      { policies: limits({ limit: 5 }) },
    );
    expect(await statuses(4)).toEqual([200, 429, 429, 429]);
    expect((await get('/v1/books')).headers.ratelimit).toMatch(/^"default";r=3;/);
  });

  test('keys tell callers apart; without the header it is the address', async () => {
    const { statuses } = await start({ policies: limits({ limit: 1, by: ['header.x-key'] }) });
    expect(await statuses(2, '/v1/books/b1', { 'x-key': 'a' })).toEqual([200, 429]);
    expect(await statuses(2, '/v1/books/b1', { 'x-key': 'b' })).toEqual([200, 429]);
    expect(await statuses(2)).toEqual([200, 429]);
    expect(await statuses(1, '/v1/books/b1', { 'x-key': '127.0.0.1' })).toEqual([200]);
  });

  test('path variables and routes are keys of their own', async () => {
    const { statuses } = await start({ policies: limits({ limit: 1, by: ['path.name', 'route'] }) });
    expect(await statuses(2, '/v1/books/b1')).toEqual([200, 429]);
    expect(await statuses(2, '/v1/books/b2')).toEqual([200, 429]);
    expect(await statuses(2, '/v1/books')).toEqual([200, 429]);
  });

  test('IPv6 counts by its first 64 bits, and IPv4 as itself however it is written', async () => {
    const { statuses } = await start(
      {},
      {
        listen: { http: { host: '127.0.0.1', port: 0 }, trustedProxies: ['127.0.0.0/8'] },
        policies: limits({ limit: 1, by: ['address'] }),
      },
    );
    const from = async (address: string) =>
      (await statuses(1, '/v1/books/b1', { 'x-forwarded-for': address }))[0];
    expect(await from('2001:db8:0:1::7')).toBe(200);
    expect(await from('2001:db8:0:1:ffff::8')).toBe(429);
    expect(await from('2001:db8:0:2::7')).toBe(200);
    expect(await from('192.0.2.1')).toBe(200);
    expect(await from('::ffff:192.0.2.1')).toBe(429);
    expect(await from('::ffff:c000:201')).toBe(429);
    expect(await from('192.0.2.2')).toBe(200);
  });

  test('a stream is one call, and says what is left', async () => {
    const { get } = await start({}, { policies: limits({ limit: 2 }) });
    const watch = (accept: string) => get('/v1/books:watch?count=3&interval=0.001s', { accept });
    const first = await watch('application/x-ndjson');
    expect([first.status, first.text.trim().split('\n').length]).toEqual([200, 3]);
    expect(first.headers.ratelimit).toMatch(/^"default";r=1;/);
    expect((await watch('text/event-stream')).headers.ratelimit).toMatch(/^"default";r=0;/);
    const refused = await watch('text/event-stream');
    expect([refused.status, refused.headers['content-type']]).toEqual([429, 'application/problem+json']);
  });

  test('a limit that is changed holds at once, and what was used stays used', async () => {
    const { gateway, library, statuses } = await start({ policies: limits({ limit: 3 }) });
    expect(await statuses(4)).toEqual([200, 200, 200, 429]);
    await gateway.registry.put(demoService('library', library.url, { policies: limits({ limit: 5 }) }));
    expect(await statuses(3)).toEqual([200, 200, 429]);
    await gateway.registry.put(demoService('library', library.url));
    expect(await statuses(1)).toEqual([200]);
  });
});

test('a conversation over WebSocket is one call, and one too many ends with the refusal', async () => {
  const { gateway } = await start({ policies: limits({ limit: 1 }) });
  const watch = async () => {
    const { say, hear } = await converse(gateway.publicUrl, '/v1/books:watch');
    say({ message: { count: 1, interval: '0.001s' } });
    return hear();
  };
  expect(await watch()).toHaveProperty('message');
  expect(await watch()).toMatchObject({
    status: { code: 'RESOURCE_EXHAUSTED', 'violated-policies': ['library'] },
  });
});

describe('what answers say', () => {
  test('every answer of a limited call tells its limits and the one nearest to its end', async () => {
    const { get } = await start(
      {},
      {
        policies: limits(
          { name: 'burst', limit: 60, burst: 2, windowMs: 60_000 },
          { name: 'daily', limit: 24, windowMs: 24 * HOUR },
        ),
      },
    );
    for (const [path, status] of [
      ['/v1/books/b1', 200],
      ['/v1/books/none', 404],
    ] as const) {
      const answer = await get(path);
      expect(answer.status).toBe(status);
      expect(answer.headers['ratelimit-policy']).toBe('"burst";q=60;w=60, "daily";q=24;w=86400');
    }
    // The two at once are used, and one comes back a second.
    expect((await get('/v1/books/b1')).headers['retry-after']).toBe('1');
  });

  test('one that is left and the time until all is there again', async () => {
    const { get } = await start({}, { policies: limits({ limit: 24, windowMs: 24 * HOUR }) });
    await get('/v1/books/b1');
    // Two of 24 are used: an hour each until all is there again.
    expect((await get('/v1/books/b1')).headers.ratelimit).toBe('"default";r=22;t=7200');
  });

  test('nothing where nothing is limited', async () => {
    const { get } = await start();
    expect(
      Object.keys((await get('/v1/books/b1')).headers).filter((name) => name.startsWith('ratelimit')),
    ).toEqual([]);
  });

  test('a refusal is a problem of the registered type, with the header that says when to come back', async () => {
    const { get } = await start({}, { policies: limits({ name: 'hourly', limit: 1 }) });
    await get('/v1/books/b1');
    const refused = await get('/v1/books/b1');
    expect(refused.status).toBe(429);
    expect(refused.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'ratelimit-policy': '"hourly";q=1;w=3600',
      ratelimit: '"hourly";r=0;t=3600',
      'retry-after': '3600',
    });
    expect(refused.json()).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      title: 'Request cannot be satisfied as assigned quota has been exceeded',
      status: 429,
      code: 'RESOURCE_EXHAUSTED',
      source: 'gateway',
      detail: 'too many requests: the limit "hourly" allows 1 in 3600 s; try again in 3600 s',
      'violated-policies': ['hourly'],
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.RetryInfo',
          retryDelay: expect.stringMatching(/^3[56][0-9]{2}(\.[0-9]+)?s$/),
        },
        {
          '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
          violations: [{ subject: 'policy:hourly', description: '1 in 3600 s' }],
        },
      ],
    });
  });

  const DETAILS = [
    { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'QUOTA_EXCEEDED', domain: 'dragoman' },
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo' },
    { '@type': 'type.googleapis.com/google.rpc.QuotaFailure' },
  ];
  test.each([
    ['google', { error: { code: 429, status: 'RESOURCE_EXHAUSTED', details: DETAILS } }],
    ['status', { code: 8, details: DETAILS }],
  ] as const)('a service that speaks %s refuses so', async (errors, body) => {
    const { get } = await start({ policies: limits({ limit: 1 }), rest: { errors } });
    await get('/v1/books/b1');
    const refused = await get('/v1/books/b1');
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '3600']);
    expect(refused.json()).toMatchObject(body);
  });

  test('all limits that were broken are named, and the longest wait counts', async () => {
    const { get } = await start(
      { policies: limits({ name: 'long', limit: 1, windowMs: 2 * HOUR }) },
      { policies: limits({ name: 'short', limit: 1 }) },
    );
    await get('/v1/books/b1');
    const refused = await get('/v1/books/b1');
    expect(refused.json()).toMatchObject({ 'violated-policies': ['short', 'long'] });
    expect([refused.headers['retry-after'], refused.headers.ratelimit]).toEqual([
      '7200',
      '"long";r=0;t=7200',
    ]);
  });

  test('a limit in the shadow is counted and neither told nor held', async () => {
    const { gateway, get, statuses } = await start(
      {},
      { policies: limits({ name: 'tried', limit: 1, shadow: true }) },
    );
    expect(await statuses(3)).toEqual([200, 200, 200]);
    expect((await get('/v1/books/b1')).headers.ratelimit).toBeUndefined();
    const metrics = await send(gateway.statusUrl, { path: '/metrics' });
    expect(metrics.text).toContain(
      'dragoman_rate_limit_exceeded_total{policy="tried",api="",shadow="true"} 3',
    );
  });

  test('refusals are counted by policy and service', async () => {
    const { gateway, statuses } = await start({ policies: limits({ limit: 1 }) });
    await statuses(3);
    const metrics = await send(gateway.statusUrl, { path: '/metrics' });
    expect(metrics.text).toContain(
      'dragoman_rate_limit_exceeded_total{policy="library",api="library",shadow="false"} 2',
    );
  });
});

describe('an HTTP service', () => {
  async function startProxy(policies: readonly PolicySettings[]) {
    let requests = 0;
    const upstream = createServer((_request, response) => {
      requests += 1;
      response
        .writeHead(200, { RateLimit: '"own";r=7;t=1', 'RateLimit-Policy': '"own";q=9;w=1' })
        .end('hello');
    });
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    opened.push(upstream);
    const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
    const gateway = await startTestGateway(
      [
        {
          name: 'shop',
          source: { kind: 'proxy' },
          prefix: '/shop',
          upstream: { targets: [{ url }] },
          policies,
        },
      ],
      {},
      STILL,
    );
    opened.push(gateway);
    return { gateway, requests: () => requests };
  }

  test('is not asked beyond the limit, and what it says of its own limits is not told as the gateway’s', async () => {
    const { gateway, requests } = await startProxy(limits({ limit: 1 }));
    const get = () => send(gateway.publicUrl, { path: '/shop/a' });
    const first = await get();
    expect([first.status, first.text, first.headers.ratelimit]).toEqual([200, 'hello', '"shop";r=0;t=3600']);
    expect(first.headers['ratelimit-policy']).toBe('"shop";q=1;w=3600');
    expect((await get()).status).toBe(429);
    expect(requests()).toBe(1);
  });

  test('without limits of the gateway its own are told as they are', async () => {
    const { gateway } = await startProxy([]);
    expect((await send(gateway.publicUrl, { path: '/shop/a' })).headers.ratelimit).toBe('"own";r=7;t=1');
  });

  test('a WebSocket beyond the limit is refused before it is opened', async () => {
    const { gateway } = await startProxy(limits({ limit: 1 }));
    const upgrade = () =>
      send(gateway.publicUrl, {
        path: '/shop/a',
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        },
      });
    expect((await upgrade()).status).toBe(200);
    const refused = await upgrade();
    expect([refused.status, refused.headers['retry-after'], refused.headers.ratelimit]).toEqual([
      429,
      '3600',
      '"shop";r=0;t=3600',
    ]);
  });
});

describe('a definition', () => {
  test('with policies for an operation that is not there is refused by what there is', async () => {
    const policies = limits({});
    await expect(
      start({ operationPolicies: [{ operation: `${LIBRARY}/GetBok`, policies }] }),
    ).rejects.toMatchObject({
      problems: [
        expect.objectContaining({
          rule: 'unknown-operation',
          message:
            'service "library" has policies for "library.v1.LibraryService/GetBok" and no such operation; its operations have names such as "library.v1.LibraryService/GetBook", or are meant by their routes, such as "GET /v1/{name=books/*}"',
        }),
      ],
    });
  });

  test('that means one operation twice is refused', async () => {
    const policies = limits({});
    await expect(
      start({
        operationPolicies: [
          { operation: `${LIBRARY}/ListBooks`, policies },
          { operation: 'GET /v1/books', policies },
        ],
      }),
    ).rejects.toMatchObject({ problems: [expect.objectContaining({ rule: 'unknown-operation' })] });
  });
});
