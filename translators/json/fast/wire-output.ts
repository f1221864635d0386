// The growing buffer that wire bytes are written to. Used by one writer at a time: writing never waits.

const INITIAL_BYTES = 16 * 1024;
/** A scratch buffer larger than this is given back after the message that needed it. */
const KEPT_BYTES = 4 * 1024 * 1024;

export class WireOutput {
  #buffer: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #view = new DataView(this.#buffer.buffer);
  #at = 0;

  reset(): void {
    this.#at = 0;
    if (this.#buffer.length > KEPT_BYTES) this.#replace(Buffer.allocUnsafeSlow(INITIAL_BYTES));
  }

  /** A copy of all that was written. */
  take(): Buffer {
    const bytes = Buffer.allocUnsafe(this.#at);
    this.#buffer.copy(bytes, 0, 0, this.#at);
    return bytes;
  }

  /** An unsigned integer below 2^32. */
  uint32(value: number): void {
    this.#reserve(5);
    let rest = value;
    while (rest > 0x7f) {
      this.#buffer[this.#at++] = (rest & 0x7f) | 0x80;
      rest = rest >>> 7;
    }
    this.#buffer[this.#at++] = rest;
  }

  /** A signed integer of 32 bits: negative ones take ten bytes, as the encoding asks. */
  int32(value: number): void {
    if (value >= 0) this.uint32(value);
    else this.varint64(BigInt(value));
  }

  /** The low 64 bits of an integer. */
  varint64(value: bigint): void {
    this.#reserve(10);
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      this.#buffer[this.#at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#buffer[this.#at++] = Number(rest);
  }

  /** An integer from 0 to 2^53. */
  safeInteger(value: number): void {
    if (value < 0x80000000) this.uint32(value);
    else this.varint64(BigInt(value));
  }

  fixed32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  fixed64(value: bigint): void {
    this.#reserve(8);
    this.#view.setBigUint64(this.#at, BigInt.asUintN(64, value), true);
    this.#at += 8;
  }

  float(value: number): void {
    this.#reserve(4);
    this.#view.setFloat32(this.#at, value, true);
    this.#at += 4;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  /** Length and bytes. */
  bytes(bytes: Uint8Array): void {
    this.uint32(bytes.length);
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Length and UTF-8 of a part of a text; `isAscii` says that every character is one byte. */
  text(text: string, start: number, end: number, isAscii: boolean): void {
    const length = end - start;
    if (!isAscii) {
      const part = text.slice(start, end);
      this.uint32(Buffer.byteLength(part));
      this.#reserve(length * 3);
      this.#at += this.#buffer.write(part, this.#at, 'utf8');
      return;
    }
    this.uint32(length);
    this.#reserve(length);
    const to = this.#buffer;
    const at = this.#at;
    for (let index = 0; index < length; index += 1) to[at + index] = text.charCodeAt(start + index);
    this.#at = at + length;
  }

  /** Begins what is counted by a length before it; the mark goes to `close`. */
  open(): number {
    this.#reserve(1);
    this.#at += 1;
    return this.#at;
  }

  /** Writes the length of all since `open`, which moves it if the length takes more than one byte. */
  close(mark: number): void {
    const length = this.#at - mark;
    if (length < 0x80) {
      this.#buffer[mark - 1] = length;
      return;
    }
    const extra = length < 0x4000 ? 1 : length < 0x200000 ? 2 : length < 0x10000000 ? 3 : 4;
    this.#reserve(extra);
    this.#buffer.copyWithin(mark + extra, mark, this.#at);
    const end = this.#at + extra;
    this.#at = mark - 1;
    this.uint32(length);
    this.#at = end;
  }

  get length(): number {
    return this.#at;
  }

  /** Takes back all that was written after `length`. */
  truncate(length: number): void {
    this.#at = length;
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#at + count));
    larger.set(this.#buffer.subarray(0, this.#at));
    this.#replace(larger);
  }

  #replace(buffer: Buffer): void {
    this.#buffer = buffer;
    this.#view = new DataView(buffer.buffer);
  }
}
