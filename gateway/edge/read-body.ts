// Reads a request body into memory within its bound, inflated if need be. Nothing parses it before we do.
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { GatewayError } from '../../core/error.ts';
import { PieceStore } from '../../translators/json/piece-store.ts';
import { sendContinue } from './await-continue.ts';
import { CODINGS, type Inflation, inflate } from './inflation.ts';

/** security reference, class 19. Request streams have an idle limit instead (rest/read-stream.ts). */
const BODY_TIMEOUT_MS = 30_000;

/** True if the head announces a body; its length may still turn out to be 0. */
export function announcesBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/**
 * The whole body, uncompressed. `limit` counts uncompressed bytes.
 * @throws GatewayError `body-too-large`, `unsupported-content-encoding`, `invalid_argument` for bytes that do not inflate.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (encodingOf(request) === 'identity' && announced > limit) throw tooLarge(limit);
  const body = openBody(request);
  try {
    const bytes = await collect(body.stream, limit);
    body.assertWhole();
    return bytes;
  } catch (error) {
    body.close();
    throw body.explain(error);
  }
}

/** A body as it arrives. Closed, it takes no more; the connection stays, so that an answer can be sent. */
export type OpenBody = Inflation;

/** @throws GatewayError `unsupported-content-encoding` */
export function openBody(request: IncomingMessage): OpenBody {
  const encoding = encodingOf(request);
  const content = contentOf(request);
  const body = encoding === 'identity' ? asSent(content) : inflate(content, encoding);
  if (body === undefined) throw notServed(encoding);
  sendContinue(request);
  return body;
}

function asSent(stream: Readable): OpenBody {
  const nothing = (): void => {};
  return { stream, explain: explainLeaving, assertGrowth: nothing, assertWhole: nothing, close: nothing };
}

/** A request without any content has no stream: it never tells that it ends. */
function contentOf(request: IncomingMessage): Readable {
  return request.readableEnded ? Readable.from([]) : request;
}

/** A request's own stream fails only with its connection. */
function explainLeaving(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  return new GatewayError('cancelled', 'the client left before the body was complete', { cause: error });
}

/** RFC 9110 §8.4.1: codings in the order they were applied. `identity` and empty parts of the list are none. */
function encodingOf(request: IncomingMessage): string {
  const header = request.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (header === '') return 'identity';
  if (!header.includes(',')) return header;
  const codings = header.split(',').map((coding) => coding.trim());
  return codings.filter((coding) => coding !== '' && coding !== 'identity').join(', ') || 'identity';
}

function notServed(encoding: string): GatewayError {
  // Each layer would need a bound of its own, and nobody gains by a second one.
  const what = encoding.includes(',')
    ? 'several content encodings, one inside of the other, are not served'
    : `the content encoding ${JSON.stringify(encoding.slice(0, 40))} is not served`;
  return new GatewayError('invalid_argument', `${what}; use one of ${CODINGS.join(', ')}`, {
    type: 'unsupported-content-encoding',
    accepted: CODINGS,
  });
}

const NOTHING = Buffer.alloc(0);

function collect(stream: Readable, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces = new PieceStore();
    let only: Buffer | undefined;
    let size = 0;
    let isWhole = false;
    const timer = setTimeout(() => {
      stream.pause();
      reject(
        new GatewayError(
          'deadline_exceeded',
          `the body did not arrive within ${BODY_TIMEOUT_MS / 1000} seconds`,
          {
            type: 'request-timeout',
          },
        ),
      );
    }, BODY_TIMEOUT_MS);
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        // No more is read; the answer closes the connection, so the rest is never taken in.
        stream.pause();
        stream.removeAllListeners('data');
        clearTimeout(timer);
        reject(tooLarge(limit));
      } else if (size === chunk.length) {
        // Most bodies come in one piece.
        only = chunk;
      } else {
        if (only !== undefined) pieces.add(only);
        only = undefined;
        pieces.add(chunk);
      }
    });
    stream.once('end', () => {
      isWhole = true;
      clearTimeout(timer);
      resolve(only ?? pieces.take(NOTHING));
    });
    stream.once('error', reject);
    stream.once('close', () => {
      // Every stream closes; an error costs as much as the rest of reading a small body.
      clearTimeout(timer);
      if (isWhole) return;
      reject(new GatewayError('cancelled', 'the client left before the body was complete'));
    });
  });
}

function tooLarge(limit: number): GatewayError {
  return new GatewayError('resource_exhausted', `the body is larger than ${limit} bytes`, {
    type: 'body-too-large',
  });
}
