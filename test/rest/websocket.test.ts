// Bidirectional streams over WebSocket, subprotocol dragoman.json.v1 (transcoding reference, section 8).
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pino from 'pino';
import { WebSocket } from 'ws';
import { createClientAddressReader } from '../../gateway/edge/client-address.ts';
import { createWebsocketDoor } from '../../gateway/websocket/websocket-door.ts';
import type { PinnedSnapshot } from '../../registry/snapshot.ts';
import type { GrpcMockServer } from '../../upstream-mocks/grpc/grpc-mock.ts';
import { startInventory } from '../../upstream-mocks/inventory/inventory.ts';
import { startLibrary } from '../../upstream-mocks/library/library.ts';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { rawExchange } from '../harness/raw-socket.ts';
import { demoService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { converse as converseAt, PROTOCOL, refusal } from './websocket-client.ts';

const TRACK = '/inventory.v1.InventoryService/TrackStock';

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

const converse = (path: string, headers?: Record<string, string>) =>
  converseAt(gateway.publicUrl, path, headers);

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

  test.each(['UNKNOWN', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'CANCELLED'])(
    'that fails with %s has the upstream’s words in the log, under the id of the request, and nowhere else',
    async (code) => {
      const words = `canary of ${code}`;
      const { say, hear } = await converse(TRACK, { 'x-mock-status': code, 'x-mock-message': words });
      say({ message: { bookId: 'books/b1' } });
      const { status } = (await hear()) as { status: { code: string; requestId: string } };
      expect(status.code).toBe(code);
      expect(JSON.stringify(status)).not.toContain(words);
      const lines = gateway.logs.filter((line) => line.includes(status.requestId));
      expect(lines.join('')).toContain(words);
    },
  );

  test('speaks the language of the client, if the upstream does', async () => {
    const headers = { 'x-mock-status': 'ABORTED', 'x-mock-details': 'localized-message' };
    const { say, hear } = await converse(TRACK, { ...headers, 'accept-language': 'de' });
    say({ message: { bookId: 'books/b1' } });
    expect(await hear()).toEqual({ status: expect.objectContaining({ detail: 'as told by x-mock-status' }) });
    const swiss = await converse(TRACK, { ...headers, 'accept-language': 'de-CH' });
    swiss.say({ message: { bookId: 'books/b1' } });
    expect(await swiss.hear()).toEqual({ status: expect.objectContaining({ detail: 'Das ging nicht.' }) });
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

  test('is told why before it is closed for a message over the limit', async () => {
    const { say, hearAll, closed } = await converse(TRACK);
    say({ message: { bookId: 'x'.repeat(5_000_000) } });
    // RFC 6455 §7.4.1: too big.
    expect(await closed).toBe(1009);
    expect(await hearAll()).toEqual([
      {
        status: expect.objectContaining({
          type: 'urn:dragoman:problem:body-too-large',
          status: 413,
          code: 'RESOURCE_EXHAUSTED',
        }),
      },
    ]);
  });

  test('is told why before it is closed for bytes that are not UTF-8', async () => {
    const { socket, hearAll, closed } = await converse(TRACK);
    socket.send(Buffer.from([0x7b, 0xff]), { binary: false });
    // RFC 6455 §7.4.1: inconsistent data.
    expect(await closed).toBe(1007);
    expect(await hearAll()).toEqual([
      { status: expect.objectContaining({ type: 'urn:dragoman:problem:invalid-json', status: 400 }) },
    ]);
  });

  test.each<[string, readonly number[]]>([
    ['a frame without a mask', [0x81, 0x02, 0x7b, 0x7d]],
    ['a compressed frame', [0xc1, 0x80, 0, 0, 0, 0]],
    ['a frame of no known kind', [0x83, 0x80, 0, 0, 0, 0]],
    ['the rest of a message that was not begun', [0x80, 0x80, 0, 0, 0, 0]],
    ['half a ping', [0x09, 0x80, 0, 0, 0, 0]],
    ['a goodbye with half a code', [0x88, 0x81, 0, 0, 0, 0, 3]],
  ])('is told why before it is closed for %s', async (_name, bytes) => {
    const { raw, hearAll, closed } = await converse(TRACK);
    raw.write(Buffer.from(bytes));
    // RFC 6455 §7.4.1: a protocol error.
    expect(await closed).toBe(1002);
    expect(await hearAll()).toEqual([{ status: expect.objectContaining({ code: 'INVALID_ARGUMENT' }) }]);
  });

  test('takes a message in frames of a byte each, with a ping amid them', async () => {
    const { raw, say, hear } = await converse(TRACK);
    const text = Buffer.from('{"message":{"bookId":"books/b1"}}');
    for (const [index, byte] of text.entries()) {
      const head = (index === text.length - 1 ? 0x80 : 0) | (index === 0 ? 1 : 0);
      raw.write(Buffer.from([head, 0x81, 0, 0, 0, 0, byte]));
      if (index === 3) raw.write(Buffer.from([0x89, 0x80, 0, 0, 0, 0]));
    }
    expect(await hear()).toEqual({ message: expect.objectContaining({ bookId: 'books/b1' }) });
    say({ end: true });
    expect(await hear()).toEqual({ status: { code: 'OK' } });
  });

  test.each([
    ['a message', { message: { bookId: 'books/b1' } }],
    ['another end', { end: true }],
  ])('refuses %s after the end, instead of losing it', async (_name, frame) => {
    const { say, hearAll, closed } = await converse(TRACK, { 'x-mock-hang': 'true' });
    say({ end: true });
    say(frame);
    expect(await closed).toBe(1000);
    expect(await hearAll()).toEqual([
      {
        status: expect.objectContaining({
          code: 'INVALID_ARGUMENT',
          detail: expect.stringContaining('after {"end": true}'),
        }),
      },
    ]);
  });

  test('that is ended at once sends nothing upstream', async () => {
    const { say, hearAll } = await converse(TRACK);
    say({ end: true });
    expect(await hearAll()).toEqual([{ status: { code: 'OK' } }]);
  });
});

describe('a server stream', () => {
  const WATCH = '/library.v1.LibraryService/WatchBooks';

  test('is opened by its one message', async () => {
    const { say, hearAll } = await converse(WATCH);
    say({ message: { count: 1 } });
    expect(await hearAll()).toEqual([
      { message: expect.objectContaining({ sequence: '1' }) },
      { status: { code: 'OK' } },
    ]);
  });

  test('is opened by path and query alone when the client ends at once', async () => {
    const { say, hearAll } = await converse('/v1/books:watch?count=2');
    say({ end: true });
    expect(await hearAll()).toEqual([
      { message: expect.objectContaining({ sequence: '1' }) },
      { message: expect.objectContaining({ sequence: '2' }) },
      { status: { code: 'OK' } },
    ]);
  });

  test('takes an end after its message, since that is where it ends', async () => {
    const { say, hearAll } = await converse(WATCH);
    say({ message: { count: 1 } });
    say({ end: true });
    expect(await hearAll()).toEqual([
      { message: expect.objectContaining({ sequence: '1' }) },
      { status: { code: 'OK' } },
    ]);
  });

  test('refuses a second message', async () => {
    const { say, hearAll } = await converse(WATCH, { 'x-mock-hang': 'true' });
    say({ message: { count: 1 } });
    say({ message: { count: 1 } });
    expect(await hearAll()).toEqual([
      {
        status: expect.objectContaining({
          code: 'INVALID_ARGUMENT',
          detail: expect.stringContaining('a second message'),
        }),
      },
    ]);
  });

  test('has the query in its message', async () => {
    const { say, hearAll } = await converse('/v1/books:watch?count=1');
    say({ message: {} });
    expect(await hearAll()).toHaveLength(2);
  });
});

describe('what the client asks of every method', () => {
  const events = async (query: string, headers: Record<string, string> = {}) => {
    const { say, hearAll } = await converse(`/v1/books:watch?count=1${query}`, headers);
    say({ end: true });
    const [first] = await hearAll();
    return first?.message;
  };

  test('enums by number', async () => {
    expect(await events('&$alt=json;enum-encoding=int')).toEqual(
      expect.objectContaining({ event: expect.any(Number) }),
    );
    expect(await events('&$alt=json')).toEqual(expect.objectContaining({ event: expect.any(String) }));
  });

  test('only some fields', async () => {
    expect(await events('&$fields=sequence')).toEqual({ sequence: '1' });
    expect(await events('', { 'x-goog-fieldmask': 'sequence' })).toEqual({ sequence: '1' });
  });

  test('indented JSON stays on one line: a frame is a message', async () => {
    expect(await events('&$prettyPrint=true')).toEqual(expect.objectContaining({ sequence: '1' }));
  });
});

test('a gateway that shuts down says so before it closes', async () => {
  const own = await startTestGateway([demoService('inventory', inventory.url)]);
  const { say, hear, hearAll, closed } = await converseAt(own.publicUrl, TRACK);
  say({ message: { bookId: 'books/b1' } });
  await hear();
  await own.close();
  expect(await hearAll()).toEqual([
    { status: expect.objectContaining({ code: 'UNAVAILABLE', type: 'urn:dragoman:problem:draining' }) },
  ]);
  // RFC 6455 §7.4.1: going away.
  expect(await closed).toBe(1001);
});

describe('an upgrade is refused', () => {
  test.each([
    ['for a path no route has', '/nowhere', {}, [PROTOCOL], 404],
    ['for a method that takes one message', '/inventory.v1.InventoryService/GetStock', {}, [PROTOCOL], 400],
    ['for a path that is malformed', '/%zz', {}, [PROTOCOL], 400],
    ['without the subprotocol', TRACK, {}, ['other.v1'], 400],
    ['for a path no route has, whatever it offers', '/nowhere', {}, ['other.v1'], 404],
    ['from a page of another origin', TRACK, { origin: 'https://evil.example' }, [PROTOCOL], 403],
    ['with an unknown parameter', '/v1/books:watch?cuont=1', {}, [PROTOCOL], 400],
    ['with a parameter of the wrong type', '/v1/books:watch?count=many', {}, [PROTOCOL], 400],
    ['with a parameter beside a whole body', `${TRACK}?bookId=b1`, {}, [PROTOCOL], 400],
    ['with a query that is malformed', '/v1/books:watch?count=%zz', {}, [PROTOCOL], 400],
    ['for fields that there are not', '/v1/books:watch?$fields=nope', {}, [PROTOCOL], 400],
    ['for events, which are no frames', '/v1/books:watch?$alt=sse', {}, [PROTOCOL], 400],
    ['for another form', '/v1/books:watch?$alt=xml', {}, [PROTOCOL], 400],
    ['with a malformed deadline', TRACK, { 'grpc-timeout': 'soon' }, [PROTOCOL], 400],
  ])('%s', async (_name, path, headers, protocols, status) => {
    const answer = await refusal(gateway.publicUrl, path, headers as Record<string, string>, protocols);
    expect([answer.status, problemOf(answer).status]).toEqual([status, status]);
  });
});

/** An upgrade as no client sends it. */
async function rawUpgrade(url: string, path: string, headers: Record<string, string> = {}) {
  const all = {
    host: new URL(url).host,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-protocol': PROTOCOL,
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const { answers } = await rawExchange(url, `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  return answers[0];
}

describe('a handshake that is none', () => {
  test.each([
    ['with a "#" in the query', '/v1/books:watch?count=1#a', {}],
    ['of an unknown version of WebSocket', TRACK, { 'sec-websocket-version': '7' }],
    ['with a key that is none', TRACK, { 'sec-websocket-key': 'short' }],
    ['with a list of protocols that is none', TRACK, { 'sec-websocket-protocol': `${PROTOCOL},,` }],
  ])('%s is refused by a problem, and told the version that is served', async (_name, path, headers) => {
    const answer = await rawUpgrade(gateway.publicUrl, path, headers as Record<string, string>);
    expect(answer?.status).toBe(400);
    expect(answer?.head.toLowerCase()).toContain('\r\nsec-websocket-version: 13');
    expect(answer?.head.toLowerCase()).toContain('\r\ncontent-type: application/problem+json');
    expect(JSON.parse(answer?.body ?? '')).toEqual(expect.objectContaining({ status: 400 }));
  });
});

describe('the snapshot that an upgrade holds', () => {
  let held = 0;
  const pin = (): PinnedSnapshot => {
    const pinned = gateway.registry.pin();
    held += 1;
    return {
      snapshot: pinned.snapshot,
      release: () => {
        held -= 1;
        pinned.release();
      },
    };
  };
  const server = createServer();
  let url: string;

  beforeAll(async () => {
    const addresses = createClientAddressReader([]);
    const logger = pino({ level: 'silent' });
    const door = createWebsocketDoor({ pin, addresses, logger, isDraining: () => false });
    server.on('upgrade', door.upgrade).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());

  test('is let go when the conversation has ended', async () => {
    const { say, hear, hearAll } = await converseAt(url, TRACK);
    say({ message: { bookId: 'books/b1' } });
    await hear();
    expect(held).toBe(1);
    say({ end: true });
    await hearAll();
    expect(held).toBe(0);
  });

  test.each([
    ['for its path', '/nowhere', {}, 404],
    ['for its handshake', TRACK, { 'sec-websocket-key': 'short' }, 400],
  ])('is let go by one that is refused %s', async (_why, path, headers, status) => {
    expect((await rawUpgrade(url, path, headers as Record<string, string>))?.status).toBe(status);
    expect(held).toBe(0);
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
