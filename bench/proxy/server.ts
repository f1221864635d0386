// The same small proxy around each client: what differs between two of them is the client.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CLIENTS } from './clients.ts';

const [, , name = '', port = ''] = process.argv;
const ask = await CLIENTS[name]?.(Number(port));
if (ask === undefined) throw new Error(`there is no client ${name}`);
const server = createServer((request, response) => {
  ask(request.url ?? '/').then(
    ({ status, headers, body }) => {
      response.writeHead(status, [...headers]);
      response.end(body);
    },
    (error: unknown) => {
      console.error(error);
      response.writeHead(502, { 'content-length': 0 });
      response.end();
    },
  );
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
