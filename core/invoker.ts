// Behaviour around calls: an Invoker answers, a Policy wraps an Invoker.
import type { Call, Reply } from './call.ts';

/** Answers a call or throws a GatewayError. A stream's later failures are thrown while its messages are read. */
export type Invoker = (call: Call) => Promise<Reply>;

/** Wraps an invoker with one concern. Made once per snapshot, run for every call. */
export type Policy = (next: Invoker) => Invoker;

/** The first policy is the outermost: it sees the call first and the reply last. */
export function compose(policies: readonly Policy[], invoker: Invoker): Invoker {
  return policies.reduceRight((next, policy) => policy(next), invoker);
}
