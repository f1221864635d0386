// The ways in which a call fails, other than by the word of the upstream. Sources: transcoding reference, sections
// 9.2 ("made by the gateway") and 9.4 ("no grpc-status"); gRPC's mapping of HTTP statuses.
import type { GrpcStatus } from '../../translators/grpc/status.ts';
import type { Ending } from './http2/ending.ts';
import type { ResponseHead } from './response-head.ts';
import { GrpcStatusError } from './transport.ts';

const CANCELLED = 1;
const UNKNOWN = 2;
const PERMISSION_DENIED = 7;
const UNIMPLEMENTED = 12;
const INTERNAL = 13;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

/** No answer began, and nobody is there who could give one. */
export function unreachable(message: string): GrpcStatusError {
  return new GrpcStatusError({ number: UNAVAILABLE, message, type: 'upstream-unreachable' });
}

/** What came is no answer, or not the whole of one: the call may have been done. */
export function broken(message: string): GrpcStatusError {
  return new GrpcStatusError({ number: INTERNAL, message, type: 'upstream-protocol' });
}

/** The connection ended before an answer began. A peer that breaks HTTP/2 is there, and speaks something else. */
export function lost({ reason, isViolation }: Ending): GrpcStatusError {
  return isViolation ? broken(reason) : unreachable(reason);
}

export function tooLarge(message: string): GrpcStatusError {
  return new GrpcStatusError({ number: INTERNAL, message, type: 'upstream-reply-too-large' });
}

/** By whoever made the call. */
export function cancelled(message: string): GrpcStatusError {
  return new GrpcStatusError({ number: CANCELLED, message });
}

/** The types say that the words are not the upstream's. */
const PLAIN_HTTP: ReadonlyMap<number, Pick<GrpcStatus, 'number' | 'type'>> = new Map(
  (
    [
      [400, INTERNAL, 'upstream-protocol'],
      [401, UNAUTHENTICATED, 'unauthenticated'],
      [403, PERMISSION_DENIED, 'permission-denied'],
      [404, UNIMPLEMENTED, 'unimplemented'],
      [429, UNAVAILABLE, 'unavailable'],
      [502, UNAVAILABLE, 'unavailable'],
      [503, UNAVAILABLE, 'unavailable'],
      [504, UNAVAILABLE, 'unavailable'],
    ] as const
  ).map(([httpStatus, number, type]) => [httpStatus, { number, type }]),
);

export function plainHttp(httpStatus: number): GrpcStatusError {
  const known = PLAIN_HTTP.get(httpStatus) ?? ({ number: UNKNOWN, type: 'unknown' } as const);
  return new GrpcStatusError({ ...known, message: `HTTP status ${httpStatus}, and no gRPC` });
}

/** Undefined if all is well. `begun`: the answer's first header list, which may be this one. */
export function failureOfEnd(end: ResponseHead, begun: ResponseHead): GrpcStatusError | undefined {
  if (!begun.isGrpc) return plainHttp(begun.httpStatus);
  if (end.status === undefined) {
    if (begun.httpStatus !== 200) return plainHttp(begun.httpStatus);
    return new GrpcStatusError({ number: UNKNOWN, message: 'there is no grpc-status' });
  }
  if (end !== begun && begun.status !== undefined && begun.status !== end.status)
    return broken('the trailers say another grpc-status than the head');
  if (end.status === '0') return undefined;
  return new GrpcStatusError({
    number: codeOf(end.status),
    message: end.message,
    ...(end.details !== undefined && { details: end.details }),
  });
}

/** gRPC asks clients to read every other number, and what is none, as UNKNOWN. */
function codeOf(text: string): number {
  const number = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= 16 ? number : UNKNOWN;
}
