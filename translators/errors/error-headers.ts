// The headers that an error has whatever its body looks like.
import type { GatewayError } from '../../core/error.ts';

/** What a 503 suggests when nobody knows better: long enough to reconnect, short enough to be tried. */
const DEFAULT_RETRY_AFTER_MS = 1_000;

/** Of a request that a limit of the gateway has refused. */
export function limitHeaders({ quota }: GatewayError): Readonly<Record<string, string>> {
  if (quota === undefined) return {};
  return { 'ratelimit-policy': quota.notice.policies, ratelimit: quota.notice.nearest };
}

export function errorHeaders(
  error: GatewayError,
  status: number,
  mediaType: string,
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {
    'content-type': mediaType,
    'cache-control': 'no-store',
  };
  Object.assign(headers, limitHeaders(error));
  // RFC 9110 §15.5.6: a 405 has it, even if there is nothing to name.
  if (error.allow.length > 0 || status === 405) headers.allow = error.allow.join(', ');
  const retryAfterMs = error.retryAfterMs ?? (status === 503 ? DEFAULT_RETRY_AFTER_MS : undefined);
  if (retryAfterMs !== undefined) headers['retry-after'] = String(Math.ceil(retryAfterMs / 1000));
  // RFC 9110 §15.5.2: a 401 names the scheme; it never repeats anything an upstream said.
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  if (error.type === 'unsupported-media-type')
    headers.accept = ['application/json', ...error.accepted].join(', ');
  // RFC 9110 §15.5.16: so that a client can tell a wrong coding from a wrong type.
  if (error.type === 'unsupported-content-encoding') headers['accept-encoding'] = error.accepted.join(', ');
  return headers;
}
