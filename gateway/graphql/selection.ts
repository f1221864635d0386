// Which fields of a reply a document asks for, so that the others are never decoded. Read from the selection once per
// field of a document; documents are kept, and so is what is made of them.
import { type FieldNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import type { Codec, Projection, Projector } from '../../core/codec.ts';
import type { FieldSource, Graph, OutputField, ValueShape } from '../../core/graph.ts';

type Fragments = Readonly<Record<string, FragmentDefinitionNode | undefined>>;

export interface SelectionReader {
  /** How to decode a reply for what these nodes of one response field select. Undefined: decode all of it. */
  projector(
    codec: Codec,
    result: ValueShape,
    nodes: readonly FieldNode[],
    fragments: Fragments,
  ): Projector | undefined;
}

export function createSelectionReader(graph: Graph): SelectionReader {
  /** A field that stands once in the document selects the same each time, whatever its variables. */
  const known = new WeakMap<FieldNode, Projector>();
  return {
    projector(codec, result, nodes, fragments) {
      const [first] = nodes;
      if (result.kind !== 'message' || first === undefined) return undefined;
      const isAlone = nodes.length === 1;
      const made = isAlone ? known.get(first) : undefined;
      if (made !== undefined) return made;
      const sets = nodes.flatMap((node) => node.selectionSet ?? []);
      const projector = codec.projector(project(graph, result.type, sets, fragments));
      if (isAlone) known.set(first, projector);
      return projector;
    },
  };
}

function project(
  graph: Graph,
  typeName: string,
  sets: readonly SelectionSetNode[],
  fragments: Fragments,
): Projection {
  const type = graph.types.get(typeName);
  const outputs = new Map<string, OutputField>();
  if (type?.kind === 'object') for (const field of type.fields) outputs.set(field.name, field);
  const fields = new Map<string, Projection | undefined>();
  for (const [name, nested] of selectedFields(sets, fragments)) {
    const field = outputs.get(name);
    if (field === undefined) continue;
    for (const [path, part] of wantedOf(graph, field.source, nested, fragments)) fields.set(path, part);
  }
  return { fields };
}

/** Field name → the selection sets of all its nodes. `@skip` and `@include` are not heeded: more is decoded, never less. */
function selectedFields(
  sets: readonly SelectionSetNode[],
  fragments: Fragments,
): ReadonlyMap<string, SelectionSetNode[]> {
  const fields = new Map<string, SelectionSetNode[]>();
  const visited = new Set<string>();
  const visit = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
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

/** Proto field name and what is wanted of it. Maps and oneofs are wanted whole. */
function wantedOf(
  graph: Graph,
  source: FieldSource,
  sets: readonly SelectionSetNode[],
  fragments: Fragments,
): [string, Projection | undefined][] {
  switch (source.kind) {
    case 'none':
      return [];
    case 'single':
      return [[source.path, partOf(graph, source.value, sets, fragments)]];
    case 'list':
      return [[source.path, partOf(graph, source.item, sets, fragments)]];
    case 'map':
      return [[source.path, undefined]];
    case 'oneof':
      return source.members.map(({ path }) => [path, undefined]);
    case 'join':
      return source.join.keys.flatMap(({ parent: { path } }) =>
        path.slice(0, 1).map((name) => [name, undefined]),
      );
  }
}

function partOf(
  graph: Graph,
  shape: ValueShape,
  sets: readonly SelectionSetNode[],
  fragments: Fragments,
): Projection | undefined {
  return shape.kind === 'message' ? project(graph, shape.type, sets, fragments) : undefined;
}
