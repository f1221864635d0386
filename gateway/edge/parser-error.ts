// Failures below Fastify: what Node's HTTP parser refuses still gets a problem with an id, and a closed connection.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { GatewayError } from '../../core/error.ts';
import { httpStatus } from '../../translators/errors/table.ts';
import { writeError } from '../../translators/errors/write-error.ts';

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

export interface ParserErrors {
  /** Told of every request, so that its answer is not mixed with a refusal of what follows it. */
  follow(request: IncomingMessage, response: ServerResponse): void;
  /** For Fastify's `clientErrorHandler` and Node's `clientError` event. */
  answer(error: Error & { code?: string }, socket: Socket): void;
}

export function createParserErrors(): ParserErrors {
  const latest = new WeakMap<Socket, { request: IncomingMessage; response: ServerResponse }>();
  const refused = new WeakSet<Socket>();
  return {
    follow: (request, response) => {
      latest.set(request.socket, { request, response });
    },
    answer(error, socket) {
      if (socket.destroyed || !socket.writable || error.code === 'ECONNRESET') {
        socket.destroy();
        return;
      }
      // The parser complains of every further piece that comes in.
      if (refused.has(socket)) return;
      refused.add(socket);
      const refusal = errorOfParser(error);
      const { request, response } = latest.get(socket) ?? {};
      if (request === undefined || response === undefined || response.writableFinished) {
        endWith(socket, refusal);
      } else if (request.complete) {
        // The fault is in what follows. Requests are answered in their order: the latest is the last to wait for.
        response.once('close', () => endWith(socket, refusal));
      } else if (response.headersSent) {
        socket.destroy();
      } else {
        endWith(socket, refusal);
      }
    },
  };
}

/** For Node's `connect` event: we tunnel nothing. */
export function answerConnect(socket: Socket): void {
  endWith(
    socket,
    new GatewayError('unimplemented', 'CONNECT is not served', { type: 'method-not-allowed', allow: [] }),
  );
}

function endWith(socket: Socket, refusal: GatewayError): void {
  if (socket.destroyed || !socket.writable) return;
  const problem = writeError(refusal, { id: randomUUID(), instance: '' });
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
