// HalfSipHash-2-4 with 64 bits of output: a short stand-in for keys of any length that strangers choose. With a secret
// seed nobody can make keys that meet. Source: J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF".

export class KeyedHash {
  readonly #seedLow: number;
  readonly #seedHigh: number;
  #v0 = 0;
  #v1 = 0;
  #v2 = 0;
  #v3 = 0;
  /** Of the text hashed last: fields, since an object for each would be garbage on the hottest path. */
  low = 0;
  high = 0;

  constructor(seed: readonly [low: number, high: number]) {
    [this.#seedLow, this.#seedHigh] = seed;
  }

  /** The text as UTF-16, least significant byte first. */
  hash(text: string): void {
    this.#v0 = this.#seedLow;
    this.#v1 = this.#seedHigh ^ 0xee;
    this.#v2 = 0x6c796765 ^ this.#seedLow;
    this.#v3 = 0x74656462 ^ this.#seedHigh;
    const { length } = text;
    let index = 1;
    for (; index < length; index += 2) {
      this.#take(text.charCodeAt(index - 1) | (text.charCodeAt(index) << 16));
    }
    const rest = index === length ? text.charCodeAt(length - 1) : 0;
    this.#take(((length * 2) << 24) | rest);
    this.#v2 ^= 0xee;
    this.#rounds(4);
    this.low = (this.#v1 ^ this.#v3) >>> 0;
    this.#v1 ^= 0xdd;
    this.#rounds(4);
    this.high = (this.#v1 ^ this.#v3) >>> 0;
  }

  #take(word: number): void {
    this.#v3 ^= word;
    this.#rounds(2);
    this.#v0 ^= word;
  }

  #rounds(count: number): void {
    let v0 = this.#v0;
    let v1 = this.#v1;
    let v2 = this.#v2;
    let v3 = this.#v3;
    for (let round = 0; round < count; round += 1) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    this.#v0 = v0;
    this.#v1 = v1;
    this.#v2 = v2;
    this.#v3 = v3;
  }
}
