// The TCP connections of a gRPC mock, held outside grpc-js so that one of them can be cut under a call.
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
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

  /**
   * Ends the connection that the call from `peer` (as grpc-js names it) came over, without a word of HTTP/2: by a
   * reset, or, if messages have been sent that are to arrive, by a plain end after them.
   */
  async cut(peer: string, hasSent: boolean): Promise<void> {
    const socket = this.#byPeer.get(peer);
    if (!hasSent) {
      socket?.resetAndDestroy();
      return;
    }
    // HTTP/2 hands its frames to the socket at the end of a turn.
    await nextTurn();
    socket?.destroy();
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#byPeer.values()) socket.destroy();
    });
  }
}
