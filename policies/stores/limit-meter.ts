// One limit in whole numbers. A unit of cost fills `unit` drops, each tick `leak` drops run out, and it holds `capacity`:
// a window of ticks times the limit on both sides, so that nothing is ever rounded.
import type { RateLimit } from '../../core/rate-limit.ts';
import type { Standing } from './limit-store.ts';

/** Sums of two levels stay exact. */
const MOST_DROPS = 2 ** 52;
/** Microseconds where they fit, down to hundredths of a second for millions in a day. */
const TICKS_PER_MS = [1000, 100, 10, 1, 0.1];

export class Meter {
  readonly number: number;
  readonly unit: number;
  readonly leak: number;
  readonly capacity: number;
  /** Of all keys that found no room. As in the table: the tick at which it runs out, and what is left of the next. */
  overflow = { end: 0, rest: 0 };
  readonly #limit: RateLimit;
  readonly #ticksPerMs: number;

  constructor(limit: RateLimit, number: number, ticksPerMs: number) {
    this.number = number;
    this.unit = limit.windowMs * ticksPerMs;
    this.leak = limit.limit;
    this.capacity = limit.burst * this.unit;
    this.#limit = limit;
    this.#ticksPerMs = ticksPerMs;
  }

  isOf({ limit, windowMs, burst }: RateLimit): boolean {
    const own = this.#limit;
    return own.limit === limit && own.windowMs === windowMs && own.burst === burst;
  }

  tickAt(now: number): number {
    return Math.floor(now * this.#ticksPerMs);
  }

  level(end: number, rest: number, tick: number): number {
    return end < tick ? 0 : Math.min((end - tick) * this.leak + rest, this.capacity);
  }

  /** More than it holds can only be of a clock that has gone back. */
  isBeyond(end: number, tick: number): boolean {
    return (end - tick) * this.leak > this.capacity;
  }

  /** `missing`: the cost that did not fit. */
  standing(level: number, missing: number): Standing {
    const remaining = Math.floor((this.capacity - level) / this.unit);
    const next = remaining > 0 ? level : level + this.unit - this.capacity;
    return { remaining, resetMs: this.#msUntil(next), waitMs: this.#waitMs(level, missing) };
  }

  #waitMs(level: number, missing: number): number {
    const demanded = missing * this.unit;
    if (missing === 0) return 0;
    if (demanded > this.capacity) return Number.POSITIVE_INFINITY;
    return this.#msUntil(level + demanded - this.capacity);
  }

  /** Until so many drops have run out. */
  #msUntil(drops: number): number {
    return Math.ceil(drops / this.leak) / this.#ticksPerMs;
  }
}

export function createMeter(limit: RateLimit, number: number): Meter {
  const fits = TICKS_PER_MS.find((ticks) => limit.burst * limit.windowMs * ticks <= MOST_DROPS);
  return new Meter(limit, number, fits ?? 0.1);
}
