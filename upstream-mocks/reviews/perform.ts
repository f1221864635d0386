// Carries out what a caller told the HTTP mock to do wrong, around the answer that it would have written.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { CallEntry } from '../call-book.ts';
import { type Misbehaviour, MockHeaderError } from '../misbehaviour.ts';
import { padReply } from '../padding.ts';
import { type Answer, HttpProblem } from './answer.ts';

/** Bytes of a body that `x-mock-after` counts as one message. */
const PIECE = 16;

/** Names of gRPC statuses, so that one header means the same to every mock; transcoding of google.rpc.Code. */
const HTTP_OF_GRPC: Readonly<Record<string, number>> = {
  CANCELLED: 499,
  UNKNOWN: 500,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 400,
  ABORTED: 409,
  OUT_OF_RANGE: 400,
  UNIMPLEMENTED: 501,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DATA_LOSS: 500,
  UNAUTHENTICATED: 401,
};

export interface Stage {
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
  readonly entry: CallEntry;
}

/** `play` is called only when its answer is wanted: a call that is told to fail at once has no effect. */
export async function perform(
  misbehaviour: Misbehaviour,
  stage: Stage,
  play: () => Promise<Answer>,
): Promise<void> {
  const { strike, after, forever, size, delayMs } = misbehaviour;
  if (delayMs > 0) await pause(delayMs, undefined, { signal: stage.signal });
  if (strike === 'fail' && after === 0) throw toldProblem(misbehaviour);
  if (strike !== undefined && after === 0) return land(misbehaviour, stage);
  const answer = await play();
  const text = textOf(size > 0 ? pad(answer, size) : answer);
  const { response, entry } = stage;
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
  if (strike !== undefined) {
    await write(response, text.subarray(0, after * PIECE), stage.signal);
    // Node hands headers and body to the socket at the end of a turn.
    await nextTurn();
    // A status cannot follow a body that has begun: what would be a failure is a cut.
    return land(misbehaviour, stage);
  }
  if (forever) return writeForever(misbehaviour, stage, text);
  entry.counts.messagesSent += 1;
  entry.end(answer.status < 400 ? 'ok' : 'failed');
  response.end(text);
}

function land({ strike }: Misbehaviour, { response, signal, entry }: Stage): Promise<void> {
  if (strike !== 'hang') {
    entry.end('cut');
    // A reset would take back what is on its way.
    if (response.headersSent) response.socket?.destroy();
    else response.socket?.resetAndDestroy();
  }
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function writeForever({ intervalMs }: Misbehaviour, stage: Stage, text: Buffer): Promise<void> {
  for (let first = true; !stage.signal.aborted; first = false) {
    await write(stage.response, Buffer.concat([Buffer.from(first ? '[' : ','), text]), stage.signal);
    stage.entry.counts.messagesSent += 1;
    await (intervalMs > 0
      ? pause(intervalMs, undefined, { signal: stage.signal })
      : nextTurn(undefined, { signal: stage.signal }));
  }
}

async function write(response: ServerResponse, bytes: Buffer, signal: AbortSignal): Promise<void> {
  if (!response.write(bytes)) await once(response, 'drain', { signal });
}

function toldProblem({ status: told = '', message, details }: Misbehaviour): HttpProblem {
  const status = HTTP_OF_GRPC[told.toUpperCase()] ?? (/^[2-5]\d\d$/.test(told) ? Number(told) : undefined);
  if (status === undefined) {
    throw new MockHeaderError('x-mock-status must be the name of a gRPC status or a number from 200 to 599');
  }
  const headers: Record<string, string> = details.includes('retry-info') ? { 'retry-after': '2' } : {};
  return new HttpProblem(status, message, details.length > 0 ? { details } : {}, headers);
}

function pad(answer: Answer, size: number): Answer {
  const body = typeof answer.body === 'object' ? padReply(answer.body, size) : undefined;
  if (body === undefined)
    throw new MockHeaderError('x-mock-size: this reply has no free text to make longer');
  return { ...answer, body };
}

function textOf({ body }: Answer): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
