// Frames to the socket, all of one turn of the event loop in one write: the write is what a small call costs most.
import type { Socket } from 'node:net';
import type { HeaderText } from './header-text.ts';
import { DEFAULT_FRAME_BYTES, Flag, FRAME_HEAD_BYTES, FrameType } from './protocol.ts';

const BUFFER_BYTES = 64 * 1024;
/** What the socket may hold before bodies wait. */
const CONGESTED_BYTES = 256 * 1024;
/** Below it a loop is cheaper than a call into C++. */
const INLINE_BYTES = 128;

export class FrameWriter {
  readonly #socket: Socket;
  readonly #onFlush: () => void;
  readonly #flushLater = (): void => this.flush();
  #bytes = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #at = 0;
  #isScheduled = false;
  /** The peer's SETTINGS_MAX_FRAME_SIZE. */
  maxFrameBytes = DEFAULT_FRAME_BYTES;

  /** `onFlush` is told before the bytes go out. */
  constructor(socket: Socket, onFlush: () => void) {
    this.#socket = socket;
    this.#onFlush = onFlush;
  }

  get isCongested(): boolean {
    return this.#socket.writableLength > CONGESTED_BYTES;
  }

  flush(): void {
    this.#isScheduled = false;
    if (this.#at === 0 || this.#socket.destroyed) return;
    this.#onFlush();
    const bytes = this.#bytes.subarray(0, this.#at);
    this.#at = 0;
    this.#socket.write(bytes);
    // A write that is done on return needs its bytes no more.
    if (this.#socket.writableLength > 0) this.#bytes = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  }

  /** Drops what has not been given to the socket. */
  discard(): void {
    this.#at = 0;
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#put(bytes, 0, bytes.length);
  }

  control(type: number, flags: number, stream: number, payload: Uint8Array): void {
    this.#reserve(FRAME_HEAD_BYTES + payload.length);
    this.#head(payload.length, type, flags, stream);
    this.#put(payload, 0, payload.length);
  }

  number(type: number, stream: number, value: number): void {
    this.#reserve(FRAME_HEAD_BYTES + 4);
    this.#head(4, type, 0, stream);
    this.#uint32(value);
  }

  /** Part of a body. */
  data(stream: number, bytes: Uint8Array, start: number, end: number, isEnd: boolean): void {
    this.#reserve(FRAME_HEAD_BYTES + end - start);
    this.#head(end - start, FrameType.data, isEnd ? Flag.endStream : 0, stream);
    this.#put(bytes, start, end);
  }

  /** A whole short message and the end of its stream: prefix and message in one frame. */
  message(stream: number, message: Uint8Array): void {
    const length = message.length;
    this.#reserve(FRAME_HEAD_BYTES + 5 + length);
    this.#head(5 + length, FrameType.data, Flag.endStream, stream);
    this.#bytes[this.#at++] = 0;
    this.#uint32(length);
    this.#put(message, 0, length);
  }

  /** A header block in two parts, which does not end its stream, in as many frames as it takes. */
  headers(stream: number, start: Uint8Array, rest: HeaderText): void {
    const length = start.length + rest.length;
    if (length > this.maxFrameBytes) {
      this.#longHeaders(stream, Buffer.concat([start, rest.bytes.subarray(0, rest.length)]));
      return;
    }
    this.#reserve(FRAME_HEAD_BYTES + length);
    this.#head(length, FrameType.headers, Flag.endHeaders, stream);
    this.#put(start, 0, start.length);
    this.#put(rest.bytes, 0, rest.length);
  }

  #longHeaders(stream: number, block: Uint8Array): void {
    let type: number = FrameType.headers;
    for (let at = 0; at < block.length; at += this.maxFrameBytes) {
      const part = block.subarray(at, at + this.maxFrameBytes);
      this.control(type, at + part.length === block.length ? Flag.endHeaders : 0, stream, part);
      type = FrameType.continuation;
    }
  }

  #reserve(length: number): void {
    if (this.#bytes.length - this.#at < length) {
      this.flush();
      if (this.#bytes.length < length) this.#bytes = Buffer.allocUnsafeSlow(length);
    }
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // After the reads of this turn: what they lead to shares the write.
    setImmediate(this.#flushLater);
  }

  #head(length: number, type: number, flags: number, stream: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    bytes[at++] = length >>> 16;
    bytes[at++] = length >>> 8;
    bytes[at++] = length;
    bytes[at++] = type;
    bytes[at++] = flags;
    this.#at = at;
    this.#uint32(stream);
  }

  #uint32(value: number): void {
    const bytes = this.#bytes;
    const at = this.#at;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
    this.#at = at + 4;
  }

  #put(from: Uint8Array, start: number, end: number): void {
    const bytes = this.#bytes;
    if (end - start > INLINE_BYTES) {
      bytes.set(start === 0 && end === from.length ? from : from.subarray(start, end), this.#at);
      this.#at += end - start;
      return;
    }
    let at = this.#at;
    for (let index = start; index < end; index += 1) bytes[at++] = from[index] as number;
    this.#at = at;
  }
}
