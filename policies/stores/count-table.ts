// Counts by key in a bounded number of bytes: 24 for each, outside of the heap, whatever the key. What has run out is
// dropped when room is needed, and nothing else ever is: without room a new key is refused, not an old one forgotten.

const SHARDS = 64;
const FIRST_CAPACITY = 16;
const BYTES_PER_SLOT = 24;
/** Fuller, and looking for a place takes long. */
const MOST_LOAD = 0.8;

/** A key's stand-in, and the number of the limit that it belongs to: both together are looked for. */
export interface Slot {
  readonly low: number;
  readonly high: number;
  /** From 1. */
  readonly owner: number;
}

/** Whether a count has run out, so that its key may be forgotten. */
export type IsOver = (owner: number, end: number) => boolean;

class Shard {
  readonly capacity: number;
  /** Three words for each slot: low, high, owner (0: empty). */
  readonly words: Uint32Array;
  readonly ends: Float64Array;
  readonly rests: Uint32Array;
  used = 0;
  /** Keys turned away since it was last looked whether there is room. */
  turnedAway = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.words = new Uint32Array(capacity * 3);
    this.ends = new Float64Array(capacity);
    this.rests = new Uint32Array(capacity);
  }

  /** The place of the key, or the empty one where it would go. */
  find(low: number, high: number, owner: number): number {
    const { words } = this;
    const mask = this.capacity - 1;
    for (let at = low & mask; ; at = (at + 1) & mask) {
      const word = at * 3;
      const found = words[word + 2];
      if (found === 0) return at;
      if (found === owner && words[word] === low && words[word + 1] === high) return at;
    }
  }

  isEmpty(at: number): boolean {
    return this.words[at * 3 + 2] === 0;
  }

  get isFull(): boolean {
    return this.used + 1 > this.capacity * MOST_LOAD;
  }

  put(at: number, { low, high, owner }: Slot, end: number, rest: number): void {
    const word = at * 3;
    if (this.words[word + 2] === 0) {
      this.words[word] = low;
      this.words[word + 1] = high;
      this.words[word + 2] = owner;
      this.used += 1;
    }
    this.ends[at] = end;
    this.rests[at] = rest;
  }

  /** What is not over, in a shard of its own. */
  copyTo(copy: Shard, isOver: IsOver): Shard {
    const { words } = this;
    for (let at = 0; at < this.capacity; at += 1) {
      const low = words[at * 3] ?? 0;
      const high = words[at * 3 + 1] ?? 0;
      const owner = words[at * 3 + 2] ?? 0;
      const end = this.ends[at] ?? 0;
      if (owner === 0 || isOver(owner, end)) continue;
      copy.put(copy.find(low, high, owner), { low, high, owner }, end, this.rests[at] ?? 0);
    }
    return copy;
  }

  countKept(isOver: IsOver): number {
    let kept = 0;
    for (let at = 0; at < this.capacity; at += 1) {
      const owner = this.words[at * 3 + 2] ?? 0;
      if (owner !== 0 && !isOver(owner, this.ends[at] ?? 0)) kept += 1;
    }
    return kept;
  }
}

export class CountTable {
  readonly #shards: Shard[] = [];
  readonly #mostSlots: number;
  /** Of the key that was read last. */
  end = 0;
  rest = 0;

  constructor(maxBytes: number) {
    let slots = FIRST_CAPACITY;
    // While one shard grows, it is there twice.
    while (BYTES_PER_SLOT * (SHARDS * slots * 2 + slots) <= maxBytes) slots *= 2;
    this.#mostSlots = slots;
    for (let shard = 0; shard < SHARDS; shard += 1) this.#shards.push(new Shard(FIRST_CAPACITY));
  }

  get size(): number {
    return this.#shards.reduce((sum, { used }) => sum + used, 0);
  }

  get bytes(): number {
    return this.#shards.reduce((sum, { capacity }) => sum + capacity * BYTES_PER_SLOT, 0);
  }

  /** Sets `end` and `rest`. False: the key is not there. */
  read({ low, high, owner }: Slot): boolean {
    const shard = this.#shardOf(high);
    const at = shard.find(low, high, owner);
    if (shard.isEmpty(at)) return false;
    this.end = shard.ends[at] ?? 0;
    this.rest = shard.rests[at] ?? 0;
    return true;
  }

  /** False: the key is new, and there is no room for it. */
  write(slot: Slot, end: number, rest: number, isOver: IsOver): boolean {
    const { low, high, owner } = slot;
    let shard = this.#shardOf(high);
    let at = shard.find(low, high, owner);
    if (shard.isEmpty(at) && shard.isFull) {
      shard = this.#makeRoom(shard, high, isOver);
      if (shard.isFull) return false;
      at = shard.find(low, high, owner);
    }
    shard.put(at, slot, end, rest);
    return true;
  }

  /** Puts another count in the place of each of an owner's. */
  convert(owner: number, change: (end: number, rest: number) => readonly [end: number, rest: number]): void {
    for (const { capacity, words, ends, rests } of this.#shards) {
      for (let at = 0; at < capacity; at += 1) {
        if (words[at * 3 + 2] === owner) [ends[at], rests[at]] = change(ends[at] ?? 0, rests[at] ?? 0);
      }
    }
  }

  #shardOf(high: number): Shard {
    const shard = this.#shards[high & (SHARDS - 1)];
    if (shard === undefined) throw new Error('there is no such shard');
    return shard;
  }

  #makeRoom(full: Shard, high: number, isOver: IsOver): Shard {
    // Looking through all slots for each key that is turned away would make a flood of keys expensive.
    if (full.turnedAway > 0) {
      full.turnedAway = (full.turnedAway + 1) % (full.capacity / 16);
      return full;
    }
    const isTight = full.countKept(isOver) > full.capacity / 2;
    const capacity = Math.min(isTight ? full.capacity * 2 : full.capacity, this.#mostSlots);
    const fresh = full.copyTo(new Shard(capacity), isOver);
    if (fresh.isFull) fresh.turnedAway = 1;
    this.#shards[high & (SHARDS - 1)] = fresh;
    return fresh;
  }
}
