// Writes a single reply: 200, JSON or the bytes of an HttpBody, and the metadata that clients may see.
import type { FastifyReply } from 'fastify';
import type { UnaryReply } from '../../core/call.ts';
import { GatewayError } from '../../core/error.ts';
import { DEFAULT_REST_OPTIONS } from '../../core/rest-options.ts';
import type { ReplyPlan } from '../../translators/rest/reply-plan.ts';
import {
  acceptsTrailers,
  type ResponseHeader,
  responseHeaders,
  responseTrailers,
} from '../../translators/rest/response-headers.ts';
import { addVary } from '../edge/answer-coding.ts';
import { sendBytes } from './send-bytes.ts';

/** RFC 9110 §8.3: what bytes without a type may be taken for. */
export const UNKNOWN_TYPE = 'application/octet-stream';

export function writeUnary(
  answer: UnaryReply,
  plan: ReplyPlan,
  reply: FastifyReply,
): FastifyReply | Promise<FastifyReply> {
  if (plan.isBodiless) {
    writeMetadata(answer, reply);
    return reply.code(204).send();
  }
  const { readRaw } = plan;
  if (readRaw !== undefined) {
    const { contentType, data } = readReply(() => readRaw(answer.payload));
    const trailers = writeMetadata(answer, reply);
    return sendBytes(reply, { contentType: contentType || UNKNOWN_TYPE, bytes: data, trailers });
  }
  const { protobuf } = plan;
  if (protobuf !== undefined) {
    const contentType = protobuf.typeOf(reply.request.headers.accept) ?? 'application/json';
    const write = contentType === 'application/json' ? plan.write : protobuf.write;
    const bytes = readReply(() => write(answer.payload));
    const trailers = writeMetadata(answer, reply);
    addVary(reply, 'Accept');
    return sendBytes(reply, { contentType, bytes, trailers });
  }
  const json = readReply(() => plan.write(answer.payload));
  const trailers = writeMetadata(answer, reply);
  return sendBytes(reply, { contentType: 'application/json', bytes: json, trailers });
}

/** Returns the trailers, if the client takes any. */
function writeMetadata(answer: UnaryReply, reply: FastifyReply): readonly ResponseHeader[] {
  const { request } = reply;
  const choice = request.matched?.operation.rest ?? DEFAULT_REST_OPTIONS;
  for (const [name, value] of responseHeaders(answer.headers, choice)) {
    // What the door has said of caching stands.
    if (name !== 'cache-control' || !reply.hasHeader(name)) reply.header(name, value);
  }
  const takesTrailers = acceptsTrailers(request.headers.te) && request.raw.httpVersion !== '1.0';
  return takesTrailers ? responseTrailers(answer.trailers, choice) : [];
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
