// The one error of a request. Doors write it in their own form from one table (translators/errors/table.ts).
import type { LimitNotice } from './call-origin.ts';
import { CODES, type Code } from './code.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { Problem } from './problem.ts';

/**
 * What went wrong more closely than the code says; the slug of the RFC 9457 `type`. Closed, listed in
 * docs/problems.md. The first sixteen are the codes themselves in kebab-case.
 */
export const ERROR_TYPES = [
  ...CODES.map((code) => code.replaceAll('_', '-') as CodeSlug),
  'route-not-found',
  'method-not-allowed',
  'bad-request-target',
  'bad-headers',
  'invalid-json',
  'body-too-large',
  'headers-too-large',
  'unsupported-media-type',
  'unsupported-content-encoding',
  'not-acceptable',
  'request-timeout',
  'quota-exceeded',
  'draining',
  'upstream-unreachable',
  'upstream-protocol',
  'upstream-reply-too-large',
  'source-refused',
  'route-conflict',
  'revision-mismatch',
  'owned-by-file',
  'breaking-change',
  'operation-too-costly',
  'persisted-operation-not-found',
  'subscription-schema-changed',
] as const;

type Kebab<S extends string> = S extends `${infer Head}_${infer Tail}` ? `${Head}-${Kebab<Tail>}` : S;
type CodeSlug = Kebab<Code>;
export type ErrorType = (typeof ERROR_TYPES)[number];

/**
 * One field that is wrong. `field` is a JSON path from the body's root (`parts[1].no`) or a parameter's name; of HTTP
 * services a JSON pointer (`/parts/1/no`, empty for the body itself) or `query/NAME` and the like.
 */
export interface Violation {
  readonly field: string;
  readonly description: string;
}

export interface UpstreamAnswer {
  readonly status: number;
  readonly body?: JsonValue;
}

/** Limits of the gateway that a request has broken, and what the client is told of them. */
export interface ExceededQuota {
  /** Names of policies. */
  readonly violated: readonly string[];
  readonly notice: LimitNotice;
}

export interface GatewayErrorOptions {
  /** Default: the code's own slug. */
  readonly type?: ErrorType;
  /** For log and debugger only; never shown to a client. */
  readonly cause?: unknown;
  readonly violations?: readonly Violation[];
  /** google.rpc details in ProtoJSON, each with `@type`. */
  readonly details?: readonly JsonObject[];
  /** Who failed. Default: `gateway`. */
  readonly source?: 'gateway' | 'upstream';
  /** What an HTTP upstream answered instead of a success; of `body` only what its document says of errors. */
  readonly upstream?: UpstreamAnswer;
  /** Milliseconds after which the caller may try again. */
  readonly retryAfterMs?: number;
  /** Methods a 405 names in `Allow`. */
  readonly allow?: readonly string[];
  /** Content codings a 415 names in `Accept-Encoding`, or media types it names in `Accept` beside JSON. */
  readonly accepted?: readonly string[];
  /** What a refused registration found. */
  readonly problems?: readonly Problem[];
  readonly quota?: ExceededQuota;
}

/** The same sentence whoever notices first: the deadline policy's timer or the transport's. */
export function deadlineExceeded(): GatewayError {
  return new GatewayError('deadline_exceeded', 'the deadline passed before the upstream answered');
}

/** `message` is public: it reaches the client. Hosts, stacks and upstream texts belong in `cause`. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: Code;
  readonly type: ErrorType;
  readonly source: 'gateway' | 'upstream';
  readonly violations: readonly Violation[];
  readonly details: readonly JsonObject[];
  readonly upstream: UpstreamAnswer | undefined;
  readonly retryAfterMs: number | undefined;
  readonly allow: readonly string[];
  readonly accepted: readonly string[];
  readonly problems: readonly Problem[];
  readonly quota: ExceededQuota | undefined;

  constructor(code: Code, message: string, options: GatewayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.type = options.type ?? (code.replaceAll('_', '-') as CodeSlug);
    this.source = options.source ?? 'gateway';
    this.violations = options.violations ?? [];
    this.details = options.details ?? [];
    this.upstream = options.upstream;
    this.retryAfterMs = options.retryAfterMs;
    this.allow = options.allow ?? [];
    this.accepted = options.accepted ?? [];
    this.problems = options.problems ?? [];
    this.quota = options.quota;
  }

  /** The only way from a `catch` to a GatewayError: anything unknown becomes `internal` with the cause kept. */
  static from(thrown: unknown): GatewayError {
    if (thrown instanceof GatewayError) return thrown;
    return new GatewayError('internal', 'internal error', { cause: thrown });
  }
}
