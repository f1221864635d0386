// Start, health, metrics, restart, drain and stop of a whole gateway.
// Sources: management reference, sections 5.3, 5.4, 5.10 and 5.11; security reference, classes 23 and 28.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { StartupError } from '../../gateway/config/startup-error.ts';
import { startLibrary } from '../../upstream-mocks/library/library.ts';
import type { MockServer } from '../../upstream-mocks/mock-server.ts';
import { adminOf } from '../harness/admin.ts';
import { begin, open, send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { rawExchange } from '../harness/raw-socket.ts';
import { demoService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

let library: MockServer;
const started: TestGateway[] = [];
beforeAll(async () => {
  library = await startLibrary({ port: 0 });
});
afterAll(() => library.close());
afterEach(async () => {
  await Promise.all(started.splice(0).map((gateway) => gateway.close()));
  library.resetCounts();
});

async function start(...parameters: Parameters<typeof startTestGateway>): Promise<TestGateway> {
  const gateway = await startTestGateway(...parameters);
  started.push(gateway);
  return gateway;
}

const services = () => [demoService('library', library.url)];
const BOOK = { path: '/v1/books/b1' };

describe('health', () => {
  test.each([['/livez'], ['/readyz'], ['/healthz']])(
    '%s says pass on the status and the admin port',
    async (path) => {
      const gateway = await start();
      for (const url of [gateway.statusUrl, gateway.adminUrl]) {
        const answer = await send(url, { path });
        expect([answer.status, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
          200,
          'application/health+json',
          'no-store',
        ]);
        expect(answer.json()).toEqual(expect.objectContaining({ status: 'pass' }));
        expect((await send(url, { path, method: 'HEAD' })).status).toBe(200);
      }
    },
  );

  test('names version and revision', async () => {
    const gateway = await start(services());
    expect((await send(gateway.statusUrl, { path: '/readyz' })).json()).toEqual({
      status: 'pass',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      revision: gateway.registry.snapshot.revision,
    });
  });

  test.each([
    ['POST', '/readyz', 405],
    ['DELETE', '/metrics', 405],
    ['PROPFIND', '/livez', 405],
    ['TRACE', '/livez', 405],
    ['GET', '/', 404],
    ['GET', '/v1/books/b1', 404],
    ['GET', '/v1/services', 404],
    ['GET', '/livez/', 404],
    ['GET', '//livez', 404],
  ])('%s %s on the status port is a problem %i', async (method, path, status) => {
    const gateway = await start(services());
    const answer = await send(gateway.statusUrl, { method, path });
    expect(problemOf(answer).status).toBe(status);
    expect(answer.headers.allow).toBe(status === 405 ? 'GET, HEAD' : undefined);
  });
});

describe('metrics', () => {
  const scrape = async (gateway: TestGateway) => (await send(gateway.statusUrl, { path: '/metrics' })).text;
  const seriesOf = (text: string) => text.split('\n').filter((line) => line.startsWith('dragoman_'));

  test('count requests by route and calls by operation', async () => {
    const gateway = await start(services());
    await send(gateway.publicUrl, BOOK);
    await send(gateway.publicUrl, { path: '/v1/books/b2' });
    await send(gateway.publicUrl, { path: '/v1/books/nobody' });
    await send(gateway.publicUrl, { path: '/nowhere' });
    const text = await scrape(gateway);
    expect(seriesOf(text)).toEqual(
      expect.arrayContaining([
        'dragoman_requests_total{door="rest",api="library",route="/v1/{name=books/*}",method="GET",status="200"} 2',
        'dragoman_requests_total{door="rest",api="library",route="/v1/{name=books/*}",method="GET",status="404"} 1',
        'dragoman_requests_total{door="rest",api="other",route="other",method="GET",status="404"} 1',
        'dragoman_upstream_calls_total{operation="library/library.v1.LibraryService/GetBook",code="ok"} 2',
        'dragoman_upstream_calls_total{operation="library/library.v1.LibraryService/GetBook",code="not_found"} 1',
        `dragoman_snapshot_info{revision="${gateway.registry.snapshot.revision}"} 1`,
      ]),
    );
  });

  test('do not grow by what clients write (class 28)', async () => {
    const gateway = await start(services());
    const visit = (index: number) => [
      send(gateway.publicUrl, { path: `/nowhere/${index}` }),
      send(gateway.publicUrl, { path: `/v1/books/x${index}` }),
      send(gateway.publicUrl, { path: `/v1/books/b1?x${index}=1` }),
      send(gateway.publicUrl, { path: '/v1/books/b1', headers: { host: `h${index}.test` } }),
    ];
    const methods = ['PROPFIND', 'PURGE', 'LINK', 'M-SEARCH'];
    await Promise.all([...visit(0), send(gateway.publicUrl, { method: 'REPORT', path: '/v1/books/b1' })]);
    const before = seriesOf(await scrape(gateway)).length;
    for (let index = 1; index <= 100; index += 1) {
      await Promise.all([
        ...visit(index),
        send(gateway.publicUrl, { method: methods[index % 4] ?? '', path: '/v1/books/b1' }),
      ]);
    }
    expect(seriesOf(await scrape(gateway)).length).toBe(before);
  });

  test('count a stream when it ends, by its client’s leaving as well', async () => {
    const gateway = await start(services());
    const stream = await open(gateway.publicUrl, {
      path: '/v1/books:watch',
      headers: { 'x-mock-forever': 'true' },
    });
    await once(stream.body, 'data');
    expect(await scrape(gateway)).not.toContain('WatchBooks",code');
    stream.leave();
    await library.waitForCancel('library.v1.LibraryService/WatchBooks');
    expect(await scrape(gateway)).toContain('WatchBooks",code="cancelled"} 1');
  });
});

describe('a restart', () => {
  test('on the same SQLite file serves what was registered', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dragoman-test-'));
    const registry = { kind: 'sqlite', path: join(folder, 'registry.db') } as const;
    try {
      const first = await startTestGateway(services(), { registry });
      const before = (await adminOf(first).get('library')).json();
      await first.close();
      const second = await startTestGateway([], { registry });
      expect((await send(second.publicUrl, BOOK)).status).toBe(200);
      expect((await adminOf(second).get('library')).json()).toEqual(before);
      await adminOf(second).delete('library');
      await second.close();
      const third = await startTestGateway([], { registry });
      expect((await send(third.publicUrl, BOOK)).status).toBe(404);
      await third.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a start that cannot be', () => {
  test.each([
    [
      'listen.http',
      (host: string, port: number) => ({ listen: { http: { host, port }, trustedProxies: [] } }),
    ],
    [
      'admin.listen',
      (host: string, port: number) => ({ admin: { listen: { host, port }, token: undefined } }),
    ],
    ['status.listen', (host: string, port: number) => ({ status: { listen: { host, port } } })],
  ])('a port in use is named with its setting: %s', async (setting, settings) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const failure = await startTestGateway([], settings('127.0.0.1', port)).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(StartupError);
    expect((failure as Error).message).toBe(
      `port ${port} is already in use; stop what listens there, or set ${setting} to another port`,
    );
    taken.close();
  });

  test('a registry that is no database is named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dragoman-test-'));
    const failure = await startTestGateway([], { registry: { kind: 'sqlite', path: folder } }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(StartupError);
    expect(JSON.stringify((failure as StartupError).problems)).toContain('cannot be opened');
    rmSync(folder, { recursive: true });
  });
});

describe('a stop', () => {
  const quick = { delayMs: 0, drainMs: 5_000 };

  test('says not ready at once, while it goes on serving for its delay', async () => {
    const gateway = await start(services(), { shutdown: { delayMs: 4_000, drainMs: 5_000 } });
    const closing = gateway.close();
    const ready = await send(gateway.statusUrl, { path: '/readyz' });
    expect([ready.status, ready.json()]).toEqual([
      503,
      expect.objectContaining({ status: 'fail', output: 'shutting down' }),
    ]);
    expect((await send(gateway.statusUrl, { path: '/livez' })).status).toBe(200);
    const answer = await send(gateway.publicUrl, BOOK);
    expect([answer.status, answer.headers.connection]).toEqual([200, 'close']);
    await closing;
    await expect(send(gateway.publicUrl, BOOK)).rejects.toThrow(/ECONNREFUSED/);
    await expect(send(gateway.statusUrl, { path: '/livez' })).rejects.toThrow(/ECONNREFUSED/);
    await expect(send(gateway.adminUrl, { path: '/livez' })).rejects.toThrow(/ECONNREFUSED/);
  });

  test('waits for the request in flight', async () => {
    const gateway = await start(services(), { shutdown: quick });
    const slow = begin(gateway.publicUrl, { ...BOOK, headers: { 'x-mock-delay-ms': '600' } });
    await library.waitForCall('library.v1.LibraryService/GetBook');
    // Were it not waited for, the call would still be open when all is closed.
    const closing = gateway.close().then(() => library.counts()['library.v1.LibraryService/GetBook']?.ok);
    const answer = await slow.answered;
    expect(answer.status).toBe(200);
    answer.body.resume();
    expect(await closing).toBe(1);
  });

  test('does not wait longer than it may', async () => {
    const gateway = await start(services(), { shutdown: { delayMs: 0, drainMs: 200 } });
    const hanging = begin(gateway.publicUrl, { ...BOOK, headers: { 'x-mock-hang': 'true' } });
    await library.waitForCall('library.v1.LibraryService/GetBook');
    const start_ = performance.now();
    await Promise.all([gateway.close(), expect(hanging.answered).rejects.toThrow()]);
    expect(performance.now() - start_).toBeLessThan(20_000);
    await library.waitForCancel('library.v1.LibraryService/GetBook');
  });

  test('is not held up by an idle connection', async () => {
    const gateway = await start(services(), { shutdown: { delayMs: 0, drainMs: 60_000 } });
    const idle = rawExchange(gateway.publicUrl, 'GET /v1/books/b1 HTTP/1.1\r\nHost: a\r\n\r\n');
    await library.waitForCall('library.v1.LibraryService/GetBook');
    await send(gateway.publicUrl, BOOK);
    const before = performance.now();
    await gateway.close();
    expect(performance.now() - before).toBeLessThan(20_000);
    expect((await idle).answers.map(({ status }) => status)).toEqual([200]);
  });

  test('twice is once', async () => {
    const gateway = await start(services(), { shutdown: quick });
    const first = gateway.close();
    expect(gateway.close()).toBe(first);
    await first;
    await gateway.close();
  });
});

describe('the admin API is nowhere on the public port', () => {
  test.each([
    ['a path', 'GET /v1/services HTTP/1.1\r\nHost: a\r\n'],
    ['a Host', 'GET /v1/services HTTP/1.1\r\nHost: 127.0.0.1:9080\r\n'],
    ['an absolute form', 'GET http://localhost:9080/v1/services HTTP/1.1\r\nHost: localhost:9080\r\n'],
    [
      'a rewrite',
      'GET / HTTP/1.1\r\nHost: a\r\nX-Original-URL: /v1/services\r\nX-Rewrite-URL: /v1/services\r\n',
    ],
    [
      'the gRPC path',
      'POST /dragoman.admin.v1.Services/ListServices HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n',
    ],
    ['an encoded path', 'GET /v1/%73ervices HTTP/1.1\r\nHost: a\r\n'],
    [
      'an override',
      'POST /v1/services/x HTTP/1.1\r\nHost: a\r\nX-HTTP-Method-Override: DELETE\r\nContent-Length: 0\r\n',
    ],
  ])('by %s', async (_name, head) => {
    const gateway = await start(services());
    const { answers } = await rawExchange(gateway.publicUrl, `${head}Connection: close\r\n\r\n`);
    expect(answers.map(({ status }) => status)).toEqual([404]);
  });
});
