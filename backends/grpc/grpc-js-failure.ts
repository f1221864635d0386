// What went wrong with a call of grpc-js: the upstream's own word, or the connection's, or grpc-js's, which it all
// tells as one kind of status. Source: transcoding reference, section 9.2 ("made by the gateway").
import { type Metadata as GrpcMetadata, type StatusObject, status } from '@grpc/grpc-js';
import { GrpcStatusError } from './transport.ts';

export interface FailedCall {
  readonly status: Pick<StatusObject, 'code' | 'details'> & { readonly metadata?: GrpcMetadata };
  /** The upstream's headers, if they came before the failure. */
  readonly headers: GrpcMetadata | undefined;
  /** Whether the channel still stands. */
  readonly isConnected: boolean;
}

// grpc-js gives its own refusal the code that an upstream would use for its limits; only the words tell them apart.
const TOO_LARGE = /^Received message (?:larger than max|that decompresses to a size larger than)/;

export function failureOf({ status: found, headers, isConnected }: FailedCall): GrpcStatusError {
  const { code: number, details: message = '', metadata } = found;
  if (number === status.OK) return broken('the status is OK, but no message came');
  if (number === status.UNAVAILABLE && !isConnected) {
    // A reply that was cut is no service that is away: trying again may do what was half done twice.
    return headers === undefined
      ? new GrpcStatusError({ number, message, type: 'upstream-unreachable' })
      : broken(message);
  }
  if (number === status.INTERNAL && !isGrpc(headers ?? metadata)) return broken(message);
  if (number === status.RESOURCE_EXHAUSTED && headers !== undefined && TOO_LARGE.test(message)) {
    return new GrpcStatusError({ number: status.INTERNAL, message, type: 'upstream-reply-too-large' });
  }
  const details = metadata?.get('grpc-status-details-bin')[0];
  return new GrpcStatusError({ number, message, ...(details instanceof Buffer && { details }) });
}

function broken(message: string): GrpcStatusError {
  return new GrpcStatusError({ number: status.INTERNAL, message, type: 'upstream-protocol' });
}

/** False for the answer of some other HTTP server. A call that failed before any headers is not judged by them. */
function isGrpc(headers: GrpcMetadata | undefined): boolean {
  const contentType = headers?.get('content-type')[0];
  return contentType === undefined || String(contentType).startsWith('application/grpc');
}
