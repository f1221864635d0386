// The sixteen error codes of gRPC: the one vocabulary of failure on every door and every backend.
// How a door spells a code or maps it to a status is in translators/errors/table.ts, not here.

/** Closed: there are no user-defined codes. Source: google.rpc.Code, gRPC over HTTP/2 "Status codes". */
export const CODES = [
  'cancelled',
  'unknown',
  'invalid_argument',
  'deadline_exceeded',
  'not_found',
  'already_exists',
  'permission_denied',
  'resource_exhausted',
  'failed_precondition',
  'aborted',
  'out_of_range',
  'unimplemented',
  'internal',
  'unavailable',
  'data_loss',
  'unauthenticated',
] as const;

export type Code = (typeof CODES)[number];

/** The number of a code on the gRPC wire (1…16; 0 is OK and no error). */
export function codeNumber(code: Code): number {
  return CODES.indexOf(code) + 1;
}

/** The code of a gRPC wire number; numbers outside 1…16 read as `unknown`, as gRPC asks of clients. */
export function codeOfNumber(number: number): Code {
  return CODES[number - 1] ?? 'unknown';
}

/** What an upstream's HTTP status means as a code; undefined: success, a redirect or information. */
export function codeOfHttpStatus(status: number): Code | undefined {
  if (status < 400) return undefined;
  return BY_HTTP_STATUS.get(status) ?? (status < 500 ? 'failed_precondition' : 'unknown');
}

const BY_HTTP_STATUS: ReadonlyMap<number, Code> = new Map<number, Code>([
  [400, 'invalid_argument'],
  [401, 'unauthenticated'],
  [403, 'permission_denied'],
  [404, 'not_found'],
  [408, 'deadline_exceeded'],
  [409, 'aborted'],
  [410, 'not_found'],
  [412, 'failed_precondition'],
  [413, 'resource_exhausted'],
  [415, 'invalid_argument'],
  [416, 'out_of_range'],
  [422, 'invalid_argument'],
  [429, 'resource_exhausted'],
  [499, 'cancelled'],
  [500, 'internal'],
  [501, 'unimplemented'],
  [502, 'unavailable'],
  [503, 'unavailable'],
  [504, 'deadline_exceeded'],
]);
