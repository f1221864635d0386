// Fields that are written out in full, into bytes that are filled anew for each request.
import type { HeaderEncoder } from './header-encoder.ts';

export class HeaderText {
  bytes = Buffer.allocUnsafeSlow(4_096);
  length = 0;
  readonly #encoder: HeaderEncoder;

  constructor(encoder: HeaderEncoder) {
    this.#encoder = encoder;
  }

  clear(): void {
    this.length = 0;
  }

  /** @throws Error unless the name is one and the value is of 0x20–0x7E. */
  add(name: string, value: string): void {
    const prefix = this.#encoder.name(name);
    const { length } = value;
    this.#reserve(prefix.length + 6 + length);
    const bytes = this.bytes;
    let at = this.length;
    for (let index = 0; index < prefix.length; index += 1) bytes[at++] = prefix[index] as number;
    // RFC 7541 §5.1 and §5.2; not Huffman-coded, which would cost both sides more than the few bytes.
    if (length < 0x7f) bytes[at++] = length;
    else {
      bytes[at++] = 0x7f;
      let rest = length - 0x7f;
      for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
      bytes[at++] = rest;
    }
    for (let index = 0; index < length; index += 1) {
      const code = value.charCodeAt(index);
      // What is cut to a byte could become a line break.
      if (code < 0x20 || code > 0x7e) throw new Error('a metadata value may hold 0x20 to 0x7E only');
      bytes[at++] = code;
    }
    this.length = at;
  }

  #reserve(length: number): void {
    if (this.bytes.length - this.length >= length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (this.length + length));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}
