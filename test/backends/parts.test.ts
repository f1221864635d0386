// The parts that backends are made of: taking turns, and sharing what is dear.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { balance } from '../../backends/balance.ts';
import { createSharedPool } from '../../backends/shared-pool.ts';

describe('balance', () => {
  test('of nothing is a mistake', () => {
    expect(() => balance([])).toThrow('nothing to balance over');
  });

  test('spreads the heavy one out', () => {
    const next = balance([
      { item: 'a', weight: 3 },
      { item: 'b', weight: 1 },
      { item: 'c', weight: 1 },
    ]);
    const turns = Array.from({ length: 10 }, next).join('');
    expect(turns.slice(0, 5)).toBe(turns.slice(5));
    expect(turns).not.toContain('aaa');
    expect([...turns].sort().join('')).toBe('aaaaaabbcc');
  });

  test('gives each exactly its share over a round', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 }), (weights) => {
        const next = balance(weights.map((weight, item) => ({ item, weight })));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const counts = weights.map(() => 0);
        for (let turn = 0; turn < 2 * total; turn += 1) {
          const item = next();
          counts[item] = (counts[item] ?? 0) + 1;
        }
        expect(counts).toEqual(weights.map((weight) => 2 * weight));
      }),
      { seed: 7, numRuns: 100 },
    );
  });
});

describe('a shared pool', () => {
  const pool = () => {
    const closed: string[] = [];
    const shared = createSharedPool<{ key: string; close(): void }>();
    const take = (key: string) => shared.take(key, () => ({ key, close: () => closed.push(key) }));
    return { shared, closed, take };
  };

  test('makes one thing per key and closes it with its last user', () => {
    const { shared, closed, take } = pool();
    const [first, second, other] = [take('a'), take('a'), take('b')];
    expect(first.item).toBe(second.item);
    expect(first.item).not.toBe(other.item);
    first.release();
    expect([closed, shared.size]).toEqual([[], 2]);
    second.release();
    expect([closed, shared.size]).toEqual([['a'], 1]);
  });

  test('counts a release once, however often it is called', () => {
    const { closed, take } = pool();
    const [first, second] = [take('a'), take('a')];
    first.release();
    first.release();
    expect(closed).toEqual([]);
    second.release();
    expect(closed).toEqual(['a']);
  });

  test('makes it anew after it was closed', () => {
    const { closed, take } = pool();
    const first = take('a');
    first.release();
    const second = take('a');
    expect(second.item).not.toBe(first.item);
    first.release();
    expect(closed).toEqual(['a']);
  });
});
