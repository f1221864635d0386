// Failures below Fastify: what Node's HTTP parser refuses still gets a problem with an id, and a closed connection.
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { GatewayError } from '../../core/error.ts';
import { type ErrorStyle, writeError } from '../../translators/errors/write-error.ts';
import { leaveSoon } from './linger.ts';
import {
  isUnknownMethod,
  type ParserError,
  type RefusedHead,
  refusedHead,
  unknownMethod,
} from './refused-head.ts';
import { requestPath } from './request-path.ts';

/** Fastify keeps the target where it had another one routed. */
type RoutedRequest = IncomingMessage & { readonly originalUrl?: string };

/** In whose form a refusal is written. */
export type StyleOf = (refused: Pick<RefusedHead, 'target' | 'host'> & { error: GatewayError }) => ErrorStyle;

export interface ParserErrors {
  /** Told of every request, so that its answer is not mixed with a refusal of what follows it. */
  follow(request: IncomingMessage, response: ServerResponse): void;
  /** For Fastify's `clientErrorHandler` and Node's `clientError` event. */
  answer(error: ParserError, socket: Socket): void;
}

/** `styleOf` is asked where it can be known what the request was about. */
export function createParserErrors(styleOf: StyleOf = () => 'problem'): ParserErrors {
  const latest = new WeakMap<Socket, { request: RoutedRequest; response: ServerResponse }>();
  const refused = new WeakSet<Socket>();
  const refuse = (socket: Socket, fault: ParserError, head: RefusedHead | undefined): void => {
    const error = errorOfParser(fault, head);
    endWith(socket, error, head && { target: head.target, style: styleOf({ ...head, error }) });
  };
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
      const { request, response } = latest.get(socket) ?? {};
      if (request === undefined || response === undefined || response.writableFinished) {
        refuse(socket, error, refusedHead(error));
      } else if (request.complete) {
        // The fault is in what follows. Requests are answered in their order: the latest is the last to wait for.
        response.once('close', () => refuse(socket, error, refusedHead(error)));
      } else if (response.headersSent) {
        socket.destroy();
      } else {
        const { method = '', url, originalUrl: target = url ?? '', headers } = request;
        refuse(socket, error, { method, target, host: headers.host });
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

function endWith(
  socket: Socket,
  refusal: GatewayError,
  about?: { readonly target: string; readonly style: ErrorStyle },
): void {
  if (socket.destroyed || !socket.writable) return;
  const id = randomUUID();
  const instance = about === undefined ? '' : requestPath(about.target);
  const { status, headers, body } = writeError(refusal, { id, instance }, about?.style);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `x-request-id: ${id}`,
    'x-content-type-options: nosniff',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ].join('\r\n');
  socket.once('finish', () => leaveSoon(socket));
  socket.end(`${head}\r\n\r\n${body}`);
}

function errorOfParser(error: ParserError, head: RefusedHead | undefined): GatewayError {
  if (isUnknownMethod(head)) return unknownMethod(head.method);
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
