// Answers calls of proto operations over gRPC: payloads to bytes, a transport per target, statuses to errors.
import type { Call, Reply } from '../../core/call.ts';
import { deadlineExceeded, GatewayError } from '../../core/error.ts';
import type { Invoker } from '../../core/invoker.ts';
import type { Operation } from '../../core/operation.ts';
import { Payload } from '../../core/payload.ts';
import { errorOfStatus } from '../../translators/grpc/status.ts';
import { type GrpcCallOptions, GrpcStatusError, type GrpcStream, type GrpcTransport } from './transport.ts';

/** `pick` chooses the channel for each call. */
export function createGrpcBackend(pick: () => GrpcTransport): Invoker {
  return async (call) => {
    const { operation } = call;
    const options = callOptions(call);
    try {
      if (operation.shape === 'unary' && call.input instanceof Payload) {
        const wire = checkSize(call.input.wire(), operation.limits.maxRequestBytes, requestTooLarge);
        const result = await pick().unary(`/${operation.method}`, wire, options);
        return {
          kind: 'unary',
          payload: replyPayload(result.message, operation),
          headers: result.headers,
          trailers: result.trailers,
        };
      }
      const stream = await pick().stream(`/${operation.method}`, requestBytes(call), options);
      return operation.shape === 'server_stream' || operation.shape === 'bidi_stream'
        ? streamReply(stream, call)
        : await singleReply(stream, call);
    } catch (error) {
      throw translate(error, call);
    }
  };
}

function callOptions(call: Call): GrpcCallOptions {
  return {
    metadata: call.metadata,
    // What is left now, not what the client asked for at first: time was spent on the way here.
    timeoutMs: call.deadlineAt === undefined ? undefined : Math.max(1, call.deadlineAt - performance.now()),
    signal: call.signal,
    maxReplyBytes: call.operation.limits.maxReplyBytes,
  };
}

function requestBytes(call: Call): Uint8Array | AsyncIterable<Uint8Array> {
  const { maxRequestBytes } = call.operation.limits;
  if (call.input instanceof Payload) {
    const wire = checkSize(call.input.wire(), maxRequestBytes, requestTooLarge);
    return call.operation.shape === 'server_stream' ? wire : once(wire);
  }
  return eachWire(call.input, maxRequestBytes);
}

async function* once(wire: Uint8Array): AsyncGenerator<Uint8Array> {
  yield wire;
}

async function* eachWire(messages: AsyncIterable<Payload>, limit: number): AsyncGenerator<Uint8Array> {
  for await (const message of messages) yield checkSize(message.wire(), limit, requestTooLarge);
}

function streamReply(stream: GrpcStream, call: Call): Reply {
  return {
    kind: 'stream',
    headers: stream.headers,
    messages: translated(stream.messages, call),
    trailers: stream.trailers,
  };
}

async function* translated(messages: AsyncIterable<Uint8Array>, call: Call): AsyncGenerator<Payload> {
  try {
    for await (const message of messages) yield replyPayload(message, call.operation);
  } catch (error) {
    throw translate(error, call);
  }
}

/** The one answer to a client stream. */
async function singleReply(stream: GrpcStream, call: Call): Promise<Reply> {
  let payload: Payload | undefined;
  for await (const message of stream.messages) {
    if (payload !== undefined) throw brokenProtocol('more than one message came where one was due');
    payload = replyPayload(message, call.operation);
  }
  if (payload === undefined) throw brokenProtocol('no message came where one was due');
  return { kind: 'unary', payload, headers: stream.headers, trailers: stream.trailers() };
}

function replyPayload(message: Uint8Array, operation: Operation): Payload {
  return Payload.fromWire(
    operation.output.codec,
    checkSize(message, operation.limits.maxReplyBytes, replyTooLarge),
  );
}

function checkSize(
  bytes: Uint8Array,
  limit: number,
  refuse: (size: number, limit: number) => Error,
): Uint8Array {
  if (bytes.length > limit) throw refuse(bytes.length, limit);
  return bytes;
}

function requestTooLarge(size: number, limit: number): GatewayError {
  return new GatewayError(
    'resource_exhausted',
    `the message has ${size} bytes; at most ${limit} are accepted`,
    {
      type: 'body-too-large',
    },
  );
}

function replyTooLarge(size: number, limit: number): GatewayError {
  return refusedReply(new Error(`${size} bytes, at most ${limit}`));
}

function refusedReply(cause: Error): GatewayError {
  return new GatewayError('internal', 'the upstream sent a larger message than this operation allows', {
    type: 'upstream-reply-too-large',
    source: 'upstream',
    cause,
  });
}

function brokenProtocol(what: string): GatewayError {
  return new GatewayError('internal', 'the upstream broke the protocol', {
    type: 'upstream-protocol',
    source: 'upstream',
    cause: new Error(what),
  });
}

/** Timers, the upstream's and the transport's among them, may run this much before the clock that we read. */
const EARLY_MS = 2;

function translate(error: unknown, call: Call): GatewayError {
  // Whoever aborted knows why: the deadline policy or the door whose client left.
  if (call.signal.aborted && call.signal.reason instanceof GatewayError) return call.signal.reason;
  if (call.deadlineAt !== undefined && performance.now() >= call.deadlineAt - EARLY_MS)
    return deadlineExceeded();
  if (error instanceof GrpcStatusError) {
    if (error.status.type === 'upstream-reply-too-large')
      return refusedReply(new Error(error.status.message));
    const { types, rest } = call.operation;
    return errorOfStatus(error.status, types, rest.exposeUpstreamErrors);
  }
  return GatewayError.from(error);
}
