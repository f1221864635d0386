// A refused upgrade leaves no socket behind, whatever its client does. Strangers could open as many as they like.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { GatewayError } from '../../core/error.ts';
import { refuseUpgrade } from '../../gateway/websocket/refuse-upgrade.ts';
import { rawSocket } from '../harness/raw-socket.ts';

let server: Server;
let url: string;
let refused: PromiseWithResolvers<Duplex>;

beforeAll(async () => {
  server = createServer();
  server.on('upgrade', (_request, socket) => {
    refuseUpgrade(socket, new GatewayError('not_found', 'there is nothing here'), {
      id: 'r1',
      instance: '/x',
    });
    refused.resolve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

test.each([
  ['sends on', (client: ReturnType<typeof rawSocket>) => client.write(Buffer.alloc(1_000_000))],
  ['keeps its end open', () => true],
  ['leaves', (client: ReturnType<typeof rawSocket>) => client.end()],
])('a client that %s gets its answer, and the socket is closed', async (_what, then) => {
  refused = Promise.withResolvers();
  const client = rawSocket(url);
  client.on('error', () => {});
  const chunks: Buffer[] = [];
  client.on('data', (chunk) => chunks.push(Buffer.from(chunk)));
  client.write('GET /x HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
  then(client);
  const socket = await refused.promise;
  if (!socket.closed) await once(socket, 'close');
  expect(socket.destroyed).toBe(true);
  if (!client.closed) await once(client, 'close');
  expect(String(Buffer.concat(chunks))).toMatch(/^HTTP\/1\.1 404 [\s\S]*"there is nothing here"/);
});
