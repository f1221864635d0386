// A header block may come in one HEADERS frame and any number of CONTINUATION frames: joined here, within bounds.
// Source: RFC 9113, sections 6.2 and 6.10; security reference, class 18.
import { ConnectionError, ErrorCode, Flag, MAX_CONTINUATIONS, MAX_HEADER_BLOCK_BYTES } from './protocol.ts';

const PRIORITY_BYTES = 5;
const NO_BYTES = Buffer.alloc(0);

/** After a method has returned true, the fields describe the whole block. */
export class HeaderGatherer {
  id = 0;
  isEnd = false;
  bytes: Buffer = NO_BYTES;
  start = 0;
  end = 0;
  /** More frames of the block must follow at once. */
  isOpen = false;
  #parts: Buffer[] = [];
  #size = 0;

  /** True if the block is whole. @throws ConnectionError */
  headers(id: number, flags: number, bytes: Buffer, start: number, end: number): boolean {
    let from = start;
    let to = end;
    if ((flags & Flag.padded) !== 0) {
      to -= from < to ? (bytes[from] as number) : 0;
      from += 1;
    }
    if ((flags & Flag.priority) !== 0) from += PRIORITY_BYTES;
    if (from > to)
      throw new ConnectionError(ErrorCode.protocolError, 'headers are cut, or padded beyond their size');
    this.id = id;
    this.isEnd = (flags & Flag.endStream) !== 0;
    this.bytes = bytes;
    this.start = from;
    this.end = to;
    if ((flags & Flag.endHeaders) !== 0) return true;
    this.isOpen = true;
    this.#keep(bytes, from, to);
    return false;
  }

  /** True if the block is whole. @throws ConnectionError */
  continuation(id: number, flags: number, bytes: Buffer, start: number, end: number): boolean {
    if (!this.isOpen || id !== this.id)
      throw new ConnectionError(ErrorCode.protocolError, 'headers go on that were not begun');
    this.#keep(bytes, start, end);
    if ((flags & Flag.endHeaders) === 0) return false;
    this.bytes = Buffer.concat(this.#parts);
    this.start = 0;
    this.end = this.bytes.length;
    this.isOpen = false;
    this.#parts = [];
    this.#size = 0;
    return true;
  }

  clear(): void {
    this.bytes = NO_BYTES;
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    this.#size += end - start;
    if (this.#size > MAX_HEADER_BLOCK_BYTES || this.#parts.length > MAX_CONTINUATIONS)
      throw new ConnectionError(ErrorCode.enhanceYourCalm, 'headers are too long');
    // The read buffer is overwritten before the rest is there.
    this.#parts.push(Buffer.from(bytes.subarray(start, end)));
  }
}
