// How the limits of the gateway meet a GraphQL request: what it plans is charged at once, before anything of it runs; its
// calls are counted by limits of services alone. Source: graphql reference, section 9 ("Cost").
import type { CallOrigin } from '../../core/call-origin.ts';
import type { RateLimiter } from '../../policies/rate-limiter.ts';
import { createCallOrigin, type OriginFacts } from '../edge/call-origin.ts';

/** Takes what an operation plans from the caller's limits. @throws GatewayError `quota-exceeded`; nothing is taken then. */
export type ChargeRequest = (cost: number) => Promise<void>;

export interface RequestLimits {
  readonly origin: CallOrigin;
  readonly charge: ChargeRequest;
}

/** Undefined if nothing is limited. */
export function requestLimits(
  limiter: RateLimiter | undefined,
  facts: () => Omit<OriginFacts, 'isCharged'>,
): RequestLimits | undefined {
  if (limiter?.isActive !== true) return undefined;
  const origin = createCallOrigin({ ...facts(), isCharged: true });
  return { origin, charge: (cost) => limiter.chargeRequest(cost, origin) };
}
