// The content of a request on its way to an upstream: small ones whole, so that they leave in one piece with the head;
// all others as they arrive, counted, and given up when the client falls silent. Nothing is decoded.
import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import { GatewayError } from '../../core/error.ts';
import type { HttpBody } from '../../core/http-message.ts';
import { PieceStore } from '../../translators/json/piece-store.ts';
import { isWaitingForContinue, sendContinue } from '../edge/await-continue.ts';
import { announcesBody } from '../edge/read-body.ts';

/** Up to this, content is read before the upstream is asked. */
const WHOLE_BYTES = 64 * 1024;
/** security reference, class 19. */
const SILENCE_MS = 30_000;

export interface UploadLimit {
  readonly bytes: number;
  /** Where a service says so. */
  readonly setting: string;
}

export interface Upload {
  readonly body: HttpBody;
  /** Of a stream, if it was announced. */
  readonly contentLength: number | undefined;
}

export const NO_UPLOAD: Upload = Object.freeze({ body: undefined, contentLength: undefined });

/**
 * `waits`: the client sends only when it is told to go on, so nothing can be read yet.
 * @throws GatewayError `body-too-large`, `request-timeout`, or `cancelled` if the client left.
 */
export async function openUpload(
  request: IncomingMessage,
  limit: UploadLimit,
  waits: boolean,
): Promise<Upload> {
  if (!announcesBody(request)) return NO_UPLOAD;
  const told = request.headers['content-length'];
  const contentLength = told === undefined ? undefined : Number(told);
  if (contentLength !== undefined && contentLength > limit.bytes) throw tooLarge(limit);
  if (contentLength !== undefined && contentLength <= WHOLE_BYTES && !waits) {
    return { body: await readWhole(request), contentLength: undefined };
  }
  return { body: openStream(request, limit), contentLength };
}

const NOTHING = Buffer.alloc(0);

/** The content as a whole, for who has to look at it. @throws GatewayError as `openUpload` */
export async function readUpload(request: IncomingMessage, limit: UploadLimit): Promise<Upload> {
  const { body } = await openUpload(request, limit, isWaitingForContinue(request));
  sendContinue(request);
  if (!(body instanceof Transform)) return { body, contentLength: undefined };
  const pieces = new PieceStore();
  for await (const chunk of body) pieces.add(chunk as Buffer);
  return { body: pieces.take(NOTHING), contentLength: undefined };
}

/** All of what the head announced; Node reads no more than that. */
export function readWhole(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => {
      request.pause();
      reject(silent());
    }, SILENCE_MS);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      clearTimeout(timer);
      const [first] = chunks;
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
    });
    const fail = (): void => {
      clearTimeout(timer);
      reject(left());
    };
    request.once('error', fail);
    request.once('close', fail);
  });
}

function openStream(request: IncomingMessage, limit: UploadLimit): Transform {
  let size = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      timer.refresh();
      size += chunk.length;
      if (size > limit.bytes) done(tooLarge(limit));
      else done(null, chunk);
    },
  });
  const timer = setTimeout(() => {
    // It is the upstream that takes nothing; the transport has a limit for that.
    if (request.isPaused() || stream.writableNeedDrain) timer.refresh();
    else stream.destroy(silent());
  }, SILENCE_MS).unref();
  const fail = (): void => {
    if (!request.readableEnded) stream.destroy(left());
  };
  request.once('error', fail);
  request.once('close', fail);
  stream.once('close', () => {
    clearTimeout(timer);
    request.unpipe(stream);
    request.off('error', fail).off('close', fail);
    // Late errors of a connection that nobody reads any more are nobody's.
    request.on('error', () => {});
  });
  // Whoever sends it listens as well; between opening and sending nobody does.
  stream.on('error', () => {});
  request.pipe(stream);
  return stream;
}

function tooLarge({ bytes, setting }: UploadLimit): GatewayError {
  const message = `the body is larger than ${bytes} bytes, the most that this service takes (${setting})`;
  return new GatewayError('resource_exhausted', message, { type: 'body-too-large' });
}

function silent(): GatewayError {
  return new GatewayError(
    'deadline_exceeded',
    `nothing of the body arrived for ${SILENCE_MS / 1000} seconds`,
    {
      type: 'request-timeout',
    },
  );
}

function left(): GatewayError {
  return new GatewayError('cancelled', 'the client left before the body was complete');
}
