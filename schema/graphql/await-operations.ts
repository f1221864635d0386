// Long-running operations as subscriptions: an operation is asked for until it is done (AIP-151; graphql reference,
// section 3.5, option `awaitOperations`).
import type { Poll } from '../../core/graph.ts';
import type { Operation } from '../../core/operation.ts';

const GET = 'google.longrunning.Operations/GetOperation';
const WAIT = 'google.longrunning.Operations/WaitOperation';

/** How the operation is asked for again and again; undefined for any other, and where one that waits is there. */
export function pollOf({ method }: Operation, operations: readonly Operation[]): Poll | undefined {
  const waits = operations.some((other) => other.method === WAIT);
  if (method === WAIT) return { patience: 'timeout' };
  return method === GET && !waits ? { patience: undefined } : undefined;
}

/** The same subscription, whichever of the two answers it. */
export const AWAIT_FIELD = 'awaitOperation';
