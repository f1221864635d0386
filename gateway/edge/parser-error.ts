// Failures below Fastify: what Node's HTTP parser refuses still gets a problem with an id, and a closed connection.
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { GatewayError } from '../../core/error.ts';
import { writeProblem } from '../../translators/errors/problem-json.ts';
import { httpStatus } from '../../translators/errors/table.ts';

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** For Fastify's `clientErrorHandler` and Node's `clientError` event. */
export function answerParserError(error: Error & { code?: string }, socket: Socket): void {
  if (socket.destroyed || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  endWith(socket, errorOfParser(error));
}

/** For Node's `connect` event: we tunnel nothing. */
export function answerConnect(socket: Socket): void {
  endWith(
    socket,
    new GatewayError('unimplemented', 'CONNECT is not served', { type: 'method-not-allowed', allow: [] }),
  );
}

function endWith(socket: Socket, refusal: GatewayError): void {
  const problem = writeProblem(refusal, { id: randomUUID(), instance: '' });
  const status = httpStatus(refusal);
  const head = [
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Bad Request'}`,
    ...Object.entries(problem.headers).map(([name, value]) => `${name}: ${value}`),
    `x-request-id: ${JSON.parse(problem.body).requestId}`,
    `content-length: ${Buffer.byteLength(problem.body)}`,
    'connection: close',
  ].join('\r\n');
  socket.end(`${head}\r\n\r\n${problem.body}`);
}

function errorOfParser(error: Error & { code?: string }): GatewayError {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new GatewayError('invalid_argument', 'the request head is larger than 16384 bytes', {
        type: 'headers-too-large',
      });
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new GatewayError('deadline_exceeded', 'the request did not arrive in time', {
        type: 'request-timeout',
      });
    default:
      return new GatewayError('invalid_argument', 'this is not a valid HTTP request', {
        type: 'bad-headers',
        cause: error,
      });
  }
}
