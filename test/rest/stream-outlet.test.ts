// A stream whose time has passed while its client took nothing. Source: transcoding reference, section 8, "total".
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Outlet, openOutlet } from '../../gateway/rest/stream-outlet.ts';
import type { ContentCoding } from '../../translators/rest/content-coding.ts';
import { rawSocket } from '../harness/raw-socket.ts';

let server: Server;
let answered: PromiseWithResolvers<ServerResponse>;
beforeAll(async () => {
  server = createServer((_request, response) => answered.resolve(response.writeHead(200)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  answered = Promise.withResolvers();
});

const CODINGS: readonly (readonly [string, ContentCoding | undefined])[] = [
  ['plain', undefined],
  ['compressed', 'gzip'],
];
const PIECE = randomBytes(256 * 1024);

async function begin(
  coding: ContentCoding | undefined,
  endsAt: number,
): Promise<{ client: Socket; raw: ServerResponse; outlet: Outlet }> {
  const { port } = server.address() as AddressInfo;
  const client = rawSocket(`http://127.0.0.1:${port}`);
  client.on('error', () => {});
  client.pause();
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const raw = await answered.promise;
  return { client, raw, outlet: openOutlet({ raw, coding, endsAt }) };
}

describe.each(CODINGS)('%s', (_name, coding) => {
  test('a write for which the client has no room ends with the connection', async () => {
    const { client, raw, outlet } = await begin(coding, 0);
    const writeOn = async (): Promise<never> => {
      for (;;) await outlet.write(PIECE);
    };
    await expect(writeOn()).rejects.toThrow('the client left');
    expect(raw.destroyed).toBe(true);
    client.destroy();
  });

  test('so does an end that the client does not take', async () => {
    const { client, raw, outlet } = await begin(coding, 0);
    const closed = new Promise((resolve) => raw.once('close', resolve));
    outlet.end(randomBytes(24 * 1024 * 1024).toString('base64'));
    await closed;
    expect(raw.writableFinished).toBe(false);
    client.destroy();
  });

  test('a client that has time left gets all', async () => {
    const { client, outlet } = await begin(coding, performance.now() + 60_000);
    const writing = (async () => {
      for (let piece = 0; piece < 64; piece += 1) await outlet.write(PIECE);
      outlet.end('.');
    })();
    let end = '';
    client.on('data', (bytes) => {
      end = `${end}${bytes.toString('latin1')}`.slice(-5);
    });
    client.resume();
    while (end !== '0\r\n\r\n') await once(client, 'data');
    await writing;
    expect(client.bytesRead).toBeGreaterThan(64 * PIECE.length);
    client.destroy();
  });
});
