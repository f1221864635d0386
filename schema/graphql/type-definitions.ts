// The graph as GraphQL type definitions: syntax nodes as data. Names and comments come from strangers, so no
// SDL text is ever put together from them.
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  type NamedTypeNode,
  type NameNode,
  print,
  type StringValueNode,
  type TypeNode,
} from 'graphql';
import type { Graph, GraphType, InputField, OutputField, RootField, TypeRef } from '../../core/graph.ts';
import { SPECIFIED_BY } from './scalar-types.ts';

/** A block string has no escapes for these. */
const CONTROL_CHARACTER = /[^\P{Cc}\n\t]/u;

/** GraphQL asks for a Query with a field; this one stands in when nothing can be read. */
const EMPTY_QUERY: FieldDefinitionNode = {
  kind: Kind.FIELD_DEFINITION,
  name: nameNode('_empty'),
  description: textNode('Always null: nothing that is registered can be queried.'),
  type: namedTypeNode('Boolean'),
};

/** Valid also for a graph of nothing. Definitions stand in one order: root types, then types by name. */
export function typeDefinitions(graph: Graph): DocumentNode {
  const queries = graph.queries.map(rootFieldNode);
  const definitions: DefinitionNode[] = [
    rootTypeNode('Query', queries.length === 0 ? [EMPTY_QUERY] : queries),
  ];
  if (graph.mutations.length > 0)
    definitions.push(rootTypeNode('Mutation', graph.mutations.map(rootFieldNode)));
  if (graph.subscriptions.length > 0) {
    definitions.push(rootTypeNode('Subscription', graph.subscriptions.map(rootFieldNode)));
  }
  for (const type of graph.types.values()) definitions.push(typeNode(type));
  return { kind: Kind.DOCUMENT, definitions };
}

/** The schema in GraphQL's schema definition language, ending in a line break. */
export function printSdl(graph: Graph): string {
  return `${print(typeDefinitions(graph))}\n`;
}

function rootTypeNode(name: string, fields: readonly FieldDefinitionNode[]): DefinitionNode {
  return { kind: Kind.OBJECT_TYPE_DEFINITION, name: nameNode(name), fields };
}

function rootFieldNode(field: RootField): FieldDefinitionNode {
  return {
    kind: Kind.FIELD_DEFINITION,
    name: nameNode(field.name),
    arguments: field.arguments.map(inputFieldNode),
    type: typeRefNode(field.type),
    directives: deprecated(field.deprecation),
    ...described(field.description),
  };
}

function typeNode(type: GraphType): DefinitionNode {
  const head = { name: nameNode(type.name), ...described(type.description) };
  switch (type.kind) {
    case 'object':
      return { kind: Kind.OBJECT_TYPE_DEFINITION, ...head, fields: type.fields.map(outputFieldNode) };
    case 'input':
      return {
        kind: Kind.INPUT_OBJECT_TYPE_DEFINITION,
        ...head,
        directives: type.isOneOf ? [{ kind: Kind.DIRECTIVE, name: nameNode('oneOf') }] : [],
        fields: type.fields.map(inputFieldNode),
      };
    case 'enum':
      return {
        kind: Kind.ENUM_TYPE_DEFINITION,
        ...head,
        values: type.values.map((value) => ({
          kind: Kind.ENUM_VALUE_DEFINITION,
          name: nameNode(value.name),
          directives: deprecated(value.deprecation),
          ...described(value.description),
        })),
      };
    case 'union':
      return { kind: Kind.UNION_TYPE_DEFINITION, ...head, types: type.members.map(namedTypeNode) };
    case 'scalar':
      return {
        kind: Kind.SCALAR_TYPE_DEFINITION,
        ...head,
        directives: [directive('specifiedBy', 'url', SPECIFIED_BY[type.name])],
      };
  }
}

function outputFieldNode(field: OutputField): FieldDefinitionNode {
  return {
    kind: Kind.FIELD_DEFINITION,
    name: nameNode(field.name),
    ...(field.arguments !== undefined && { arguments: field.arguments.map(inputFieldNode) }),
    type: typeRefNode(field.type),
    directives: deprecated(field.deprecation),
    ...described(field.description),
  };
}

function inputFieldNode(field: InputField): InputValueDefinitionNode {
  return {
    kind: Kind.INPUT_VALUE_DEFINITION,
    name: nameNode(field.name),
    type: typeRefNode(field.type),
    directives: deprecated(field.deprecation),
    ...described(field.description),
  };
}

function typeRefNode(type: TypeRef): TypeNode {
  const node =
    'list' in type
      ? ({ kind: Kind.LIST_TYPE, type: typeRefNode(type.list) } as const)
      : namedTypeNode(type.name);
  return type.isRequired ? { kind: Kind.NON_NULL_TYPE, type: node } : node;
}

function deprecated(reason: string | undefined): ConstDirectiveNode[] {
  return reason === undefined ? [] : [directive('deprecated', 'reason', reason)];
}

function directive(name: string, argument: string, value: string): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: nameNode(name),
    arguments: [{ kind: Kind.ARGUMENT, name: nameNode(argument), value: { kind: Kind.STRING, value } }],
  };
}

function described(description: string): { description?: StringValueNode } {
  return description === '' ? {} : { description: textNode(description) };
}

function textNode(value: string): StringValueNode {
  return { kind: Kind.STRING, value, block: !CONTROL_CHARACTER.test(value) };
}

function namedTypeNode(name: string): NamedTypeNode {
  return { kind: Kind.NAMED_TYPE, name: nameNode(name) };
}

function nameNode(value: string): NameNode {
  return { kind: Kind.NAME, value };
}
