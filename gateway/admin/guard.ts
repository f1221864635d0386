// Who may use the admin port: the token's holder, and no web page of a stranger.
// Source: security reference, class 23 (DNS rebinding, cross-site requests).
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../../core/error.ts';

export interface AdminGuardOptions {
  readonly token: string | undefined;
  /** Host of the configured address; it is allowed beside the loopback names. */
  readonly host: string;
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** @throws GatewayError `permission_denied` for a foreign Host or Origin, `unauthenticated` without the token. */
export function createAdminGuard({ token, host }: AdminGuardOptions): (request: FastifyRequest) => void {
  const hosts = new Set([...LOOPBACK, host.includes(':') ? `[${host}]` : host]);
  const expected = token === undefined ? undefined : digest(`Bearer ${token}`);
  return (request) => {
    // With a token a page of a stranger can do nothing; without one, the host is what tells it from an operator.
    if (expected === undefined && !hosts.has(hostOf(request.headers.host ?? ''))) {
      throw new GatewayError('permission_denied', 'the admin port does not answer to this Host');
    }
    const { origin } = request.headers;
    if (origin !== undefined && origin !== `http://${request.headers.host}`) {
      throw new GatewayError('permission_denied', 'the admin port does not answer pages of other origins');
    }
    if (expected !== undefined && !timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) {
      throw new GatewayError('unauthenticated', 'the admin token is missing or wrong');
    }
  };
}

/** Comparing digests of one length takes the same time whatever was sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function hostOf(header: string): string {
  return header.replace(/:[0-9]+$/, '').toLowerCase();
}
