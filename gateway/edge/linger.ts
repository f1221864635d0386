// The end of a connection whose client may still be sending. Closed at once, what arrives afterwards would be answered
// by a reset, and the client's system would throw the answer away unread: so the gateway's side ends first, and what
// still comes is thrown away, for a while and not without end. RFC 9112 §9.6.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** For the client to take the answer, and to end its side. */
const LINGER_MS = 2_000;
const LINGER_BYTES = 256 * 1024 * 1024;

/** Of a socket that has been ended and that nobody waits for: a client that keeps its end open gets no more of it. */
export function leaveSoon(socket: Duplex): void {
  const leave = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(leave));
}

/** For an answer that closes the connection while the content of its request is still unread. Before its end. */
export function lingerBehind(response: ServerResponse, request: IncomingMessage): void {
  // Node destroys the socket by this, in its own listener, which was there first.
  response.prependOnceListener('finish', () => {
    const { socket } = request;
    if (request.complete) return;
    socket.destroySoon = () => {
      if (!socket.destroyed) linger(socket, request);
    };
  });
}

function linger(socket: Socket, request: IncomingMessage): void {
  socket.on('error', () => socket.destroy());
  socket.end();
  leaveSoon(socket);
  // The parser gets no more of it: behind the content a further request might stand, which nobody could answer.
  socket.removeAllListeners('data');
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > LINGER_BYTES) socket.destroy();
  });
  // A request that was read no faster than somebody took it has stopped its socket.
  request.unpipe();
  request.resume();
  socket.resume();
}
