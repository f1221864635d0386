// What limits say to a client beside the answer itself, on every kind of answer.
import type { FastifyReply } from 'fastify';
import type { LimitNotice } from '../../core/call-origin.ts';
import type { GatewayError } from '../../core/error.ts';

const NAMES = ['ratelimit-policy', 'ratelimit', 'retry-after'] as const;

/** For the `tell` of a call's origin. */
export function limitTeller(reply: FastifyReply): (notice: LimitNotice) => void {
  return ({ policies, nearest }) => {
    reply.header('ratelimit-policy', policies).header('ratelimit', nearest);
  };
}

/** Of a refusal that is not written by the one writer of errors. */
export function tellRefusal({ quota, retryAfterMs }: GatewayError, reply: FastifyReply): void {
  if (quota !== undefined) limitTeller(reply)(quota.notice);
  if (retryAfterMs !== undefined) reply.header('retry-after', String(Math.ceil(retryAfterMs / 1000)));
}

/** What was told, for writers of heads that go around Fastify. */
export function limitHeadersOf(reply: FastifyReply): Record<string, string> {
  const headers: Record<string, string> = {};
  if (!reply.hasHeader('ratelimit')) return headers;
  for (const name of NAMES) {
    const value = reply.getHeader(name);
    if (typeof value === 'string') headers[name] = value;
  }
  return headers;
}
