// Path variables as a tree: those that lead into one message are written into one record of it. Readers may merge
// several records of a message, and some replace the earlier with the later instead.
import { appendLeaf, appendMessage } from '../json/fast/json-to-wire.ts';
import type { FieldPlan } from '../json/fast/message-plan.ts';

/** A field that variables fill, or lead through. */
export interface BoundField {
  readonly field: FieldPlan;
  /** Ordinals of the variables that end here. */
  readonly variables: readonly number[];
  readonly inner: readonly BoundField[];
}

interface Variable {
  readonly path: readonly FieldPlan[];
  readonly index: number;
}

/** In the order of the variables. */
export function boundFields(paths: readonly (readonly FieldPlan[])[]): BoundField[] {
  return treeOf(paths.map((path, index) => ({ path, index })));
}

function treeOf(variables: readonly Variable[]): BoundField[] {
  const bound: BoundField[] = [];
  for (const [field, those] of Map.groupBy(variables, ({ path: [first] }) => first)) {
    if (field === undefined) continue;
    const ending = those.filter(({ path }) => path.length === 1);
    const passing = those.filter(({ path }) => path.length > 1);
    bound.push({
      field,
      variables: ending.map(({ index }) => index),
      inner: treeOf(passing.map(({ path, index }) => ({ path: path.slice(1), index }))),
    });
  }
  return bound;
}

/** Within `writeWire`: the fields, each message once. */
export function appendBound(bound: readonly BoundField[], values: readonly string[]): void {
  for (const { field, variables, inner } of bound) {
    for (const index of variables) appendLeaf(field, values[index] ?? '');
    if (inner.length > 0) appendMessage(field, () => appendBound(inner, values));
  }
}
