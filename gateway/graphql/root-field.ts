// What all ways to execute a root field share: decoding its reply, and wording its failure.
import { GraphQLError } from 'graphql';
import type { Projector } from '../../core/codec.ts';
import { GatewayError } from '../../core/error.ts';
import type { Graph, RootField } from '../../core/graph.ts';
import type { JsonValue } from '../../core/json.ts';
import type { Payload } from '../../core/payload.ts';
import { writeExtensions } from '../../translators/graphql/errors.ts';

/** Bytes that are no such message are the upstream's fault, not the client's and not ours. */
export function decodeReply(payload: Payload, projector: Projector | undefined): JsonValue {
  try {
    return projector === undefined ? payload.value() : payload.projected(projector);
  } catch (cause) {
    throw undecodable(cause);
  }
}

export function undecodable(cause: unknown): GatewayError {
  return new GatewayError('internal', 'the upstream sent a message that is not of its type', {
    type: 'upstream-protocol',
    source: 'upstream',
    cause,
  });
}

export interface FailedRoot {
  readonly graph: Graph;
  readonly root: RootField;
  /** The arguments as graphql-js has coerced them. */
  readonly given: unknown;
  readonly requestId: string;
}

/** A new error each time: graphql-js writes its path into the first field that throws it. */
export function rootFailure(thrown: unknown, { requestId, ...failed }: FailedRoot): GraphQLError {
  const error = GatewayError.from(thrown);
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: {
      ...writeExtensions(error, requestId, failed),
      ...(error.type === 'draining' && failed.root.kind === 'subscription' && { code: 'SERVICE_DRAINING' }),
    },
  });
}
