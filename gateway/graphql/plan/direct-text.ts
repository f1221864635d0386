// The short way from a reply's bytes to the text of a field, without a value in between: for selections in which nothing
// is joined, chosen among types, or made of entries. The long way gives the same text, and words all errors.
import type { Codec, SelectedField, Selection, Selector } from '../../../core/codec.ts';
import type { EnumType, Graph, GraphScalar, ValueShape } from '../../../core/graph.ts';
import type { FieldPlan, LeafPlan, ObjectPlan, ValuePlan } from './value-plan.ts';

/** Undefined if there is no short way for the value. */
export function directText(codec: Codec, value: ValuePlan, graph: Graph): Selector | undefined {
  const selection = value.kind === 'object' ? selectionOf(value.object, graph) : undefined;
  return selection && codec.selector?.(selection);
}

function selectionOf(plan: ObjectPlan, graph: Graph): Selection | undefined {
  const fields: SelectedField[] = [];
  for (const field of plan.fields) {
    const selected = selectedField(field, graph);
    if (selected === undefined) return undefined;
    fields.push(selected);
  }
  return { fields };
}

function selectedField(field: FieldPlan, graph: Graph): SelectedField | undefined {
  const { name, constant, source, value } = field;
  if (constant !== undefined)
    return { name, path: undefined, absent: constant, names: undefined, selection: undefined };
  if (source.kind !== 'single' && source.kind !== 'list') return undefined;
  const absent = absentText(field);
  const inner = value.kind === 'list' ? value.item : value;
  const shape = source.kind === 'list' ? source.item : source.value;
  if (absent === undefined || !isCovered(shape, inner, absent)) return undefined;
  const selection = inner.kind === 'object' ? selectionOf(inner.object, graph) : undefined;
  if (inner.kind === 'object' && selection === undefined) return undefined;
  const type = shape.kind === 'enum' ? graph.types.get(shape.type) : undefined;
  const names = type?.kind === 'enum' && inner.kind === 'leaf' ? namesOf(type, inner) : undefined;
  return { name, path: source.path, absent, names, selection };
}

/** Undefined where absence is an error. */
function absentText({ get, value }: FieldPlan): string | undefined {
  const absent = get({});
  if (absent instanceof Error) return undefined;
  if (absent === null || absent === undefined) return value.isRequired ? undefined : 'null';
  if (value.kind === 'list') return '[]';
  return value.kind === 'leaf' ? value.write(absent) : undefined;
}

/** Scalars whose text in ProtoJSON is their text in GraphQL, and which are never null once they are there. */
const SAME_TEXT: ReadonlySet<GraphScalar> = new Set([
  'Boolean',
  'Int',
  'UInt32',
  'Int64',
  'UInt64',
  'String',
  'Bytes',
  'DateTime',
  'Duration',
]);

function isCovered(shape: ValueShape, plan: ValuePlan, absent: string): boolean {
  switch (shape.kind) {
    case 'message':
      return plan.kind === 'object';
    case 'enum':
      return plan.kind === 'leaf' && !plan.isRequired;
    case 'scalar':
      if (shape.scalar === 'Float') return !plan.isRequired;
      // Text already, unless it is the number of something.
      if (shape.scalar === 'ID') return absent.startsWith('"');
      return SAME_TEXT.has(shape.scalar);
    case 'empty':
    case 'list':
    case 'entries':
    case 'choice':
      return false;
  }
}

function namesOf({ values }: EnumType, { write }: LeafPlan): ReadonlyMap<string, string> {
  return new Map(values.map(({ protoName, name }) => [protoName, write(name)]));
}
