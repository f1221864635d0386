// Writes a request to a connection: head and content in one piece where they are at hand, content that streams as fast
// as the upstream takes it, framed by its length or in chunks (RFC 9112 §6 and §7).
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { NO_HEADERS, type RawHeaders } from '../../core/http-message.ts';
import type { ExchangeRequest } from './http-transport.ts';

/** Methods whose requests say that they have no content, since servers expect some of them (RFC 9110 §8.6). */
const EXPECT_CONTENT = new Set(['POST', 'PUT', 'PATCH']);

export function headOf(request: ExchangeRequest, host: string): string {
  const { method, target, headers, body, contentLength, upgrade, onContinue } = request;
  let head = `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n`;
  let options = 'keep-alive';
  for (let index = 0; index < headers.length; index += 2) {
    head += `${headers[index]}: ${headers[index + 1]}\r\n`;
    // RFC 9110 §10.1.4: TE is for the next hop, and says so.
    if (headers[index] === 'TE') options = 'keep-alive, TE';
  }
  if (body instanceof Readable) {
    head +=
      contentLength === undefined ? 'Transfer-Encoding: chunked\r\n' : `Content-Length: ${contentLength}\r\n`;
    if (onContinue !== undefined) head += 'Expect: 100-continue\r\n';
  } else if (body !== undefined) {
    head += `Content-Length: ${body.length}\r\n`;
  } else if (EXPECT_CONTENT.has(method)) {
    head += 'Content-Length: 0\r\n';
  }
  head +=
    upgrade === undefined
      ? `Connection: ${options}\r\n\r\n`
      : `Upgrade: ${upgrade}\r\nConnection: Upgrade\r\n\r\n`;
  return head;
}

function linesOf(fields: RawHeaders): string {
  let lines = '';
  for (let index = 0; index < fields.length; index += 2)
    lines += `${fields[index]}: ${fields[index + 1]}\r\n`;
  return lines;
}

export interface Sending {
  /** All has been handed to the connection. */
  readonly isComplete: boolean;
  /** Sends no more; the source is left as it is. */
  stop(): void;
}

const COMPLETE: Sending = Object.freeze({ isComplete: true, stop: () => {} });

export interface SendingEvents {
  /** The source broke; the request can never be completed. */
  failed(error: Error): void;
  /** Something moved. */
  progressed(): void;
}

export function sendRequest(
  socket: Socket,
  request: ExchangeRequest,
  host: string,
  events: SendingEvents,
): Sending {
  const { body } = request;
  const head = headOf(request, host);
  if (body === undefined) {
    socket.write(head, 'latin1');
    return COMPLETE;
  }
  if (!(body instanceof Readable)) {
    socket.cork();
    socket.write(head, 'latin1');
    socket.write(body);
    socket.uncork();
    return COMPLETE;
  }
  socket.write(head, 'latin1');
  return sendStream(socket, body, request, events);
}

function sendStream(
  socket: Socket,
  body: Readable,
  { contentLength, trailers }: ExchangeRequest,
  events: SendingEvents,
): Sending {
  const isChunked = contentLength === undefined;
  let isComplete = false;
  const onData = (bytes: Buffer): void => {
    // An empty chunk would end the content.
    if (bytes.length === 0) return;
    events.progressed();
    let hasRoom: boolean;
    if (isChunked) {
      socket.cork();
      socket.write(`${bytes.length.toString(16)}\r\n`, 'latin1');
      socket.write(bytes);
      hasRoom = socket.write('\r\n', 'latin1');
      socket.uncork();
    } else {
      hasRoom = socket.write(bytes);
    }
    if (!hasRoom) body.pause();
  };
  const onDrain = (): void => {
    events.progressed();
    body.resume();
  };
  const onEnd = (): void => {
    if (isChunked) socket.write(`0\r\n${linesOf(trailers?.() ?? NO_HEADERS)}\r\n`, 'latin1');
    isComplete = true;
    stop();
  };
  const onError = (error: Error): void => {
    stop();
    events.failed(error);
  };
  const onClose = (): void => {
    if (!isComplete) onError(new Error('the content ended early'));
  };
  const stop = (): void => {
    body.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
    socket.off('drain', onDrain);
  };
  socket.on('drain', onDrain);
  body.on('error', onError).on('close', onClose).on('end', onEnd).on('data', onData);
  return {
    get isComplete() {
      return isComplete;
    },
    stop,
  };
}
