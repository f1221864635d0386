// Fields of a graph by name, made as they are asked for: a schema may have thousands.
import type { Graph, OutputField, RootField } from '../../core/graph.ts';

export interface FieldIndex {
  readonly roots: ReadonlyMap<string, ReadonlyMap<string, RootField>>;
  fieldOf(type: string, name: string): OutputField | undefined;
  /** Of a union; empty for any other type. */
  membersOf(type: string): readonly string[];
}

const indices = new WeakMap<Graph, FieldIndex>();

/** One for each graph; it goes when the graph goes. */
export function indexOf(graph: Graph): FieldIndex {
  const known = indices.get(graph);
  if (known !== undefined) return known;
  const byName = (roots: readonly RootField[]) => new Map(roots.map((root) => [root.name, root]));
  const fields = new Map<string, ReadonlyMap<string, OutputField>>();
  const index: FieldIndex = {
    roots: new Map([
      ['query', byName(graph.queries)],
      ['mutation', byName(graph.mutations)],
      ['subscription', byName(graph.subscriptions)],
    ]),
    fieldOf(typeName, name) {
      let byField = fields.get(typeName);
      if (byField === undefined) {
        const type = graph.types.get(typeName);
        byField = new Map(type?.kind === 'object' ? type.fields.map((field) => [field.name, field]) : []);
        fields.set(typeName, byField);
      }
      return byField.get(name);
    },
    membersOf(typeName) {
      const type = graph.types.get(typeName);
      return type?.kind === 'union' ? type.members : [];
    },
  };
  indices.set(graph, index);
  return index;
}
