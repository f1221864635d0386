// What exchanges with HTTP services leave behind when nobody wants their end any more: nothing. No content that waits to
// be read, no timer, no connection, and a process that can end by itself. Security reference, section 8.6 and 8.12.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { packageRoot } from '../../registry/package-root.ts';
import { rawSocket } from '../harness/raw-socket.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { watchExchangeTimers } from './exchange-timers.ts';
import { type Http2Upstream, startHttp2Upstream } from './http2-upstream.ts';
import { type HttpUpstream, proxyService, startHttpUpstream } from './upstream.ts';

let one: HttpUpstream;
let two: Http2Upstream;
beforeAll(async () => {
  one = await startHttpUpstream();
  // Answers and reads nothing of what is still on its way.
  one.answer((_request, response) => void response.writeHead(413, { 'content-length': 5 }).end('early'));
  one.server.on('checkContinue', (_request, response) => {
    response.writeHead(417, { 'content-length': 5 }).end('early');
  });
  one.server.on('upgrade', (_request, socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nearly',
    );
    socket.on('error', () => {});
    socket.on('end', () => socket.destroy()).resume();
  });
  two = await startHttp2Upstream();
  two.answer((stream) => {
    stream.respond({ ':status': 413, 'content-length': '5' });
    stream.end('early');
  });
});
afterAll(async () => {
  await one.close();
  await two.close();
});

/** More than fits between a client and whoever reads slowly; the rest never comes. */
const BEGUN = 'x'.repeat(300_000);
const LEFT: readonly (readonly [name: string, path: string, head: string, content: string])[] = [
  ['by length', '/one', 'Content-Length: 4000000', BEGUN],
  ['in chunks', '/one', 'Transfer-Encoding: chunked', `${(1_000_000).toString(16)}\r\n${BEGUN}`],
  ['to HTTP/2, by length', '/two', 'Content-Length: 4000000', BEGUN],
  ['to HTTP/2, in chunks', '/two', 'Transfer-Encoding: chunked', `${(1_000_000).toString(16)}\r\n${BEGUN}`],
  ['that was asked for before', '/one', 'Content-Length: 4000000\r\nExpect: 100-continue', ''],
];

/** Reads the early answer and goes, whatever it had still to say. */
async function leaveEarly(url: string, path: string, head: string, content: string): Promise<void> {
  const socket = rawSocket(url);
  socket.on('error', () => {});
  socket.write(`POST ${path}/a HTTP/1.1\r\nHost: a\r\n${head}\r\n\r\n${content}`);
  await answered(socket);
  socket.destroy();
}

async function answered(socket: Socket): Promise<void> {
  let text = '';
  socket.on('data', (bytes: Buffer) => {
    text += bytes;
    if (text.endsWith('early')) socket.emit('early');
  });
  await once(socket, 'early');
}

const services = () => [
  proxyService(one.url, { name: 'one', prefix: '/one' }),
  proxyService(two.url, {
    name: 'two',
    prefix: '/two',
    upstream: { targets: [{ url: two.url }], http: { http2: true } },
  }),
];

describe('an upload whose answer came early, and whose client has gone', () => {
  const timers = watchExchangeTimers();
  let gateway: TestGateway;
  beforeAll(async () => {
    timers.enable();
    gateway = await startTestGateway(services());
  });
  afterAll(async () => {
    timers.disable();
    await gateway.close();
  });

  test.each(LEFT)(
    '%s leaves no timer, and nothing that one would hold',
    async (_name, path, head, content) => {
      const before = timers.made();
      for (let count = 0; count < 3; count++) await leaveEarly(gateway.publicUrl, path, head, content);
      // Else this would be a test of nothing.
      expect(timers.made() - before).toBeGreaterThanOrEqual(3);
      expect(await timers.left()).toBe(0);
    },
  );
});

describe('a process that has served such clients', () => {
  let folder: string;
  let child: ChildProcess | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dragoman-leftovers-'));
    const lines = [
      'listen: { http: "127.0.0.1:0" }',
      'admin: { listen: "127.0.0.1:0" }',
      'status: { listen: "127.0.0.1:0" }',
      'registry: "memory:"',
      'shutdown: { delay: 0s, drain: 30s }',
      'services:',
      `  - { name: one, prefix: /one, upstream: "${one.url}" }`,
      '  - name: two',
      '    prefix: /two',
      `    upstream: { targets: [{ url: "${two.url}" }], http2: true }`,
    ];
    await writeFile(join(folder, 'dragoman.yaml'), lines.join('\n'));
  });
  afterEach(() => {
    child?.kill('SIGKILL');
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('ends by itself with 0, and before its drain time is over', async () => {
    const main = join(packageRoot(), 'cli/main.ts');
    child = spawn(process.execPath, [main, 'start'], { cwd: folder, env: { PATH: process.env.PATH } });
    let said = '';
    const publicUrl = await new Promise<string>((resolve, reject) => {
      child?.stderr?.on('data', (chunk: Buffer) => {
        said += chunk;
        const [, url] = /public (http:\S+) ·.*\n/.exec(said) ?? [];
        if (url !== undefined) resolve(url);
      });
      child?.once('exit', () => reject(new Error(said)));
    });
    for (const [, path, head, content] of LEFT) await leaveEarly(publicUrl, path, head, content);
    await talkAndLeave(publicUrl);
    const ended = once(child, 'exit');
    const started = performance.now();
    child.kill('SIGTERM');
    // Far beyond the drain time: it hangs.
    const timer = setTimeout(() => child?.kill('SIGKILL'), 60_000);
    expect(await ended).toEqual([0, null]);
    clearTimeout(timer);
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});

/** A WebSocket whose client goes amid the conversation. */
async function talkAndLeave(url: string): Promise<void> {
  const socket = rawSocket(url);
  socket.write(
    [
      'GET /one/chat HTTP/1.1',
      ...['Host: a', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
      ...['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', ''],
    ].join('\r\n'),
  );
  await answered(socket);
  socket.destroy();
}
