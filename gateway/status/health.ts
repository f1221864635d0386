// Whether the gateway lives and whether it wants traffic. Source: management reference, section 5.4.
import { VERSION } from '../version.ts';

export interface Readiness {
  /** Revision of the snapshot in force. */
  readonly revision: string;
  readonly isDraining: boolean;
}

export interface HealthAnswer {
  readonly status: 200 | 503;
  readonly body: { readonly status: 'pass' | 'fail'; readonly [member: string]: unknown };
}

/** The event loop turns, or nobody would answer. */
export function livez(): HealthAnswer {
  return { status: 200, body: { status: 'pass' } };
}

/** Not while shutting down: load balancers stop sending first. */
export function readyz({ revision, isDraining }: Readiness): HealthAnswer {
  return isDraining
    ? { status: 503, body: { status: 'fail', output: 'shutting down', version: VERSION, revision } }
    : { status: 200, body: { status: 'pass', version: VERSION, revision } };
}
