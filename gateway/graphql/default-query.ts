// A first query for GraphiQL that works as it stands: something that needs no arguments, with a few of its fields.
import { type FieldNode, Kind, OperationTypeNode, print, type SelectionSetNode } from 'graphql';
import type { Graph, ObjectType, OutputField, RootField, TypeRef } from '../../core/graph.ts';

const GREETING = `# Everything that is registered with the gateway, in one graph.
# Ctrl-Space completes, Ctrl-Enter runs; the documentation is behind the book on the left.
`;

/** Fields shown per object. */
const MAX_LEAVES = 4;

export function defaultQuery(graph: Graph): string {
  const root =
    graph.queries.find((field) => isFree(field) && isList(field, graph)) ?? graph.queries.find(isFree);
  const field =
    root === undefined
      ? ({ kind: Kind.FIELD, name: nameNode('__typename') } as const)
      : rootNode(root, graph);
  const query = print({
    kind: Kind.OPERATION_DEFINITION,
    operation: OperationTypeNode.QUERY,
    selectionSet: { kind: Kind.SELECTION_SET, selections: [field] },
  });
  return `${GREETING}${query}\n`;
}

function isFree(field: RootField): boolean {
  return field.arguments.every((argument) => !argument.type.isRequired);
}

function isList(field: RootField, graph: Graph): boolean {
  return objectOf(field.type, graph)?.fields.some((inner) => 'list' in inner.type) === true;
}

function rootNode(field: RootField, graph: Graph): FieldNode {
  const object = objectOf(field.type, graph);
  const small = field.arguments.some((argument) => argument.name === 'pageSize');
  return {
    kind: Kind.FIELD,
    name: nameNode(field.name),
    ...(small && {
      arguments: [{ kind: Kind.ARGUMENT, name: nameNode('pageSize'), value: { kind: Kind.INT, value: '5' } }],
    }),
    ...(object && { selectionSet: selectionOf(object, graph, true) }),
  };
}

function selectionOf(object: ObjectType, graph: Graph, goesDeeper: boolean): SelectionSetNode {
  const leaves = object.fields.filter((field) => isLeaf(field, graph)).slice(0, MAX_LEAVES);
  const list = goesDeeper
    ? object.fields.find((field) => 'list' in field.type && objectOf(field.type, graph))
    : undefined;
  const inner = list && objectOf(list.type, graph);
  const selections: FieldNode[] = leaves.map((field) => ({ kind: Kind.FIELD, name: nameNode(field.name) }));
  if (list !== undefined && inner !== undefined) {
    selections.unshift({
      kind: Kind.FIELD,
      name: nameNode(list.name),
      selectionSet: selectionOf(inner, graph, false),
    });
  }
  if (selections.length === 0) selections.push({ kind: Kind.FIELD, name: nameNode('__typename') });
  return { kind: Kind.SELECTION_SET, selections };
}

function isLeaf(field: OutputField, graph: Graph): boolean {
  const type = graph.types.get(namedType(field.type));
  return type === undefined || type.kind === 'scalar' || type.kind === 'enum';
}

function objectOf(type: TypeRef, graph: Graph): ObjectType | undefined {
  const named = graph.types.get(namedType(type));
  return named?.kind === 'object' ? named : undefined;
}

function namedType(type: TypeRef): string {
  return 'list' in type ? namedType(type.list) : type.name;
}

function nameNode(value: string): { readonly kind: typeof Kind.NAME; readonly value: string } {
  return { kind: Kind.NAME, value };
}
