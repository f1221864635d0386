// Operations of HTTP services that have a document, and so a place in the graph.
import type { HttpDocument, HttpOperation } from '../../../core/http-operation.ts';
import type { Operation } from '../../../core/operation.ts';

/** An operation that a document describes. */
export type DescribedOperation = Operation & {
  readonly http: HttpOperation & { readonly document: HttpDocument };
};

export function isDescribed(operation: Operation): operation is DescribedOperation {
  return operation.http?.document !== undefined;
}
