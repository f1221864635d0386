// The TCP connections of a gRPC mock, held outside grpc-js so that one of them can be cut under a call.
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import type { Server, ServerCredentials } from '@grpc/grpc-js';
import { listen } from '../listen.ts';

export class Connections {
  readonly #server: NetServer;
  readonly #byPeer = new Map<string, Socket>();

  constructor(grpcServer: Server, credentials: ServerCredentials) {
    const injector = grpcServer.createConnectionInjector(credentials);
    this.#server = createServer({ noDelay: true }, (socket) => {
      const peer = `${socket.remoteAddress}:${socket.remotePort}`;
      this.#byPeer.set(peer, socket);
      socket.once('close', () => this.#byPeer.delete(peer));
      injector.injectConnection(socket);
    });
  }

  /** @returns the port that was bound. @throws ListenError */
  listen(port: number, name: string): Promise<number> {
    return listen(this.#server, port, name);
  }

  /** Resets the connection that the call from `peer` (as grpc-js names it) came over, without a word of HTTP/2. */
  cut(peer: string): void {
    this.#byPeer.get(peer)?.resetAndDestroy();
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#byPeer.values()) socket.destroy();
    });
  }
}
