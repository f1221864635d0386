// The nodes of a trie and the literal steps between them, as rows of integers: a search over thousands of routes
// waits mostly for memory, and this keeps a step to two places in it. (With an object and a Map per node it is
// six, a substring and a string hash.) What the rows mean beyond literals is path-trie's.
import { hashText, isSegment, type RawPath } from './raw-path.ts';

/** Columns of a row that path-trie fills as it likes; 0 until then. */
export const ANY = 0;
export const RESTS = 1;
export const PLAIN = 2;
export const VERBS = 3;
export const AFFIXES = 4;
type FreeColumn = typeof ANY | typeof RESTS | typeof PLAIN | typeof VERBS | typeof AFFIXES;
const PARENT = 5;
const WORD = 6;
const HAS_LITERALS = 7;
const ROW = 8;

/** Per slot of the step table: hash of parent and literal, number of the node stepped to (0: free). */
const SLOT = 2;

/** Node 0 is the root. Nothing steps to it, so 0 also says that there is no such node. */
export class TrieNodes {
  #rows = new Int32Array(64 * ROW);
  #count = 1;
  #slots = new Int32Array(64 * SLOT);
  #slotMask = 63 * SLOT;
  #stepCount = 0;
  // APIs say the same words over and over; one copy of each stays in the processor's cache.
  readonly #words: string[] = [];
  readonly #wordNumbers = new Map<string, number>();

  get(node: number, column: FreeColumn): number {
    return this.#rows[node * ROW + column] ?? 0;
  }

  set(node: number, column: FreeColumn, value: number): void {
    this.#rows[node * ROW + column] = value;
  }

  /** A new node, to be reached in whatever way the caller notes. */
  create(): number {
    if ((this.#count + 1) * ROW > this.#rows.length) {
      const rows = new Int32Array(this.#rows.length * 2);
      rows.set(this.#rows);
      this.#rows = rows;
    }
    return this.#count++;
  }

  /** Where a segment of a path leads by its text. */
  follow(parent: number, path: RawPath, index: number): number {
    const rows = this.#rows;
    if (rows[parent * ROW + HAS_LITERALS] === 0) return 0;
    const slots = this.#slots;
    const hash = mix(parent, path.hashes[index] ?? 0);
    for (let slot = hash & this.#slotMask; ; slot = (slot + SLOT) & this.#slotMask) {
      const node = slots[slot + 1] ?? 0;
      if (node === 0) return 0;
      if (slots[slot] !== hash || rows[node * ROW + PARENT] !== parent) continue;
      const word = this.#words[rows[node * ROW + WORD] ?? 0];
      if (word !== undefined && isSegment(path, index, word)) return node;
    }
  }

  /** Where a literal leads; made if it is new here. */
  step(parent: number, literal: string): number {
    const word = this.#wordNumber(literal);
    const hash = mix(parent, hashText(literal));
    for (let slot = hash & this.#slotMask; ; slot = (slot + SLOT) & this.#slotMask) {
      const node = this.#slots[slot + 1] ?? 0;
      if (node === 0) break;
      if (this.#rows[node * ROW + PARENT] === parent && this.#rows[node * ROW + WORD] === word) return node;
    }
    const node = this.create();
    this.#rows[node * ROW + PARENT] = parent;
    this.#rows[node * ROW + WORD] = word;
    this.#rows[parent * ROW + HAS_LITERALS] = 1;
    // At most half of the slots are taken, so that searches stay short and always end.
    if (++this.#stepCount * 2 * SLOT > this.#slots.length) this.#growSlots();
    this.#put(hash, node);
    return node;
  }

  #wordNumber(text: string): number {
    const known = this.#wordNumbers.get(text);
    if (known !== undefined) return known;
    this.#wordNumbers.set(text, this.#words.length);
    return this.#words.push(text) - 1;
  }

  #put(hash: number, node: number): void {
    let slot = hash & this.#slotMask;
    while (this.#slots[slot + 1] !== 0) slot = (slot + SLOT) & this.#slotMask;
    this.#slots[slot] = hash;
    this.#slots[slot + 1] = node;
  }

  #growSlots(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    this.#slotMask = this.#slots.length - SLOT;
    for (let slot = 0; slot < old.length; slot += SLOT) {
      const node = old[slot + 1] ?? 0;
      if (node !== 0) this.#put(old[slot] ?? 0, node);
    }
  }
}

function mix(parent: number, literalHash: number): number {
  const mixed = Math.imul(literalHash ^ Math.imul(parent + 1, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
