// The literal steps of a trie: from a node, by a segment's text, to the next node. All nodes' steps share one
// open-addressing table of integers, since a Map per node costs a substring, a string hash and several cache
// misses at each step, and reading the path has hashed its segments already.
import { isSegment, type RawPath } from './raw-path.ts';

/** What a node must tell of itself to be stepped to. */
export interface Step {
  /** Number of the node it is stepped to from. */
  readonly parent: number;
  /** The text of the segment that leads here. */
  readonly literal: string;
}

/** Per slot: hash of parent and literal, index of the step + 1 (0 is a free slot). */
const STRIDE = 2;

export class LiteralSteps<N extends Step> {
  readonly #steps: N[] = [];
  #slots = new Int32Array(64 * STRIDE);
  #mask = 63 * STRIDE;

  /** Where a segment of a path leads from a node. */
  follow(parent: number, path: RawPath, index: number): N | undefined {
    const hash = mix(parent, path.hashes[index] ?? 0);
    const slots = this.#slots;
    const mask = this.#mask;
    for (let slot = hash & mask; ; slot = (slot + STRIDE) & mask) {
      const step = slots[slot + 1] ?? 0;
      if (step === 0) return undefined;
      if (slots[slot] !== hash) continue;
      const found = this.#steps[step - 1];
      if (found?.parent === parent && isSegment(path, index, found.literal)) return found;
    }
  }

  /** Where a text leads from a node. */
  find(parent: number, literalHash: number, literal: string): N | undefined {
    const hash = mix(parent, literalHash);
    for (let slot = hash & this.#mask; ; slot = (slot + STRIDE) & this.#mask) {
      const step = this.#slots[slot + 1] ?? 0;
      if (step === 0) return undefined;
      if (this.#slots[slot] !== hash) continue;
      const found = this.#steps[step - 1];
      if (found?.parent === parent && found.literal === literal) return found;
    }
  }

  /** The parent must have no step of this literal yet. */
  add(literalHash: number, step: N): void {
    this.#steps.push(step);
    // At most half of the slots are taken, so that searches stay short and always end.
    if (this.#steps.length * 2 * STRIDE > this.#slots.length) this.#grow();
    this.#put(mix(step.parent, literalHash), this.#steps.length);
  }

  #put(hash: number, step: number): void {
    let slot = hash & this.#mask;
    while (this.#slots[slot + 1] !== 0) slot = (slot + STRIDE) & this.#mask;
    this.#slots[slot] = hash;
    this.#slots[slot + 1] = step;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    this.#mask = this.#slots.length - STRIDE;
    for (let slot = 0; slot < old.length; slot += STRIDE) {
      const step = old[slot + 1] ?? 0;
      if (step !== 0) this.#put(old[slot] ?? 0, step);
    }
  }
}

function mix(parent: number, literalHash: number): number {
  const mixed = Math.imul(literalHash ^ Math.imul(parent + 1, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
