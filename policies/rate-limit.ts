// Refuses a call whose caller, service or operation has had its share. Behind `authorize`: who is not let in uses
// nothing up; before `cache`: a hit counts, or else what is left would tell what others have asked for.
import type { Policy } from '../core/invoker.ts';
import type { RateLimiter } from './rate-limiter.ts';

/** One unit per call; a stream is one call. */
export function rateLimit(limiter: RateLimiter): Policy {
  return (next) => async (call) => {
    await limiter.chargeCall(call.operation, call.origin);
    return next(call);
  };
}
