// What calling an operation does, by its method: RFC 9110 §9.2.1 and §9.2.2.
import type { Effect } from '../../core/operation.ts';

const READS = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY']);
const IDEMPOTENT = new Set(['PUT', 'DELETE']);

export function effectOfMethod(method: string): { readonly effect: Effect; readonly reason: string } {
  const reason = `its method is ${method}`;
  if (READS.has(method)) return { effect: 'read', reason };
  return { effect: IDEMPOTENT.has(method) ? 'idempotent' : 'write', reason };
}
