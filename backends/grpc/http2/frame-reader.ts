// Cuts what arrives into frames. The bytes of DATA are handed on as they come, since whoever wants them copies them
// anyway; every other frame is handed on whole. Nothing given out may be kept: the next read overwrites it.
import {
  ConnectionError,
  DEFAULT_FRAME_BYTES,
  ErrorCode,
  Flag,
  FRAME_HEAD_BYTES,
  FrameType,
} from './protocol.ts';

/** Both throw ConnectionError for what ends the connection. */
export interface FrameSink {
  /** Part of a DATA frame or all of it; `cost` is what it counts for flow control, padding included. */
  onData(stream: number, bytes: Buffer, start: number, end: number, cost: number, isEnd: boolean): void;
  onFrame(type: number, flags: number, stream: number, bytes: Buffer, start: number, end: number): void;
}

export class FrameReader {
  readonly #sink: FrameSink;
  /** A frame head, or a frame that is given out whole, of which a part has come. */
  readonly #held = Buffer.allocUnsafeSlow(FRAME_HEAD_BYTES + DEFAULT_FRAME_BYTES);
  #heldBytes = 0;
  #isFirst = true;
  /** Of a DATA frame whose beginning has been given out. */
  #dataLeft = 0;
  #dataStream = 0;
  #isDataEnd = false;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** @throws ConnectionError */
  read(bytes: Buffer, length: number): void {
    let at = 0;
    while (at < length) {
      if (this.#dataLeft > 0) at = this.#data(bytes, at, length);
      else if (this.#heldBytes > 0) at = this.#complete(bytes, at, length);
      else {
        const next = this.#frame(bytes, at, length);
        if (next < 0) {
          this.#heldBytes = bytes.copy(this.#held, 0, at, length);
          return;
        }
        at = next;
      }
    }
  }

  /** Where the frame at `at` ends, or -1 if more of it must come first. */
  #frame(bytes: Buffer, at: number, end: number): number {
    const body = at + FRAME_HEAD_BYTES;
    if (body > end) return -1;
    const length = lengthAt(bytes, at);
    if (length > DEFAULT_FRAME_BYTES)
      throw new ConnectionError(ErrorCode.frameSizeError, 'a frame is larger than was agreed');
    const type = bytes[at + 3] as number;
    // Told by its head: what is no HTTP/2 need not send as many bytes as it seems to announce.
    if (this.#isFirst && type !== FrameType.settings)
      throw new ConnectionError(ErrorCode.protocolError, 'the upstream does not begin as HTTP/2 does');
    this.#isFirst = false;
    const flags = bytes[at + 4] as number;
    const stream =
      (((bytes[at + 5] as number) & 0x7f) << 24) |
      ((bytes[at + 6] as number) << 16) |
      ((bytes[at + 7] as number) << 8) |
      (bytes[at + 8] as number);
    if (type === FrameType.data && (flags & Flag.padded) === 0) {
      this.#dataStream = stream;
      this.#isDataEnd = (flags & Flag.endStream) !== 0;
      if (length === 0) {
        this.#sink.onData(stream, bytes, body, body, 0, this.#isDataEnd);
        return body;
      }
      this.#dataLeft = length;
      return body === end ? body : this.#data(bytes, body, end);
    }
    if (body + length > end) return -1;
    if (type === FrameType.data) this.#paddedData(flags, stream, bytes, body, body + length);
    else this.#sink.onFrame(type, flags, stream, bytes, body, body + length);
    return body + length;
  }

  #data(bytes: Buffer, start: number, end: number): number {
    const size = Math.min(this.#dataLeft, end - start);
    this.#dataLeft -= size;
    const isEnd = this.#isDataEnd && this.#dataLeft === 0;
    this.#sink.onData(this.#dataStream, bytes, start, start + size, size, isEnd);
    return start + size;
  }

  #paddedData(flags: number, stream: number, bytes: Buffer, start: number, end: number): void {
    const padding = start < end ? (bytes[start] as number) : end;
    if (start + 1 + padding > end)
      throw new ConnectionError(ErrorCode.protocolError, 'a frame has more padding than bytes');
    const isEnd = (flags & Flag.endStream) !== 0;
    this.#sink.onData(stream, bytes, start + 1, end - padding, end - start, isEnd);
  }

  /** Adds to the held part what it lacks: first its head, then its body. */
  #complete(bytes: Buffer, at: number, end: number): number {
    const wanted =
      this.#heldBytes < FRAME_HEAD_BYTES ? FRAME_HEAD_BYTES : FRAME_HEAD_BYTES + lengthAt(this.#held, 0);
    const next = Math.min(end, at + wanted - this.#heldBytes);
    this.#heldBytes += bytes.copy(this.#held, this.#heldBytes, at, next);
    if (this.#heldBytes === wanted && this.#frame(this.#held, 0, wanted) >= 0) this.#heldBytes = 0;
    return next;
  }
}

function lengthAt(bytes: Buffer, at: number): number {
  return ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
}
