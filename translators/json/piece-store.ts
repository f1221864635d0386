// Bytes that arrive in pieces, however small, until they are wanted in one: in one store that grows by doubling, since
// thousands of pieces of a byte each would cost a hundred times their size.

/** More is given back once it has been taken. */
const KEPT_BYTES = 64 * 1024;
const EMPTY = Buffer.alloc(0);

export class PieceStore {
  #store: Buffer = EMPTY;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(piece: Buffer): void {
    const size = this.#size + piece.length;
    if (size > this.#store.length) {
      const larger = Buffer.allocUnsafe(Math.max(size, 2 * this.#store.length, 1024));
      larger.set(this.#store.subarray(0, this.#size));
      this.#store = larger;
    }
    this.#store.set(piece, this.#size);
    this.#size = size;
  }

  /** All pieces with the last one, and nothing is left. Good until the next `add`. */
  take(last: Buffer): Buffer {
    if (this.#size === 0) return last;
    this.add(last);
    const all = this.#store.subarray(0, this.#size);
    this.#size = 0;
    if (this.#store.length > KEPT_BYTES) this.#store = EMPTY;
    return all;
  }
}
