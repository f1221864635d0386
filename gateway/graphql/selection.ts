// Which fields of a reply a document asks for, so that the others are never decoded, nor sent where a mask can say so.
// Read from the selection once per field of a document; documents are kept, and so is what is made of them.
import type { FieldNode, FragmentDefinitionNode, SelectionSetNode } from 'graphql';
import type { Codec, Projector } from '../../core/codec.ts';
import type { FieldSource, Graph, OutputField, ValueShape } from '../../core/graph.ts';
import { addField, projectionBelow, type Wanted } from '../../translators/json/projections.ts';
import type { JoinSelection } from './joins/join-loader.ts';
import { type Conditions, hasConditions, selectedFields } from './selected-fields.ts';

type Fragments = Readonly<Record<string, FragmentDefinitionNode | undefined>>;

/** What graphql-js tells a resolver, as far as selections are concerned. */
export interface SelectedField {
  /** All nodes of one response field. */
  readonly fieldNodes: readonly FieldNode[];
  readonly fragments: Fragments;
  /** One object per execution. */
  readonly variableValues: Conditions;
}

export interface SelectionReader {
  /** How to decode a reply for what these nodes of one response field select. Undefined: decode all of it. */
  projector(
    codec: Codec,
    result: ValueShape,
    nodes: readonly FieldNode[],
    fragments: Fragments,
  ): Projector | undefined;
  /** What is selected of a value of this shape, key fields of joins included. The same object for the same field. */
  select(shape: ValueShape, field: SelectedField): JoinSelection;
}

interface Known<T> {
  readonly nodes: readonly FieldNode[];
  readonly made: T;
}

const ALL: JoinSelection = Object.freeze({ wanted: undefined, masked: undefined });

export function createSelectionReader(graph: Graph): SelectionReader {
  const outputs = outputFields(graph);
  const project = (shape: ValueShape, sets: readonly SelectionSetNode[], context: Context): Wanted =>
    shape.kind === 'message' ? projectType(shape.type, sets, context) : undefined;
  /** Nodes that select the same each time, whatever the variables, by the first of them. */
  const projectors = new WeakMap<FieldNode, Known<Projector | undefined>>();
  const selections = new WeakMap<FieldNode, Known<JoinSelection>>();
  /** Selections whose masks hang on variables, for one execution. */
  const conditional = new WeakMap<object, Map<FieldNode, Known<JoinSelection>>>();

  return {
    projector(codec, result, nodes, fragments) {
      const [first] = nodes;
      if (result.kind !== 'message' || first === undefined) return undefined;
      return remembered(projectors, first, nodes, () => {
        const wanted = project(result, setsOf(nodes), { outputs, fragments, budget: newBudget() });
        return wanted === undefined ? undefined : codec.projector(wanted);
      });
    },
    select(shape, { fieldNodes, fragments, variableValues }) {
      const [first] = fieldNodes;
      if (shape.kind !== 'message' || first === undefined) return ALL;
      const known = selections.get(first);
      if (known !== undefined && isSame(known.nodes, fieldNodes)) return known.made;
      const sets = setsOf(fieldNodes);
      if (!hasConditions(sets, fragments)) {
        return remembered(selections, first, fieldNodes, () => {
          const wanted = project(shape, sets, { outputs, fragments, budget: newBudget() });
          return { wanted, masked: wanted };
        });
      }
      const ofExecution = conditional.get(variableValues) ?? new Map<FieldNode, Known<JoinSelection>>();
      conditional.set(variableValues, ofExecution);
      return remembered(ofExecution, first, fieldNodes, () => ({
        wanted: project(shape, sets, { outputs, fragments, budget: newBudget() }),
        masked: project(shape, sets, {
          outputs,
          fragments,
          budget: newBudget(),
          conditions: variableValues,
        }),
      }));
    },
  };
}

interface Memory<T> {
  get(node: FieldNode): Known<T> | undefined;
  set(node: FieldNode, known: Known<T>): unknown;
}

function remembered<T>(memory: Memory<T>, first: FieldNode, nodes: readonly FieldNode[], make: () => T): T {
  const known = memory.get(first);
  if (known !== undefined && isSame(known.nodes, nodes)) return known.made;
  const made = make();
  memory.set(first, { nodes, made });
  return made;
}

function isSame(a: readonly FieldNode[], b: readonly FieldNode[]): boolean {
  return a.length === b.length && a.every((node, index) => node === b[index]);
}

function setsOf(nodes: readonly FieldNode[]): SelectionSetNode[] {
  return nodes.flatMap((node) => node.selectionSet ?? []);
}

type OutputsOf = (type: string) => ReadonlyMap<string, OutputField>;

interface Context {
  readonly outputs: OutputsOf;
  readonly fragments: Fragments;
  /** Without them, fields count that `@skip` and `@include` may leave out: more is decoded, never less. */
  readonly conditions?: Conditions;
  readonly budget: Budget;
}

/**
 * Fragments in fragments select the same type along ever more paths; a document of a few lines has more than could
 * be followed. What lies beyond the budget is wanted whole.
 */
interface Budget {
  left: number;
}

const MAX_FIELDS = 2000;

function newBudget(): Budget {
  return { left: MAX_FIELDS };
}

/** Looked up once per type. */
function outputFields(graph: Graph): OutputsOf {
  const known = new Map<string, ReadonlyMap<string, OutputField>>();
  return (name) => {
    const made = known.get(name);
    if (made !== undefined) return made;
    const type = graph.types.get(name);
    const fields = new Map(type?.kind === 'object' ? type.fields.map((field) => [field.name, field]) : []);
    known.set(name, fields);
    return fields;
  };
}

function projectType(typeName: string, sets: readonly SelectionSetNode[], context: Context): Wanted {
  if (context.budget.left <= 0) return undefined;
  const outputs = context.outputs(typeName);
  const fields = new Map<string, Wanted>();
  for (const [name, nested] of selectedFields(sets, context.fragments, context.conditions)) {
    const field = outputs.get(name);
    context.budget.left -= 1;
    if (field === undefined) continue;
    if (field.source.kind === 'extensions') return undefined;
    for (const [path, part] of wantedOf(field.source, nested, context)) addField(fields, path, part);
  }
  return { fields };
}

/** Proto field name and what is wanted of it. Maps and oneofs are wanted whole; of joins their keys. */
function wantedOf(
  source: FieldSource,
  sets: readonly SelectionSetNode[],
  context: Context,
): [string, Wanted][] {
  switch (source.kind) {
    case 'none':
      return [];
    case 'single':
      return [[source.path, partOf(source.value, sets, context)]];
    case 'list':
      return [[source.path, partOf(source.item, sets, context)]];
    case 'map':
      return [[source.path, undefined]];
    case 'edges': {
      const nodes = [...selectedFields(sets, context.fragments, context.conditions)];
      const below = nodes.flatMap(([name, nested]) => (name === 'node' ? nested : []));
      return [
        [source.path, partOf(source.item, below, context)],
        [source.token.path, undefined],
      ];
    }
    case 'pageInfo':
      return [[source.token.path, undefined]];
    // They have no names that could be asked for one by one: `projectType` wants the whole message.
    case 'extensions':
      return [];
    case 'oneof':
      return source.members.map(({ path }) => [path, undefined]);
    case 'join':
      return source.join.keys.flatMap(({ parent: { path } }) => {
        const [name, ...below] = path;
        return name === undefined ? [] : [[name, projectionBelow(below, undefined)]];
      });
  }
}

function partOf(shape: ValueShape, sets: readonly SelectionSetNode[], context: Context): Wanted {
  return shape.kind === 'message' ? projectType(shape.type, sets, context) : undefined;
}
