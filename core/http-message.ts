// HTTP messages that pass through the gateway as they are: the other form of a call's input and of its reply.
// Bodies are not held: bytes that came with the head, or a stream that is read as fast as the other side takes it.
import type { Duplex, Readable } from 'node:stream';

/** Names and values in turn, as sent: `['Content-Type', 'text/plain', 'Vary', 'Accept']`. */
export type RawHeaders = readonly string[];

export const NO_HEADERS: RawHeaders = Object.freeze([]);

/** Undefined: there is none. A stream that fails is destroyed with a GatewayError. */
export type HttpBody = Uint8Array | Readable | undefined;

export interface HttpRequest {
  readonly method: string;
  /** The upstream's path and query, undecoded. */
  readonly target: string;
  /** What goes upstream, `Host` excepted. Hop-by-hop fields and what is nobody's business are gone. */
  readonly headers: RawHeaders;
  readonly body: HttpBody;
  /** Of a body whose length the client announced. */
  readonly contentLength: number | undefined;
  /** Of a body of unknown length: what comes behind it, once it has ended. Absent: nothing does. */
  readonly trailers?: (() => RawHeaders) | undefined;
  /** The client waits for a 100 before it sends its body: called once the upstream wants it. */
  readonly onContinue?: () => void;
  /** Told of answers before the answer, such as 103; never of 100 or 101. */
  readonly onInformation?: (status: number, headers: RawHeaders) => void;
  /** The client asks to go on in another protocol, such as `websocket`. */
  readonly upgrade?: string;
}

export interface HttpReply {
  readonly kind: 'http';
  readonly status: number;
  /** As the upstream sent them, those that belong to its connection excepted. */
  readonly headers: RawHeaders;
  readonly body: HttpBody;
  /** Complete once the body has ended. */
  readonly trailers: () => RawHeaders;
  /** Of a request with `upgrade`, with status 101: the connection from here on, and what has come on it already. */
  readonly upgraded?: { readonly socket: Duplex; readonly head: Buffer };
}

/** The first value of a header, or undefined; `name` in lower case. */
export function rawHeader(headers: RawHeaders, name: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    const key = headers[index] ?? '';
    if (key.length === name.length && key.toLowerCase() === name) return headers[index + 1];
  }
  return undefined;
}
