// Writes a server stream in the form the client accepts. Source: transcoding reference, section 8.
// The head is held until the first message or the status, so an early failure keeps its own HTTP status.
import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { StreamReply } from '../../core/call.ts';
import { GatewayError } from '../../core/error.ts';
import type { Payload } from '../../core/payload.ts';
import { errorObject } from '../../translators/errors/write-error.ts';
import { type StreamForm, streamFormOf } from '../../translators/rest/media-type.ts';
import type { ReplyPlan } from '../../translators/rest/reply-plan.ts';
import { responseHeaders } from '../../translators/rest/response-headers.ts';
import { errorStyle, failedRequest } from '../edge/answer-error.ts';
import { readReply } from './write-unary.ts';

/** A comment keeps proxies from closing a silent event stream. */
const SSE_HEARTBEAT_MS = 15_000;

interface Writing {
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Before all messages and after them. */
  readonly start: string;
  readonly end: string;
  /** Before the first message, before any other, and after each. */
  readonly first: Buffer;
  readonly next: Buffer;
  readonly after: Buffer;
  /** What tells of a failure after the first byte; undefined: nothing can, the connection is cut. */
  failure(error: string): string | undefined;
}

const WRITINGS: Record<StreamForm, Writing> = {
  array: {
    contentType: 'application/json',
    headers: {},
    start: '[',
    end: ']',
    first: Buffer.from(''),
    next: Buffer.from(','),
    after: Buffer.from(''),
    // An array that is cut short stays invalid, so nobody takes it for a whole one.
    failure: () => undefined,
  },
  ndjson: {
    contentType: 'application/x-ndjson',
    headers: {},
    start: '',
    end: '',
    first: Buffer.from(''),
    next: Buffer.from(''),
    after: Buffer.from('\n'),
    failure: (error) => `{"error":${error}}\n`,
  },
  sse: {
    contentType: 'text/event-stream',
    headers: { 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    start: '',
    end: '',
    first: Buffer.from('data: '),
    next: Buffer.from('data: '),
    after: Buffer.from('\n\n'),
    failure: (error) => `event: error\ndata: ${error}\n\n`,
  },
};

/** Resolves when the answer is complete. A failure before the first byte is thrown. */
export async function writeStream(
  answer: StreamReply,
  plan: ReplyPlan,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const form = streamFormOf(request.headers.accept);
  const writing = WRITINGS[form];
  const messages = answer.messages[Symbol.asyncIterator]();
  const first = await messages.next();
  // Read before the head is sent: bytes that are no message are an early failure as well.
  const firstJson = first.done === true ? undefined : await readFirst(first.value, plan, messages);

  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, headOf(answer, writing, request, reply));
  if (request.method === 'HEAD') {
    await messages.return?.();
    raw.end();
    return reply;
  }
  const heartbeat = form === 'sse' ? setInterval(() => beat(raw), SSE_HEARTBEAT_MS) : undefined;
  try {
    if (writing.start !== '') raw.write(writing.start);
    if (firstJson !== undefined) {
      await write(raw, Buffer.concat([writing.first, firstJson, writing.after]));
      for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
        const { value } = next;
        await write(raw, Buffer.concat([writing.next, readReply(() => plan(value)), writing.after]));
      }
    }
    raw.end(writing.end);
  } catch (thrown) {
    failLate(GatewayError.from(thrown), writing, request, raw);
  } finally {
    clearInterval(heartbeat);
    await messages.return?.();
  }
  return reply;
}

async function readFirst(
  payload: Payload,
  plan: ReplyPlan,
  messages: AsyncIterator<Payload>,
): Promise<Uint8Array> {
  try {
    return readReply(() => plan(payload));
  } catch (error) {
    await messages.return?.();
    throw error;
  }
}

function beat(raw: ServerResponse): void {
  if (!raw.destroyed) raw.write(': \n\n');
}

function headOf(answer: StreamReply, writing: Writing, request: FastifyRequest, reply: FastifyReply) {
  const head: Record<string, string | string[]> = {
    'content-type': writing.contentType,
    'x-request-id': request.id,
    'x-content-type-options': 'nosniff',
    ...Object.fromEntries(responseHeaders(answer.headers)),
    ...writing.headers,
  };
  const connection = reply.getHeader('connection');
  if (typeof connection === 'string') head.connection = connection;
  return head;
}

/** Waits while the client's socket is full: the upstream is read only as fast as the client takes. */
async function write(raw: ServerResponse, bytes: Uint8Array): Promise<void> {
  if (raw.destroyed) throw new GatewayError('cancelled', 'the client left');
  if (raw.write(bytes)) return;
  await new Promise<void>((resolve) => {
    const go = (): void => {
      raw.off('drain', go);
      raw.off('close', go);
      resolve();
    };
    raw.once('drain', go);
    raw.once('close', go);
  });
}

function failLate(error: GatewayError, writing: Writing, request: FastifyRequest, raw: ServerResponse): void {
  if (raw.destroyed) return;
  if (error.code !== 'cancelled') {
    request.log.warn({ code: error.code, err: error.cause }, 'a stream failed after it began');
  }
  const text = writing.failure(errorObject(error, failedRequest(request), errorStyle(request)));
  if (text === undefined) raw.destroy();
  else raw.end(text);
}
