// Holds the data of a GraphQL answer against the JSON that the upstream gave over REST: what is selected is what is there.
import type { Graph, ValueShape } from '../../core/graph.ts';
import type { JsonValue } from '../../core/json.ts';
import { isObject } from './document.ts';

export interface Difference {
  readonly path: string;
  readonly expected: JsonValue | undefined;
  readonly found: JsonValue | undefined;
}

/** Differences of `found`, data as a client has it, from `given`, the upstream's JSON. `failed`: paths of errors. */
export function differences(
  graph: Graph,
  shape: ValueShape,
  given: JsonValue | undefined,
  found: JsonValue | undefined,
  failed: ReadonlySet<string>,
): readonly Difference[] {
  const result: Difference[] = [];
  const add = (path: string, expected: JsonValue | undefined, value: JsonValue | undefined) =>
    result.push({ path, expected, found: value });

  const compare = (
    type: ValueShape,
    expected: JsonValue | undefined,
    value: JsonValue | undefined,
    path: string,
  ): void => {
    // An error says why something is missing, and everything below is missing with it.
    if (failed.has(path)) {
      if (value !== null) add(path, expected, value);
      return;
    }
    if (type.kind === 'empty') {
      if (value !== true) add(path, expected, value);
      return;
    }
    if (expected === null || expected === undefined) {
      if (value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0))
        add(path, expected, value);
      return;
    }
    switch (type.kind) {
      case 'scalar':
        if (!isSame(expected, value, type.scalar)) add(path, expected, value);
        return;
      case 'enum': {
        const known = graph.types.get(type.type);
        const values = known?.kind === 'enum' ? known.values : [];
        const one = values.find((candidate) => (candidate.value ?? candidate.protoName) === expected);
        if ((one?.name ?? null) !== value) add(path, expected, value);
        return;
      }
      case 'list':
        if (!Array.isArray(expected) || !Array.isArray(value) || expected.length !== value.length) {
          add(path, expected, value);
          return;
        }
        for (const [index, item] of expected.entries())
          compare(type.item, item, value[index], `${path}.${index}`);
        return;
      case 'entries': {
        if (!isObject(expected) || !Array.isArray(value)) {
          add(path, expected, value);
          return;
        }
        const entries = value.filter(isObject);
        if (entries.length !== Object.keys(expected).length) add(path, expected, value);
        for (const [index, { key, value: one }] of entries.entries())
          compare(type.value, expected[String(key)], one, `${path}.${index}.value`);
        return;
      }
      case 'message':
      case 'choice': {
        if (!isObject(expected) || !isObject(value)) {
          add(path, expected, value);
          return;
        }
        const object = graph.types.get(String(value.__typename));
        const prefix = type.kind === 'choice' ? `${value.__typename}_` : '';
        for (const field of object?.kind === 'object' ? object.fields : []) {
          const name = prefix + field.name;
          // Not selected.
          if (field.source.kind !== 'single' || !(name in value)) continue;
          compare(field.source.value, expected[field.source.key], value[name], `${path}.${name}`);
        }
      }
    }
  };
  compare(shape, given, found, '');
  return result;
}

/** Numbers of 64 bits and identifiers are text in GraphQL. */
const TEXTS: ReadonlySet<string> = new Set(['ID', 'Int64', 'UInt64', 'String']);

function isSame(expected: JsonValue, found: JsonValue | undefined, scalar: string): boolean {
  // Prism takes 1 for true, as ajv may be told to; so does GraphQL.
  if (scalar === 'Boolean' && typeof expected === 'number') return (expected !== 0) === found;
  if (TEXTS.has(scalar) && typeof expected !== 'object') return String(expected) === found;
  return JSON.stringify(expected) === JSON.stringify(found);
}
