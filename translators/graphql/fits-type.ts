// Whether a JSON object could be of an object type, by the types of its properties alone: nothing is looked at further
// down. For values whose own words name several types.
import type { FieldSource, Graph, GraphScalar, OutputField, ValueShape } from '../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isNumberOf } from './open-scalars.ts';

/** By the name of the type. */
export type TypeFit = (type: string, value: JsonObject) => boolean;

type Fit = (value: JsonValue) => boolean;

/** Fields by key are made when they are first asked for: few types are ever in doubt. */
export function createTypeFit({ types }: Graph): TypeFit {
  const known = new Map<string, ReadonlyMap<string, Fit>>();
  const fitsOf = (name: string): ReadonlyMap<string, Fit> => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const made = new Map<string, Fit>();
    known.set(name, made);
    const type = types.get(name);
    for (const field of type?.kind === 'object' ? type.fields : []) {
      const { source } = field;
      if (source.kind === 'single' || source.kind === 'list' || source.kind === 'map')
        made.set(source.key, fieldFit(field, source, types));
    }
    return made;
  };
  return (type, value) => {
    const fits = fitsOf(type);
    for (const key of Object.keys(value)) {
      if (fits.get(key)?.(value[key] ?? null) === false) return false;
    }
    return true;
  };
}

function fieldFit({ type }: OutputField, source: FieldSource, types: Graph['types']): Fit {
  const isRight = source.kind === 'single' ? shapeFit(source.value, types) : partsFit(source.kind);
  return (value) => (value === null ? !type.isRequired : isRight(value));
}

function partsFit(kind: FieldSource['kind']): Fit {
  return kind === 'list' ? Array.isArray : isObject;
}

function shapeFit(shape: ValueShape, types: Graph['types']): Fit {
  switch (shape.kind) {
    case 'scalar':
      return scalarFit(shape.scalar);
    case 'enum': {
      const type = types.get(shape.type);
      const values = type?.kind === 'enum' ? type.values : [];
      const listed = new Set<JsonValue>(values.map(({ protoName, value = protoName }) => value));
      return (value) => listed.has(value);
    }
    case 'list':
      return Array.isArray;
    case 'message':
    case 'entries':
    case 'choice':
      return isObject;
    case 'empty':
      return () => true;
  }
}

/** Stricter than what clients are shown: of a text and a number the one that says so is meant. */
function scalarFit(scalar: GraphScalar): Fit {
  switch (scalar) {
    case 'JSON':
      return () => true;
    case 'Any':
    case 'JSONObject':
      return isObject;
    case 'Boolean':
      return (value) => typeof value === 'boolean';
    case 'Int':
    case 'UInt32':
    case 'SafeInteger':
    case 'Int64':
    case 'UInt64':
    case 'Float':
      return (value) => isNumberOf(scalar, value);
    case 'ID':
      return (value) => typeof value === 'string' || typeof value === 'number';
    default:
      return (value) => typeof value === 'string';
  }
}

function isObject(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
