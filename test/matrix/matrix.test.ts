// Doors × backends × one list of scenarios. A new door is an entry in doors.ts, a new backend a world below; the
// scenarios stay.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { GrpcMockServer } from '../../upstream-mocks/grpc/grpc-mock.ts';
import { startInventory } from '../../upstream-mocks/inventory/inventory.ts';
import { startLibrary } from '../../upstream-mocks/library/library.ts';
import { demoService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { DOORS } from './doors.ts';

const GET_BOOK = 'library.v1.LibraryService/GetBook';

/** Whose message reaches the client, and who gets a fixed sentence (transcoding reference, section 9.4). */
const CODES: readonly (readonly [code: string, isShown: boolean])[] = [
  // Of neither list: it speaks of the call, not to the caller.
  ['CANCELLED', false],
  ['UNKNOWN', false],
  ['INVALID_ARGUMENT', true],
  ['DEADLINE_EXCEEDED', false],
  ['NOT_FOUND', true],
  ['ALREADY_EXISTS', true],
  ['PERMISSION_DENIED', true],
  ['RESOURCE_EXHAUSTED', true],
  ['FAILED_PRECONDITION', true],
  ['ABORTED', true],
  ['OUT_OF_RANGE', true],
  ['UNIMPLEMENTED', true],
  ['INTERNAL', false],
  ['UNAVAILABLE', false],
  ['DATA_LOSS', false],
  ['UNAUTHENTICATED', true],
];
const CANARY = 'canary of the upstream';

let library: GrpcMockServer;
let inventory: GrpcMockServer;
let gateway: TestGateway;

beforeAll(async () => {
  library = await startLibrary({ port: 0 });
  inventory = await startInventory({ port: 0 });
  gateway = await startTestGateway([
    demoService('library', library.url),
    demoService('inventory', inventory.url),
  ]);
});

afterAll(async () => {
  await gateway.close();
  await library.close();
  await inventory.close();
});

describe.each(DOORS.map((door) => [door.name, door] as const))('%s × gRPC', (_name, door) => {
  test('success', async () => {
    const { code, book } = await door.getBook(gateway.publicUrl, 'books/b1');
    expect([code, book?.title]).toEqual(['OK', 'The Interpreter at Court']);
    expect(book?.labels).toEqual({ genre: 'history', shelf: 'A-01' });
  });

  test.each(CODES)('code %s', async (status, isShown) => {
    const outcome = await door.getBook(gateway.publicUrl, 'books/b1', {
      'x-mock-status': status,
      'x-mock-message': CANARY,
    });
    expect([outcome.code, outcome.message === CANARY]).toEqual([status, isShown]);
  });

  test('deadline', async () => {
    const headers = { 'x-mock-hang': 'true', 'grpc-timeout': '80m' };
    expect((await door.getBook(gateway.publicUrl, 'books/b1', headers)).code).toBe('DEADLINE_EXCEEDED');
  });

  test('cancel: the upstream hears of a client that leaves', async () => {
    library.resetCounts();
    const leaving = new AbortController();
    const arrived = library.waitForCall(GET_BOOK);
    const answer = door.getBook(gateway.publicUrl, 'books/b1', { 'x-mock-hang': 'true' }, leaving.signal);
    const left = expect(answer).rejects.toThrow();
    await arrived;
    const cancelled = library.waitForCancel(GET_BOOK);
    leaving.abort();
    await Promise.all([left, cancelled]);
  });

  test('integers of 64 bits', async () => {
    const { book } = await door.getBook(gateway.publicUrl, 'books/b1');
    expect(book?.copiesSold).toBe('9007199254740993');
  });

  test('the highest integer of 64 bits', async () => {
    expect(await door.handledTotal(gateway.publicUrl, 'books/b2')).toBe('18446744073709551615');
  });

  test('unicode', async () => {
    const { book } = await door.getBook(gateway.publicUrl, 'books/b3');
    expect(book?.title).toBe('Die Brücke über den Fluß, 東京 🐉');
  });

  test('empty: fields at their default', async () => {
    const { book } = await door.getBook(gateway.publicUrl, 'books/b2');
    expect(book).toEqual({ title: 'Untold', copiesSold: '0', labels: {} });
  });

  test('a message just below 4 MiB passes', async () => {
    const headers = { 'x-mock-size': '4100000' };
    expect((await door.getBook(gateway.publicUrl, 'books/b1', headers)).code).toBe('OK');
  });

  test('a message above 4 MiB is refused', async () => {
    const outcome = await door.getBook(gateway.publicUrl, 'books/b1', { 'x-mock-size': '4300000' });
    expect([outcome.code, outcome.message]).toEqual([
      'INTERNAL',
      'the upstream sent a larger message than this operation allows',
    ]);
  });

  test('stream', async () => {
    expect(await door.watchBooks(gateway.publicUrl, 3)).toEqual(['1', '2', '3']);
  });
});
