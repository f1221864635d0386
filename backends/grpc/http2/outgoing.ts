// The sending side of a connection: what goes out at once, and bodies that wait for the peer's windows or the socket.
// Source: RFC 9113, section 5.2.

import { ResetBudget } from '../../reset-budget.ts';
import type { FrameWriter } from './frame-writer.ts';
import type { Http2Stream } from './http2-stream.ts';
import { ConnectionError, DEFAULT_WINDOW, ErrorCode, FrameType, MAX_WINDOW } from './protocol.ts';

const MESSAGE_PREFIX_BYTES = 5;
const NOTHING = new Uint8Array(0);

export class Outgoing<Head> {
  readonly resets = new ResetBudget(() => performance.now());
  readonly #writer: FrameWriter;
  #window = DEFAULT_WINDOW;
  /** Streams with something unsent, in the order in which they take turns. */
  readonly #waiting = new Set<Http2Stream<Head>>();

  /** Told whenever some of a body that had to wait goes out. */
  readonly #onProgress: () => void;

  constructor(writer: FrameWriter, onProgress: () => void) {
    this.#writer = writer;
    this.#onProgress = onProgress;
  }

  /** The only message of a request, and the request's end. */
  sendOnly(stream: Http2Stream<Head>, message: Uint8Array): void {
    const size = MESSAGE_PREFIX_BYTES + message.length;
    const writer = this.#writer;
    if (
      size > this.#window ||
      size > stream.sendWindow ||
      size > writer.maxFrameBytes ||
      writer.isCongested
    ) {
      this.send(stream, prefixed(message), true);
      return;
    }
    this.#window -= size;
    stream.sendWindow -= size;
    stream.isSent = true;
    writer.message(stream.id, message);
  }

  /** Takes bytes that are sent as far as there is room; the stream is told when all have gone. */
  send(stream: Http2Stream<Head>, bytes: Uint8Array, isLast: boolean): void {
    stream.unsent = bytes;
    stream.unsentAt = 0;
    stream.isUnsentLast = isLast;
    this.#waiting.add(stream);
    this.pump();
  }

  /** Ends a body that has been sent. */
  end(stream: Http2Stream<Head>): void {
    stream.isSent = true;
    this.#writer.data(stream.id, NOTHING, 0, 0, true);
  }

  forget(stream: Http2Stream<Head>): void {
    this.#waiting.delete(stream);
    stream.unsent = undefined;
  }

  /** @throws ConnectionError for more than a window may hold. */
  widen(bytes: number): void {
    this.#window += bytes;
    if (this.#window > MAX_WINDOW)
      throw new ConnectionError(ErrorCode.flowControlError, 'the window is too large');
    this.pump();
  }

  /** False for more than a window may hold. */
  widenStream(stream: Http2Stream<Head>, bytes: number): boolean {
    stream.sendWindow += bytes;
    if (stream.sendWindow > MAX_WINDOW) return false;
    if (stream.unsent !== undefined) {
      this.#waiting.add(stream);
      this.pump();
    }
    return true;
  }

  /** A frame of each stream in turn, until nothing more may go. */
  pump(): void {
    const writer = this.#writer;
    for (const stream of this.#waiting) {
      if (this.#window <= 0 || writer.isCongested) return;
      // Out of the set and in again is at its end.
      this.#waiting.delete(stream);
      const { unsent } = stream;
      if (unsent === undefined || (stream.sendWindow <= 0 && unsent.length > 0)) continue;
      const start = stream.unsentAt;
      const end = Math.min(
        unsent.length,
        start + Math.min(this.#window, stream.sendWindow, writer.maxFrameBytes),
      );
      const isAll = end === unsent.length;
      writer.data(stream.id, unsent, start, end, isAll && stream.isUnsentLast);
      this.#onProgress();
      this.#window -= end - start;
      stream.sendWindow -= end - start;
      stream.unsentAt = end;
      if (!isAll) {
        this.#waiting.add(stream);
        continue;
      }
      stream.unsent = undefined;
      stream.isSent = stream.isUnsentLast;
      stream.onSent();
    }
  }

  /** A frame that is no call's: the peer must read what it makes us say. */
  control(type: number, flags: number, payload: Uint8Array): void {
    if (this.#writer.isCongested)
      throw new ConnectionError(ErrorCode.enhanceYourCalm, 'the peer asks and does not read');
    this.#writer.control(type, flags, 0, payload);
  }

  reset(stream: number, code: number): void {
    this.resets.spend();
    this.#writer.number(FrameType.resetStream, stream, code);
  }

  /** Lets the peer send so many bytes more; stream 0 is the connection. */
  grant(stream: number, bytes: number): void {
    this.#writer.number(FrameType.windowUpdate, stream, bytes);
  }
}

/** A message as gRPC has it on the wire: not compressed, its length, itself. */
export function prefixed(message: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(MESSAGE_PREFIX_BYTES + message.length);
  bytes[0] = 0;
  bytes.writeUInt32BE(message.length, 1);
  bytes.set(message, MESSAGE_PREFIX_BYTES);
  return bytes;
}
