// Everything a gRPC mock can be told to do wrong, one by one, seen from an ordinary client.

import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startLibrary } from '../../upstream-mocks/library/library.ts';
import type { MockServer } from '../../upstream-mocks/mock-server.ts';
import { collect, ServiceCalls } from './grpc-calls.ts';
import { statusDetails } from './status-details.ts';

const GET_BOOK = 'library.v1.LibraryService/GetBook';
const WATCH_BOOKS = 'library.v1.LibraryService/WatchBooks';
const CREATE_BOOK = 'library.v1.LibraryService/CreateBook';

let server: MockServer;
let library: ServiceCalls;

beforeAll(async () => {
  server = await startLibrary();
});

beforeEach(() => {
  server.resetCounts();
  library?.close();
  library = new ServiceCalls(server.url, 'library/v1/library.proto', 'library.v1.LibraryService');
});

afterAll(async () => {
  library.close();
  await server.close();
});

const getBook = (headers: Record<string, string>) => library.unary('GetBook', { name: 'books/b1' }, headers);
const watchBooks = (count: number, headers: Record<string, string>) =>
  library.collect('WatchBooks', { count, interval: {} }, headers);

describe('x-mock-status', () => {
  test.each([
    ['UNAVAILABLE', status.UNAVAILABLE],
    ['resource_exhausted', status.RESOURCE_EXHAUSTED],
    ['7', status.PERMISSION_DENIED],
    ['16', status.UNAUTHENTICATED],
  ])('%s fails a unary call with that status', async (told, code) => {
    const { error } = await getBook({ 'x-mock-status': told });
    expect(error?.code).toBe(code);
    expect(statusDetails(error?.metadata)).toBeUndefined();
  });

  test('fails with the message it is given', async () => {
    const { error } = await getBook({ 'x-mock-status': 'ABORTED', 'x-mock-message': 'try 50% later' });
    expect(error?.details).toBe('try 50% later');
  });

  test('fails a stream before its first message', async () => {
    const { messages, status: end } = await watchBooks(3, { 'x-mock-status': 'INTERNAL' });
    expect(messages).toEqual([]);
    expect(end.code).toBe(status.INTERNAL);
  });

  test('fails a stream after as many messages as x-mock-after says', async () => {
    const { messages, status: end } = await watchBooks(5, {
      'x-mock-status': 'DATA_LOSS',
      'x-mock-after': '2',
    });
    expect(messages).toHaveLength(2);
    expect(end.code).toBe(status.DATA_LOSS);
  });

  test('has no effect on data: the call never reaches the service', async () => {
    const book = { title: 'Never', author: 'authors/a1' };
    const { error } = await library.unary(
      'CreateBook',
      { book, book_id: 'never' },
      { 'x-mock-status': 'UNAVAILABLE' },
    );
    expect(error?.code).toBe(status.UNAVAILABLE);
    expect((await library.unary('GetBook', { name: 'books/never' })).error?.code).toBe(status.NOT_FOUND);
    expect(server.counts()[CREATE_BOOK]).toMatchObject({ calls: 1, failed: 1, ok: 0 });
  });

  test.each([
    ['x-mock-status', 'OK', 'x-mock-status must be the name or number of a gRPC status other than OK'],
    ['x-mock-status', 'BROKEN', 'x-mock-status must be the name or number of a gRPC status other than OK'],
    ['x-mock-delay-ms', 'soon', 'x-mock-delay-ms must be a whole number from 0 to 600000'],
    ['x-mock-size', '999999999', 'x-mock-size must be a whole number from 0 to 268435456'],
    ['x-mock-hang', 'yes', 'x-mock-hang must be true or false'],
  ])('a header that means nothing is said to be wrong: %s: %s', async (header, value, message) => {
    const { error } = await getBook({ [header]: value });
    expect(error?.code).toBe(status.INVALID_ARGUMENT);
    expect(error?.details).toBe(message);
  });
});

describe('x-mock-details', () => {
  test.each([
    [
      'error-info',
      'google.rpc.ErrorInfo',
      { reason: 'TOLD_TO_FAIL', domain: 'mock.example.com', metadata: { header: 'x-mock-status' } },
    ],
    [
      'bad-request',
      'google.rpc.BadRequest',
      { fieldViolations: [{ field: 'book.page_count', description: 'must be positive' }] },
    ],
    ['retry-info', 'google.rpc.RetryInfo', { retryDelay: { seconds: '1', nanos: 500_000_000 } }],
    [
      'debug-info',
      'google.rpc.DebugInfo',
      { stackEntries: ['at secret (/srv/secret.ts:1:1)'], detail: 'secret host 10.0.0.1' },
    ],
    [
      'resource-info',
      'google.rpc.ResourceInfo',
      { resourceType: 'mock.example.com/Thing', resourceName: 'things/t1', description: 'told to fail' },
    ],
    [
      'precondition-failure',
      'google.rpc.PreconditionFailure',
      { violations: [{ type: 'TOLD', subject: 'things/t1', description: 'told to fail' }] },
    ],
    [
      'quota-failure',
      'google.rpc.QuotaFailure',
      { violations: [{ subject: 'clientip:192.0.2.1', description: 'told to fail' }] },
    ],
    ['localized-message', 'google.rpc.LocalizedMessage', { locale: 'de-CH', message: 'Das ging nicht.' }],
    [
      'help',
      'google.rpc.Help',
      { links: [{ description: 'What mocks can do', url: 'https://mock.example.com/help' }] },
    ],
    // "nobody knows me" as field 1.
    ['unknown-type', 'nowhere.v1.Mystery', Buffer.from('\x0a\x0fnobody knows me').toString('base64')],
  ])('%s adds a %s', async (name, type, value) => {
    const { error } = await getBook({ 'x-mock-status': 'UNAVAILABLE', 'x-mock-details': name });
    expect(statusDetails(error?.metadata)).toEqual({
      code: status.UNAVAILABLE,
      message: 'as told by x-mock-status',
      details: [{ type, value }],
    });
  });

  test('several are sent in the order they are named', async () => {
    const { error } = await getBook({ 'x-mock-status': 'ABORTED', 'x-mock-details': 'help, retry-info' });
    const types = statusDetails(error?.metadata)?.details.map(({ type }) => type);
    expect(types).toEqual(['google.rpc.Help', 'google.rpc.RetryInfo']);
  });

  test('wrong-code makes the code inside contradict the status', async () => {
    const { error } = await getBook({ 'x-mock-status': 'NOT_FOUND', 'x-mock-details': 'wrong-code' });
    expect(error?.code).toBe(status.NOT_FOUND);
    expect(statusDetails(error?.metadata)?.code).toBe(status.DATA_LOSS);
  });

  test('broken sends bytes that are no message of the type they claim', async () => {
    const { error } = await getBook({ 'x-mock-status': 'NOT_FOUND', 'x-mock-details': 'broken' });
    expect(() => statusDetails(error?.metadata)).toThrow();
  });

  test('an unknown name is said to be wrong', async () => {
    const { error } = await getBook({ 'x-mock-status': 'NOT_FOUND', 'x-mock-details': 'poem' });
    expect(error?.code).toBe(status.INVALID_ARGUMENT);
    expect(error?.details).toMatch(/^x-mock-details must be of: error-info, bad-request/);
  });
});

describe('time', () => {
  test('x-mock-delay-ms holds the answer back', async () => {
    const start = performance.now();
    const { error } = await getBook({ 'x-mock-delay-ms': '60' });
    expect(error).toBeUndefined();
    expect(performance.now() - start).toBeGreaterThanOrEqual(59);
  });

  test('x-mock-delay-ms beyond the deadline ends the call, and the book says so', async () => {
    const { error } = await library.unary(
      'GetBook',
      { name: 'books/b1' },
      { 'x-mock-delay-ms': '60000' },
      { deadline: Date.now() + 80 },
    );
    expect(error?.code).toBe(status.DEADLINE_EXCEEDED);
    const counts = await server.waitForCancel(GET_BOOK);
    expect(counts).toMatchObject({ calls: 1, deadline: 1, cancelled: 0 });
    expect(counts.lastTimeoutMs).toBeGreaterThan(0);
    expect(counts.lastTimeoutMs).toBeLessThanOrEqual(80);
  });

  test('x-mock-hang never answers; a client that leaves is noticed', async () => {
    const { call, outcome } = library.startUnary('GetBook', { name: 'books/b1' }, { 'x-mock-hang': 'true' });
    await server.waitForCall(GET_BOOK);
    expect(server.counts()[GET_BOOK]).toMatchObject({ calls: 1, active: 1, cancelled: 0 });
    call.cancel();
    expect((await outcome).error?.code).toBe(status.CANCELLED);
    expect(await server.waitForCancel(GET_BOOK)).toMatchObject({ calls: 1, active: 0, cancelled: 1, ok: 0 });
  });

  test('x-mock-hang with x-mock-after stops a stream half-way', async () => {
    const call = library.serverStream(
      'WatchBooks',
      { count: 5, interval: {} },
      { 'x-mock-hang': 'true', 'x-mock-after': '2' },
    );
    const outcome = collect(call);
    const { messagesSent } = await server.waitForCall(WATCH_BOOKS);
    expect(messagesSent).toBeLessThanOrEqual(2);
    await new Promise<void>((resolve) => {
      call.on('data', ({ sequence }: { sequence: string }) => sequence === '2' && resolve());
    });
    call.cancel();
    expect((await outcome).messages).toHaveLength(2);
  });

  test('x-mock-forever begins a stream again when it would end', async () => {
    const call = library.serverStream(
      'WatchBooks',
      { count: 2, interval: {} },
      { 'x-mock-forever': 'true', 'x-mock-interval-ms': '0' },
    );
    const outcome = collect(call);
    let received = 0;
    await new Promise<void>((resolve) => {
      call.on('data', () => {
        received += 1;
        if (received === 7) resolve();
      });
    });
    call.cancel();
    const { messages } = await outcome;
    const sequences = messages.slice(0, 7).map(({ sequence }) => sequence);
    expect(sequences).toEqual(['1', '2', '1', '2', '1', '2', '1']);
    await server.waitForCancel(WATCH_BOOKS);
  });

  test('a stream without end is written no faster than the client reads', async () => {
    const call = library.serverStream('WatchBooks', { count: 0, interval: {} }, { 'x-mock-size': '65536' });
    const outcome = collect(call.pause());
    await server.waitForCall(WATCH_BOOKS);
    // An unread call of another method has its answer while the stream stands still.
    await getBook({ 'x-mock-delay-ms': '100' });
    const sent = server.counts()[WATCH_BOOKS]?.messagesSent;
    await getBook({ 'x-mock-delay-ms': '100' });
    expect(server.counts()[WATCH_BOOKS]?.messagesSent).toBe(sent);
    call.cancel();
    await outcome;
  });
});

describe('connection', () => {
  test('x-mock-cut resets the connection instead of answering', async () => {
    const { error } = await getBook({ 'x-mock-cut': 'true' });
    expect([status.UNAVAILABLE, status.INTERNAL, status.CANCELLED]).toContain(error?.code);
    expect(server.counts()[GET_BOOK]).toMatchObject({ calls: 1, cut: 1, cancelled: 0 });
  });

  test('x-mock-cut with x-mock-after cuts a stream half-way', async () => {
    const { messages, status: end } = await watchBooks(5, { 'x-mock-cut': 'true', 'x-mock-after': '1' });
    expect(messages).toHaveLength(1);
    expect(end.code).not.toBe(status.OK);
    expect(server.counts()[WATCH_BOOKS]).toMatchObject({ messagesSent: 1, cut: 1 });
  });

  test('the service goes on after a cut', async () => {
    await getBook({ 'x-mock-cut': 'true' });
    const { error } = await library.unary(
      'GetBook',
      { name: 'books/b1' },
      {},
      { deadline: Date.now() + 5000 },
    );
    expect(error).toBeUndefined();
  });
});

describe('what goes back', () => {
  test('x-mock-echo-metadata returns what was received, binary values as base64', async () => {
    const { headers } = await getBook({ 'x-mock-echo-metadata': 'true', 'x-team': 'one' });
    const received = JSON.parse(String(headers?.get('x-mock-received')[0]));
    expect(received.timeoutMs).toBeNull();
    expect(received.metadata['x-team']).toEqual(['one']);
  });

  test('x-mock-echo-metadata works for a call that fails, too', async () => {
    const { headers, status: end } = await watchBooks(1, {
      'x-mock-echo-metadata': 'true',
      'x-mock-status': 'NOT_FOUND',
    });
    expect(end.code).toBe(status.NOT_FOUND);
    expect(headers?.get('x-mock-received')).toHaveLength(1);
  });

  test('x-mock-size makes the free text of a reply as long as asked', async () => {
    const { reply } = await getBook({ 'x-mock-size': '5000000' });
    expect(reply.description).toBe('x'.repeat(5_000_000));
    expect(reply.title).toBe('The Interpreter at Court');
  });

  test('x-mock-size reaches into a list, its first entry only', async () => {
    const { reply } = await library.unary('ListBooks', { author: 'authors/a1' }, { 'x-mock-size': '1000' });
    const lengths = reply.books.map((book: { description: string }) => book.description.length);
    expect(lengths[0]).toBe(1000);
    expect(lengths[1]).toBeLessThan(1000);
  });

  test('x-mock-size on a reply without free text is said to be wrong', async () => {
    const { error } = await library.unary('GetBook', { name: 'books/b2' }, { 'x-mock-size': '10' });
    expect(error?.code).toBe(status.INVALID_ARGUMENT);
    expect(error?.details).toBe('x-mock-size: this reply has no free text to make longer');
  });
});
