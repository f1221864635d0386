// Bodies in chunks of a byte each: what is held of them is their bytes, not an object for each. Source: security
// reference, class 14 (little sent, little held).
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readBody } from '../../gateway/edge/read-body.ts';
import { readUpload } from '../../gateway/proxy/upload.ts';

const MIB = 1024 * 1024;
const CHUNKS = 800_000;
const LIMIT = { bytes: MIB, setting: 'limits.messageBytes' };

let server: Server;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const before = process.memoryUsage().heapUsed;
    const body =
      request.url === '/held' ? await readBody(request, MIB) : (await readUpload(request, LIMIT)).body;
    const grown = process.memoryUsage().heapUsed - before;
    const bytes = body instanceof Uint8Array ? Buffer.from(body) : Buffer.alloc(0);
    response.end(
      JSON.stringify({ length: bytes.length, isSame: bytes.equals(Buffer.alloc(CHUNKS, 'a')), grown }),
    );
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
  socket.write(`${'1\r\na\r\n'.repeat(CHUNKS)}0\r\n\r\n`);
  const answer = await text(socket);
  const { length, isSame, grown } = JSON.parse(
    answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1),
  );
  expect([length, isSame]).toEqual([CHUNKS, true]);
  // An object each would be more than a hundred mebibytes.
  expect(grown / MIB).toBeLessThan(120);
});
