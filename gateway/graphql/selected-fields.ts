// The fields that selection sets name, through fragments, with or without heed of `@skip` and `@include`.
import {
  type DirectiveNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

type Fragments = Readonly<Record<string, FragmentDefinitionNode | undefined>>;

/** The variables of an execution, as graphql-js has coerced them. */
export interface Conditions {
  readonly coerced: Readonly<Record<string, unknown>>;
}

/** Field name → the selection sets of all its nodes. Without conditions every field counts. */
export function selectedFields(
  sets: readonly SelectionSetNode[],
  fragments: Fragments,
  conditions?: Conditions,
): ReadonlyMap<string, SelectionSetNode[]> {
  const fields = new Map<string, SelectionSetNode[]>();
  const visited = new Set<string>();
  const visit = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (conditions !== undefined && !isIncluded(selection, conditions)) continue;
      if (selection.kind === Kind.FIELD) {
        const known = fields.get(selection.name.value) ?? [];
        if (selection.selectionSet !== undefined) known.push(selection.selectionSet);
        fields.set(selection.name.value, known);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        visit(selection.selectionSet);
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = fragments[selection.name.value];
        if (fragment !== undefined) visit(fragment.selectionSet);
      }
    }
  };
  for (const set of sets) visit(set);
  return fields;
}

/** Whether anything below says `@skip` or `@include`. */
export function hasConditions(sets: readonly SelectionSetNode[], fragments: Fragments): boolean {
  const visited = new Set<string>();
  const isConditional = (set: SelectionSetNode): boolean =>
    set.selections.some((selection) => {
      if (selection.directives?.some(isCondition) === true) return true;
      if (selection.kind !== Kind.FRAGMENT_SPREAD) {
        return selection.selectionSet !== undefined && isConditional(selection.selectionSet);
      }
      if (visited.has(selection.name.value)) return false;
      visited.add(selection.name.value);
      const fragment = fragments[selection.name.value];
      return fragment !== undefined && isConditional(fragment.selectionSet);
    });
  return sets.some(isConditional);
}

function isCondition({ name }: DirectiveNode): boolean {
  return name.value === 'skip' || name.value === 'include';
}

/** What cannot be decided counts as included. */
function isIncluded(selection: SelectionNode, { coerced }: Conditions): boolean {
  return (selection.directives ?? []).every((directive) => {
    const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
    const holds =
      value?.kind === Kind.BOOLEAN
        ? value.value
        : value?.kind === Kind.VARIABLE && Object.hasOwn(coerced, value.name.value)
          ? coerced[value.name.value]
          : undefined;
    if (directive.name.value === 'skip') return holds !== true;
    return directive.name.value !== 'include' || holds !== false;
  });
}
