// What one service shows of the graph: its root fields and all types that can be reached from them.
import type { Graph, GraphType, InputField, OutputField, RootField, TypeRef } from '../../core/graph.ts';

export function partOfGraph(graph: Graph, service: string): Graph {
  const isOwn = ({ operation }: RootField): boolean => operation.service === service;
  const queries = graph.queries.filter(isOwn);
  const mutations = graph.mutations.filter(isOwn);
  const subscriptions = graph.subscriptions.filter(isOwn);
  const names = new Set([...queries, ...mutations, ...subscriptions].flatMap(namesOfField));
  // A Set may grow while it is iterated; what is added is visited.
  for (const name of names) {
    const type = graph.types.get(name);
    for (const used of type === undefined ? [] : namesOfType(type)) names.add(used);
  }
  const types = new Map([...graph.types].filter(([name]) => names.has(name)));
  return { types, queries, mutations, subscriptions };
}

function namesOfType(type: GraphType): string[] {
  switch (type.kind) {
    case 'object':
    case 'input':
      return type.fields.flatMap(namesOfField);
    case 'union':
      return [...type.members];
    case 'enum':
    case 'scalar':
      return [];
  }
}

function namesOfField(field: RootField | OutputField | InputField): string[] {
  const given = 'arguments' in field ? (field.arguments ?? []) : [];
  return [nameOf(field.type), ...given.map(({ type }) => nameOf(type))];
}

function nameOf(type: TypeRef): string {
  return 'list' in type ? nameOf(type.list) : type.name;
}
