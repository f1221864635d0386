// The one key by which calls are merged, batched and cached, for all doors (graphql reference, section 7).
// Compared by content, never by a hash, so that two calls share an answer only if they are the same call.
import type { Caller } from './call.ts';
import type { Metadata } from './metadata.ts';
import type { Operation } from './operation.ts';
import type { Payload } from './payload.ts';

export interface KeyedCall {
  readonly operation: Operation;
  readonly caller: Caller;
  readonly input: Payload;
  readonly metadata: Metadata;
}

/** These name the request, not what it asks for; with them no two requests would ever share an answer. */
const REQUEST_IDENTITY: ReadonlySet<string> = new Set(['x-request-id', 'traceparent', 'tracestate']);

/**
 * Equal keys mean: the same operation of the same upstream, the same message, for callers that may share answers,
 * with the same metadata. A JSON tuple, since parts that are merely joined can be shifted into each other.
 * @throws GatewayError `invalid_argument` if the input is no such message.
 */
export function callKey({ operation, caller, input, metadata }: KeyedCall): string {
  const told: string[][] = [];
  for (const [name, value] of metadata) {
    if (REQUEST_IDENTITY.has(name)) continue;
    told.push(typeof value === 'string' ? [name, value] : [name, base64(value), 'bytes']);
  }
  return `[${calledText(operation)},${JSON.stringify([caller.partition, base64(input.wire()), told])}]`;
}

const calledTexts = new WeakMap<Operation, string>();

function calledText(operation: Operation): string {
  let text = calledTexts.get(operation);
  if (text === undefined) {
    text = JSON.stringify([operation.id, operation.upstream.targets.map((target) => target.url)]);
    calledTexts.set(operation, text);
  }
  return text;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
