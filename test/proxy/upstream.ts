// Upstreams of the proxy tests: a plain Node server, and one of bare bytes for answers that no server would send.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import type { ServiceDefinition } from '../../registry/service-definition.ts';

export interface HttpUpstream {
  readonly url: string;
  /** What each request is answered by from now on. */
  answer(listener: RequestListener): void;
  /** Requests so far, in order. */
  readonly requests: readonly IncomingMessage[];
  readonly server: Server;
  connections(): number;
  close(): Promise<void>;
}

export async function startHttpUpstream(): Promise<HttpUpstream> {
  let listener: RequestListener = (_request, response) => void response.end();
  const requests: IncomingMessage[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: (next) => {
      listener = next;
    },
    requests,
    server,
    connections: () => connections,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface ByteUpstream {
  readonly url: string;
  /** Given each connection with all that came on it so far, whenever more has come. */
  answer(respond: (socket: Socket, received: string) => void): void;
  connections(): number;
  close(): Promise<void>;
}

export async function startByteUpstream(): Promise<ByteUpstream> {
  let respond: (socket: Socket, received: string) => void = (socket) => socket.destroy();
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createTcpServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      respond(socket, received);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: (next) => {
      respond = next;
    },
    connections: () => connections,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** All below `/p`, without the prefix. */
export function proxyService(url: string, settings: Partial<ServiceDefinition> = {}): ServiceDefinition {
  return {
    name: 'proxied',
    source: { kind: 'proxy' },
    prefix: '/p',
    upstream: { targets: [{ url }] },
    ...settings,
  };
}

/** A document of these paths, each an operation without anything else. */
export function openapiService(
  url: string,
  paths: Readonly<Record<string, object>>,
  settings: Partial<ServiceDefinition> = {},
): ServiceDefinition {
  const document = { openapi: '3.1.0', info: { title: 'T', version: '1' }, paths };
  return {
    name: 'described',
    source: {
      kind: 'openapi',
      files: [{ path: 'openapi.json', content: JSON.stringify(document) }],
      entry: 'openapi.json',
    },
    upstream: { targets: [{ url }] },
    ...settings,
  };
}
