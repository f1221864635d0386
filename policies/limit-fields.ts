// What clients read of their limits: the header fields RateLimit-Policy and RateLimit, which are lists of structured
// fields (RFC 9651). Source: draft-ietf-httpapi-ratelimit-headers; security reference, section 5.3.
import type { RateLimit } from '../core/rate-limit.ts';
import type { LimitOutcome } from './limit-refusal.ts';

/** `"burst";q=100;w=60, "daily";q=1000;w=86400` */
export function policiesField(limits: readonly RateLimit[]): string {
  return limits.map(({ name, limit, windowMs }) => `"${name}";q=${limit};w=${seconds(windowMs)}`).join(', ');
}

/** `"burst";r=50;t=30` of the policy nearest to exhaustion; of a refusal, the one that lasts longest. */
export function nearestField(outcomes: readonly LimitOutcome[]): string {
  const nearest = outcomes.reduce((one, other) => (isNearer(other, one) ? other : one));
  const { limit, standing } = nearest;
  const { remaining, resetMs, waitMs } = standing;
  const until = Number.isFinite(waitMs) && waitMs > 0 ? waitMs : resetMs;
  return `"${limit.name}";r=${remaining};t=${seconds(until)}`;
}

function isNearer({ standing: a }: LimitOutcome, { standing: b }: LimitOutcome): boolean {
  return a.waitMs > b.waitMs || (a.waitMs === b.waitMs && a.remaining < b.remaining);
}

/** Whole ones, and never too few: who comes back then is not early. */
function seconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000);
}
