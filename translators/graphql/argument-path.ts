// Finds the GraphQL argument that a field path of the request speaks of: through lists, maps and oneofs, which
// look different on the two sides.
import type { FieldTarget, Graph, InputField, RootField, ValueShape } from '../../core/graph.ts';

export type ArgumentPath = readonly (string | number)[];

/** A field that makes a call: what its arguments have to do with the request. */
export type CalledField = Pick<RootField, 'arguments' | 'request'>;

/**
 * `field` is a path in JSON or proto names, such as `book.labels["a"]` or `book.display_name`.
 * Undefined if there is no such argument: a path that is only half right would mislead.
 */
export function findArgument(
  graph: Graph,
  root: CalledField,
  field: string,
  given: unknown,
): ArgumentPath | undefined {
  const steps = splitPath(field);
  if (steps === undefined || root.request === 'value') return undefined;
  let place: Place = { path: [], value: given, fields: root.arguments };
  for (let at = 0; at < steps.length; ) {
    const found = findField(graph, place.fields, steps[at]);
    if (found === undefined) return undefined;
    place = { ...found.names.reduce(enter, place), fields: [] };
    at++;
    const { target } = found.field;
    if (target.kind !== 'single' && at < steps.length) {
      const inside = enterItem(target, place, steps[at]);
      if (inside === undefined) return undefined;
      place = inside;
      at++;
    }
    place = { ...place, fields: fieldsBelow(graph, target) };
  }
  return place.path;
}

interface Place {
  readonly path: ArgumentPath;
  /** What the client gave there. */
  readonly value: unknown;
  readonly fields: readonly InputField[];
}

function enter(place: Place, step: string | number): Place {
  return { ...place, path: [...place.path, step], value: property(place.value, step) };
}

/** An item of a list, or the value of a map's entry, which is an item of a list of entries. */
function enterItem(target: FieldTarget, place: Place, step: string | undefined): Place | undefined {
  if (target.kind === 'list') {
    return /^\d{1,9}$/.test(step ?? '') ? enter(place, Number(step)) : undefined;
  }
  const entries: readonly unknown[] = Array.isArray(place.value) ? place.value : [];
  const index = entries.findIndex((entry) => String(property(entry, 'key')) === step);
  return index === -1 ? undefined : enter(enter(place, index), 'value');
}

function fieldsBelow(graph: Graph, target: FieldTarget): readonly InputField[] {
  const shape: ValueShape | undefined =
    target.kind === 'list'
      ? target.item
      : target.kind === 'oneof' || target.kind === 'none'
        ? undefined
        : target.value;
  const type = shape?.kind === 'message' ? graph.types.get(shape.type) : undefined;
  return type?.kind === 'input' ? type.fields : [];
}

/** A field by its JSON or proto name; members of oneofs are found through the oneof's own argument. */
function findField(
  graph: Graph,
  fields: readonly InputField[],
  step: string | undefined,
): { names: string[]; field: InputField } | undefined {
  for (const field of fields) {
    const { target } = field;
    if (target.kind === 'none') continue;
    if (target.kind === 'oneof') {
      const input = graph.types.get(target.input);
      const member = input?.kind === 'input' ? findField(graph, input.fields, step) : undefined;
      if (member !== undefined) return { names: [field.name, ...member.names], field: member.field };
    } else if (target.key === step || target.path === step) {
      return { names: [field.name], field };
    }
  }
  return undefined;
}

/** `parts[1].no`, `labels["a.b"]`, `labels.a` as steps; undefined for anything else. */
function splitPath(path: string): string[] | undefined {
  const steps: string[] = [];
  const step = /(?:^|\.)([^.[\]"]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;
  while (step.lastIndex < path.length) {
    const match = step.exec(path);
    if (match === null) return undefined;
    const [, name, index, quoted] = match;
    const text = name ?? index ?? unquoted(quoted);
    if (text === undefined) return undefined;
    steps.push(text);
  }
  return steps.length === 0 ? undefined : steps;
}

function unquoted(text: string | undefined): string | undefined {
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function property(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string | number, unknown>)[key];
}
