// Writes a single reply: 200, JSON, and the metadata that clients may see.
import type { FastifyReply } from 'fastify';
import type { UnaryReply } from '../../core/call.ts';
import { GatewayError } from '../../core/error.ts';
import type { ReplyPlan } from '../../translators/rest/reply-plan.ts';
import { responseHeaders } from '../../translators/rest/response-headers.ts';

export function writeUnary(answer: UnaryReply, plan: ReplyPlan, reply: FastifyReply): FastifyReply {
  const json = readReply(() => plan(answer.payload));
  for (const [name, value] of responseHeaders(answer.headers)) reply.header(name, value);
  return reply.header('content-type', 'application/json').send(json);
}

/** Bytes that are no such message are the upstream's fault, not the client's and not ours. */
export function readReply<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new GatewayError('internal', 'the upstream sent a message that is not of its type', {
      type: 'upstream-protocol',
      source: 'upstream',
      cause,
    });
  }
}
