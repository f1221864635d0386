// Requests without any content, whose stream never tells that it ends, beside those that say that theirs is empty.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openBody, readBody } from '../../gateway/edge/read-body.ts';

let server: Server;
let port: number;

beforeAll(async () => {
  // As the gateway's own servers are.
  server = createServer({ optimizeEmptyRequests: true }, async (request, response) => {
    const isOpened = request.url === '/opened';
    try {
      const body = isOpened
        ? await text(openBody(request).stream)
        : (await readBody(request, 100)).toString();
      response.end(`read "${body}"`);
    } catch (error) {
      response.writeHead(400).end(error instanceof Error ? error.message : '');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Two requests one after the other, so that nothing of the first is taken for the second. */
async function send(path: string, headers: string, body = ''): Promise<string[]> {
  const socket = connect(port, '127.0.0.1');
  const head = (options: string): string =>
    `POST ${path} HTTP/1.1\r\nhost: a\r\n${headers}${options}\r\n${body}`;
  socket.write(head('') + head('connection: close\r\n'));
  const answer = await text(socket);
  return answer
    .split(/(?=HTTP\/1\.1 )/)
    .map((one) => `${one.slice(9, 12)} ${one.split('\r\n\r\n')[1] ?? ''}`);
}

describe.each(['/whole', '/opened'])('%s', (path) => {
  test.each([
    ['nothing said of content', '', ''],
    ['a length of 0', 'content-length: 0\r\n', ''],
    ['no chunk but the last', 'transfer-encoding: chunked\r\n', '0\r\n\r\n'],
  ])('%s is no content', async (_name, headers, body) => {
    const answers = await send(path, headers, body);
    expect(answers.map((answer) => answer.includes('read ""'))).toEqual([true, true]);
  });

  test.each([
    ['nothing said of content', ''],
    ['a length of 0', 'content-length: 0\r\n'],
  ])('%s is the same where it is said to be compressed', async (_name, headers) => {
    const [first, second] = await send(path, `content-encoding: gzip\r\n${headers}`);
    const [plain] = await send(path, 'content-encoding: gzip\r\ncontent-length: 0\r\n');
    expect([first, second]).toEqual([plain, plain]);
  });

  test('content is read', async () => {
    const answers = await send(path, 'content-length: 3\r\n', 'abc');
    expect(answers.map((answer) => answer.includes('read "abc"'))).toEqual([true, true]);
  });
});
