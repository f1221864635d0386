// A small seeded generator: the same seed gives the same requests on every machine.

export interface Random {
  /** From 0 up to 1. */
  next(): number;
  /** Whether it is so, with this likelihood. */
  chance(likelihood: number): boolean;
  /** So many of them, in an order of its own. */
  sample<T>(items: readonly T[], count: number): T[];
}

/** Mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    chance: (likelihood) => next() < likelihood,
    sample: (items, count) => {
      const pool = [...items];
      const taken = [];
      while (taken.length < count && pool.length > 0)
        taken.push(...pool.splice(Math.floor(next() * pool.length), 1));
      return taken;
    },
  };
}
