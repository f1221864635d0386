// How an HTTP upstream is spoken to, as its service says it: in the file, over the admin API, and what it does.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { formatProblem } from '../../core/problem.ts';
import { parseConfig } from '../../gateway/config/load-config.ts';
import { readServices } from '../../gateway/config/read-services.ts';
import { greeter } from '../admin/sources.ts';
import { adminOf } from '../harness/admin.ts';
import { createAuthority } from '../harness/certificates.ts';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { startHttp2Upstream } from './http2-upstream.ts';
import { proxyService, startByteUpstream, startHttpUpstream } from './upstream.ts';

const fileOf = (upstream: string): string =>
  `services:\n  - name: a\n    prefix: /a\n    upstream: ${upstream}\n`;

describe('in the file', () => {
  test('become what the service is registered with', async () => {
    const text = fileOf('{targets: [{url: "http://h:1"}], http2: true, connectTimeout: 2s, concurrency: 7}');
    const parsed = await parseConfig(text, { path: 'dragoman.yaml', env: {} });
    expect(parsed.problems.map(formatProblem)).toEqual([]);
    const services = parsed.ok ? await readServices(parsed.value) : { ok: false as const };
    expect(services.ok && services.value[0]?.definition.upstream).toEqual({
      targets: [{ url: 'http://h:1', weight: 1 }],
      http: { http2: true, connectMs: 2_000, concurrency: 7 },
    });
  });

  test.each([
    ['http2: maybe', 'services[0].upstream.http2 must be true or false, found "maybe" (wrong-value)'],
    [
      'connectTimeout: soon',
      'services[0].upstream.connectTimeout must be a duration such as 500ms, 30s or 5m, found "soon" (wrong-value)',
    ],
    [
      'concurrency: 0',
      'services[0].upstream.concurrency must be a whole number from 1 to 10000, found 0 (wrong-value)',
    ],
  ])('are refused where they say what they cannot: %s', async (part, message) => {
    const text = fileOf(`{targets: [{url: "http://h:1"}], ${part}}`);
    const { problems } = await parseConfig(text, { path: 'dragoman.yaml', env: {} });
    expect(
      problems.map((problem) => formatProblem(problem).replace(/^dragoman\.yaml:\d+:\d+: /, '')),
    ).toEqual([message]);
  });
});

describe('over the admin API', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });
  afterAll(() => gateway.close());

  test('are kept and shown', async () => {
    const upstream = {
      targets: [{ url: 'http://127.0.0.1:1' }],
      http2: true,
      connectTimeout: '2s',
      concurrency: 7,
    };
    const put = await adminOf(gateway).put('shown', { prefix: '/shown', upstream });
    expect((put.json() as { upstream: unknown }).upstream).toEqual({ ...upstream, connectTimeout: '2000ms' });
  });

  test.each<[string, object]>([
    ['upstream.http2', { http2: 'yes' }],
    ['upstream.connectTimeout', { connectTimeout: 5 }],
    ['upstream.concurrency', { concurrency: 'many' }],
  ])('are refused where they are nothing of the kind: %s', async (field, part) => {
    const upstream = { targets: [{ url: 'http://127.0.0.1:1' }], ...part };
    const put = await adminOf(gateway).put('wrong', { prefix: '/wrong', upstream });
    expect([put.status, JSON.stringify(put.json())]).toEqual([400, expect.stringContaining(`"${field}"`)]);
  });

  test.each<[string, object]>([
    ['connectTimeout must be from 1ms to 60s', { connectTimeout: '2m' }],
    ['concurrency must be a whole number from 1 to 10000', { concurrency: 0.5 }],
  ])('are refused beyond their bounds: %s', async (message, part) => {
    const upstream = { targets: [{ url: 'http://127.0.0.1:1' }], ...part };
    const put = await adminOf(gateway).put('wrong', { prefix: '/wrong', upstream });
    expect([put.status, put.text]).toEqual([422, expect.stringContaining(message)]);
  });

  test('mean nothing to a gRPC upstream, and say so', async () => {
    const service = greeter('red', { targets: [{ url: 'grpc://127.0.0.1:1' }], http2: true });
    const put = await adminOf(gateway).put('red', service);
    expect([put.status, put.text]).toEqual([
      422,
      expect.stringContaining('are for services whose upstream speaks HTTP'),
    ]);
  });
});

describe.each(['HTTP/1.1', 'HTTP/2'])('over %s, concurrency', (version) => {
  test('is how many requests the target has at a time; others wait, and too many are told to come back', async () => {
    const http2 = version === 'HTTP/2';
    let most = 0;
    const held = new Set<() => void>();
    const hold = (finish: () => void): void => {
      const one = (): void => {
        held.delete(one);
        finish();
      };
      held.add(one);
      most = Math.max(most, held.size);
      if (isOpen) setImmediate(one);
    };
    let isOpen = false;
    const one = await startHttpUpstream();
    one.answer((_request, response) => hold(() => void response.end('ok')));
    const two = await startHttp2Upstream();
    two.answer((stream) =>
      hold(() => {
        stream.respond({ ':status': 200 });
        stream.end('ok');
      }),
    );
    const { url } = http2 ? two : one;
    const gateway = await startTestGateway([
      proxyService(url, { upstream: { targets: [{ url }], http: { http2, concurrency: 2 } } }),
    ]);
    // Two go, eight wait; whoever comes then is refused at once, and is the first to be answered.
    const answers = Array.from({ length: 11 }, () => send(gateway.publicUrl, { path: '/p/a' }));
    const refused = await Promise.race(answers);
    expect([refused.status, refused.headers['retry-after'], problemOf(refused).code]).toEqual([
      503,
      '1',
      'UNAVAILABLE',
    ]);
    isOpen = true;
    for (const finish of [...held]) finish();
    const statuses = (await Promise.all(answers)).map(({ status }) => status).sort();
    expect([statuses, most]).toEqual([[...Array(10).fill(200), 503], 2]);
    await gateway.close();
    await Promise.all([one.close(), two.close()]);
  });
});

describe('a connection that is not made in time is 503', () => {
  test.each([undefined, true, false])('with TLS that nobody answers, http2: %s', async (http2) => {
    const silent = await startByteUpstream();
    silent.answer(() => {});
    const url = silent.url.replace('http:', 'https:');
    const http = { connectMs: 100, ...(http2 !== undefined && { http2 }) };
    const gateway = await startTestGateway([proxyService(url, { upstream: { targets: [{ url }], http } })]);
    const answer = await send(gateway.publicUrl, { path: '/p/a' });
    expect([answer.status, problemOf(answer).type]).toEqual([
      503,
      'urn:dragoman:problem:upstream-unreachable',
    ]);
    expect(gateway.logs.join('')).toContain('no connection within 100 ms');
    await gateway.close();
    await silent.close();
  });
});

test('a server that agrees on no protocol at all is no server of HTTP/2', async () => {
  const authority = createAuthority();
  const mute = createServer(
    { ...authority.issue(['127.0.0.1']) },
    (socket) => void socket.on('error', () => {}),
  );
  mute.listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const url = `https://127.0.0.1:${(mute.address() as AddressInfo).port}`;
  const gateway = await startTestGateway([
    proxyService(url, {
      upstream: { targets: [{ url }], tls: { ca: authority.cert }, http: { http2: true } },
    }),
  ]);
  expect((await send(gateway.publicUrl, { path: '/p/a' })).status).toBe(502);
  await gateway.close();
  mute.close();
});
