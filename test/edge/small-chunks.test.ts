// Bodies in chunks of a byte each: what is held of them is their bytes, not an object for each. Source: security
// reference, class 14 (little sent, little held).
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { readBody } from '../../gateway/edge/read-body.ts';
import { readUpload } from '../../gateway/proxy/upload.ts';
import { heldMemory } from '../harness/held-memory.ts';

const MIB = 1024 * 1024;
const CHUNKS = 400_000;
const CHUNK = '1\r\na\r\n';
const LIMIT = { bytes: MIB, setting: 'limits.messageBytes' };

let server: Server;
let held: PromiseWithResolvers<number>;

beforeEach(() => {
  held = Promise.withResolvers();
});

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const before = heldMemory();
    const all = request.socket.bytesRead + CHUNKS * CHUNK.length;
    const reading =
      request.url === '/held'
        ? readBody(request, MIB)
        : readUpload(request, LIMIT).then(({ body }) =>
            body instanceof Uint8Array ? body : Buffer.alloc(0),
          );
    // The head may have come with some of them.
    while (request.socket.bytesRead < all - MIB / 8) await setImmediate();
    held.resolve(heldMemory() - before);
    response.end(JSON.stringify(Buffer.from(await reading).equals(Buffer.alloc(CHUNKS, 'a'))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test.each(['/held', '/checked'])('cost little more than their bytes: %s', async (path) => {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(`POST ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n`);
  socket.write(CHUNK.repeat(CHUNKS));
  const grown = await held.promise;
  socket.write('0\r\n\r\n');
  expect((await text(socket)).endsWith('true')).toBe(true);
  // An object each would be more than fifty mebibytes.
  expect(grown / MIB).toBeLessThan(20);
});
