// Bidirectional streams over WebSocket, subprotocol dragoman.json.v1 (transcoding reference, section 8).
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import type { GrpcMockServer } from '../../upstream-mocks/grpc/grpc-mock.ts';
import { startInventory } from '../../upstream-mocks/inventory/inventory.ts';
import { startLibrary } from '../../upstream-mocks/library/library.ts';
import { send } from '../harness/http-client.ts';
import { demoService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

const TRACK = '/inventory.v1.InventoryService/TrackStock';
const PROTOCOL = 'dragoman.json.v1';

let inventory: GrpcMockServer;
let library: GrpcMockServer;
let gateway: TestGateway;

beforeAll(async () => {
  inventory = await startInventory({ port: 0 });
  library = await startLibrary({ port: 0 });
  gateway = await startTestGateway([
    demoService('inventory', inventory.url),
    demoService('library', library.url),
  ]);
});

afterAll(async () => {
  await gateway.close();
  await library.close();
  await inventory.close();
});

interface Conversation {
  readonly socket: WebSocket;
  say(frame: unknown): void;
  /** The next frame, parsed. */
  hear(): Promise<Record<string, unknown>>;
  readonly closed: Promise<number>;
}

async function converse(path: string, headers: Record<string, string> = {}): Promise<Conversation> {
  const socket = new WebSocket(gateway.publicUrl.replace('http', 'ws') + path, PROTOCOL, { headers });
  const frames: Record<string, unknown>[] = [];
  const waiting: ((frame: Record<string, unknown>) => void)[] = [];
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data));
    const next = waiting.shift();
    if (next === undefined) frames.push(frame);
    else next(frame);
  });
  const closed = once(socket, 'close').then(([code]) => Number(code));
  await once(socket, 'open');
  return {
    socket,
    say: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    hear: () => {
      const frame = frames.shift();
      return frame === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(frame);
    },
    closed,
  };
}

/** The status of an upgrade that is refused. */
async function refusal(path: string, headers: Record<string, string> = {}, protocols: string[] = [PROTOCOL]) {
  const socket = new WebSocket(gateway.publicUrl.replace('http', 'ws') + path, protocols, { headers });
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, problem: JSON.parse(text) };
}

describe('a bidirectional stream', () => {
  test('answers while the client still speaks, and ends when it has said all', async () => {
    const { say, hear, closed } = await converse(TRACK);
    say({ message: { bookId: 'books/b1' } });
    expect(await hear()).toEqual({ message: expect.objectContaining({ bookId: 'books/b1' }) });
    say({ message: { book_id: 'books/b2' } });
    expect(await hear()).toEqual({
      // The uint64 maximum, which no JSON number holds.
      message: expect.objectContaining({ bookId: 'books/b2', handledTotal: '18446744073709551615' }),
    });
    say({ end: true });
    expect(await hear()).toEqual({ status: { code: 'OK' } });
    expect(await closed).toBe(1000);
  });

  test('ends with the status of the upstream', async () => {
    const { say, hear } = await converse(TRACK, { 'x-mock-status': 'ABORTED' });
    say({ message: { bookId: 'books/b1' } });
    expect(await hear()).toEqual({ status: expect.objectContaining({ code: 'ABORTED', status: 409 }) });
  });

  test.each([
    ['a frame that is no JSON', '{'],
    ['a frame of another form', '{"msg":{}}'],
    ['a message with an unknown field', '{"message":{"zzz":1}}'],
    ['a message of the wrong type', '{"message":{"bookId":5}}'],
  ])('ends with INVALID_ARGUMENT after %s', async (_name, frame) => {
    const { say, hear } = await converse(TRACK);
    say(frame);
    expect(await hear()).toEqual({ status: expect.objectContaining({ code: 'INVALID_ARGUMENT' }) });
  });

  test('ends upstream when the client leaves', async () => {
    inventory.resetCounts();
    const arrived = inventory.waitForCall('inventory.v1.InventoryService/TrackStock');
    // A service that is told to hang does not take the end of its input for the end of the call.
    const { socket, say } = await converse(TRACK, { 'x-mock-hang': 'true' });
    say({ message: { bookId: 'books/b1' } });
    await arrived;
    const cancelled = inventory.waitForCancel('inventory.v1.InventoryService/TrackStock');
    socket.terminate();
    await cancelled;
  });

  test('is closed with a problem when a message is over the limit', async () => {
    const { say, closed } = await converse(TRACK);
    say({ message: { bookId: 'x'.repeat(5_000_000) } });
    // RFC 6455 §7.4.1: too big.
    expect(await closed).toBe(1009);
  });
});

test('a server stream is opened by its one message', async () => {
  const { say, hear } = await converse('/library.v1.LibraryService/WatchBooks');
  say({ message: { count: 1 } });
  expect(await hear()).toEqual({ message: expect.objectContaining({ sequence: '1' }) });
  expect(await hear()).toEqual({ status: { code: 'OK' } });
});

describe('an upgrade is refused', () => {
  test.each([
    ['for a path no route has', '/nowhere', {}, [PROTOCOL], 404],
    ['for a method that takes one message', '/inventory.v1.InventoryService/GetStock', {}, [PROTOCOL], 400],
    ['for a path that is malformed', '/%zz', {}, [PROTOCOL], 400],
    ['without the subprotocol', TRACK, {}, ['other.v1'], 400],
    ['from a page of another origin', TRACK, { origin: 'https://evil.example' }, [PROTOCOL], 403],
  ])('%s', async (_name, path, headers, protocols, status) => {
    const answer = await refusal(path, headers as Record<string, string>, protocols);
    expect([answer.status, answer.problem.status]).toEqual([status, status]);
  });
});

test('an upgrade is refused by a service that turned WebSocket off, whose streams are still there', async () => {
  const quiet = await startTestGateway([
    demoService('inventory', inventory.url, { rest: { websocket: false } }),
  ]);
  try {
    const socket = new WebSocket(quiet.publicUrl.replace('http', 'ws') + TRACK, [PROTOCOL]);
    socket.on('error', () => {});
    const [, response] = await once(socket, 'unexpected-response');
    expect(response.statusCode).toBe(501);
    response.destroy();
    const answer = await send(quiet.publicUrl, { method: 'POST', path: TRACK, body: [] });
    expect(answer.status).toBe(200);
  } finally {
    await quiet.close();
  }
});
