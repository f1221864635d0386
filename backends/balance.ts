// Spreads calls over targets: weighted round robin, smooth, so that a heavy target gets no bursts.

export interface Weighted<T> {
  readonly item: T;
  /** Positive integer. */
  readonly weight: number;
}

/** The next item, each in proportion to its weight. `targets` must not be empty. */
export function balance<T>(targets: readonly Weighted<T>[]): () => T {
  const [only] = targets;
  if (only === undefined) throw new Error('nothing to balance over');
  if (targets.length === 1) return () => only.item;
  const total = targets.reduce((sum, target) => sum + target.weight, 0);
  const states = targets.map(({ item, weight }) => ({ item, weight, current: 0 }));
  return () => {
    let best = states[0];
    for (const state of states) {
      state.current += state.weight;
      if (best === undefined || state.current > best.current) best = state;
    }
    if (best === undefined) return only.item;
    best.current -= total;
    return best.item;
  };
}
