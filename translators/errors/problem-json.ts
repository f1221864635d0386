// Writes a GatewayError as RFC 9457 problem details: the default error body of every door that speaks HTTP.
import type { GatewayError } from '../../core/error.ts';
import { errorTitle, httpStatus, outwardCode, problemTypeUri } from './table.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** What a 503 suggests when nobody knows better: long enough to reconnect, short enough to be tried. */
const DEFAULT_RETRY_AFTER_MS = 1_000;

export interface WrittenProblem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `instance` is the path of the request, without its query: a query may hold secrets. */
export function writeProblem(error: GatewayError, request: { id: string; instance: string }): WrittenProblem {
  const status = httpStatus(error);
  const headers: Record<string, string> = {
    'content-type': PROBLEM_MEDIA_TYPE,
    'cache-control': 'no-store',
  };
  // RFC 9110 §15.5.6: a 405 has it, even if there is nothing to name.
  if (error.allow.length > 0 || status === 405) headers.allow = error.allow.join(', ');
  const retryAfterMs = error.retryAfterMs ?? (status === 503 ? DEFAULT_RETRY_AFTER_MS : undefined);
  if (retryAfterMs !== undefined) headers['retry-after'] = String(Math.ceil(retryAfterMs / 1000));
  // RFC 9110 §15.5.2: a 401 names the scheme; it never repeats anything an upstream said.
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  if (error.type === 'unsupported-media-type') headers.accept = 'application/json';
  // RFC 9110 §15.5.16: so that a client can tell a wrong coding from a wrong type.
  if (error.type === 'unsupported-content-encoding') headers['accept-encoding'] = error.accepted.join(', ');
  const body = {
    type: problemTypeUri(error.type),
    title: errorTitle(error),
    status,
    detail: error.message,
    instance: request.instance,
    code: outwardCode(error.code),
    requestId: request.id,
    source: error.source,
    violations: error.violations,
    details: error.details,
    ...(error.problems.length > 0 && { problems: error.problems }),
  };
  return { status, headers, body: JSON.stringify(body) };
}
