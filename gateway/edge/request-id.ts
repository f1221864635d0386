// One id per request, on every answer and in every log line about it.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ClientAddressReader } from './client-address.ts';

/** A client's own id is taken only from trusted peers and only in this form (security reference, section 4.8). */
const FORM = /^[A-Za-z0-9._-]{1,64}$/;

export function requestIdOf(request: IncomingMessage, addresses: ClientAddressReader): string {
  const offered = request.headers['x-request-id'];
  if (
    typeof offered === 'string' &&
    FORM.test(offered) &&
    addresses.isTrusted(request.socket.remoteAddress ?? '')
  ) {
    return offered;
  }
  return randomUUID();
}
