// Bodies that are more than they seem: compressed ones that grow out of proportion, whitespace without end, and what
// stands behind the end of a coding. Sources: security reference, class 14; RFC 1952 §2.2 (members); RFC 8878 §3
// (frames, skippable ones); RFC 9659 §3 (window).
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { GrpcMockServer } from '../../upstream-mocks/grpc/grpc-mock.ts';
import { startInventory } from '../../upstream-mocks/inventory/inventory.ts';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { rawSocket } from '../harness/raw-socket.ts';
import { demoService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

const ADJUST = '/inventory.v1.InventoryService/AdjustStock';
const RECORD = '/inventory.v1.InventoryService/RecordMovements';
const ONE = '{"bookId":"books/b1","change":1}';
/** Of a message, of these tests. */
const LIMIT = 100_000;

let inventory: GrpcMockServer;
let gateway: TestGateway;
beforeAll(async () => {
  inventory = await startInventory({ port: 0 });
  gateway = await startTestGateway([demoService('inventory', inventory.url, { maxMessageBytes: LIMIT })]);
});
afterAll(async () => {
  await gateway.close();
  await inventory.close();
});
beforeEach(() => inventory.resetCounts());

const QUICKLY = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
const CODINGS = {
  gzip: (text: string | Buffer) => gzipSync(text),
  deflate: (text: string | Buffer) => deflateSync(text),
  br: (text: string | Buffer) => brotliCompressSync(text, QUICKLY),
  zstd: (text: string | Buffer) => zstdCompressSync(text),
} as const;
type Coding = keyof typeof CODINGS;
const codings = Object.keys(CODINGS) as Coding[];
const ALL: Record<Coding | 'identity', (text: string | Buffer) => Buffer> = {
  ...CODINGS,
  identity: (text) => Buffer.from(text),
};
const NDJSON = 'application/x-ndjson';
const JSON_TYPE = 'application/json';

function post(path: string, type: string, coding: string, body: Uint8Array | string) {
  return send(gateway.publicUrl, {
    method: 'POST',
    path,
    headers: { 'content-type': type, 'content-encoding': coding },
    body,
  });
}

const tooLarge = (detail: unknown) =>
  expect.objectContaining({ status: 413, type: 'urn:dragoman:problem:body-too-large', detail });
const WHITESPACE = `the stream has more than ${LIMIT} bytes of whitespace between messages`;
const GROWTH = `the body inflates to more than ${LIMIT} bytes and 200 times what was sent; send it without a content encoding`;

describe.each([
  ['identity', WHITESPACE],
  ['gzip', WHITESPACE],
  ['deflate', WHITESPACE],
  // So little is sent that growth is noticed first.
  ['zstd', GROWTH],
  ['br', GROWTH],
] as const)('a stream of messages in %s', (coding, detail) => {
  test.each([
    ['spaces in front of the array', JSON_TYPE, (filler: Buffer) => [filler, `[${ONE}]`]],
    ['newlines in the array', JSON_TYPE, (filler: Buffer) => ['[', filler.fill('\n'), `${ONE}]`]],
    ['spaces between two elements', JSON_TYPE, (filler: Buffer) => [`[${ONE},`, filler, `${ONE}]`]],
    ['spaces behind the array', JSON_TYPE, (filler: Buffer) => [`[${ONE}]`, filler]],
    ['empty lines', NDJSON, (filler: Buffer) => [`${ONE}\n`, filler.fill('\n'), ONE]],
    ['lines of spaces', NDJSON, (filler: Buffer) => [`${ONE}\n`, filler.fill('  \r\n'), ONE]],
    ['one line of spaces', NDJSON, (filler: Buffer) => [filler, ONE]],
  ])('that is mostly %s is refused', async (_name, type, parts) => {
    const bytes = parts(Buffer.alloc(2 * LIMIT, ' ')).map((part) => Buffer.from(part));
    const answer = await post(RECORD, type, coding, ALL[coding](Buffer.concat(bytes)));
    expect(problemOf(answer)).toEqual(tooLarge(detail));
  });
});

describe.each(codings)('a stream of messages in %s', (coding) => {
  test.each([
    ['of no content', NDJSON, `${'{}\n'.repeat(200_000)}`],
    ['of no content in an array', JSON_TYPE, `[${'{},'.repeat(200_000)}{}]`],
    ['that are all the same', NDJSON, `${ONE}\n`.repeat(200_000)],
    ['with much space between', NDJSON, `${ONE}${'\n'.repeat(LIMIT / 2)}`.repeat(80)],
  ])('that has countless messages %s is refused before most went on', async (_name, type, text) => {
    const answer = await post(RECORD, type, coding, CODINGS[coding](text));
    expect(problemOf(answer)).toEqual(tooLarge(GROWTH));
    const { messagesReceived } = inventory.counts()['inventory.v1.InventoryService/RecordMovements'] ?? {};
    expect(messagesReceived ?? 0).toBeLessThan(50_000);
  });

  test.each([
    ['an array', JSON_TYPE, (messages: string[]) => `[${messages.join(',')}]`],
    ['NDJSON', NDJSON, (messages: string[]) => messages.join('\n')],
  ])('may be far larger than a message, as %s', async (_name, type, write) => {
    // Records as they are: much alike, and never the same in the same order.
    let seed = 42;
    const messages = Array.from({ length: 10_000 }, () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
      return JSON.stringify({ bookId: 'books/b1', change: 1 + ((seed >>> 8) % 1000), reason: 'DELIVERED' });
    });
    const text = write(messages);
    expect(text.length).toBeGreaterThan(5 * LIMIT);
    const { status, json } = await post(RECORD, type, coding, CODINGS[coding](text));
    expect([status, json()]).toEqual([200, expect.objectContaining({ recorded: 10_000 })]);
  });
});

test('whitespace that never ends, uncompressed, is refused as it comes', async () => {
  const socket = rawSocket(gateway.publicUrl);
  socket.on('error', () => {});
  const answered = new Promise<string>((resolve) => {
    socket.once('data', (chunk) => resolve(chunk.toString('latin1')));
  });
  socket.write(
    `POST ${RECORD} HTTP/1.1\r\nHost: a\r\nContent-Type: ${NDJSON}\r\nTransfer-Encoding: chunked\r\n\r\n`,
  );
  // As much as is refused and no more: the end of the body never comes.
  socket.write(`${(LIMIT + 1).toString(16)}\r\n${' '.repeat(LIMIT + 1)}\r\n`);
  expect(await answered).toMatch(/^HTTP\/1\.1 413 /);
  socket.destroy();
});

const DOORS = [
  ['unary', ADJUST, JSON_TYPE, ONE],
  ['stream', RECORD, NDJSON, ONE],
] as const;
const PLACES = DOORS.map(([door, path, type]) => [door, path, type] as const);

describe.each(DOORS)('behind the end of a coding (%s)', (_door, path, type, text) => {
  test.each(
    codings.flatMap((coding) => [
      [coding, 'text', Buffer.from('xyz')] as const,
      [coding, 'zeros', Buffer.alloc(3)] as const,
    ]),
  )('400: %s, then %s', async (coding, _what, rest) => {
    const answer = await post(path, type, coding, Buffer.concat([CODINGS[coding](text), rest]));
    const { status, detail } = problemOf(answer);
    expect([status, detail]).toEqual([400, expect.stringContaining(`the body is not valid ${coding}`)]);
  });

  test.each(['deflate', 'br'] as const)('400: %s has one end, and no second part', async (coding) => {
    const twice = Buffer.concat([CODINGS[coding](text), CODINGS[coding](' ')]);
    const { status, detail } = problemOf(await post(path, type, coding, twice));
    expect([status, detail]).toEqual([400, `the body is not valid ${coding}: there is more behind its end`]);
  });

  test.each([
    ['gzip', 'a further member', gzipSync],
    ['zstd', 'a further frame', zstdCompressSync],
  ])('%s may have %s', async (coding, _what, compress) => {
    const [first, last] = [text.slice(0, 10), text.slice(10)];
    const answer = await post(path, type, coding, Buffer.concat([compress(first), compress(last)]));
    expect(answer.status).toBe(200);
  });

  test('zstd may have a frame to be skipped', async () => {
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 0x02, 0x00, 0x00, 0x00, 0x61, 0x62]);
    const answer = await post(path, type, 'zstd', Buffer.concat([zstdCompressSync(text), skippable]));
    expect(answer.status).toBe(200);
  });
});

describe.each(['gzip', 'zstd'] as const)('many parts of %s', (coding) => {
  test.each(PLACES)('are one body to the limits (%s)', async (_door, path, type) => {
    const part = CODINGS[coding](Buffer.alloc(LIMIT / 2, ' '));
    const bytes = Buffer.concat([...Array.from({ length: 50 }, () => part), CODINGS[coding](ONE)]);
    const { status } = problemOf(await post(path, type, coding, bytes));
    expect(status).toBe(413);
  });
});

describe('the window of zstd', () => {
  // A frame of one raw block, without the size of its content; the second last byte of its head says how far back
  // what follows may refer.
  const frame = (window: number, text: string) =>
    Buffer.concat([
      Buffer.from([
        0x28,
        0xb5,
        0x2f,
        0xfd,
        0x00,
        window,
        ((text.length << 3) & 0xff) | 1,
        text.length >> 5,
        0,
      ]),
      Buffer.from(text),
    ]);

  test.each(PLACES)('may be 8 MiB (%s)', async (_door, path, type) => {
    const { status } = await post(path, type, 'zstd', frame(0x68, ONE));
    expect(status).toBe(200);
  });

  test.each(PLACES)('may not be larger (%s)', async (_door, path, type) => {
    const { status, detail } = problemOf(await post(path, type, 'zstd', frame(0x70, ONE)));
    expect([status, detail]).toEqual([
      400,
      'the zstd window of the body is larger than the 8 MiB of RFC 9659',
    ]);
  });
});

describe('a body of whitespace', () => {
  test.each([' ', '\n', '\r\n\t '])('is no JSON array: %j', async (body) => {
    const { status, detail } = problemOf(await post(RECORD, JSON_TYPE, 'identity', body));
    expect([status, detail]).toEqual([
      400,
      expect.stringContaining('a stream of messages is a JSON array; it must begin with "["'),
    ]);
  });

  test.each([' ', '\n', '\n\r\n  '])('is an NDJSON stream of no messages: %j', async (body) => {
    const answer = await post(RECORD, NDJSON, 'identity', body);
    expect([answer.status, answer.json()]).toEqual([200, {}]);
  });
});
