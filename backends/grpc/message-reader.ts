// Cuts the body of a reply into its messages. A length beyond the limit is refused before its bytes are read.
// Source: gRPC over HTTP/2, "Length-Prefixed-Message".

const PREFIX_BYTES = 5;
/** What is set aside on the word of a prefix; beyond that, room grows with the bytes that have come. */
const TRUSTED_BYTES = 256 * 1024;

export interface MessageSink {
  /** The bytes are the receiver's. False: no more is wanted. */
  onMessage(message: Uint8Array, isCompressed: boolean): boolean;
  onTooLarge(size: number): void;
  onBroken(what: string): void;
}

export class MessageReader {
  readonly #sink: MessageSink;
  readonly #limit: number;
  #prefixBytes = 0;
  #flag = 0;
  #length = 0;
  #message: Buffer | undefined;
  #filled = 0;

  constructor(sink: MessageSink, limit: number) {
    this.#sink = sink;
    this.#limit = limit;
  }

  /** Whether a message has begun that has not ended. */
  get isAmidMessage(): boolean {
    return this.#prefixBytes > 0;
  }

  read(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (this.#prefixBytes < PREFIX_BYTES) {
        at = this.#readPrefix(bytes, at, end);
        if (this.#prefixBytes < PREFIX_BYTES) return;
        if (!this.#isAcceptable()) return;
      }
      at = this.#readMessage(bytes, at, end);
      if (this.#message === undefined || this.#filled < this.#length) return;
      if (!this.#take(this.#message)) return;
    }
  }

  #readPrefix(bytes: Buffer, start: number, end: number): number {
    let at = start;
    for (; at < end && this.#prefixBytes < PREFIX_BYTES; at += 1) {
      const byte = bytes[at] as number;
      if (this.#prefixBytes === 0) this.#flag = byte;
      else this.#length = this.#length * 256 + byte;
      this.#prefixBytes += 1;
    }
    return at;
  }

  #isAcceptable(): boolean {
    if (this.#length > this.#limit) {
      this.#sink.onTooLarge(this.#length);
      return false;
    }
    if (this.#flag > 1) {
      this.#sink.onBroken(`a message has the flag ${this.#flag}`);
      return false;
    }
    this.#message = Buffer.allocUnsafe(Math.min(this.#length, TRUSTED_BYTES));
    return true;
  }

  /** An empty message is whole at once. */
  #readMessage(bytes: Buffer, start: number, end: number): number {
    const size = Math.min(this.#length - this.#filled, end - start);
    let message = this.#message as Buffer;
    if (this.#filled + size > message.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.#length, 2 * (this.#filled + size)));
      message.copy(larger, 0, 0, this.#filled);
      message = larger;
      this.#message = larger;
    }
    bytes.copy(message, this.#filled, start, start + size);
    this.#filled += size;
    return start + size;
  }

  #take(message: Buffer): boolean {
    const isCompressed = this.#flag === 1;
    this.#message = undefined;
    this.#filled = 0;
    this.#length = 0;
    this.#prefixBytes = 0;
    return this.#sink.onMessage(message, isCompressed);
  }
}
