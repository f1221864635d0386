// The only place where the order of policies is decided. DESIGN: observe → deadline → authorize → rateLimit →
// cache → dedupe → retry → breaker → dispatch, outermost first; those not there yet have their place between these.
import type { Policy } from '../core/invoker.ts';
import { deadline } from './deadline.ts';
import { type CallRecord, observe } from './observe.ts';

export interface ChainParts {
  readonly record: (finished: CallRecord) => void;
}

/** Every call, by whichever door, passes these in this order. */
export function policyChain(parts: ChainParts): readonly Policy[] {
  return [observe(parts.record), deadline];
}
