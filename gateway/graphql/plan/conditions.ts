// What `@skip` and `@include` depend on. With the values of those variables settled, an operation selects one fixed
// set of fields; so each combination has a plan of its own, and no plan looks at a condition while it runs.
import {
  type ArgumentNode,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type VariableNode,
} from 'graphql';
import { INCLUDE_DEPRECATED, INTROSPECTION_FIELDS } from '../introspection/meta-fields.ts';

/** By name of the variable. */
export type ConditionValues = ReadonlyMap<string, boolean>;
export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

export interface OperationConditions {
  /** Names of the variables that decide what is selected; undefined if a directive is there that plans do not know. */
  readonly variables: readonly string[] | undefined;
  /** Whether anything is asked of the schema itself. */
  readonly introspects: boolean;
}

export function operationConditions(
  operation: OperationDefinitionNode,
  fragments: Fragments,
): OperationConditions {
  const names = new Set<string>();
  const visited = new Set<string>();
  let introspects = false;
  /** Whether what is below the field is the schema itself. */
  const lookAt = ({ name, arguments: given }: FieldNode, asksSchema: boolean): boolean => {
    if (asksSchema) for (const value of deprecationChoices(given)) names.add(value.name.value);
    const asksNow = asksSchema || INTROSPECTION_FIELDS.has(name.value);
    introspects ||= asksNow;
    return asksNow;
  };
  let isKnown =
    hasNone(operation.directives) && operation.variableDefinitions?.every(hasNoDirectives) !== false;
  const look = (directives: readonly DirectiveNode[] = []): void => {
    for (const { name, arguments: given } of directives) {
      if (name.value !== 'skip' && name.value !== 'include') isKnown = false;
      const value = given?.[0]?.value;
      if (value?.kind === Kind.VARIABLE) names.add(value.name.value);
    }
  };
  const visit = (set: SelectionSetNode | undefined, asksSchema: boolean): void => {
    for (const selection of set?.selections ?? []) {
      look(selection.directives);
      if (selection.kind === Kind.FIELD) {
        visit(selection.selectionSet, lookAt(selection, asksSchema));
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        visit(selection.selectionSet, asksSchema);
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (!hasNone(fragment?.directives)) isKnown = false;
        visit(fragment?.selectionSet, asksSchema);
      }
    }
  };
  visit(operation.selectionSet, false);
  return { variables: isKnown ? [...names] : undefined, introspects };
}

/** Fields of introspection have one argument; whether what is deprecated is there, is a choice like the others. */
function deprecationChoices(given: readonly ArgumentNode[] = []): VariableNode[] {
  return given.flatMap(({ name, value }) =>
    name.value === INCLUDE_DEPRECATED && value.kind === Kind.VARIABLE ? [value] : [],
  );
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
