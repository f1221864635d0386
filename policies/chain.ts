// The only place where the order of policies is decided. DESIGN: observe → deadline → authorize → rateLimit →
// cache → dedupe → retry → breaker → dispatch, outermost first; those not there yet have their place between these.
import type { Policy } from '../core/invoker.ts';
import { deadline } from './deadline.ts';
import { type CallRecord, observe } from './observe.ts';
import { rateLimit } from './rate-limit.ts';
import type { RateLimiter } from './rate-limiter.ts';

export interface ChainParts {
  readonly record: (finished: CallRecord) => void;
  /** Absent: nothing that is called has a limit. */
  readonly limiter?: RateLimiter | undefined;
}

/** Every call, by whichever door, passes these in this order. */
export function policyChain({ record, limiter }: ChainParts): readonly Policy[] {
  return [observe(record), deadline, ...(limiter === undefined ? [] : [rateLimit(limiter)])];
}
