// A refused upgrade is an ordinary HTTP answer on a socket that no server writes to any more.
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { GatewayError } from '../../core/error.ts';
import { type ErrorStyle, writeError } from '../../translators/errors/write-error.ts';
import { leaveSoon } from '../edge/linger.ts';

export function refuseUpgrade(
  socket: Duplex,
  error: GatewayError,
  request: { readonly id: string; readonly instance: string },
  style?: ErrorStyle,
): void {
  const { status, headers, body } = writeError(error, request, style);
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `x-request-id: ${request.id}`,
    'x-content-type-options: nosniff',
    `content-length: ${Buffer.byteLength(body)}`,
    // RFC 6455 §4.4: what would be taken, whatever was wrong.
    'sec-websocket-version: 13',
    'connection: close',
  ];
  socket.on('error', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
  // Nobody reads this socket any more: what still comes is thrown away, so that its end is seen; and a client that
  // does not end it gets no more of it. Ended at once, a client that is still sending would lose the answer.
  socket.resume();
  leaveSoon(socket);
}

/** RFC 6455 §4.2.1. `message` is the library's own, and says which header is wrong. */
export function badHandshake(message: string): GatewayError {
  return new GatewayError('invalid_argument', `this is no WebSocket handshake: ${message}`, {
    type: 'bad-headers',
  });
}
