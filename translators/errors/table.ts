// The one table of codes: how each is spelled outside and which HTTP status it has.
// Sources: google.rpc.Code; transcoding reference, sections 9.1 and 9.2; RFC 9457.
import type { Code } from '../../core/code.ts';
import type { ErrorType, GatewayError } from '../../core/error.ts';

interface CodeRow {
  readonly status: number;
  readonly title: string;
}

const BY_CODE: Record<Code, CodeRow> = {
  // Nothing is sent for it: the client has gone. The number is what logs of the field use.
  cancelled: { status: 499, title: 'Client closed the request' },
  unknown: { status: 500, title: 'Unknown error' },
  invalid_argument: { status: 400, title: 'Invalid argument' },
  deadline_exceeded: { status: 504, title: 'Deadline exceeded' },
  not_found: { status: 404, title: 'Not found' },
  already_exists: { status: 409, title: 'Already exists' },
  permission_denied: { status: 403, title: 'Permission denied' },
  resource_exhausted: { status: 429, title: 'Resource exhausted' },
  failed_precondition: { status: 400, title: 'Failed precondition' },
  aborted: { status: 409, title: 'Aborted' },
  out_of_range: { status: 400, title: 'Out of range' },
  unimplemented: { status: 501, title: 'Not implemented' },
  internal: { status: 500, title: 'Internal error' },
  unavailable: { status: 503, title: 'Unavailable' },
  data_loss: { status: 500, title: 'Data loss' },
  unauthenticated: { status: 401, title: 'Not signed in' },
};

/** The refusals whose status or title is not that of their code. */
const BY_TYPE: Partial<Record<ErrorType, CodeRow>> = {
  'route-not-found': { status: 404, title: 'No such route' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'bad-request-target': { status: 400, title: 'Bad request target' },
  'bad-headers': { status: 400, title: 'Bad headers' },
  'invalid-json': { status: 400, title: 'Malformed JSON' },
  'body-too-large': { status: 413, title: 'Body too large' },
  'headers-too-large': { status: 431, title: 'Headers too large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'unsupported-content-encoding': { status: 415, title: 'Unsupported content encoding' },
  'not-acceptable': { status: 406, title: 'Not acceptable' },
  'request-timeout': { status: 408, title: 'Request timed out' },
  'quota-exceeded': { status: 429, title: 'Request cannot be satisfied as assigned quota has been exceeded' },
  draining: { status: 503, title: 'Shutting down' },
  'upstream-unreachable': { status: 503, title: 'Upstream unreachable' },
  'upstream-protocol': { status: 502, title: 'Upstream broke the protocol' },
  'upstream-reply-too-large': { status: 502, title: 'Upstream reply too large' },
  'source-refused': { status: 422, title: 'Source refused' },
  'route-conflict': { status: 409, title: 'Route belongs to another service' },
  'revision-mismatch': { status: 412, title: 'Revision mismatch' },
  'owned-by-file': { status: 409, title: 'Owned by the configuration file' },
  'breaking-change': { status: 409, title: 'Clients would break' },
  'operation-too-costly': { status: 400, title: 'Operation too costly' },
  'persisted-operation-not-found': { status: 404, title: 'No such persisted operation' },
  'subscription-schema-changed': { status: 409, title: 'Subscription ended by a change' },
};

/** `NOT_FOUND`: the outward spelling on REST and GraphQL, as google.rpc.Code has it. */
export function outwardCode(code: Code): string {
  return code.toUpperCase();
}

/** HTTP status of an error, from its type or else its code. */
export function httpStatus(error: Pick<GatewayError, 'code' | 'type'>): number {
  return (BY_TYPE[error.type] ?? BY_CODE[error.code]).status;
}

/** Fixed per type: the same problem always has the same title. */
export function errorTitle(error: Pick<GatewayError, 'code' | 'type'>): string {
  return (BY_TYPE[error.type] ?? BY_CODE[error.code]).title;
}

/** Types that are not ours alone. Source: draft-ietf-httpapi-ratelimit-headers, "Problem Types". */
const REGISTERED: ReadonlySet<ErrorType> = new Set<ErrorType>(['quota-exceeded']);

/** URI of the problem type; stable, each has a heading in docs/problems.md. */
export function problemTypeUri(type: ErrorType): string {
  if (REGISTERED.has(type)) return `https://iana.org/assignments/http-problem-types#${type}`;
  return `urn:dragoman:problem:${type}`;
}
