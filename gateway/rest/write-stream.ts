// Writes a server stream in the form the client accepts. Source: transcoding reference, section 8.
// The head is held until the first message or the status, so an early failure keeps its own HTTP status.
import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { StreamReply } from '../../core/call.ts';
import { GatewayError } from '../../core/error.ts';
import type { Payload } from '../../core/payload.ts';
import { DEFAULT_REST_OPTIONS } from '../../core/rest-options.ts';
import { errorObject } from '../../translators/errors/write-error.ts';
import { type ContentCoding, chooseCoding, isCompressible } from '../../translators/rest/content-coding.ts';
import type { StreamForm } from '../../translators/rest/media-type.ts';
import type { ReplyPlan } from '../../translators/rest/reply-plan.ts';
import {
  acceptsTrailers,
  type ResponseChoice,
  responseHeaders,
  responseTrailers,
} from '../../translators/rest/response-headers.ts';
import { errorStyle, failedRequest } from '../edge/answer-error.ts';
import { limitHeadersOf } from '../edge/limit-headers.ts';
import { startHeartbeat } from './heartbeat.ts';
import { type Outlet, openOutlet } from './stream-outlet.ts';
import { readReply, UNKNOWN_TYPE } from './write-unary.ts';

interface Writing {
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream without messages. */
  readonly empty: string;
  /** After all messages. */
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
    empty: '[]',
    end: ']',
    first: Buffer.from('['),
    next: Buffer.from(','),
    after: Buffer.from(''),
    // An array that is cut short stays invalid, so nobody takes it for a whole one.
    failure: () => undefined,
  },
  ndjson: {
    contentType: 'application/x-ndjson',
    headers: {},
    empty: '',
    end: '',
    first: Buffer.from(''),
    next: Buffer.from(''),
    after: Buffer.from('\n'),
    failure: (error) => `{"error":${error}}\n`,
  },
  sse: {
    contentType: 'text/event-stream',
    headers: { 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    empty: '',
    end: '',
    first: Buffer.from('data: '),
    next: Buffer.from('data: '),
    after: Buffer.from('\n\n'),
    failure: (error) => `event: error\ndata: ${error}\n\n`,
  },
};

/** Lines that could be taken for the one of an error are told apart from it. */
const WRAPPED_LINES: Writing = {
  ...WRITINGS.ndjson,
  first: Buffer.from('{"result":'),
  next: Buffer.from('{"result":'),
  after: Buffer.from('}\n'),
};

function writingOf(form: StreamForm, plan: ReplyPlan): Writing {
  return form === 'ndjson' && plan.wrapsLines ? WRAPPED_LINES : WRITINGS[form];
}

/** Chunks of an HttpBody as they come; what they are is said by the first. */
function rawWriting(readRaw: NonNullable<ReplyPlan['readRaw']>, first: Payload | undefined): Writing {
  return {
    contentType: (first === undefined ? '' : readReply(() => readRaw(first)).contentType) || UNKNOWN_TYPE,
    headers: {},
    empty: '',
    end: '',
    first: Buffer.from(''),
    next: Buffer.from(''),
    after: Buffer.from(''),
    failure: () => undefined,
  };
}

/** Resolves when the answer is complete. A failure before the first byte is thrown. */
export async function writeStream(
  answer: StreamReply,
  plan: ReplyPlan,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const endsAt =
    performance.now() + (request.matched?.operation.limits.streamTotalMs ?? Number.POSITIVE_INFINITY);
  const form = plan.streamForm(request.headers.accept);
  const write = form === 'array' || plan.readRaw !== undefined ? plan.write : plan.writeLine;
  const messages = answer.messages[Symbol.asyncIterator]();
  const first = await messages.next();
  // Read before the head is sent: bytes that are no message are an early failure as well.
  const firstBytes = first.done === true ? undefined : await readFirst(first.value, write, messages);
  const writing = plan.readRaw === undefined ? writingOf(form, plan) : rawWriting(plan.readRaw, first.value);

  const coding = codingOf(writing, request);
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, headOf(answer, writing, coding, request, reply));
  if (request.method === 'HEAD') {
    await messages.return?.();
    raw.end();
    return reply;
  }
  const outlet = openOutlet({ raw, coding, endsAt });
  const heartbeat = writing === WRITINGS.sse ? startHeartbeat(outlet) : undefined;
  try {
    if (firstBytes !== undefined) {
      await outlet.write(Buffer.concat([writing.first, firstBytes, writing.after]));
      for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
        const { value } = next;
        await outlet.write(Buffer.concat([writing.next, readReply(() => write(value)), writing.after]));
        heartbeat?.refresh();
      }
    }
    addTrailers(answer, request, raw);
    outlet.end(firstBytes === undefined ? writing.empty : writing.end);
  } catch (thrown) {
    failLate(GatewayError.from(thrown), writing, request, outlet, raw);
  } finally {
    heartbeat?.stop();
    await messages.return?.();
  }
  return reply;
}

function codingOf(writing: Writing, { method, headers }: FastifyRequest): ContentCoding | undefined {
  const accepted = headers['accept-encoding'];
  if (accepted === undefined || method === 'HEAD' || !isCompressible(writing.contentType)) return undefined;
  return chooseCoding(accepted).coding;
}

/** What the upstream said at its end, for clients that take it. */
function addTrailers(answer: StreamReply, request: FastifyRequest, raw: ServerResponse): void {
  if (!acceptsTrailers(request.headers.te)) return;
  const trailers = responseTrailers(answer.trailers(), choiceOf(request));
  if (trailers.length > 0)
    raw.addTrailers(
      trailers.flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one])),
    );
}

function choiceOf(request: FastifyRequest): ResponseChoice {
  return request.matched?.operation.rest ?? DEFAULT_REST_OPTIONS;
}

async function readFirst(
  payload: Payload,
  write: ReplyPlan['write'],
  messages: AsyncIterator<Payload>,
): Promise<Uint8Array> {
  try {
    return readReply(() => write(payload));
  } catch (error) {
    await messages.return?.();
    throw error;
  }
}

function headOf(
  answer: StreamReply,
  writing: Writing,
  coding: ContentCoding | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const own = reply.getHeader('cache-control');
  const head: Record<string, string | string[]> = {
    'content-type': writing.contentType,
    'x-request-id': request.id,
    'x-content-type-options': 'nosniff',
    ...Object.fromEntries(responseHeaders(answer.headers, choiceOf(request))),
    ...writing.headers,
    ...(typeof own === 'string' && { 'cache-control': own }),
    ...(coding !== undefined && { 'content-encoding': coding }),
    ...limitHeadersOf(reply),
  };
  head.vary = head.vary === undefined ? 'Accept-Encoding' : `${String(head.vary)}, Accept-Encoding`;
  const connection = reply.getHeader('connection');
  if (typeof connection === 'string') head.connection = connection;
  return head;
}

function failLate(
  error: GatewayError,
  writing: Writing,
  request: FastifyRequest,
  outlet: Outlet,
  raw: ServerResponse,
): void {
  if (raw.destroyed) return;
  // The client's leaving is no news; an upstream that says this has its words in the log alone.
  if (error.code !== 'cancelled' || error.source === 'upstream') {
    request.log.warn({ code: error.code, err: error.cause }, 'a stream failed after it began');
  }
  const text = writing.failure(errorObject(error, failedRequest(request), errorStyle(request)));
  if (text === undefined) outlet.cut();
  else outlet.end(text);
}
