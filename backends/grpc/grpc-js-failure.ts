// What went wrong with a call of grpc-js: the upstream's own word, or the connection's, or grpc-js's, which it all
// tells as one kind of status. Sources: transcoding reference, sections 9.2 ("made by the gateway") and 9.4 ("no
// grpc-status"); gRPC over HTTP/2, "Responses".
//
// What grpc-js never tells, so that nothing here can: bytes of half a message before trailers that say OK (a stream then
// seems whole), an empty grpc-status (read as OK), a compression flag other than 0 and 1 (read as 0), and the HTTP status.
import { type Metadata as GrpcMetadata, type StatusObject, status } from '@grpc/grpc-js';
import type { GrpcStatus } from '../../translators/grpc/status.ts';
import { GrpcStatusError } from './transport.ts';

export interface FailedCall {
  /** `code` is what Number made of grpc-status, or undefined where grpc-js itself threw something. */
  readonly status: Pick<StatusObject, 'details'> & {
    readonly code: number | undefined;
    /** Of the trailers, or of a head that was all there was; empty for a status that grpc-js made. */
    readonly metadata?: GrpcMetadata;
  };
  /** The upstream's headers, if they came before the failure. */
  readonly headers: GrpcMetadata | undefined;
  /** Messages that came before the failure. */
  readonly messages: number;
  /** At most one is due. */
  readonly isUnary: boolean;
  /** Whether the channel still stands. */
  readonly isConnected: boolean;
}

// After the headers, a status that grpc-js makes looks like one of the upstream: same code, no trace of its origin (the
// RST_STREAM code is dropped on the way up). Only the words tell them apart. An upstream that says the same words
// passes for one that broke the protocol; both are its failure. The tests hold these to the version in use.
const RESET = /^Received RST_STREAM with code /;
const NOT_INFLATED = /^Failed to decompress /;
const TOO_LARGE = /^Received message (?:larger than max|that decompresses to a size larger than)/;

export function failureOf(failed: FailedCall): GrpcStatusError {
  const { headers, messages, isUnary, isConnected } = failed;
  const { code, details: message = '', metadata } = failed.status;
  // A status that somebody sent stands in a head or behind one; without either there was no answer.
  if (headers === undefined && isEmpty(metadata)) {
    if (code === status.DEADLINE_EXCEEDED) return new GrpcStatusError({ number: code, message });
    return new GrpcStatusError({ number: status.UNAVAILABLE, message, type: 'upstream-unreachable' });
  }
  if (code === undefined) return broken('a message is compressed in a way that was not agreed');
  if (code === status.OK) return broken('the status is OK, but no message came');
  if (isUnary && messages > 1) return broken('more than one message came where one was due');
  // A reply that was cut is no service that is away: trying again may do what was half done twice.
  if (code === status.UNAVAILABLE && !isConnected) return broken(message);
  if (!isGrpc(headers ?? metadata)) return plainHttp(code, message);
  if (code === status.INTERNAL && (RESET.test(message) || NOT_INFLATED.test(message))) return broken(message);
  if (code === status.RESOURCE_EXHAUSTED && TOO_LARGE.test(message)) {
    return new GrpcStatusError({ number: status.INTERNAL, message, type: 'upstream-reply-too-large' });
  }
  const details = metadata?.get('grpc-status-details-bin')[0];
  return new GrpcStatusError({
    number: isCode(code) ? code : status.UNKNOWN,
    message,
    ...(details instanceof Buffer && { details }),
  });
}

/** grpc-js has mapped the HTTP status by the table of gRPC, unless what followed looked like a message to it. */
function plainHttp(code: number, message: string): GrpcStatusError {
  const mapped = RESET.test(message) || TOO_LARGE.test(message) ? undefined : PLAIN_HTTP.get(code);
  return new GrpcStatusError({ number: status.UNKNOWN, type: 'unknown', ...mapped, message });
}

/** The types say that the words are not the upstream's. */
const PLAIN_HTTP: ReadonlyMap<number, Pick<GrpcStatus, 'number' | 'type'>> = new Map(
  (
    [
      [status.INTERNAL, 'upstream-protocol'],
      [status.UNAUTHENTICATED, 'unauthenticated'],
      [status.PERMISSION_DENIED, 'permission-denied'],
      [status.UNIMPLEMENTED, 'unimplemented'],
      [status.UNAVAILABLE, 'unavailable'],
    ] as const
  ).map(([number, type]) => [number, { number, type }]),
);

function broken(message: string): GrpcStatusError {
  return new GrpcStatusError({ number: status.INTERNAL, message, type: 'upstream-protocol' });
}

/** gRPC asks clients to read every other number, and what is none, as UNKNOWN. */
function isCode(number: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= 16;
}

/** The answer of some other HTTP server has another type, or none. */
function isGrpc(headers: GrpcMetadata | undefined): boolean {
  const type = headers?.get('content-type')[0];
  return typeof type === 'string' && type.startsWith('application/grpc');
}

function isEmpty(metadata: GrpcMetadata | undefined): boolean {
  return metadata === undefined || Object.keys(metadata.getMap()).length === 0;
}
