// One operation of a document under one combination of its conditions: its root fields, ready to run.
import { type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import { collectFields } from './collect-fields.ts';
import { compileRoot } from './compile-root.ts';
import type { CompileContext } from './compile-selection.ts';
import type { ConditionValues, Fragments } from './conditions.ts';
import { FieldBudget, Uncovered } from './field-budget.ts';
import type { PlanningContext } from './planning-context.ts';
import type { RootPlan } from './root-plan.ts';

export interface OperationPlan {
  /** Mutations: one root field after the other. */
  readonly isSerial: boolean;
  /** Of a subscription one, which has a call. */
  readonly roots: readonly RootPlan[];
}

/**
 * Undefined if the operation has something in it that plans do not cover. The document has been validated.
 * `only`: of these root fields.
 */
export function planOperation(
  operation: OperationDefinitionNode,
  fragments: Fragments,
  conditions: ConditionValues,
  planning: PlanningContext,
  only?: { has(fieldName: string): boolean },
): OperationPlan | undefined {
  const { graph, schema, writer, joinedValue } = planning;
  const type = schema.getRootType(operation.operation);
  if (!type) return undefined;
  const context: CompileContext = {
    graph,
    schema,
    writer,
    joinedValue,
    fragments,
    conditions,
    budget: new FieldBudget(),
  };
  try {
    const selected = collectFields(context, type.name, [operation.selectionSet]);
    const fieldNames = [...selected.values()].map(([node]) => node.name.value);
    const wanted = [...selected].filter(([, [node]]) => only === undefined || only.has(node.name.value));
    const roots = wanted.map(([name, nodes], index): RootPlan => {
      context.budget.take();
      const lead = `${index === 0 ? '' : ','}${JSON.stringify(name)}:`;
      return { name, lead, nodes, ...compileRoot({ type, nodes, fieldNames }, context, planning) };
    });
    if (operation.operation === OperationTypeNode.SUBSCRIPTION && !isOneCall(roots)) return undefined;
    return { isSerial: operation.operation === OperationTypeNode.MUTATION, roots };
  } catch (error) {
    if (error instanceof Uncovered) return undefined;
    throw error;
  }
}

function isOneCall(roots: readonly RootPlan[]): boolean {
  return roots.length === 1 && roots[0]?.call !== undefined;
}
