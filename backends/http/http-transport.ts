// What an HTTP transport promises the backend: one exchange with one target at a time. How connections are made, kept
// and shared is the transport's own.

import type { Duplex } from 'node:stream';
import type { CallSignal } from '../../core/call-signal.ts';
import type { Code } from '../../core/code.ts';
import { GatewayError, type GatewayErrorOptions } from '../../core/error.ts';
import type { HttpBody, RawHeaders } from '../../core/http-message.ts';
import type { HttpSettings, Target, UpstreamTls } from '../../core/upstream.ts';

export interface ExchangeRequest {
  readonly method: string;
  /** Path and query, undecoded, checked. */
  readonly target: string;
  /** Without Host, framing and Connection: those are the connection's. */
  readonly headers: RawHeaders;
  readonly body: HttpBody;
  /** Of a streamed body, if the client announced it. */
  readonly contentLength: number | undefined;
  /** Of a streamed body of unknown length, once it has ended. */
  readonly trailers?: (() => RawHeaders) | undefined;
  /** Aborts the exchange, and the body of the answer; its reason is a GatewayError. */
  readonly signal: CallSignal;
  /** Longest silence while content is sent or received, milliseconds. */
  readonly idleMs: number;
  /** It may be sent again if a kept connection turns out to be gone: to do it twice does no harm. */
  readonly isRepeatable: boolean;
  /** All of it is at hand still: it may be sent again if the upstream says that it has not looked at it. */
  readonly isReplayable: boolean;
  readonly onContinue?: (() => void) | undefined;
  readonly onInformation?: ((status: number, headers: RawHeaders) => void) | undefined;
  /** Protocol of an upgrade, such as `websocket`. */
  readonly upgrade?: string | undefined;
}

export interface ExchangeResponse {
  readonly status: number;
  /** As sent, hop-by-hop fields included. */
  readonly headers: RawHeaders;
  /** Whole, if it came with the head; a stream is destroyed with an ExchangeFault or the signal's reason. */
  readonly body: HttpBody;
  readonly trailers: () => RawHeaders;
  /** Set with status 101: the connection, now the caller's, and what came behind the head. */
  readonly upgraded?: { readonly socket: Duplex; readonly head: Buffer };
}

export interface HttpTransport {
  /** Rejects with an ExchangeFault, or the signal's reason. */
  exchange(request: ExchangeRequest): Promise<ExchangeResponse>;
  /** Takes no further exchanges; those under way end by themselves. */
  close(): void;
}

export type HttpTransportFactory = (
  target: Target,
  tls: UpstreamTls | undefined,
  settings?: HttpSettings,
) => HttpTransport;

/**
 * `unreachable`: no connection, or it ended before a byte of the answer. `protocol`: what came is no answer, or not
 * all of it. `timeout`: nothing happened for too long. `busy`: the target has as much to do as it may.
 */
export type FaultKind = 'unreachable' | 'protocol' | 'timeout' | 'busy';

interface FaultRow extends Pick<GatewayErrorOptions, 'type' | 'source' | 'retryAfterMs'> {
  readonly code: Code;
  readonly message: string;
}

/** Source: transcoding reference, section 9.2. Nothing of the upstream's address or text is in them. */
const FAULTS: Readonly<Record<FaultKind, FaultRow>> = {
  unreachable: {
    code: 'unavailable',
    message: 'the upstream cannot be reached',
    type: 'upstream-unreachable',
    source: 'upstream',
  },
  protocol: {
    code: 'internal',
    message: 'the upstream broke the protocol, or its answer broke off',
    type: 'upstream-protocol',
    source: 'upstream',
  },
  timeout: { code: 'deadline_exceeded', message: 'the upstream was silent for too long', source: 'upstream' },
  busy: {
    code: 'unavailable',
    message: 'as many requests as may wait for the upstream are waiting already',
    retryAfterMs: 1_000,
  },
};

/** `reason` is for the log alone. */
export class ExchangeFault extends GatewayError {
  readonly kind: FaultKind;

  constructor(kind: FaultKind, reason: string, cause?: unknown) {
    const { code, message, ...options } = FAULTS[kind];
    super(code, message, { ...options, cause: new Error(reason, { cause }) });
    this.kind = kind;
  }
}

/** There was none to send anything on: nobody has seen the request, whatever it was. */
export class NoConnection extends ExchangeFault {
  constructor(reason: string, cause?: unknown) {
    super('unreachable', reason, cause);
  }
}
