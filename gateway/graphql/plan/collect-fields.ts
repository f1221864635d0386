// The fields that selection sets ask of one object type, in the order of the response: the specification's
// CollectFields, done once per plan instead of once per value.
import { type FieldNode, Kind, type SelectionSetNode } from 'graphql';
import type { Graph } from '../../../core/graph.ts';
import { type ConditionValues, type Fragments, isSelected } from './conditions.ts';

/** Response name → the nodes that ask for it, merged. The first decides the arguments. */
export type CollectedFields = ReadonlyMap<string, readonly [FieldNode, ...FieldNode[]]>;

export interface CollectContext {
  readonly graph: Graph;
  readonly fragments: Fragments;
  readonly conditions: ConditionValues;
}

export function collectFields(
  { graph, fragments, conditions }: CollectContext,
  typeName: string,
  sets: readonly SelectionSetNode[],
): CollectedFields {
  const fields = new Map<string, [FieldNode, ...FieldNode[]]>();
  const visited = new Set<string>();
  const visit = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (!isSelected(selection.directives, conditions)) continue;
      switch (selection.kind) {
        case Kind.FIELD: {
          const name = (selection.alias ?? selection.name).value;
          const known = fields.get(name);
          if (known === undefined) fields.set(name, [selection]);
          else known.push(selection);
          break;
        }
        case Kind.INLINE_FRAGMENT:
          if (applies(graph, selection.typeCondition?.name.value, typeName)) visit(selection.selectionSet);
          break;
        case Kind.FRAGMENT_SPREAD: {
          const fragment = fragments.get(selection.name.value);
          if (fragment === undefined || visited.has(selection.name.value)) break;
          if (!applies(graph, fragment.typeCondition.name.value, typeName)) break;
          visited.add(selection.name.value);
          visit(fragment.selectionSet);
        }
      }
    }
  };
  for (const set of sets) visit(set);
  return fields;
}

/** The selection sets of one field's nodes. */
export function selectionSets(nodes: readonly FieldNode[]): SelectionSetNode[] {
  return nodes.flatMap((node) => node.selectionSet ?? []);
}

function applies(graph: Graph, condition: string | undefined, typeName: string): boolean {
  if (condition === undefined || condition === typeName) return true;
  const type = graph.types.get(condition);
  return type?.kind === 'union' && type.members.includes(typeName);
}
