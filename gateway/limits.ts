// The limiter of a gateway: the operator's limits, counted in the memory of this process.
import type { Operation } from '../core/operation.ts';
import { type PolicySettings, rateLimitsOf } from '../core/rate-limit.ts';
import { RateLimiter } from '../policies/rate-limiter.ts';
import { MemoryLimitStore } from '../policies/stores/memory-limit-store.ts';
import type { Snapshot } from '../registry/snapshot.ts';
import type { Metrics } from './status/metrics.ts';

export function createLimiter(
  policies: readonly PolicySettings[] = [],
  { recordBrokenLimit, recordLimitOverflow }: Pick<Metrics, 'recordBrokenLimit' | 'recordLimitOverflow'>,
  now?: () => number,
): RateLimiter {
  return new RateLimiter({
    limits: rateLimitsOf(policies, { api: '' }),
    store: new MemoryLimitStore({ onOverflow: recordLimitOverflow, ...(now && { now }) }),
    onBroken: recordBrokenLimit,
  });
}

/** Whose limits are in force with a snapshot. */
export function operationsOf({ services }: Pick<Snapshot, 'services'>): readonly Operation[] {
  return [...services.values()].flatMap(({ operations }) => operations);
}
