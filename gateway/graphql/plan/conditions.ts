// What `@skip` and `@include` depend on. With the values of those variables settled, an operation selects one fixed
// set of fields; so each combination has a plan of its own, and no plan looks at a condition while it runs.
import {
  type DirectiveNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** By name of the variable. */
export type ConditionValues = ReadonlyMap<string, boolean>;
export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** Names of the variables that decide what is selected; undefined if a directive is there that plans do not know. */
export function conditionVariables(
  operation: OperationDefinitionNode,
  fragments: Fragments,
): readonly string[] | undefined {
  const names = new Set<string>();
  const visited = new Set<string>();
  let isKnown =
    hasNone(operation.directives) && operation.variableDefinitions?.every(hasNoDirectives) !== false;
  const look = (directives: readonly DirectiveNode[] = []): void => {
    for (const { name, arguments: given } of directives) {
      if (name.value !== 'skip' && name.value !== 'include') isKnown = false;
      const value = given?.[0]?.value;
      if (value?.kind === Kind.VARIABLE) names.add(value.name.value);
    }
  };
  const visit = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) {
      look(selection.directives);
      if (selection.kind !== Kind.FRAGMENT_SPREAD) {
        visit(selection.selectionSet);
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (!hasNone(fragment?.directives)) isKnown = false;
        visit(fragment?.selectionSet);
      }
    }
  };
  visit(operation.selectionSet);
  return isKnown ? [...names] : undefined;
}

function hasNoDirectives({
  directives,
}: {
  readonly directives?: readonly DirectiveNode[] | undefined;
}): boolean {
  return hasNone(directives);
}

function hasNone(directives: readonly DirectiveNode[] | undefined): boolean {
  return directives === undefined || directives.length === 0;
}

/** Undefined if one of them is no boolean: graphql-js words that error. */
export function readConditions(
  names: readonly string[],
  coerced: Readonly<Record<string, unknown>>,
): ConditionValues | undefined {
  const values = new Map<string, boolean>();
  for (const name of names) {
    const value = coerced[name];
    if (typeof value !== 'boolean') return undefined;
    values.set(name, value);
  }
  return values;
}

/** Tells the combinations of one operation apart. */
export function conditionKey(values: ConditionValues): string {
  let key = '';
  for (const value of values.values()) key += value ? '+' : '-';
  return key;
}

/** Whether a node with these directives is selected. */
export function isSelected(
  directives: readonly DirectiveNode[] | undefined,
  values: ConditionValues,
): boolean {
  if (directives === undefined) return true;
  return directives.every(({ name, arguments: given }) => {
    const isWanted = name.value === 'include';
    const value = given?.[0]?.value;
    if (value?.kind === Kind.BOOLEAN) return value.value === isWanted;
    return value?.kind === Kind.VARIABLE && values.get(value.name.value) === isWanted;
  });
}
