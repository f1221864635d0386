// The streams of a connection that are open, and the numbers they get. Source: RFC 9113, section 5.1.1.
import type { Http2Stream } from './http2-stream.ts';
import type { Outgoing } from './outgoing.ts';
import { ConnectionError, ErrorCode, MAX_STREAM_ID } from './protocol.ts';

export class StreamTable<Head> {
  readonly #streams = new Map<number, Http2Stream<Head>>();
  readonly #outgoing: Outgoing<Head>;
  #nextId = 1;

  constructor(outgoing: Outgoing<Head>) {
    this.#outgoing = outgoing;
  }

  get size(): number {
    return this.#streams.size;
  }

  get hasNumbers(): boolean {
    return this.#nextId <= MAX_STREAM_ID;
  }

  /** 0 if there was none. */
  get newestId(): number {
    return Math.max(0, this.#nextId - 2);
  }

  add(stream: Http2Stream<Head>): void {
    stream.id = this.#nextId;
    this.#nextId += 2;
    this.#streams.set(stream.id, stream);
  }

  /** Those of this moment: they may end while they are gone through. */
  all(): Http2Stream<Head>[] {
    return [...this.#streams.values()];
  }

  /** Undefined for one that has ended. @throws ConnectionError for one that nobody opened. */
  find(id: number): Http2Stream<Head> | undefined {
    const stream = this.#streams.get(id);
    if (stream === undefined && ((id & 1) === 0 || id >= this.#nextId))
      throw new ConnectionError(
        ErrorCode.protocolError,
        'the upstream speaks of a stream that nobody opened',
      );
    return stream;
  }

  /** Nothing more is sent or heard of it. False if it had ended. */
  forget(stream: Http2Stream<Head>): boolean {
    if (!this.#streams.delete(stream.id)) return false;
    this.#outgoing.forget(stream);
    stream.id = 0;
    return true;
  }
}
