// Writes an upstream's answer to the client as it comes: status, headers, content and trailers untouched, no faster than
// the client takes it. What breaks off is cut, so that nobody takes it for whole.
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { GatewayError } from '../../core/error.ts';
import type { HttpReply, RawHeaders } from '../../core/http-message.ts';
import { acceptsTrailers } from '../../translators/rest/response-headers.ts';

/** Resolves when the answer is complete. A failure behind the head cuts the connection, and is logged. */
export async function writeReply(answer: HttpReply, reply: FastifyReply): Promise<FastifyReply> {
  const { raw, request } = reply;
  const { status, headers, body } = answer;
  const connection = reply.getHeader('connection');
  reply.hijack();
  const all = [...headers, 'x-request-id', request.id];
  // A body that was not read to its end would be taken for the next request.
  const isUnread = !request.raw.complete && !request.raw.readableEnded;
  if (isUnread || connection === 'close') all.push('connection', 'close');
  raw.writeHead(status, all);
  if (!(body instanceof Readable)) {
    raw.end(body);
    return reply;
  }
  const takesTrailers = acceptsTrailers(request.headers.te) && request.raw.httpVersion !== '1.0';
  try {
    await pump(body, reply);
    if (takesTrailers && request.method !== 'HEAD') addTrailers(answer, reply);
    raw.end();
  } catch (thrown) {
    const error = GatewayError.from(thrown);
    if (error.code !== 'cancelled') {
      request.log.warn(
        { code: error.code, type: error.type, source: error.source, err: error.cause },
        error.message,
      );
    }
    raw.destroy();
  }
  return reply;
}

/** Answers before the answer, for clients that know of them. RFC 9110 §15.2; RFC 8297. */
export function writeInformation({ raw, request }: FastifyReply, status: number, headers: RawHeaders): void {
  if (raw.headersSent || raw.destroyed || request.raw.httpVersion === '1.0') return;
  if (status === 102) raw.writeProcessing();
  if (status !== 103) return;
  const hints: Record<string, string | string[]> = {};
  for (let index = 0; index < headers.length; index += 2) {
    const name = (headers[index] ?? '').toLowerCase();
    // What else an early hint may hold is for the final answer to say.
    if (name === 'link') hints.link = [hints.link ?? [], headers[index + 1] ?? ''].flat();
  }
  try {
    raw.writeEarlyHints(hints);
  } catch {
    // A link that Node does not take is a hint the less.
  }
}

function pump(body: Readable, { raw }: FastifyReply): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = (): void => {
      if (!raw.writableFinished) body.destroy(new GatewayError('cancelled', 'the client left'));
    };
    raw.once('close', onClose);
    body.on('data', (bytes: Buffer) => {
      if (!raw.write(bytes)) body.pause();
    });
    raw.on('drain', () => body.resume());
    body.once('end', resolve);
    body.once('error', reject);
    body.once('close', () => {
      raw.off('close', onClose);
      // Without an end or an error nobody would ever be told.
      reject(new GatewayError('cancelled', 'the answer was given up'));
    });
    // Node holds the head back for the content, which may be long in coming; what comes at once goes with it.
    setImmediate(() => {
      if (!raw.destroyed) raw.flushHeaders();
    });
    if (raw.destroyed) onClose();
  });
}

/** RFC 9110 §6.5: only chunked content has a place for them, and only announced ones are expected. */
function addTrailers(answer: HttpReply, { raw }: FastifyReply): void {
  const trailers = answer.trailers();
  if (trailers.length === 0 || !raw.chunkedEncoding) return;
  const pairs: [string, string][] = [];
  for (let index = 0; index < trailers.length; index += 2) {
    pairs.push([trailers[index] ?? '', trailers[index + 1] ?? '']);
  }
  raw.addTrailers(pairs);
}
