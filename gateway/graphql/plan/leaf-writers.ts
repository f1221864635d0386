// JSON text of the values that have no selection: at once where a value is what its type promises, else by
// graphql-js' own coercion, whose errors they are.
import { type GraphQLLeafType, isEnumType } from 'graphql';
import type { LeafWriter } from './value-plan.ts';

/** Compiled once per field of a plan. */
export function leafWriter(type: GraphQLLeafType): LeafWriter {
  const coerce = coercing(type);
  if (isEnumType(type)) {
    const texts = new Map<unknown, string>(type.getValues().map(({ name }) => [name, JSON.stringify(name)]));
    return (value) => texts.get(value) ?? coerce(value);
  }
  switch (type.name) {
    case 'String':
    case 'ID':
    case 'Bytes':
    case 'DateTime':
    case 'Duration':
    case 'FieldMask':
    case 'Int64':
    case 'UInt64':
      return (value) => (typeof value === 'string' ? JSON.stringify(value) : coerce(value));
    case 'Boolean':
      return (value) => (value === true ? 'true' : value === false ? 'false' : coerce(value));
    case 'Int':
      return (value) => (typeof value === 'number' && (value | 0) === value ? `${value}` : coerce(value));
    case 'UInt32':
      return (value) => (typeof value === 'number' && value >>> 0 === value ? `${value}` : coerce(value));
    case 'Float':
      return (value) => (typeof value === 'number' && Number.isFinite(value) ? `${value}` : coerce(value));
    default:
      return coerce;
  }
}

function coercing(type: GraphQLLeafType): LeafWriter {
  return (value) => {
    const coerced: unknown = type.coerceOutputValue(value);
    if (coerced === undefined || coerced === null) {
      throw new Error(`Expected a value of the type ${type.name}, but there is none.`);
    }
    return JSON.stringify(coerced);
  };
}
