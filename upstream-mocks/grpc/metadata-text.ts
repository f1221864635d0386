// What a call brought along, as text for people and tests.
import type { Metadata, ServerUnaryCall } from '@grpc/grpc-js';

/** All values by name; those of `-bin` names as base64. */
export function metadataText(metadata: Metadata): Record<string, string[]> {
  const names = Object.keys(metadata.getMap());
  return Object.fromEntries(
    names.map((name) => [
      name,
      metadata.get(name).map((value) => (typeof value === 'string' ? value : value.toString('base64'))),
    ]),
  );
}

/** Milliseconds that a call has left; null if it brought no deadline. */
export function timeoutOf(call: Pick<ServerUnaryCall<unknown, unknown>, 'getDeadline'>): number | null {
  const deadline = Number(call.getDeadline());
  return Number.isFinite(deadline) ? deadline - Date.now() : null;
}
