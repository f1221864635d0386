// Real upstreams that are late, many, gone or behind TLS. Sources: the issue's "not there at start"; security
// reference, section 8, row 7 and class 30; models reference, section 6 (channels of old snapshots).
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { UpstreamDefinition } from '../../registry/service-definition.ts';
import { startLibrary } from '../../upstream-mocks/library/library.ts';
import type { MockServer } from '../../upstream-mocks/mock-server.ts';
import { type Authority, createAuthority } from '../harness/certificates.ts';
import { compileTypes } from '../harness/compile-types.ts';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { demoService, protoFile, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

async function library(options: Parameters<typeof startLibrary>[0] = {}): Promise<MockServer> {
  const server = await startLibrary({ port: 0, ...options });
  closing.push(server);
  return server;
}

async function gatewayTo(upstream: UpstreamDefinition): Promise<TestGateway> {
  const gateway = await startTestGateway([demoService('library', 'grpc://127.0.0.1:1', { upstream })]);
  closing.push(gateway);
  return gateway;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const book = (gateway: TestGateway, headers: Record<string, string> = {}) =>
  send(gateway.publicUrl, { path: '/v1/books/b1', headers });
const callsOf = (server: MockServer) => server.counts()['library.v1.LibraryService/GetBook']?.calls ?? 0;

/** Asks until it is answered; the channel waits a little between two tries to connect. */
async function untilAnswered(gateway: TestGateway): Promise<number[]> {
  const statuses: number[] = [];
  for (let tries = 0; tries < 200; tries += 1) {
    statuses.push((await book(gateway)).status);
    if (statuses.at(-1) === 200) return statuses;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return statuses;
}

describe('an upstream that is not there', () => {
  test('is a 503 that says when to come back, and is found without a restart', async () => {
    const port = await freePort();
    const gateway = await gatewayTo({ targets: [{ url: `grpc://127.0.0.1:${port}` }] });
    const answer = await book(gateway);
    expect(problemOf(answer)).toEqual(
      expect.objectContaining({
        status: 503,
        code: 'UNAVAILABLE',
        type: 'urn:dragoman:problem:upstream-unreachable',
        source: 'upstream',
        detail: 'the upstream is not available',
      }),
    );
    expect(answer.headers['retry-after']).toBe('1');
    expect(JSON.stringify([answer.headers, answer.text])).not.toMatch(/127\.0\.0\.1:\d|ECONNREFUSED/);
    expect(gateway.logs.join('')).toContain('ECONNREFUSED');
    await library({ port });
    expect((await untilAnswered(gateway)).at(-1)).toBe(200);
  });

  test('by its name is a 503, too', async () => {
    const gateway = await gatewayTo({ targets: [{ url: 'grpc://nowhere.invalid:50051' }] });
    const answer = await book(gateway, { 'grpc-timeout': '10S' });
    expect(problemOf(answer)).toEqual(expect.objectContaining({ status: 503, code: 'UNAVAILABLE' }));
    expect(answer.text).not.toContain('nowhere.invalid');
  });

  test('may go and come back', async () => {
    const port = await freePort();
    const first = await startLibrary({ port });
    const gateway = await gatewayTo({ targets: [{ url: `grpc://127.0.0.1:${port}` }] });
    expect((await book(gateway)).status).toBe(200);
    await first.close();
    expect((await book(gateway)).status).toBe(503);
    await library({ port });
    expect((await untilAnswered(gateway)).at(-1)).toBe(200);
  });
});

describe('several targets', () => {
  test('are called in turn', async () => {
    const [a, b] = [await library(), await library()];
    const gateway = await gatewayTo({ targets: [{ url: a.url }, { url: b.url }] });
    for (let index = 0; index < 20; index += 1) await book(gateway);
    expect([callsOf(a), callsOf(b)]).toEqual([10, 10]);
  });

  test('by their weights', async () => {
    const [a, b] = [await library(), await library()];
    const gateway = await gatewayTo({
      targets: [
        { url: a.url, weight: 3 },
        { url: b.url, weight: 1 },
      ],
    });
    for (let index = 0; index < 20; index += 1) await book(gateway);
    expect([callsOf(a), callsOf(b)]).toEqual([15, 5]);
  });
});

describe('channels', () => {
  test('of targets that a publish leaves alone stay open; those of old targets are closed', async () => {
    // Counts what is connected to it, and speaks gRPC by passing everything on to the real one.
    const real = await library();
    const upstreams = await Promise.all(Array.from({ length: 10 }, () => countingProxy(real.port)));
    const gateway = await gatewayTo({ targets: [{ url: upstreams[0]?.url ?? '' }] });
    // Compiled once: it is the publishes that count, not runs of the compiler.
    const { descriptorSet: bytes } = await compileTypes([protoFile('library/v1/library.proto')]);
    for (let round = 0; round < 50; round += 1) {
      const url = upstreams[round % upstreams.length]?.url ?? '';
      await gateway.registry.put(
        demoService('library', url, {
          source: { kind: 'descriptorSet', bytes },
          forwardHeaders: [`x-${round}`],
        }),
      );
      expect((await book(gateway)).status).toBe(200);
    }
    const last = upstreams[49 % upstreams.length];
    await Promise.all(upstreams.filter((one) => one !== last).map((one) => one.empty()));
    expect(upstreams.map((one) => one.connections())).toEqual(upstreams.map((one) => (one === last ? 1 : 0)));
    // Publishing again to the same target opens no other connection.
    await gateway.registry.put(demoService('library', last?.url ?? '', { forwardHeaders: ['x-again'] }));
    await book(gateway);
    expect([last?.connections(), last?.total()]).toEqual([1, 5]);
  });

  test('are closed with the gateway', async () => {
    const real = await library();
    const proxy = await countingProxy(real.port);
    const gateway = await startTestGateway([demoService('library', proxy.url)]);
    await book(gateway);
    expect(proxy.connections()).toBe(1);
    await gateway.close();
    await proxy.empty();
    expect(proxy.connections()).toBe(0);
  });
});

interface CountingProxy {
  readonly url: string;
  connections(): number;
  total(): number;
  /** Resolves when nobody is connected. */
  empty(): Promise<void>;
}

async function countingProxy(port: number): Promise<CountingProxy> {
  const { connect } = await import('node:net');
  let open = 0;
  let total = 0;
  const waiting = new Set<() => void>();
  const server = createServer((socket) => {
    open += 1;
    total += 1;
    const onward = connect(port, '127.0.0.1');
    socket.pipe(onward).pipe(socket);
    const end = () => onward.destroy();
    socket.on('error', end);
    onward.on('error', () => socket.destroy());
    socket.on('close', () => {
      end();
      open -= 1;
      if (open === 0) for (const tell of waiting) tell();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push({ close: async () => void server.close() });
  return {
    url: `grpc://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => open,
    total: () => total,
    empty: () => new Promise((resolve) => (open === 0 ? resolve() : waiting.add(resolve))),
  };
}

describe('TLS (class 30)', () => {
  let authority: Authority;
  let stranger: Authority;
  beforeAll(() => {
    authority = createAuthority();
    stranger = createAuthority('a stranger');
  });

  const outcome = async (
    hosts: readonly string[],
    tls: UpstreamDefinition['tls'],
    { isExpired = false, host = 'localhost' } = {},
  ) => {
    const server = await library({ tls: authority.issue(hosts, { isExpired }) });
    const gateway = await gatewayTo({
      targets: [{ url: `grpcs://${host}:${server.port}` }],
      ...(tls !== undefined && { tls }),
    });
    const answer = await book(gateway, { 'grpc-timeout': '5S' });
    return { answer, status: answer.status, calls: callsOf(server), logs: gateway.logs.join('') };
  };

  test('with a certificate of the authority that is trusted is served', async () => {
    expect(await outcome(['localhost'], { ca: authority.cert })).toEqual(
      expect.objectContaining({ status: 200, calls: 1 }),
    );
  });

  test('to a plain address wants the address in the certificate', async () => {
    const good = await outcome(['127.0.0.1'], { ca: authority.cert }, { host: '127.0.0.1' });
    expect(good.status).toBe(200);
    const bad = await outcome(['127.0.0.2'], { ca: authority.cert }, { host: '127.0.0.1' });
    expect([bad.status, bad.calls]).toEqual([503, 0]);
  });

  test('under another name is served if that name is configured', async () => {
    const named = await outcome(['library.internal'], { ca: authority.cert, serverName: 'library.internal' });
    expect(named.status).toBe(200);
  });

  test.each([
    ['another authority', ['localhost'], () => ({ ca: stranger.cert }), {}],
    ['no authority but the system’s', ['localhost'], () => undefined, {}],
    ['another name', ['elsewhere.test'], () => ({ ca: authority.cert }), {}],
    [
      'another name than the configured one',
      ['localhost'],
      () => ({ ca: authority.cert, serverName: 'library.internal' }),
      {},
    ],
    ['a certificate that has expired', ['localhost'], () => ({ ca: authority.cert }), { isExpired: true }],
  ])('with %s is refused, and nothing of it is told', async (_name, hosts, tls, options) => {
    const { answer, status, calls } = await outcome(hosts, tls(), options);
    expect([status, calls]).toEqual([503, 0]);
    expect(problemOf(answer).type).toBe('urn:dragoman:problem:upstream-unreachable');
    expect(answer.text).not.toMatch(/certificate|CERT|localhost|internal/);
  });

  test('is not given up for plaintext: a grpcs target that speaks none is refused', async () => {
    const server = await library();
    const gateway = await gatewayTo({
      targets: [{ url: `grpcs://localhost:${server.port}` }],
      tls: { ca: authority.cert },
    });
    expect((await book(gateway, { 'grpc-timeout': '5S' })).status).toBe(503);
    expect(callsOf(server)).toBe(0);
  });
});
