// Finds which fields of a refused value are wrong. The codec library stops at its first fault and names internal
// types; this walks the value once more, tries each leaf alone, and speaks in JSON paths. Runs only after a refusal.
import { type DescField, type DescMessage, fromJson, type Registry, ScalarType } from '@bufbuild/protobuf';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { findField } from './fields.ts';
import { childPath, itemPath, type Violations } from './violations.ts';
import { jsonFormOf } from './well-known.ts';

export function locateViolations(
  value: JsonValue,
  message: DescMessage,
  types: Registry,
  violations: Violations,
  path = '',
): void {
  if (violations.isFull) return;
  if (jsonFormOf(message) !== 'message') {
    if (!isReadable(message, value, types)) violations.add(path, expected(describeMessage(message), value));
    return;
  }
  if (!isObject(value)) {
    violations.add(path, expected('an object', value));
    return;
  }
  const oneofs = new Map<string, string>();
  for (const [key, child] of Object.entries(value)) {
    const field = findField(message, key);
    const at = childPath(path, key);
    if (field === undefined) {
      if (!key.startsWith('[')) violations.add(at, 'there is no such field');
      continue;
    }
    if (field.oneof !== undefined && child !== null) {
      const other = oneofs.get(field.oneof.name);
      if (other !== undefined) violations.add(at, `only one of ${other} and ${key} may be set`);
      oneofs.set(field.oneof.name, key);
    }
    locateInField(child, field, types, violations, at);
  }
}

function locateInField(
  value: JsonValue,
  field: DescField,
  types: Registry,
  violations: Violations,
  path: string,
): void {
  if (value === null) return;
  if (field.fieldKind === 'message') {
    locateViolations(value, field.message, types, violations, path);
  } else if (field.fieldKind === 'list') {
    if (!Array.isArray(value)) violations.add(path, expected('a list', value));
    else
      for (const [index, item] of value.entries()) {
        locateInItem(item, [item], field, types, violations, itemPath(path, index));
      }
  } else if (field.fieldKind === 'map') {
    if (!isObject(value)) violations.add(path, expected('an object of keys and values', value));
    else
      for (const [key, item] of Object.entries(value)) {
        locateInItem(item, singleton(key, item), field, types, violations, childPath(path, key));
      }
  } else if (!isReadable(field.parent, singleton(field.jsonName, value), types)) {
    violations.add(path, expected(describeField(field), value));
  }
}

/** `alone` is a list or map with this one item: what the codec library can be asked about. */
function locateInItem(
  item: JsonValue,
  alone: JsonValue,
  field: DescField,
  types: Registry,
  violations: Violations,
  path: string,
): void {
  if (field.message !== undefined && item !== null) {
    locateViolations(item, field.message, types, violations, path);
  } else if (!isReadable(field.parent, singleton(field.jsonName, alone), types)) {
    violations.add(path, expected(describeField(field), item));
  }
}

function isReadable(message: DescMessage, value: JsonValue, types: Registry): boolean {
  try {
    fromJson(message, value, { registry: types });
    return true;
  } catch {
    return false;
  }
}

function singleton(key: string, value: JsonValue): JsonObject {
  const object: JsonObject = Object.create(null);
  object[key] = value;
  return object;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function expected(what: string, value: JsonValue): string {
  return `expected ${what}, found ${show(value)}`;
}

function show(value: JsonValue): string {
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
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

function describeField(field: DescField): string {
  if (field.enum !== undefined) {
    const names = field.enum.values.map((value) => value.name);
    const shown = names.slice(0, 8).join(', ');
    return `one of ${shown}${names.length > 8 ? ', …' : ''}`;
  }
  if (field.message !== undefined) return describeMessage(field.message);
  return field.scalar === undefined ? 'a value' : SCALARS[field.scalar];
}

function describeMessage(message: DescMessage): string {
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
      return scalar === undefined ? 'an object' : SCALARS[scalar];
    }
  }
}
