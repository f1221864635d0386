// Writes an upstream's answer to the client as it comes: status, headers, content and trailers untouched, no faster than
// the client takes it. What breaks off is cut, so that nobody takes it for whole.
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { GatewayError } from '../../core/error.ts';
import { type HttpReply, type RawHeaders, rawHeader } from '../../core/http-message.ts';
import { keptByName } from '../../translators/http/kept-by-name.ts';
import { acceptsTrailers } from '../../translators/rest/response-headers.ts';
import { cutAfterWrites } from '../edge/cut-answer.ts';
import { limitHeadersOf } from '../edge/limit-headers.ts';
import { lingerBehind } from '../edge/linger.ts';

/**
 * Resolves when the answer is complete. A failure behind the head cuts the connection, and is logged; before it leaves,
 * it is thrown.
 */
export async function writeReply(answer: HttpReply, reply: FastifyReply): Promise<void> {
  const { raw, request } = reply;
  const { body } = answer;
  const takesTrailers =
    acceptsTrailers(request.headers.te) && request.raw.httpVersion !== '1.0' && request.method !== 'HEAD';
  const isWhole = !(body instanceof Readable);
  const hasTrailers = takesTrailers && (!isWhole || answer.trailers().length > 0);
  const begin = (): void => {
    writeHead(answer, reply, isWhole && !hasTrailers ? body?.length : undefined);
    reply.hijack();
  };
  if (isWhole) begin();
  try {
    if (!isWhole) await pump(body, reply, begin);
    else if (hasTrailers) raw.write(body ?? '');
    if (hasTrailers) addTrailers(answer, reply);
    if (isWhole && !hasTrailers) endWith(body, reply);
    else raw.end();
  } catch (thrown) {
    const error = GatewayError.from(thrown);
    if (!raw.headersSent) throw error;
    if (error.code !== 'cancelled') {
      const { code, type, source, cause: err } = error;
      request.log.warn({ code, type, source, err }, error.message);
    }
    cutAfterWrites(raw, raw.chunkedEncoding || rawHeader(answer.headers, 'content-length') !== undefined);
  }
}

/** Beyond it, making a text of the bytes costs more than a second piece. */
const TEXT_BYTES = 8 * 1024;

/** In one write with the head: Node joins a text to it, and sends bytes as a second piece. */
function endWith(body: Uint8Array | undefined, { raw, request }: FastifyReply): void {
  if (body === undefined || body.length > TEXT_BYTES || request.method === 'HEAD') raw.end(body);
  // One character per byte, both ways.
  else raw.end(latin1(body), 'latin1');
}

function latin1(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString('latin1');
}

/** Names in lower case: upstreams spell theirs in one way or two. */
const lowerCase = keptByName((name) => name);

/** `length`: of content that came in one piece, to be announced if the upstream did not. @throws GatewayError */
function writeHead({ status, headers }: HttpReply, reply: FastifyReply, length: number | undefined): void {
  const { raw, request } = reply;
  const limits = limitHeadersOf(reply);
  const all: string[] = [];
  let hasLength = false;
  let hasTrailer = false;
  for (let index = 0; index < headers.length; index += 2) {
    const spelling = headers[index] ?? '';
    const name = lowerCase(spelling);
    // What the upstream says of limits is of its own; where the gateway has some, clients are told of these alone.
    if (Object.hasOwn(limits, name)) continue;
    if (name === 'content-length') hasLength = true;
    else if (name === 'trailer') hasTrailer = true;
    all.push(spelling, headers[index + 1] ?? '');
  }
  all.push('x-request-id', request.id);
  for (const [name, value] of Object.entries(limits)) all.push(name, value);
  if (length !== undefined && !hasLength) all.push('content-length', String(length));
  // A body that was not read to its end would be taken for the next request.
  const isUnread = !request.raw.complete && !request.raw.readableEnded;
  if (isUnread || reply.getHeader('connection') === 'close') all.push('connection', 'close');
  if (isUnread) lingerBehind(raw, request.raw);
  const isFramed = hasLength || length !== undefined;
  try {
    raw.writeHead(status, isFramed && hasTrailer ? withoutTrailer(all) : all);
  } catch (cause) {
    throw new GatewayError('internal', 'the upstream sent headers that cannot be passed on', {
      type: 'upstream-protocol',
      source: 'upstream',
      cause,
    });
  }
}

/** RFC 9112 §7.1.2: only content in chunks has trailers, whatever was announced. */
function withoutTrailer(headers: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (name.toLowerCase() !== 'trailer') kept.push(name, headers[index + 1] ?? '');
  }
  return kept;
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

/** `begin` writes the head: with the first bytes, or at the end of the turn, so that who breaks off at once gets none. */
function pump(body: Readable, { raw }: FastifyReply, begin: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let isBegun = false;
    const onClose = (): void => {
      if (!raw.writableFinished) body.destroy(new GatewayError('cancelled', 'the client left'));
    };
    const fail = (cause: unknown): void => {
      // Whoever hears of it answers, if there is no head yet.
      isBegun = true;
      reject(cause);
    };
    const start = (): void => {
      if (isBegun) return;
      isBegun = true;
      try {
        begin();
      } catch (thrown) {
        reject(thrown);
        body.destroy();
      }
    };
    raw.once('close', onClose);
    body.on('data', (bytes: Buffer) => {
      start();
      if (!body.destroyed && !raw.write(bytes)) body.pause();
    });
    raw.on('drain', () => body.resume());
    body.once('end', () => {
      start();
      resolve();
    });
    body.once('error', fail);
    body.once('close', () => {
      raw.off('close', onClose);
      // Without an end or an error nobody would ever be told.
      fail(new GatewayError('cancelled', 'the answer was given up'));
    });
    // Node holds the head back for the content, which may be long in coming; what comes at once goes with it.
    setImmediate(() => {
      if (raw.destroyed) return;
      start();
      if (raw.headersSent && !raw.destroyed) raw.flushHeaders();
    });
    if (raw.destroyed) onClose();
    if (body.errored !== null) fail(body.errored);
  });
}

/** RFC 9110 §6.5: only chunked content has a place for them, and only announced ones are expected. */
function addTrailers(answer: HttpReply, { raw }: Pick<FastifyReply, 'raw'>): void {
  const trailers = answer.trailers();
  if (trailers.length === 0 || !raw.chunkedEncoding) return;
  const pairs: [string, string][] = [];
  for (let index = 0; index < trailers.length; index += 2) {
    pairs.push([trailers[index] ?? '', trailers[index + 1] ?? '']);
  }
  raw.addTrailers(pairs);
}
