// Answers calls of operations whose upstream speaks HTTP: a request of a client is passed on and its answer handed back
// as it comes; a message of another door is written as a request first.
import { Readable } from 'node:stream';
import type { Call, Reply } from '../../core/call.ts';
import { GatewayError } from '../../core/error.ts';
import type { HttpRequest } from '../../core/http-message.ts';
import type { Invoker } from '../../core/invoker.ts';
import type { Operation } from '../../core/operation.ts';
import { withCredentials, withoutCredentials } from '../../translators/http/gateway-credentials.ts';
import { passedHeaders } from '../../translators/http/response-headers.ts';
import { passedTrailers } from '../../translators/http/trailer-fields.ts';
import type { ExchangeRequest } from './http-transport.ts';
import type { Send } from './several-targets.ts';
import { callWithValue } from './value-call.ts';

/** Longest silence within a body that is no event stream. */
const BODY_IDLE_MS = 60_000;

/** RFC 9110 §9.2.2. Of much that is passed on nothing else is known. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** `send` chooses the target for each call. */
export function createHttpBackend(send: Send): Invoker {
  return (call) => {
    if (call.http !== undefined) return passOn(send, call, call.http);
    const { http, effect } = call.operation;
    if (http === undefined) throw new GatewayError('internal', 'the operation is none of an HTTP upstream');
    return callWithValue(call, http, (request) => send(exchangeOf(call, request, effect !== 'write')));
  };
}

async function passOn(send: Send, call: Call, http: HttpRequest): Promise<Reply> {
  const { operation } = call;
  const { status, headers, body, trailers, upgraded } = await send(
    exchangeOf(call, http, isHarmless(operation, http.method)),
  );
  return {
    kind: 'http',
    status,
    headers: passedHeaders(withoutCredentials(headers, operation), status, operation),
    body,
    trailers: () => passedTrailers(trailers()),
    ...(upgraded !== undefined && { upgraded }),
  };
}

/** To do it twice. What shares its path may be another operation than it is called by. */
function isHarmless({ http, bindings, effect }: Operation, method: string): boolean {
  if (http?.document === undefined) return IDEMPOTENT.has(method);
  return effect !== 'write' && (IDEMPOTENT.has(method) || !bindings.some(({ sharesPath }) => sharesPath));
}

function exchangeOf({ operation, signal }: Call, http: HttpRequest, isHarmless: boolean): ExchangeRequest {
  const { method, body, contentLength, onContinue, onInformation, upgrade } = http;
  const { target, headers, trailers } = withCredentials(http, operation);
  const isReplayable = !(body instanceof Readable);
  return {
    method,
    target,
    headers,
    body,
    contentLength,
    trailers,
    signal,
    idleMs: operation.shape === 'unary' ? BODY_IDLE_MS : operation.limits.streamIdleMs,
    isRepeatable: isHarmless && isReplayable,
    // A stream can be read only once.
    isReplayable,
    onContinue,
    onInformation,
    upgrade,
  };
}
