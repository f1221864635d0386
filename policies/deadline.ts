// Gives every call an end: the smallest of what the client asked for, the operation's default and its ceiling.
// A stream without a client deadline may last, but not be silent for longer than its idle limit, and not for ever.

import { finished, Readable } from 'node:stream';
import type { Call } from '../core/call.ts';
import { CallEnding, type CallSignal, endReason } from '../core/call-signal.ts';
import { deadlineExceeded, GatewayError } from '../core/error.ts';
import type { HttpReply } from '../core/http-message.ts';
import type { Policy } from '../core/invoker.ts';
import type { Operation } from '../core/operation.ts';
import { Payload } from '../core/payload.ts';
import { orAborted } from './or-aborted.ts';
import { endInTime, tooLong } from './unary-end.ts';

export const deadline: Policy = (next) => {
  const endOthers = endByScope(next);
  return (call) => {
    // Whoever has no time left must not have a write done for them.
    if (call.timeoutMs !== undefined && call.timeoutMs <= 0) return Promise.reject(deadlineExceeded());
    if (isEndless(call.operation) || call.http?.body instanceof Readable) return endOthers(call);
    return endInTime(next, call, unaryTimeout(call));
  };
};

/** Calls that end later than with their reply: those with streams in them. */
const endByScope: Policy = (next) => async (call) => {
  const timeoutMs = isEndless(call.operation) ? call.timeoutMs : unaryTimeout(call);
  const scope = new AbortScope(call.signal);
  const { streamIdleMs: idleMs, streamTotalMs: totalMs } = call.operation.limits;
  const upload = call.http?.body;
  const isUpload = upload instanceof Readable;
  const stopWaiting = isUpload ? startAfter(upload, timeoutMs, scope) : undefined;
  if (!isUpload && timeoutMs !== undefined) scope.abortAfter(timeoutMs, deadlineExceeded);
  if (isUpload || isEndless(call.operation)) scope.abortAfter(totalMs, () => tooLong(totalMs));
  // Where the client streams, its own silence is what counts until it has said all; the door sees to that.
  const isAwaited = call.operation.shape === 'server_stream' || call.input instanceof Payload;
  const silence = new Silence(scope, idleMs, isAwaited);
  if (isEndless(call.operation)) silence.begin();
  const bounded: Call = {
    ...call,
    ...(!(call.input instanceof Payload) && { input: overheard(call.input, silence) }),
    signal: scope.signal,
    ...(timeoutMs !== undefined && !isUpload && { deadlineAt: performance.now() + timeoutMs }),
  };
  try {
    // A backend that ignores the signal must not keep the client waiting.
    const reply = await orAborted(next(bounded), scope.signal);
    if (reply.kind === 'unary') {
      scope.end();
      return reply;
    }
    silence.reply();
    stopWaiting?.();
    if (reply.kind === 'http') return withinLife(reply, scope, totalMs);
    return { ...reply, messages: eachWithin(reply.messages, scope, silence) };
  } catch (error) {
    scope.end();
    throw error;
  }
};

/** How long a client takes for its upload is no fault of the upstream's, whose time begins when it has all. */
function startAfter(upload: Readable, timeoutMs: number | undefined, scope: AbortScope): () => void {
  const start = (): void => {
    if (timeoutMs !== undefined) scope.abortAfter(timeoutMs, deadlineExceeded);
  };
  upload.once('end', start);
  return () => upload.off('end', start);
}

/** The deadline was for the head. The body may take its time, which the backend bounds, but not for ever. */
function withinLife(reply: HttpReply, scope: AbortScope, totalMs: number): HttpReply {
  scope.endTimers();
  if (!(reply.body instanceof Readable)) {
    scope.end();
    return reply;
  }
  scope.abortAfter(totalMs, () => tooLong(totalMs));
  finished(reply.body, () => scope.end());
  return reply;
}

function unaryTimeout({ operation: { limits }, timeoutMs }: Call): number {
  return Math.min(timeoutMs ?? limits.defaultDeadlineMs, limits.maxDeadlineMs);
}

function isEndless(operation: Operation): boolean {
  return operation.shape !== 'unary';
}

/** What the client says is a sign of life of the stream, too; an upstream that does not take it shows none. */
async function* overheard(input: AsyncIterable<Payload>, silence: Silence): AsyncGenerator<Payload> {
  silence.taken();
  for await (const message of input) {
    silence.offer();
    yield message;
    silence.taken();
  }
  silence.endOfInput();
}

async function* eachWithin(
  messages: AsyncIterable<Payload>,
  scope: AbortScope,
  silence: Silence,
): AsyncGenerator<Payload> {
  const iterator = messages[Symbol.asyncIterator]();
  try {
    for (;;) {
      silence.begin();
      const result = await orAborted(iterator.next(), scope.signal);
      silence.end();
      if (result.done === true) return;
      yield result.value;
    }
  } finally {
    // Early return and failure alike: the upstream call is over.
    scope.abort(new GatewayError('cancelled', 'the stream was ended'));
    iterator.return?.()?.catch(() => {});
  }
}

const MAX_TIMER_MS = 2 ** 31 - 1;

/** An abort signal of its own that also follows the caller's, with timers that never outlive it. */
class AbortScope {
  readonly #ending = new CallEnding();
  readonly #outer: CallSignal;
  readonly #timers = new Set<NodeJS.Timeout>();
  #isOver = false;
  readonly #follow = (): void => this.abort(endReason(this.#outer));

  constructor(outer: CallSignal) {
    this.#outer = outer;
    if (outer.aborted) this.abort(endReason(outer));
    else outer.addEventListener('abort', this.#follow);
  }

  get signal(): CallSignal {
    return this.#ending;
  }

  /** Returns what calls the timer off. */
  abortAfter(milliseconds: number, reason: () => GatewayError): () => void {
    if (this.#isOver) return () => {};
    // A longer delay than Node's timers know would fire at once.
    const timer = setTimeout(() => this.abort(reason()), Math.min(milliseconds, MAX_TIMER_MS));
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  abort(reason: GatewayError): void {
    this.end();
    this.#ending.abort(reason);
  }

  /** Goes on listening, until one of the timers to come. */
  endTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Stops listening and timing, without aborting. */
  end(): void {
    this.#isOver = true;
    this.endTimers();
    this.#outer.removeEventListener('abort', this.#follow);
  }
}

/** Of the upstream, while it is awaited. */
class Silence {
  readonly #scope: AbortScope;
  readonly #idleMs: number;
  /** Awaited for its answer, whatever the client may still say. */
  #isAwaited: boolean;
  #hasReplied = false;
  #stop: (() => void) | undefined;

  constructor(scope: AbortScope, idleMs: number, isAwaited: boolean) {
    this.#scope = scope;
    this.#idleMs = idleMs;
    this.#isAwaited = isAwaited;
  }

  begin(): void {
    this.#stop?.();
    this.#stop = this.#scope.abortAfter(this.#idleMs, () => {
      return new GatewayError(
        'deadline_exceeded',
        `the stream was silent for ${this.#idleMs / 1000} seconds`,
      );
    });
  }

  /** The client has said something. Once there is a reply, only who awaits more of that knows whose turn it is. */
  offer(): void {
    if (!this.#hasReplied || this.#stop !== undefined) this.begin();
  }

  /** And the upstream has room for more. */
  taken(): void {
    if (!this.#hasReplied && !this.#isAwaited) this.end();
  }

  /** From here on the upstream alone is awaited. */
  endOfInput(): void {
    this.#isAwaited = true;
    this.offer();
  }

  reply(): void {
    this.#hasReplied = true;
    this.end();
  }

  end(): void {
    this.#stop?.();
    this.#stop = undefined;
  }
}
