// A message as the codec library writes it, under the output options of a service. 64-bit integers as numbers are
// our own: the library has them as text, and a JavaScript number would round them.
import {
  type DescField,
  type DescMessage,
  type Message,
  type Registry,
  ScalarType,
  toJson,
} from '@bufbuild/protobuf';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { OutputOptions } from '../../core/rest-options.ts';
import { jsonFormOf } from './well-known.ts';

/** For JSON.stringify: bare integers are raw JSON, which is no JsonValue otherwise. */
export function libraryJson(
  type: DescMessage,
  message: Message,
  types: Registry | undefined,
  output: OutputOptions,
): JsonValue {
  const json = toJson(type, message, {
    ...(types !== undefined && { registry: types }),
    alwaysEmitImplicit: output.defaults,
    useProtoFieldName: output.protoNames,
    enumAsInteger: output.enumsAsNumbers,
  }) as JsonValue;
  return output.int64AsNumbers ? bareMessage(json, type, { types, isProtoNamed: output.protoNames }) : json;
}

interface Context {
  readonly types: Registry | undefined;
  readonly isProtoNamed: boolean;
}

function bareMessage(json: JsonValue, type: DescMessage, context: Context): JsonValue {
  const form = jsonFormOf(type);
  if (form === 'wrapper') return isLong(type.fields[0]?.scalar) ? bare(json) : json;
  if (!isObject(json) || (form !== 'message' && form !== 'any')) return json;
  if (form === 'any') return bareAny(json, context);
  return bareFields(json, type, context);
}

function bareAny(json: JsonObject, context: Context): JsonValue {
  const url = json['@type'];
  const inner =
    typeof url === 'string' ? context.types?.getMessage(url.slice(url.lastIndexOf('/') + 1)) : undefined;
  if (inner === undefined) return json;
  if (jsonFormOf(inner) === 'message') return bareFields(json, inner, context);
  return { ...json, value: bareMessage(json.value ?? null, inner, context) };
}

function bareFields(json: JsonObject, type: DescMessage, context: Context): JsonObject {
  const fields = new Map(
    type.fields.map((field) => [context.isProtoNamed ? field.name : field.jsonName, field]),
  );
  const members: JsonObject = Object.create(null);
  for (const [key, value] of Object.entries(json)) {
    const field =
      fields.get(key) ?? (key.startsWith('[') ? context.types?.getExtension(key.slice(1, -1)) : undefined);
    members[key] = field === undefined ? value : bareField(value, field, context);
  }
  return members;
}

type Shape = Pick<DescField, 'fieldKind' | 'scalar' | 'message'>;

function bareField(value: JsonValue, field: Shape, context: Context): JsonValue {
  const one = (item: JsonValue): JsonValue => {
    if (field.message !== undefined) return bareMessage(item, field.message, context);
    return isLong(field.scalar) ? bare(item) : item;
  };
  if (field.fieldKind === 'list') return Array.isArray(value) ? value.map(one) : value;
  if (field.fieldKind !== 'map' || !isObject(value)) return one(value);
  const entries: JsonObject = Object.create(null);
  for (const [key, item] of Object.entries(value)) entries[key] = one(item);
  return entries;
}

function isLong(scalar: ScalarType | undefined): boolean {
  switch (scalar) {
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return true;
    default:
      return false;
  }
}

/** TypeScript's library does not know it yet (ECMAScript proposal "JSON.parse source text access"). */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => JsonValue };

/** As JSON.stringify, but for -0, which that writes as 0: another message, when it is read back. */
export function jsonText(value: JsonValue): string {
  const text = JSON.stringify(value);
  return LONE_ZERO.test(text) ? JSON.stringify(value, withSign) : text;
}

const LONE_ZERO = /(?:^|[[:,])0(?:[\]},]|$)/;

function withSign(_key: string, value: JsonValue): JsonValue {
  return Object.is(value, -0) ? rawJSON('-0') : value;
}

function bare(value: JsonValue): JsonValue {
  return typeof value === 'string' ? rawJSON(value) : value;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
