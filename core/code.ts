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
