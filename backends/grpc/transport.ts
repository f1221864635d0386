// What a gRPC client must be able to do for us. Two fulfil it: our own, and grpc-js as the reference.
// A transport moves bytes: it knows no message type and no descriptor.

import type { CallSignal } from '../../core/call-signal.ts';
import type { Metadata } from '../../core/metadata.ts';
import type { Target, UpstreamTls } from '../../core/upstream.ts';
import type { GrpcStatus } from '../../translators/grpc/status.ts';

export interface GrpcCallOptions {
  /** Sent as it stands. */
  readonly metadata: Metadata;
  /** Milliseconds left; sent as `grpc-timeout`. Undefined: no deadline. */
  readonly timeoutMs: number | undefined;
  /** Aborting resets the stream at once. */
  readonly signal: CallSignal;
  /** A larger message is refused; undefined: the most that any operation may ask for. */
  readonly maxReplyBytes?: number;
}

export interface GrpcUnaryResult {
  readonly headers: Metadata;
  readonly message: Uint8Array;
  readonly trailers: Metadata;
}

export interface GrpcStream {
  readonly headers: Metadata;
  /** Pull-driven. Throws GrpcStatusError for a status other than OK. Returning early resets the stream. */
  readonly messages: AsyncIterable<Uint8Array>;
  /** Complete once `messages` has ended. */
  readonly trailers: () => Metadata;
}

/** One channel to one target. */
export interface GrpcTransport {
  /** @throws GrpcStatusError */
  unary(path: string, message: Uint8Array, options: GrpcCallOptions): Promise<GrpcUnaryResult>;
  /**
   * Any number of messages each way. Resolves when the upstream's headers, first message or status are there.
   * @throws GrpcStatusError
   */
  stream(
    path: string,
    messages: AsyncIterable<Uint8Array> | Uint8Array,
    options: GrpcCallOptions,
  ): Promise<GrpcStream>;
  /** Calls in flight are ended. */
  close(): void;
}

/** Every failure a transport reports, its own included. */
export class GrpcStatusError extends Error {
  override readonly name = 'GrpcStatusError';
  readonly status: GrpcStatus;
  constructor(status: GrpcStatus) {
    super(`grpc-status ${status.number}`);
    this.status = status;
  }
}

/** Makes the channel to one target; connecting is left to the first call. */
export type GrpcTransportFactory = (target: Target, tls: UpstreamTls | undefined) => GrpcTransport;
