// An HTTP service as cheap as Node can serve it: the same JSON to everybody, by HTTP/1.1 or, asked with `h2`, by HTTP/2.
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';

const small = Buffer.from(JSON.stringify({ id: 7, text: 'dragoman '.repeat(64) }));
const large = Buffer.from(
  JSON.stringify({ items: Array(100).fill({ id: 7, text: 'dragoman '.repeat(60) }) }),
);
const bodyOf = (path: string): Buffer => (path.startsWith('/large') ? large : small);

const server =
  process.argv[2] === 'h2'
    ? createHttp2Server((request, response) => {
        const body = bodyOf(request.url);
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
        response.end(body);
      })
    : createServer((request, response) => {
        const body = bodyOf(request.url ?? '');
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
        response.end(body);
      });
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
