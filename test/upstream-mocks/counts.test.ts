// The book of calls, its HTTP face, and the whole demo as one program.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from '@jest/globals';
import { CallBook } from '../../upstream-mocks/call-book.ts';
import { type Demo, startAll } from '../../upstream-mocks/start-all.ts';
import { startUsers } from '../../upstream-mocks/users/users.ts';
import { ServiceCalls } from './grpc-calls.ts';

const ANY_PORTS = { library: 0, inventory: 0, users: 0, orders: 0, reviews: 0, counts: 0 };
const MAIN = join(import.meta.dirname, '../../upstream-mocks/main.ts');

const open: { close(): unknown }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

describe('the book of calls', () => {
  const arrival = { timeoutMs: null, metadata: {} };

  test('only the first end of a call counts', () => {
    const book = new CallBook();
    const entry = book.begin('m', arrival);
    entry.end('cut');
    entry.end('cancelled');
    expect(book.counts().m).toMatchObject({ calls: 1, active: 0, cut: 1, cancelled: 0 });
  });

  test('waiting for what has happened already ends at once', async () => {
    const book = new CallBook();
    book.begin('m', arrival).end('ok');
    expect(await book.wait('m', ({ ok }) => ok === 1)).toMatchObject({ calls: 1 });
  });

  test('a call from before a reset wakes nobody who waits after it', async () => {
    const book = new CallBook();
    const before = book.begin('m', arrival);
    book.reset();
    const waiting = book.wait('m', ({ cancelled }) => cancelled >= 1);
    before.end('cancelled');
    expect(book.counts()).toEqual({});
    const after = book.begin('m', { timeoutMs: 7, metadata: {} });
    after.end('cancelled');
    expect(await waiting).toMatchObject({ lastTimeoutMs: 7, calls: 1 });
  });

  test('whoever waits when the mock closes is told so', async () => {
    const book = new CallBook();
    const waiting = book.wait('m', () => false);
    book.close();
    await expect(waiting).rejects.toThrow('the mock was closed while someone waited for m');
  });
});

describe('all demo services', () => {
  test('one address counts the calls of all, and resets them', async () => {
    const demo = await startAll(ANY_PORTS);
    open.push(demo);
    await callLibraryAndReviews(demo);
    const counts = await (await fetch(demo.counts.url)).json();
    expect(counts['library.v1.LibraryService/BatchGetBooks']).toMatchObject({ calls: 2, ok: 1, failed: 1 });
    expect(counts['GET /reviews/{id}']).toMatchObject({ calls: 1, ok: 1 });
    expect(counts['library.v1.LibraryService/BatchGetBooks'].lastMetadata['x-request-id']).toEqual(['abc']);
    const reset = await fetch(demo.counts.url, { method: 'DELETE' });
    expect(reset.status).toBe(204);
    expect(await (await fetch(demo.counts.url)).json()).toEqual({});
  });

  test('a mock alone can serve its own counts', async () => {
    const server = await startUsers({ countsPort: 0 });
    open.push(server);
    const users = new ServiceCalls(server.url, 'users/v1/users.proto', 'users.v1.UserService');
    await users.unary('GetUser', { name: 'users/u1' });
    users.close();
    const counts = await (await fetch(server.countsUrl ?? '')).json();
    expect(counts['users.v1.UserService/GetUser']).toMatchObject({ calls: 1 });
  });

  test('a port in use stops all that were started and is said in one line', async () => {
    const { port, close } = await takePort();
    await expect(startAll({ ...ANY_PORTS, reviews: port })).rejects.toThrow(
      `reviews: port ${port} is in use by another program; stop that one first`,
    );
    close();
  });

  test('a counts port in use frees the mock itself', async () => {
    const { port, close } = await takePort();
    await expect(startUsers({ countsPort: port })).rejects.toThrow(`counts: port ${port} is in use`);
    close();
  });
});

describe('main.ts', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('prints every address and ends well on %s', async (signal) => {
    const child = spawn(process.execPath, [MAIN, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    const names: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      names.push(line.split(' ')[0] ?? '');
      if (names.at(-1) === 'counts') child.kill(signal);
    }
    expect(names).toEqual(['library', 'inventory', 'users', 'orders', 'reviews', 'counts']);
    expect(await exited).toEqual([0, null]);
  });

  test('a port in use is one line and exit code 1', async () => {
    const { port, close } = await takePort();
    const { code, errors } = await run(String(port));
    expect(errors).toBe(`library: port ${port} is in use by another program; stop that one first\n`);
    expect(code).toBe(1);
    close();
  });

  test('a first port that is none is one line and exit code 1', async () => {
    const { code, errors } = await run('many');
    expect(errors).toBe('the first port must be a number from 0 to 65530\n');
    expect(code).toBe(1);
  });
});

async function callLibraryAndReviews(demo: Demo): Promise<void> {
  const { library, reviews } = demo.services;
  const calls = new ServiceCalls(library.url, 'library/v1/library.proto', 'library.v1.LibraryService');
  await calls.unary('BatchGetBooks', { names: ['books/none'] });
  await calls.unary('BatchGetBooks', { names: ['books/b1'] }, { 'x-request-id': 'abc' });
  calls.close();
  await fetch(`${reviews.url}/reviews/r1`);
}

async function takePort(): Promise<{ port: number; close(): Server }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { port: typeof address === 'object' ? (address?.port ?? 0) : 0, close: () => server.close() };
}

async function run(argument: string): Promise<{ code: number; errors: string }> {
  const child = spawn(process.execPath, [MAIN, argument], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, errors };
}
