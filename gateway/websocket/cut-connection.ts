// Ends a WebSocket whose client does not take what it is sent.
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** By a reset: a close would wait behind what lies in the system, for minutes if nobody reads. */
export function cutConnection(connection: WebSocket, socket: Duplex): void {
  if (socket instanceof Socket) socket.resetAndDestroy();
  // Whatever else it is, the library knows its state.
  connection.terminate();
}
