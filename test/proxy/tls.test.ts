// HTTP upstreams behind TLS: who they must be, who the gateway says it is, and which HTTP the two agree on. Security
// reference, class 30.
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import type { UpstreamDefinition } from '../../registry/service-definition.ts';
import { type Authority, type Certificate, createAuthority } from '../harness/certificates.ts';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type Http2Upstream, type Http2UpstreamOptions, startHttp2Upstream } from './http2-upstream.ts';
import { proxyService } from './upstream.ts';

let authority: Authority;
let stranger: Authority;
let certificate: Certificate;
beforeAll(() => {
  authority = createAuthority();
  stranger = createAuthority('somebody else');
  certificate = authority.issue(['127.0.0.1', 'shop.example']);
});
const closing: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

async function gatewayTo(
  url: string,
  settings: Omit<UpstreamDefinition, 'targets'> = {},
): Promise<TestGateway> {
  const gateway = await startTestGateway([
    proxyService(url, { upstream: { targets: [{ url }], tls: { ca: authority.cert }, ...settings } }),
  ]);
  closing.push(gateway);
  return gateway;
}

async function serverOf(options: Http2UpstreamOptions = {}): Promise<Http2Upstream> {
  const upstream = await startHttp2Upstream({ certificate, ...options });
  closing.push(upstream);
  upstream.answer((stream) => {
    stream.respond({ ':status': 200 });
    stream.end('by h2');
  });
  return upstream;
}

/** One that knows HTTP/1.1 alone. */
async function oldServer(listener: RequestListener = (_request, response) => void response.end('by h1')) {
  const server = createServer({ cert: certificate.cert, key: certificate.key }, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return { server, url: `https://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const ask = (gateway: TestGateway, path = '/p/a') => send(gateway.publicUrl, { path });

describe('which HTTP', () => {
  test('is the upstream’s choice: HTTP/2 on one connection where it has it', async () => {
    const upstream = await serverOf();
    const gateway = await gatewayTo(upstream.url);
    const texts = await Promise.all(Array.from({ length: 20 }, async () => (await ask(gateway)).text));
    expect([new Set(texts), upstream.connections()]).toEqual([new Set(['by h2']), 1]);
  });

  test('is HTTP/1.1 where it has no other', async () => {
    const { url } = await oldServer();
    const gateway = await gatewayTo(url);
    const texts = await Promise.all(Array.from({ length: 20 }, async () => (await ask(gateway)).text));
    expect(new Set(texts)).toEqual(new Set(['by h1']));
  });

  test('is HTTP/1.1 for who wants no other, of a server with both', async () => {
    const upstream = await serverOf({ allowHTTP1: true });
    upstream.server.on('request', (request, response) => {
      if (request.httpVersionMajor === 1) response.end(`by h${request.httpVersion}`);
    });
    const gateway = await gatewayTo(upstream.url, { http: { http2: false } });
    expect((await ask(gateway)).text).toBe('by h1.1');
  });

  test('is 503 for who wants HTTP/2 alone, of a server that says in its handshake that it has none', async () => {
    const { url } = await oldServer();
    const gateway = await gatewayTo(url, { http: { http2: true } });
    expect((await ask(gateway)).status).toBe(503);
  });

  test('is asked again when there is another server', async () => {
    const first = await serverOf();
    const gateway = await gatewayTo(first.url);
    expect((await ask(gateway)).text).toBe('by h2');
    const { port } = first.server.address() as AddressInfo;
    closing.splice(closing.indexOf(first), 1);
    await first.close();
    const second = createServer({ cert: certificate.cert, key: certificate.key }, (_request, response) => {
      response.end('by h1');
    });
    second.listen(port, '127.0.0.1');
    await once(second, 'listening');
    closing.push({
      close: () => {
        second.closeAllConnections();
        second.close();
      },
    });
    // The first request learns that the agreement holds no more; at the latest the second is served.
    await ask(gateway);
    expect((await ask(gateway)).text).toBe('by h1');
  });

  test('is HTTP/1.1 for WebSockets, also of a server that speaks HTTP/2', async () => {
    const upstream = await serverOf({ allowHTTP1: true });
    const echo = new WebSocketServer({ noServer: true });
    upstream.server.on('upgrade', (request, socket, head) => {
      echo.handleUpgrade(request, socket, head, (one) => one.send('welcome'));
    });
    const gateway = await gatewayTo(upstream.url);
    expect((await ask(gateway)).text).toBe('by h2');
    const client = new WebSocket(`${gateway.publicUrl.replace('http', 'ws')}/p/chat`);
    const [message] = await once(client, 'message');
    expect(String(message)).toBe('welcome');
    client.terminate();
  });
});

describe.each<['HTTP/2' | 'HTTP/1.1', boolean]>([
  ['HTTP/2', true],
  ['HTTP/1.1', false],
])('over %s, an upstream', (_name, http2) => {
  const http = { http2 };
  const both = { allowHTTP1: true };
  const answerBoth = (upstream: Http2Upstream): void => {
    upstream.server.on('request', (request, response) => {
      if (request.httpVersionMajor === 1) response.end('by h1');
    });
  };

  test.each<[string, () => { own: Certificate; tls: UpstreamDefinition['tls'] }]>([
    ['of an authority that nobody trusts', () => ({ own: stranger.issue(['127.0.0.1']), tls: undefined })],
    ['of another authority', () => ({ own: stranger.issue(['127.0.0.1']), tls: { ca: authority.cert } })],
    ['of another name', () => ({ own: authority.issue(['other.example']), tls: { ca: authority.cert } })],
    [
      'of another name than the one to expect',
      () => ({ own: certificate, tls: { ca: authority.cert, serverName: 'other.example' } }),
    ],
    [
      'that has expired',
      () => ({
        own: authority.issue(['127.0.0.1'], { isExpired: true }),
        tls: { ca: authority.cert },
      }),
    ],
  ])('%s gets no request', async (_case, make) => {
    const { own, tls } = make();
    const upstream = await serverOf({ ...both, certificate: own });
    let requests = 0;
    upstream.server.on('request', () => {
      requests += 1;
    });
    const gateway = await gatewayTo(upstream.url, { http, ...(tls === undefined ? { tls: {} } : { tls }) });
    const answer = await ask(gateway);
    expect([answer.status, problemOf(answer).type, requests]).toEqual([
      503,
      'urn:dragoman:problem:upstream-unreachable',
      0,
    ]);
    expect(answer.text).not.toMatch(/certificate|127\.0\.0\.1|example/i);
    expect(gateway.logs.join('')).toMatch(/certificate/i);
  });

  test('is verified by the name to expect, and told it', async () => {
    const upstream = await serverOf({ ...both, certificate: authority.issue(['shop.example']) });
    answerBoth(upstream);
    const names: unknown[] = [];
    upstream.server.on('secureConnection', (socket) => names.push(socket.servername));
    const gateway = await gatewayTo(upstream.url, {
      http,
      tls: { ca: authority.cert, serverName: 'shop.example' },
    });
    expect([(await ask(gateway)).status, names]).toEqual([200, ['shop.example']]);
  });

  test('that asks for a certificate gets ours', async () => {
    const upstream = await serverOf({ ...both, clientAuthority: authority.cert });
    answerBoth(upstream);
    const { cert, key } = authority.issue(['gateway']);
    const gateway = await gatewayTo(upstream.url, { http, tls: { ca: authority.cert, cert, key } });
    expect((await ask(gateway)).status).toBe(200);
  });

  test('that asks for a certificate where we have none is 503', async () => {
    const upstream = await serverOf({ ...both, clientAuthority: authority.cert });
    answerBoth(upstream);
    const gateway = await gatewayTo(upstream.url, { http });
    expect((await ask(gateway)).status).toBe(503);
  });
});
