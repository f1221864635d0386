// A Call is one request for an operation; a Reply is its answer, single or a stream.

import type { CallOrigin } from './call-origin.ts';
import type { CallSignal } from './call-signal.ts';
import type { HttpReply, HttpRequest } from './http-message.ts';
import type { Metadata } from './metadata.ts';
import type { Operation } from './operation.ts';
import type { Payload } from './payload.ts';

/** Who is asking, settled at the edge. */
export interface Caller {
  /** Everything that must not share answers has another partition; part of every cache, dedupe and batch key. */
  readonly partition: string;
}

export const ANONYMOUS: Caller = Object.freeze({ partition: 'anonymous' });

export type Door = 'rest' | 'graphql' | 'admin';

export interface Call {
  readonly operation: Operation;
  readonly door: Door;
  readonly requestId: string;
  readonly caller: Caller;
  /** Absent where no policy tells callers apart. */
  readonly origin?: CallOrigin | undefined;
  /** One message, or the messages of a client or bidirectional stream as they arrive. */
  readonly input: Payload | AsyncIterable<Payload>;
  /** The request itself, to be passed on as it is; `input` then says the same as a value, made when somebody asks. */
  readonly http?: HttpRequest;
  /** Sent upstream as it stands; the door has filtered it. */
  readonly metadata: Metadata;
  /** What the client asked for, milliseconds; undefined if it named no deadline. */
  readonly timeoutMs: number | undefined;
  /** Instant of `performance.now()` at which the call is given up; set by the deadline policy. */
  readonly deadlineAt?: number;
  /** Aborts when the client leaves or the deadline passes; its reason is a GatewayError. */
  readonly signal: CallSignal;
}

export interface UnaryReply {
  readonly kind: 'unary';
  readonly payload: Payload;
  readonly headers: Metadata;
  readonly trailers: Metadata;
}

export interface StreamReply {
  readonly kind: 'stream';
  readonly headers: Metadata;
  /** Pull-driven: the upstream is read as fast as this is. Returning early cancels the upstream call. */
  readonly messages: AsyncIterable<Payload>;
  /** Complete once `messages` has ended. */
  readonly trailers: () => Metadata;
}

/** `http` answers calls that have `http`, and only those. */
export type Reply = UnaryReply | StreamReply | HttpReply;
