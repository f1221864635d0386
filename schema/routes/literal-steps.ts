// The literal steps of a trie: from a node, by a segment's text, to the next node. All nodes' steps share one
// open-addressing table of integers, since a Map per node costs a substring, a string hash and several cache
// misses at each step, and reading the path has hashed its segments already.
import { isSegment, type RawPath } from './raw-path.ts';

/** What a node must tell of itself to be stepped to. */
export interface Step {
  /** The text of the segment that leads here. */
  readonly literal: string;
}

/** Per slot: node number + 1 (0 is a free slot), hash of the literal, index of the step. */
const STRIDE = 4;

export class LiteralSteps<N extends Step> {
  readonly #steps: N[] = [];
  #slots = new Int32Array(64 * STRIDE);
  #slotMask = 63;

  /** Where a segment of a path leads. */
  follow(node: number, path: RawPath, index: number): N | undefined {
    const hash = path.hashes[index] ?? 0;
    const slots = this.#slots;
    for (let slot = this.#firstSlot(node, hash); slots[slot] !== 0; slot = this.#nextSlot(slot)) {
      if (slots[slot] !== node + 1 || slots[slot + 1] !== hash) continue;
      const step = this.#steps[slots[slot + 2] ?? 0];
      if (step !== undefined && isSegment(path, index, step.literal)) return step;
    }
    return undefined;
  }

  /** Where a text leads. */
  find(node: number, hash: number, literal: string): N | undefined {
    const slots = this.#slots;
    for (let slot = this.#firstSlot(node, hash); slots[slot] !== 0; slot = this.#nextSlot(slot)) {
      if (slots[slot] !== node + 1 || slots[slot + 1] !== hash) continue;
      const step = this.#steps[slots[slot + 2] ?? 0];
      if (step?.literal === literal) return step;
    }
    return undefined;
  }

  /** The node must have no step of this literal yet. */
  add(node: number, hash: number, step: N): void {
    this.#steps.push(step);
    if (this.#steps.length * 2 > this.#slotMask) this.#grow();
    this.#put(node + 1, hash, this.#steps.length - 1);
  }

  #put(owner: number, hash: number, index: number): void {
    let slot = this.#firstSlot(owner - 1, hash);
    while (this.#slots[slot] !== 0) slot = this.#nextSlot(slot);
    this.#slots[slot] = owner;
    this.#slots[slot + 1] = hash;
    this.#slots[slot + 2] = index;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slotMask = this.#slotMask * 2 + 1;
    this.#slots = new Int32Array((this.#slotMask + 1) * STRIDE);
    for (let slot = 0; slot < old.length; slot += STRIDE) {
      const owner = old[slot] ?? 0;
      if (owner !== 0) this.#put(owner, old[slot + 1] ?? 0, old[slot + 2] ?? 0);
    }
  }

  #firstSlot(node: number, hash: number): number {
    const mixed = Math.imul(hash ^ Math.imul(node, 0x9e3779b1), 0x85ebca6b);
    return ((mixed ^ (mixed >>> 15)) & this.#slotMask) * STRIDE;
  }

  #nextSlot(slot: number): number {
    return (slot + STRIDE) & (this.#slotMask * STRIDE + STRIDE - 1);
  }
}
