// Doors × HTTP upstreams × the scenarios of matrix.test.ts. By REST an upstream's answer is the client's, whatever its
// status; by GraphQL the status is a code of the one table.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { HTTP_DOORS, type HttpWorld, startHttpWorld } from './http-world.ts';

/** Code by status, and whether the upstream's own sentence reaches the client (transcoding reference, section 9.4). */
const STATUSES: readonly (readonly [status: number, code: string, isShown: boolean])[] = [
  [400, 'INVALID_ARGUMENT', true],
  [401, 'UNAUTHENTICATED', true],
  [403, 'PERMISSION_DENIED', true],
  [404, 'NOT_FOUND', true],
  [408, 'DEADLINE_EXCEEDED', false],
  [409, 'ABORTED', true],
  [410, 'NOT_FOUND', true],
  [412, 'FAILED_PRECONDITION', true],
  [413, 'RESOURCE_EXHAUSTED', true],
  [416, 'OUT_OF_RANGE', true],
  [418, 'FAILED_PRECONDITION', true],
  [422, 'INVALID_ARGUMENT', true],
  [429, 'RESOURCE_EXHAUSTED', true],
  [499, 'CANCELLED', false],
  [500, 'INTERNAL', false],
  [501, 'UNIMPLEMENTED', true],
  [502, 'UNAVAILABLE', false],
  [503, 'UNAVAILABLE', false],
  [504, 'DEADLINE_EXCEEDED', false],
  [599, 'UNKNOWN', false],
];
const CANARY = 'canary of the upstream';

describe.each([
  ['HTTP/1.1', false],
  ['HTTP/2', true],
])('%s', (_version, http2) => {
  let world: HttpWorld;
  let gateway: TestGateway;
  beforeAll(async () => {
    world = await startHttpWorld(http2);
    gateway = await startTestGateway([world.service]);
  });
  afterAll(async () => {
    await gateway.close();
    await world.close();
  });

  test.each(STATUSES)('REST: status %i stays, with its content', async (status) => {
    const [rest] = HTTP_DOORS;
    const headers = { 'x-mock-status': String(status), 'x-mock-message': CANARY };
    const outcome = await rest?.getBook(gateway.publicUrl, 'b1', headers);
    expect(outcome).toEqual({ status, code: '', message: CANARY });
  });

  test.each(STATUSES)('GraphQL: status %i is code %s', async (status, code, isShown) => {
    const [, graphql] = HTTP_DOORS;
    const headers = { 'x-mock-status': String(status), 'x-mock-message': CANARY };
    const outcome = await graphql?.getBook(gateway.publicUrl, 'b1', headers);
    expect([outcome?.status, outcome?.code, outcome?.message === CANARY]).toEqual([200, code, isShown]);
  });

  describe.each(HTTP_DOORS.map((door) => [door.name, door] as const))('%s', (_name, door) => {
    test('success', async () => {
      const { code, book } = await door.getBook(gateway.publicUrl, 'b1');
      expect([code, book?.title]).toEqual(['OK', 'The Interpreter at Court']);
      expect(book?.labels).toEqual({ genre: 'history', shelf: 'A-01' });
    });

    test('deadline', async () => {
      const headers = { 'x-mock-hang': 'true', 'grpc-timeout': '80m' };
      const { code } = await door.getBook(gateway.publicUrl, 'b1', headers);
      expect(code).toBe('DEADLINE_EXCEEDED');
    });

    test('cancel: the upstream hears of a client that leaves', async () => {
      const leaving = new AbortController();
      const arrived = world.waitForHanging();
      const answer = door.getBook(gateway.publicUrl, 'b1', { 'x-mock-hang': 'true' }, leaving.signal);
      const left = expect(answer).rejects.toThrow();
      const hanging = await arrived;
      leaving.abort();
      await Promise.all([left, hanging.left]);
    });

    test.each([
      ['b1', '9007199254740993'],
      ['b3', '-9223372036854775808'],
      ['b4', '9223372036854775807'],
    ])('integers of 64 bits: %s', async (id, copiesSold) => {
      expect((await door.getBook(gateway.publicUrl, id)).book?.copiesSold).toBe(copiesSold);
    });

    test('unicode', async () => {
      const { book } = await door.getBook(gateway.publicUrl, 'b3');
      expect(book?.title).toBe('Die Brücke über den Fluß, 東京 🐉');
    });

    test('empty: nothing of what might be there', async () => {
      const { book } = await door.getBook(gateway.publicUrl, 'b2');
      expect(book).toEqual({ title: '', copiesSold: '0', labels: {} });
    });

    test('an answer just below 4 MiB passes', async () => {
      const { code } = await door.getBook(gateway.publicUrl, 'b1', { 'x-mock-size': '4100000' });
      expect(code).toBe('OK');
    });

    test('stream', async () => {
      expect(await door.watchBooks(gateway.publicUrl, 3)).toEqual(['1', '2', '3']);
    });
  });

  test('an answer above 4 MiB is refused where it is read, and passes where it is not', async () => {
    const [rest, graphql] = HTTP_DOORS;
    const headers = { 'x-mock-size': '4300000' };
    const passed = await rest?.getBook(gateway.publicUrl, 'b1', headers);
    const refused = await graphql?.getBook(gateway.publicUrl, 'b1', headers);
    expect([passed?.code, refused?.code, refused?.message]).toEqual([
      'OK',
      'INTERNAL',
      "the upstream's answer is larger than 4194304 bytes",
    ]);
  });
});
