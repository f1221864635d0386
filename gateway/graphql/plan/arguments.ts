// The arguments of a field, coerced by graphql-js: once where no variable is among them, else per request.
import {
  type ArgumentNode,
  type FieldNode,
  type GraphQLField,
  getArgumentValues,
  Kind,
  type ObjectFieldNode,
  type ValueNode,
  type VariableValues,
} from 'graphql';
import type { Arguments } from '../../../translators/graphql/read.ts';

export const NO_VARIABLES: VariableValues = Object.freeze({
  sources: Object.freeze({}),
  coerced: Object.freeze({}),
});

/** The reader throws the GraphQLError of an argument that its variable leaves without a fitting value. */
export function argumentsReader(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
): (variables: VariableValues) => Arguments {
  const read = (variables: VariableValues): Arguments =>
    getArgumentValues(field, node, variables, undefined, true);
  if (hasVariables(node.arguments)) return read;
  const given = read(NO_VARIABLES);
  return () => given;
}

export function hasVariables(nodes: readonly (ArgumentNode | ObjectFieldNode)[] | undefined): boolean {
  return nodes?.some(({ value }) => isVariable(value)) === true;
}

function isVariable(value: ValueNode): boolean {
  switch (value.kind) {
    case Kind.VARIABLE:
      return true;
    case Kind.LIST:
      return value.values.some(isVariable);
    case Kind.OBJECT:
      return hasVariables(value.fields);
    default:
      return false;
  }
}
