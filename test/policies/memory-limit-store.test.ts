// Limits are exact: what the store admits is held to counts made by hand and to the definition, on a clock of the test's.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RateLimit } from '../../core/rate-limit.ts';
import type { Demand } from '../../policies/stores/limit-store.ts';
import { type MemoryLimitOptions, MemoryLimitStore } from '../../policies/stores/memory-limit-store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function limitOf(limit: number, windowMs: number, more: Partial<RateLimit> = {}): RateLimit {
  return { id: 'a', name: 'a', api: '', limit, windowMs, burst: limit, by: [], shadow: false, ...more };
}

interface World {
  readonly store: MemoryLimitStore;
  /** Milliseconds. */
  now: number;
  admits(...demands: readonly (Pick<Demand, 'limit'> & Partial<Demand>)[]): Promise<boolean>;
  /** How many of so many calls at once are admitted. */
  count(calls: number, limit: RateLimit, key?: string): Promise<number>;
}

function world(options: Omit<MemoryLimitOptions, 'now'> = {}): World {
  const made: World = {
    now: 1000,
    store: new MemoryLimitStore({ now: () => made.now, ...options }),
    admits: async (...demands) => {
      const standings = await made.store.take(demands.map((demand) => ({ key: 'k', cost: 1, ...demand })));
      return standings.every(({ waitMs }, index) => waitMs === 0 || demands[index]?.limit.shadow === true);
    },
    count: async (calls, limit, key = 'k') => {
      const answers = await Promise.all(Array.from({ length: calls }, () => made.admits({ limit, key })));
      return answers.filter(Boolean).length;
    },
  };
  return made;
}

describe('of ten times as many calls at once as a limit allows, as many are admitted as it allows', () => {
  test.each<[limit: number, windowMs: number, burst: number]>([
    [1, 1000, 1],
    [3, 1000, 3],
    [7, MINUTE, 7],
    [100, MINUTE, 100],
    [1000, HOUR, 1000],
    [999, DAY, 999],
    [100, MINUTE, 5],
    [5, MINUTE, 100],
  ])('%i in %i ms, %i at once', async (limit, windowMs, burst) => {
    const { count } = world();
    expect(await count(10 * burst, limitOf(limit, windowMs, { burst }))).toBe(burst);
  });
});

describe('over time', () => {
  test('units come back one by one, each after its share of the window', async () => {
    const w = world();
    const limit = limitOf(3, 1000);
    expect(await w.count(10, limit)).toBe(3);
    const admitted: number[] = [];
    for (let ms = 1; ms <= 1000; ms += 1) {
      w.now += 1;
      if (await w.admits({ limit })) admitted.push(ms);
    }
    // 333⅓, 666⅔, 1000.
    expect(admitted).toEqual([334, 667, 1000]);
  });

  test('the edge of a window doubles nothing', async () => {
    const w = world();
    const limit = limitOf(100, MINUTE);
    w.now = MINUTE - 1;
    expect(await w.count(1000, limit)).toBe(100);
    w.now = MINUTE + 1;
    expect(await w.count(1000, limit)).toBe(0);
    w.now = MINUTE - 1 + 600;
    expect(await w.count(1000, limit)).toBe(1);
  });

  test('who is refused is not counted, and recovers', async () => {
    const w = world();
    const limit = limitOf(1, 1000);
    expect(await w.count(1, limit)).toBe(1);
    for (let tenth = 0; tenth < 9; tenth += 1) {
      w.now += 100;
      expect(await w.count(50, limit)).toBe(0);
    }
    w.now += 100;
    expect(await w.count(50, limit)).toBe(1);
  });

  test('in every stretch of time at most the burst and the rate are admitted, and who is refused was right to be', async () => {
    const limits = fc.record({
      limit: fc.integer({ min: 1, max: 50 }),
      windowMs: fc.integer({ min: 1, max: 20 }).map((seconds) => seconds * 1000),
      burst: fc.integer({ min: 1, max: 50 }),
    });
    const calls = fc.array(fc.tuple(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 1, max: 5 })), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(limits, calls, async ({ limit, windowMs, burst }, arrivals) => {
        const w = world();
        const rule = limitOf(limit, windowMs, { burst });
        const admitted: { readonly at: number; readonly cost: number }[] = [];
        /** Whether every stretch that ends now holds what it may: the definition, by looking at all of them. */
        const holds = (): boolean =>
          admitted.every(({ at: from }) => {
            const sum = admitted.filter(({ at }) => at >= from).reduce((total, { cost }) => total + cost, 0);
            // sum ≤ burst + rate · length, without fractions.
            return sum * windowMs <= burst * windowMs + limit * (w.now - from);
          });
        for (const [pause, cost] of arrivals) {
          w.now += pause;
          admitted.push({ at: w.now, cost });
          const mayPass = holds();
          if (!mayPass) admitted.pop();
          if ((await w.admits({ limit: rule, cost })) !== mayPass) return false;
        }
        return true;
      }),
      { numRuns: 200, seed: 20 },
    );
  });

  test.each([
    ['a clock that goes back by an hour locks nobody out for longer than a window', -HOUR, 0, 10],
    ['a clock that goes on by an hour frees everybody once', HOUR, 10, 10],
  ])('%s', async (_name, step, atOnce, afterAWindow) => {
    const w = world();
    w.now = 10 * HOUR;
    const limit = limitOf(10, MINUTE);
    expect(await w.count(100, limit)).toBe(10);
    w.now += step;
    expect(await w.count(100, limit)).toBe(atOnce);
    w.now += MINUTE;
    expect(await w.count(100, limit)).toBe(afterAWindow);
  });

  test('the largest limits are as exact as the smallest', async () => {
    const w = world();
    w.now = 1000 * DAY + 0.25;
    const limit = limitOf(100_000_000, DAY);
    expect(await w.admits({ limit, cost: 99_999_999 })).toBe(true);
    expect(await w.admits({ limit, cost: 2 })).toBe(false);
    expect(await w.count(10, limit)).toBe(1);
  });
});

describe('several limits', () => {
  test('a call that one of them refuses takes nothing of the others', async () => {
    const w = world();
    const wide = limitOf(5, MINUTE, { id: 'wide' });
    const narrow = limitOf(2, MINUTE, { id: 'narrow' });
    for (const isAdmitted of [true, true, false, false, false]) {
      expect(await w.admits({ limit: wide }, { limit: narrow })).toBe(isAdmitted);
    }
    expect(await w.count(10, wide)).toBe(3);
  });

  test('a limit in the shadow refuses nobody, and counts what it would have admitted', async () => {
    const w = world();
    const real = limitOf(5, MINUTE, { id: 'real' });
    const shadow = limitOf(2, MINUTE, { id: 'shadow', shadow: true });
    const waits: boolean[] = [];
    for (let call = 0; call < 4; call += 1) {
      const [first, second] = await w.store.take([
        { limit: real, key: 'k', cost: 1 },
        { limit: shadow, key: 'k', cost: 1 },
      ]);
      expect(first?.waitMs).toBe(0);
      waits.push((second?.waitMs ?? 0) > 0);
    }
    expect(waits).toEqual([false, false, true, true]);
    expect(await w.count(10, real)).toBe(1);
  });

  test('what costs more than is left takes nothing; what costs more than there ever is has no time to wait for', async () => {
    const w = world();
    const limit = limitOf(10, 1000);
    expect(await w.admits({ limit, cost: 8 })).toBe(true);
    expect(await w.store.take([{ limit, key: 'k', cost: 3 }])).toEqual([
      // 8 − 3 more than the two that are left: one unit, a tenth of the window.
      { remaining: 2, resetMs: 800, waitMs: 100 },
    ]);
    expect(await w.store.take([{ limit, key: 'k', cost: 11 }])).toEqual([
      { remaining: 2, resetMs: 800, waitMs: Number.POSITIVE_INFINITY },
    ]);
    expect(await w.store.take([{ limit, key: 'k', cost: 2 }])).toEqual([
      // Nothing is left: the next unit.
      { remaining: 0, resetMs: 100, waitMs: 0 },
    ]);
  });

  test('keys have counts of their own', async () => {
    const { count } = world();
    const limit = limitOf(2, MINUTE);
    expect([await count(5, limit, 'a'), await count(5, limit, 'b')]).toEqual([2, 2]);
  });
});

describe('a limit that changes', () => {
  test.each<[string, Partial<RateLimit>, number]>([
    ['a higher one gives what it has more', { limit: 100, burst: 100 }, 40],
    ['a lower one that is spent gives nothing', { limit: 50, burst: 50 }, 0],
    ['one of another window gives what is left of it', { limit: 80, burst: 80, windowMs: HOUR }, 20],
  ])('keeps what was used: %s', async (_name, change, left) => {
    const w = world();
    const before = limitOf(70, MINUTE);
    const after = { ...before, ...change };
    w.store.configure([before]);
    expect(await w.admits({ limit: before, cost: 60 })).toBe(true);
    w.store.configure([after]);
    expect(await w.count(200, after)).toBe(left);
  });

  test('and one that is gone is forgotten', async () => {
    const w = world();
    const limit = limitOf(3, MINUTE);
    w.store.configure([limit]);
    expect(await w.count(5, limit)).toBe(3);
    w.store.configure([]);
    w.store.configure([limit]);
    expect(await w.count(5, limit)).toBe(3);
  });
});

describe('memory', () => {
  test('a million keys stay within 64 MiB, each with its own count', async () => {
    const w = world();
    const limit = limitOf(1, HOUR);
    let admitted = 0;
    for (let key = 0; key < 1_000_000; key += 1) {
      const [standing] = await w.store.take([{ limit, key: `203.0.113.7:${key}`, cost: 1 }]);
      if (standing?.waitMs === 0) admitted += 1;
    }
    expect(admitted).toBe(1_000_000);
    expect(w.store.usage.keys).toBe(1_000_000);
    expect(w.store.usage.bytes).toBeLessThanOrEqual(64 * 1024 * 1024);
    expect(await w.count(3, limit, '203.0.113.7:0')).toBe(0);
  });

  test('without room new keys share one strict count, and a spent one is not forgotten for them', async () => {
    let overflows = 0;
    const w = world({ maxBytes: 64 * 1024, onOverflow: () => (overflows += 1) });
    const limit = limitOf(2, HOUR);
    expect(await w.count(5, limit, 'spent')).toBe(2);
    let admitted = 0;
    for (let key = 0; key < 20_000; key += 1) if (await w.admits({ limit, key: `new ${key}` })) admitted += 1;
    const { keys, bytes } = w.store.usage;
    expect(bytes).toBeLessThanOrEqual(64 * 1024);
    // All that have a place, the spent one among them, and two of all the others.
    expect(admitted).toBe(keys - 1 + 2);
    expect(overflows).toBe(20_000 - (keys - 1));
    expect(await w.count(5, limit, 'spent')).toBe(0);
  });

  test('what has run out makes room for others', async () => {
    const w = world({ maxBytes: 64 * 1024 });
    const limit = limitOf(1, MINUTE);
    for (let key = 0; key < 5000; key += 1) await w.admits({ limit, key: `old ${key}` });
    expect(await w.admits({ limit, key: 'new' })).toBe(false);
    w.now += MINUTE + 1;
    // Whether there is room again is looked for now and then, not for each.
    const admitted = [];
    for (let key = 0; key < 500; key += 1) admitted.push(await w.admits({ limit, key: `new ${key}` }));
    expect(admitted.slice(-100)).not.toContain(false);
  });
});
