// Which GraphQL scalar stands for a type and format of JSON Schema (graphql reference, section 4).
import type { GraphScalar } from '../../../core/graph.ts';
import type { JsonObject } from '../../../core/json.ts';

export interface ScalarMeaning {
  readonly scalar: GraphScalar;
  /** JSON has a number where ProtoJSON has text. */
  readonly isNumber?: true;
}

const MAX_INT = 2 ** 31 - 1;

export function scalarMeaning(type: string, schema: JsonObject): ScalarMeaning {
  const { format, contentEncoding } = schema;
  switch (type) {
    case 'boolean':
      return { scalar: 'Boolean' };
    case 'number':
      return { scalar: 'Float' };
    case 'integer':
      return integerMeaning(schema);
    default:
      if (format === 'date-time') return { scalar: 'DateTime' };
      if (format === 'date') return { scalar: 'Date' };
      return { scalar: format === 'byte' || contentEncoding === 'base64' ? 'Bytes' : 'String' };
  }
}

function integerMeaning(schema: JsonObject): ScalarMeaning {
  switch (schema.format) {
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
      return { scalar: 'Int' };
    case 'uint32':
      return { scalar: 'UInt32' };
    case 'int64':
      return { scalar: 'Int64', isNumber: true };
    case 'uint64':
      return { scalar: 'UInt64', isNumber: true };
    default:
      return { scalar: isWithinInt(schema) ? 'Int' : 'SafeInteger' };
  }
}

function isWithinInt({
  minimum,
  maximum,
  exclusiveMinimum,
  exclusiveMaximum,
  const: constant,
}: JsonObject): boolean {
  if (typeof constant === 'number') return Math.abs(constant) <= MAX_INT;
  const least = [minimum, exclusiveMinimum].find((bound) => typeof bound === 'number');
  const most = [maximum, exclusiveMaximum].find((bound) => typeof bound === 'number');
  return typeof least === 'number' && typeof most === 'number' && least >= -MAX_INT - 1 && most <= MAX_INT;
}
