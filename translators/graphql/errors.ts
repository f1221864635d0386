// A GatewayError as a GraphQL error (graphql reference, section 8): the same codes as REST, and of an upstream's
// details only what is known to be meant for callers.
import type { ErrorType, GatewayError, UpstreamAnswer } from '../../core/error.ts';
import type { Graph } from '../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { outwardCode } from '../errors/table.ts';
import { type ArgumentPath, type CalledField, findArgument } from './argument-path.ts';

export interface ErrorExtensions {
  readonly [name: string]: unknown;
  /** UPPER_SNAKE, as google.rpc.Code has it. */
  readonly code: string;
  readonly requestId: string;
  readonly source: 'gateway' | 'upstream';
  /** Of google.rpc.ErrorInfo. */
  readonly reason?: string;
  readonly domain?: string;
  readonly violations?: readonly WrittenViolation[];
  readonly retryAfterMs?: number;
  /** Names of the gateway's limits that were broken. */
  readonly violatedPolicies?: readonly string[];
  /** google.rpc details in ProtoJSON, by allow-list. */
  readonly details?: readonly JsonObject[];
  /** Of an HTTP service. */
  readonly upstream?: UpstreamAnswer;
}

export interface WrittenViolation {
  readonly field: string;
  readonly description: string;
  /** Absent if the field has no argument of its own. */
  readonly argument?: ArgumentPath;
}

/** The field that failed and what it was called with, so that violations can name arguments. */
export interface FailedField {
  readonly graph: Graph;
  readonly root: CalledField;
  readonly given: unknown;
}

/** What only happens on GraphQL, and so is no word of google.rpc.Code. Source: graphql reference, sections 8 and 10. */
const CODE_OF_TYPE: Partial<Record<ErrorType, string>> = {
  'operation-too-costly': 'OPERATION_TOO_COSTLY',
  'persisted-operation-not-found': 'PERSISTED_OPERATION_NOT_FOUND',
  draining: 'SERVICE_DRAINING',
  'subscription-schema-changed': 'SUBSCRIPTION_SCHEMA_CHANGED',
};

/** Details that speak to callers. ErrorInfo, BadRequest and RetryInfo have members of their own; DebugInfo never passes. */
const ALLOWED_DETAILS: ReadonlySet<string> = new Set([
  'google.rpc.QuotaFailure',
  'google.rpc.PreconditionFailure',
  'google.rpc.ResourceInfo',
  'google.rpc.Help',
  'google.rpc.LocalizedMessage',
]);

export function writeExtensions(
  error: GatewayError,
  requestId: string,
  failed?: FailedField,
): ErrorExtensions {
  const info = error.details.find((detail) => typeOf(detail) === 'google.rpc.ErrorInfo');
  const reason = textOf(info?.reason);
  const domain = textOf(info?.domain);
  const details = error.details.filter((detail) => ALLOWED_DETAILS.has(typeOf(detail)));
  const violations = error.violations.map((violation): WrittenViolation => {
    const argument = failed && findArgument(failed.graph, failed.root, violation.field, failed.given);
    return { ...violation, ...(argument && { argument }) };
  });
  return {
    code: CODE_OF_TYPE[error.type] ?? outwardCode(error.code),
    requestId,
    source: error.source,
    ...(reason !== undefined && { reason }),
    ...(domain !== undefined && { domain }),
    ...(violations.length > 0 && { violations }),
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    ...(error.quota !== undefined && { violatedPolicies: error.quota.violated }),
    ...(details.length > 0 && { details }),
    ...(error.upstream !== undefined && { upstream: error.upstream }),
  };
}

/** Full name of a detail's type, from `type.googleapis.com/google.rpc.Help`. */
function typeOf(detail: JsonObject): string {
  const url = detail['@type'];
  return typeof url === 'string' ? url.slice(url.lastIndexOf('/') + 1) : '';
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
