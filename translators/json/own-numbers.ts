// The numbers that we write otherwise than the codec library does: a `float` in its shortest form, and, where a service
// wants them so, 64-bit integers as bare numbers. The library's JSON is walked once more, led by the types, since
// what stands in an Any or an extension is bytes until it has been written.
import { type DescField, type DescMessage, type Registry, ScalarType } from '@bufbuild/protobuf';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { shortestFloat } from './shortest-float.ts';
import { jsonFormOf } from './well-known.ts';

export interface NumberForms {
  readonly types: Registry | undefined;
  readonly isProtoNamed: boolean;
  readonly areLongsBare: boolean;
}

/** For JSON.stringify: bare integers are raw JSON, which is no JsonValue otherwise. */
export function withOwnNumbers(json: JsonValue, type: DescMessage, forms: NumberForms): JsonValue {
  return forms.areLongsBare || mayHoldFloats(type) ? messageNumbers(json, type, forms) : json;
}

function messageNumbers(json: JsonValue, type: DescMessage, forms: NumberForms): JsonValue {
  const form = jsonFormOf(type);
  if (form === 'wrapper') return scalarNumber(json, type.fields[0]?.scalar, forms);
  if (!isObject(json) || (form !== 'message' && form !== 'any')) return json;
  return form === 'any' ? anyNumbers(json, forms) : fieldNumbers(json, type, forms);
}

function anyNumbers(json: JsonObject, forms: NumberForms): JsonValue {
  const url = json['@type'];
  const inner =
    typeof url === 'string' ? forms.types?.getMessage(url.slice(url.lastIndexOf('/') + 1)) : undefined;
  if (inner === undefined) return json;
  if (jsonFormOf(inner) === 'message') return fieldNumbers(json, inner, forms);
  return { ...json, value: messageNumbers(json.value ?? null, inner, forms) };
}

function fieldNumbers(json: JsonObject, type: DescMessage, forms: NumberForms): JsonObject {
  const fields = new Map(
    type.fields.map((field) => [forms.isProtoNamed ? field.name : field.jsonName, field]),
  );
  const members: JsonObject = Object.create(null);
  for (const [key, value] of Object.entries(json)) {
    const field =
      fields.get(key) ?? (key.startsWith('[') ? forms.types?.getExtension(key.slice(1, -1)) : undefined);
    members[key] = field === undefined ? value : fieldNumber(value, field, forms);
  }
  return members;
}

type Shape = Pick<DescField, 'fieldKind' | 'scalar' | 'message'>;

function fieldNumber(value: JsonValue, field: Shape, forms: NumberForms): JsonValue {
  const one = (item: JsonValue): JsonValue =>
    field.message === undefined
      ? scalarNumber(item, field.scalar, forms)
      : messageNumbers(item, field.message, forms);
  if (field.fieldKind === 'list') return Array.isArray(value) ? value.map(one) : value;
  if (field.fieldKind !== 'map' || !isObject(value)) return one(value);
  const entries: JsonObject = Object.create(null);
  for (const [key, item] of Object.entries(value)) entries[key] = one(item);
  return entries;
}

/** TypeScript's library does not know it yet (ECMAScript proposal "JSON.parse source text access"). */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => JsonValue };

function scalarNumber(
  value: JsonValue,
  scalar: ScalarType | undefined,
  { areLongsBare }: NumberForms,
): JsonValue {
  switch (scalar) {
    case ScalarType.FLOAT:
      return typeof value === 'number' ? shortestFloat(value) : value;
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return areLongsBare && typeof value === 'string' ? rawJSON(value) : value;
    default:
      return value;
  }
}

/** Lives as long as the types do. */
const floatHolders = new WeakMap<DescMessage, boolean>();

/** False only if no message within could hold a `float`. */
function mayHoldFloats(type: DescMessage): boolean {
  let known = floatHolders.get(type);
  if (known === undefined) {
    known = findsFloat(type);
    floatHolders.set(type, known);
  }
  return known;
}

function findsFloat(root: DescMessage): boolean {
  const seen = new Set([root]);
  // A set may grow while it is walked, and the walk reaches what is added.
  for (const type of seen) {
    if (jsonFormOf(type) === 'any' || type.proto.extensionRange.length > 0) return true;
    for (const { scalar, message } of type.fields) {
      if (scalar === ScalarType.FLOAT) return true;
      if (message !== undefined) seen.add(message);
    }
  }
  return false;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
