// What every mock is to those who start it: an address, a book of calls, and a way to stop it.
import type { CallBook, Counts, MethodCounts } from './call-book.ts';

export interface MockOptions {
  /** 0 (the default) takes any free port. */
  readonly port?: number;
  /** Also serve this mock's own `GET /counts` and `DELETE /counts` on this port of 127.0.0.1. */
  readonly countsPort?: number;
  /** Serve over TLS with this PEM certificate and key. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

export interface MockServer {
  /** What the mock is called, such as `library`. */
  readonly name: string;
  /** Such as `grpc://127.0.0.1:50051`; with TLS by name, since no client may send an IP address as SNI. */
  readonly url: string;
  readonly port: number;
  readonly countsUrl: string | undefined;
  /** By method: `library.v1.LibraryService/GetBook`, `GET /reviews/{id}`. Health and reflection do not count. */
  counts(): Counts;
  resetCounts(): void;
  /** Resolves as soon as `times` calls of the method have arrived since the last reset. */
  waitForCall(method: string, times?: number): Promise<MethodCounts>;
  /**
   * Resolves as soon as clients have given up `times` calls of the method since the last reset, of their own will
   * or at their deadline.
   */
  waitForCancel(method: string, times?: number): Promise<MethodCounts>;
  /** Ends every connection at once and frees the port. */
  close(): Promise<void>;
}

/** The part of a MockServer that only reads the book. */
export function countingOf(
  book: CallBook,
): Pick<MockServer, 'counts' | 'resetCounts' | 'waitForCall' | 'waitForCancel'> {
  return {
    counts: () => book.counts(),
    resetCounts: () => book.reset(),
    waitForCall: (method, times = 1) => book.wait(method, ({ calls }) => calls >= times),
    waitForCancel: (method, times = 1) =>
      book.wait(method, ({ cancelled, deadline }) => cancelled + deadline >= times),
  };
}
