// Plain functions of a mock, one per method and shape, turned into what grpc-js calls.
// Everything a mock does beside its own work happens here: the book of calls, misbehaviour, noticing a cancel.
import { type EventEmitter, once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  status,
} from '@grpc/grpc-js';
import type { CallBook, CallEntry } from '../call-book.ts';
import { type Misbehaviour, MockHeaderError, readMisbehaviour } from '../misbehaviour.ts';
import { incoming } from './incoming.ts';
import { metadataText, timeoutOf } from './metadata-text.ts';
import { perform } from './perform.ts';
import { MockStatus } from './status.ts';

/** A client whose deadline passes says so earlier than we would: it started its clock before we did. */
const DEADLINE_SLACK_MS = 25;

/** Requests and replies are proto-loader's objects: fields as in the .proto, 64-bit integers as strings. */
export type Unary<Q, R extends object> = (request: Q) => R;
export type ServerStream<Q, R extends object> = (request: Q, signal: AbortSignal) => AsyncIterable<R>;
export type ClientStream<Q, R extends object> = (requests: AsyncIterable<Q>) => Promise<R>;
export type BidiStream<Q, R extends object> = (
  requests: AsyncIterable<Q>,
  signal: AbortSignal,
) => AsyncIterable<R>;

type AnyCall =
  | ServerUnaryCall<object, object>
  | ServerReadableStream<object, object>
  | ServerWritableStream<object, object>
  | ServerDuplexStream<object, object>;

export interface HandlerContext {
  readonly book: CallBook;
  /** Ends the connection of a peer; messages that have been sent arrive first. */
  cut(peer: string, hasSent: boolean): void;
}

export function unary<Q, R extends object>(
  context: HandlerContext,
  handle: Unary<Q, R>,
): handleUnaryCall<Q, R> {
  return (call, reply) => {
    const served = new ServedCall(context, call as unknown as AnyCall, false);
    served.received();
    const play = async function* () {
      yield handle(call.request);
    };
    served.single(play).then((message) => reply(null, message as R), reply);
  };
}

export function serverStream<Q, R extends object>(
  context: HandlerContext,
  handle: ServerStream<Q, R>,
): handleServerStreamingCall<Q, R> {
  return (call) => {
    const served = new ServedCall(context, call as unknown as AnyCall, true);
    served.received();
    void served.stream(call as unknown as Outgoing, () => handle(call.request, served.signal));
  };
}

export function clientStream<Q, R extends object>(
  context: HandlerContext,
  handle: ClientStream<Q, R>,
): handleClientStreamingCall<Q, R> {
  return (call, reply) => {
    const served = new ServedCall(context, call as unknown as AnyCall, false);
    const play = async function* () {
      yield await handle(served.reading(call));
    };
    served.single(play).then((message) => reply(null, message as R), reply);
  };
}

export function bidiStream<Q, R extends object>(
  context: HandlerContext,
  handle: BidiStream<Q, R>,
): handleBidiStreamingCall<Q, R> {
  return (call) => {
    const served = new ServedCall(context, call as unknown as AnyCall, true);
    void served.stream(call as unknown as Outgoing, () => handle(served.reading(call), served.signal));
  };
}

type Outgoing = ServerWritableStream<object, object> | ServerDuplexStream<object, object>;

/** One call from its arrival to its entry's end. */
class ServedCall {
  readonly signal: AbortSignal;
  readonly #entry: CallEntry;
  readonly #misbehaviour: Misbehaviour | MockHeaderError;
  readonly #isStream: boolean;
  readonly #cut: (hasSent: boolean) => void;

  constructor({ book, cut }: HandlerContext, call: AnyCall, isStream: boolean) {
    const deadline = Number(call.getDeadline());
    const timeoutMs = timeoutOf(call);
    const metadata = metadataText(call.metadata);
    const entry = book.begin(call.getPath().slice(1), { timeoutMs, metadata });
    const leave = new AbortController();
    // grpc-js says "cancelled" at the end of every call; only the first word in the book counts.
    (call as EventEmitter).on('cancelled', () => {
      entry.end(Date.now() >= deadline - DEADLINE_SLACK_MS ? 'deadline' : 'cancelled');
      leave.abort(new MockStatus(status.CANCELLED, 'the client has left'));
    });
    this.signal = leave.signal;
    this.#entry = entry;
    this.#isStream = isStream;
    this.#misbehaviour = misbehaviourOf(call.metadata);
    this.#cut = (hasSent) => {
      entry.end('cut');
      cut(call.getPeer(), hasSent);
    };
    if (!(this.#misbehaviour instanceof Error) && this.#misbehaviour.echoMetadata) {
      const headers = new Metadata();
      headers.set('x-mock-received', JSON.stringify({ timeoutMs, metadata }));
      call.sendMetadata(headers);
    }
  }

  received(): void {
    this.#entry.counts.messagesReceived += 1;
  }

  async *reading<Q>(requests: AsyncIterable<Q>): AsyncGenerator<Q> {
    for await (const request of incoming(requests)) {
      this.received();
      yield request;
    }
    // Node ends the stream of a client that has left before it closes it, and grpc-js takes that for the client's
    // last word. A turn later the two can be told apart.
    await nextTurn();
    this.signal.throwIfAborted();
  }

  /** The only message. @throws MockStatus */
  async single(play: () => AsyncIterable<object>): Promise<object> {
    try {
      for await (const message of this.#perform(play)) {
        this.#sent();
        this.#entry.end('ok');
        return message;
      }
      throw new Error('a unary handler gave no message');
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** Writes no faster than the client reads. */
  async stream(call: Outgoing, play: () => AsyncIterable<object>): Promise<void> {
    try {
      for await (const message of this.#perform(play)) {
        this.signal.throwIfAborted();
        this.#sent();
        if (!call.write(message)) await once(call, 'drain', { signal: this.signal });
      }
      this.#entry.end('ok');
      call.end();
    } catch (error) {
      const failure = this.#failure(error);
      if (!this.signal.aborted) call.emit('error', failure);
    }
  }

  async *#perform(play: () => AsyncIterable<object>): AsyncGenerator<object> {
    if (this.#misbehaviour instanceof Error) throw this.#misbehaviour;
    yield* perform(
      this.#misbehaviour,
      { signal: this.signal, isStream: this.#isStream, cut: this.#cut },
      play,
    );
  }

  #sent(): void {
    this.#entry.counts.messagesSent += 1;
  }

  #failure(error: unknown): MockStatus {
    // A cancelled call has its entry's end already, or gets it by the event that is on its way.
    if (this.signal.aborted) return new MockStatus(status.CANCELLED, 'the client has left');
    this.#entry.end('failed');
    if (error instanceof MockStatus) return error;
    if (error instanceof MockHeaderError) return new MockStatus(status.INVALID_ARGUMENT, error.message);
    return new MockStatus(
      status.INTERNAL,
      `fault of the mock: ${error instanceof Error ? error.stack : error}`,
    );
  }
}

function misbehaviourOf(metadata: Metadata): Misbehaviour | MockHeaderError {
  try {
    return readMisbehaviour((header) => metadata.get(header)[0]?.toString());
  } catch (error) {
    if (error instanceof MockHeaderError) return error;
    throw error;
  }
}
