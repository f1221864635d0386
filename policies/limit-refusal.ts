// A refusal by limits, with what programs read of it: when to come back, and which limits it was.
// Source: security reference, section 5.3; google/rpc/error_details.proto.
import type { LimitNotice } from '../core/call-origin.ts';
import { GatewayError } from '../core/error.ts';
import type { RateLimit } from '../core/rate-limit.ts';
import type { Standing } from './stores/limit-store.ts';

/** What became of one limit. */
export interface LimitOutcome {
  readonly limit: RateLimit;
  readonly standing: Standing;
}

/** `broken`: at least one. */
export function limitRefusal(
  broken: readonly LimitOutcome[],
  cost: number,
  notice: LimitNotice,
): GatewayError {
  const worst = broken.reduce((one, other) => (other.standing.waitMs > one.standing.waitMs ? other : one));
  const { waitMs } = worst.standing;
  const isHopeless = waitMs === Number.POSITIVE_INFINITY;
  return new GatewayError('resource_exhausted', messageOf(worst, cost), {
    type: 'quota-exceeded',
    quota: { violated: broken.map(({ limit }) => limit.name), notice },
    ...(!isHopeless && { retryAfterMs: Math.ceil(waitMs) }),
    details: [
      ...(isHopeless ? [] : [{ '@type': typeUrl('RetryInfo'), retryDelay: `${Math.ceil(waitMs) / 1000}s` }]),
      {
        '@type': typeUrl('QuotaFailure'),
        // The subject names the limit and never whom it counts: keys may hold secrets.
        violations: broken.map(({ limit }) => ({
          subject: `policy:${limit.name}`,
          description: allowance(limit),
        })),
      },
    ],
  });
}

function messageOf({ limit, standing }: LimitOutcome, cost: number): string {
  const { name, burst } = limit;
  const { waitMs } = standing;
  if (waitMs === Number.POSITIVE_INFINITY) {
    return `the request costs ${cost}, and the limit "${name}" never allows more than ${burst} at once; ask for less`;
  }
  const what = cost === 1 ? 'too many requests' : `too many requests for one that costs ${cost}`;
  return `${what}: the limit "${name}" allows ${allowance(limit)}; try again in ${Math.ceil(waitMs / 1000)} s`;
}

/** `100 in 60 s` */
function allowance({ limit, windowMs }: RateLimit): string {
  return `${limit} in ${windowMs / 1000} s`;
}

function typeUrl(name: string): string {
  return `type.googleapis.com/google.rpc.${name}`;
}
