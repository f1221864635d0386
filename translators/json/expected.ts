// Says what a field takes, in words for the client: no type name of ours, no text of a library.
import { type DescEnum, type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import type { JsonValue } from '../../core/json.ts';
import { jsonFormOf } from './well-known.ts';

/** `expected true or false, found "yes"` */
export function expected(what: string, value: JsonValue): string {
  return expectedText(what, show(value));
}

/** As `expected`, with what was found already in words or as it was written. */
export function expectedText(what: string, found: string): string {
  return `expected ${what}, found ${found.length > 80 ? `${found.slice(0, 80)}…` : found}`;
}

function show(value: JsonValue): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  // What is beyond 80 characters is not shown; escaping it would only cost.
  return JSON.stringify(typeof value === 'string' ? value.slice(0, 100) : value);
}

const SCALARS: Record<ScalarType, string> = {
  [ScalarType.DOUBLE]: 'a number, "NaN", "Infinity" or "-Infinity"',
  [ScalarType.FLOAT]: 'a number in the range of a float, "NaN", "Infinity" or "-Infinity"',
  [ScalarType.INT64]: 'an integer from -2^63 to 2^63-1',
  [ScalarType.SINT64]: 'an integer from -2^63 to 2^63-1',
  [ScalarType.SFIXED64]: 'an integer from -2^63 to 2^63-1',
  [ScalarType.UINT64]: 'an integer from 0 to 2^64-1',
  [ScalarType.FIXED64]: 'an integer from 0 to 2^64-1',
  [ScalarType.INT32]: 'an integer from -2147483648 to 2147483647',
  [ScalarType.SINT32]: 'an integer from -2147483648 to 2147483647',
  [ScalarType.SFIXED32]: 'an integer from -2147483648 to 2147483647',
  [ScalarType.UINT32]: 'an integer from 0 to 4294967295',
  [ScalarType.FIXED32]: 'an integer from 0 to 4294967295',
  [ScalarType.BOOL]: 'true or false',
  [ScalarType.STRING]: 'a string',
  [ScalarType.BYTES]: 'a base64 string',
};

export function describeScalar(scalar: ScalarType): string {
  return SCALARS[scalar];
}

export function describeEnum({ values }: DescEnum): string {
  const shown = values.slice(0, 8).map((value) => value.name);
  return `one of ${shown.join(', ')}${values.length > shown.length ? ', …' : ''}`;
}

/** One value of the field: an item of a list, a value of a map. */
export function describeField(field: Pick<DescField, 'enum' | 'message' | 'scalar'>): string {
  if (field.enum !== undefined) return describeEnum(field.enum);
  if (field.message !== undefined) return describeMessage(field.message);
  return field.scalar === undefined ? 'a value' : describeScalar(field.scalar);
}

export function describeMessage(message: DescMessage): string {
  switch (message.typeName) {
    case 'google.protobuf.Timestamp':
      return 'an RFC 3339 time such as "2026-01-31T12:00:00Z"';
    case 'google.protobuf.Duration':
      return 'a duration in seconds such as "1.5s"';
    case 'google.protobuf.FieldMask':
      return 'field paths separated by commas, such as "displayName,address.city"';
    case 'google.protobuf.Any':
      return 'an object with "@type"';
    case 'google.protobuf.Struct':
      return 'an object';
    case 'google.protobuf.ListValue':
      return 'a list';
    default: {
      const scalar = jsonFormOf(message) === 'wrapper' ? message.fields[0]?.scalar : undefined;
      return scalar === undefined ? 'an object' : describeScalar(scalar);
    }
  }
}
