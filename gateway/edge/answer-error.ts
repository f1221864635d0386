// The one place where an error of a request becomes an HTTP answer.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '../../core/error.ts';
import type { FailedRequest } from '../../translators/errors/problem-json.ts';
import { type ErrorStyle, writeError } from '../../translators/errors/write-error.ts';
import { lingerBehind } from './linger.ts';
import { unknownMethod } from './refused-head.ts';
import { requestPath } from './request-path.ts';

/** Writes and logs; `thrown` may be anything, and what is no GatewayError is said to be internal. */
export function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const error = fromFastify(thrown, request);
  const problem = writeError(error, failedRequest(request), errorStyle(request));
  const entry = {
    code: error.code,
    type: error.type,
    source: error.source,
    err: error.cause,
  };
  if (problem.status >= 500 && problem.status !== 501) request.log.error(entry, error.message);
  else request.log.debug(entry, error.message);
  // A body that was not read to its end would be taken for the next request; behind a head that can be read in
  // two ways nobody knows where the next request begins.
  const isUnread = !request.raw.readableEnded && !request.raw.complete;
  if (isUnread || isDoubtful(error)) reply.header('connection', 'close');
  if (isUnread) lingerBehind(reply.raw, request.raw);
  // As bytes: Fastify would add a charset, which these media types do not have.
  reply.code(problem.status).headers(problem.headers).send(Buffer.from(problem.body));
}

/** What an error says of the request that it belongs to. */
export function failedRequest(request: FastifyRequest): FailedRequest {
  return {
    id: request.id,
    instance: requestPath(request.originalUrl),
    acceptLanguage: request.headers['accept-language'],
  };
}

/** The form that the service chose; problem details where it is nobody's path, and on the gateway's own. */
export function errorStyle(request: FastifyRequest): ErrorStyle {
  return request.matched?.operation.rest.errors ?? request.errorStyle ?? 'problem';
}

function isDoubtful({ type }: GatewayError): boolean {
  return type === 'bad-headers' || type === 'headers-too-large';
}

/** Fastify's own refusals carry a status; everything else unknown is a fault of ours. */
function fromFastify(thrown: unknown, { method }: FastifyRequest): GatewayError {
  if (thrown instanceof GatewayError || !(thrown instanceof Error)) return GatewayError.from(thrown);
  const { statusCode, code } = thrown as Error & { statusCode?: number; code?: string };
  if (typeof code !== 'string' || !code.startsWith('FST_') || statusCode === undefined) {
    return GatewayError.from(thrown);
  }
  switch (statusCode) {
    case 400:
      return new GatewayError('invalid_argument', 'the request is malformed', { cause: thrown });
    // Every path has a handler: only the methods of other protocols that Node's parser reads, such as RTSP, have none.
    case 404:
      return unknownMethod(method);
    case 413:
      return new GatewayError('resource_exhausted', 'the body is too large', {
        type: 'body-too-large',
        cause: thrown,
      });
    case 415:
      return new GatewayError('invalid_argument', 'the content type is not served; send application/json', {
        type: 'unsupported-media-type',
        cause: thrown,
      });
    default:
      return GatewayError.from(thrown);
  }
}
