// JSON Schema of what ProtoJSON writes as one piece: scalars, and the well-known types that have a form of their own.
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import type { JsonObject } from '../../core/json.ts';
import type { OutputOptions } from '../../core/rest-options.ts';

type NumberForm = Pick<OutputOptions, 'int64AsNumbers'>;

/** Texts of JSON numbers, of no more digits than 64 bits have: a zero before others is none of them. */
const INTEGER = '^-?(?:0|[1-9][0-9]{0,18})$';
const UNSIGNED = '^(?:0|[1-9][0-9]{0,19})$';

export function scalarSchema(scalar: ScalarType, { int64AsNumbers }: NumberForm): JsonObject {
  switch (scalar) {
    case ScalarType.BOOL:
      return { type: 'boolean' };
    case ScalarType.STRING:
      return { type: 'string' };
    case ScalarType.BYTES:
      return { type: 'string', contentEncoding: 'base64' };
    case ScalarType.FLOAT:
      return { type: 'number', format: 'float' };
    case ScalarType.DOUBLE:
      return { type: 'number', format: 'double' };
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return { type: 'integer', format: 'int32' };
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      // `uint32` is a format that generators do not know: they take 32 bits with a sign, where 64 are enough.
      return { type: 'integer', format: 'int64', minimum: 0, maximum: 4_294_967_295 };
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return int64AsNumbers
        ? { type: 'integer', format: 'int64' }
        : { type: 'string', format: 'int64', pattern: INTEGER };
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return int64AsNumbers
        ? { type: 'integer', format: 'uint64', minimum: 0 }
        : { type: 'string', format: 'uint64', pattern: UNSIGNED };
  }
}

/** Keys are always text in JSON; undefined: any text will do. */
export function mapKeySchema({ mapKey }: DescField & { readonly fieldKind: 'map' }): JsonObject | undefined {
  switch (mapKey) {
    case ScalarType.STRING:
      return undefined;
    case ScalarType.BOOL:
      return { enum: ['true', 'false'] };
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return { pattern: UNSIGNED };
    default:
      return { pattern: INTEGER };
  }
}

export type WellKnownKind = 'text' | 'wrapper' | 'struct' | 'any' | 'empty';

const KINDS: ReadonlyMap<string, WellKnownKind> = new Map([
  ['google.protobuf.Timestamp', 'text'],
  ['google.protobuf.Duration', 'text'],
  ['google.protobuf.FieldMask', 'text'],
  ['google.protobuf.Struct', 'struct'],
  ['google.protobuf.Value', 'struct'],
  ['google.protobuf.ListValue', 'struct'],
  ['google.protobuf.Any', 'any'],
  ['google.protobuf.Empty', 'empty'],
  ...['Double', 'Float', 'Int64', 'UInt64', 'Int32', 'UInt32', 'Bool', 'String', 'Bytes'].map(
    (kind) => [`google.protobuf.${kind}Value`, 'wrapper'] as const,
  ),
]);

/** Undefined: an ordinary message, an object with its fields. */
export function wellKnownKind({ typeName }: Pick<DescMessage, 'typeName'>): WellKnownKind | undefined {
  return KINDS.get(typeName);
}

/** The schema of a well-known type; undefined for an ordinary message. */
export function wellKnownSchema(message: DescMessage, form: NumberForm): JsonObject | undefined {
  switch (message.typeName) {
    case 'google.protobuf.Timestamp':
      return { type: 'string', format: 'date-time' };
    case 'google.protobuf.Duration':
      return { type: 'string', pattern: '^-?[0-9]+(\\.[0-9]{1,9})?s$', examples: ['1.5s'] };
    case 'google.protobuf.FieldMask':
      return { type: 'string', description: 'Paths of fields, separated by commas.' };
    case 'google.protobuf.Struct':
      return { type: 'object', additionalProperties: true };
    case 'google.protobuf.Value':
      return { description: 'Any JSON value.' };
    case 'google.protobuf.ListValue':
      return { type: 'array', items: {} };
    case 'google.protobuf.Any':
      return {
        type: 'object',
        description: 'A message of the type that `@type` names.',
        properties: { '@type': { type: 'string' } },
        additionalProperties: true,
      };
    case 'google.protobuf.Empty':
      return { type: 'object' };
    default: {
      const [inner] = message.fields;
      if (wellKnownKind(message) !== 'wrapper' || inner?.scalar === undefined) return undefined;
      return scalarSchema(inner.scalar, form);
    }
  }
}

/** The same, or null. */
export function nullable(schema: JsonObject): JsonObject {
  const { type, description, ...rest } = schema;
  if (typeof type !== 'string') {
    return '$ref' in schema ? { anyOf: [schema, { type: 'null' }] } : schema;
  }
  return {
    ...(typeof description === 'string' && { description }),
    type: [type, 'null'],
    ...rest,
    ...(Array.isArray(rest.enum) && { enum: [...rest.enum, null] }),
  };
}
