// The type URL of an Any, as its sender wrote it: the codec library would put its own host before the name, and servers
// that look a type up by its whole URL, such as "/cosmos.bank.v1beta1.MsgSend", would not find it.
// Source: google/protobuf/any.proto, `type_url`.
import {
  type DescMessage,
  fromBinary,
  getExtension,
  type Message,
  type Registry,
  setExtension,
  toBinary,
} from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { findField } from './fields.ts';
import { jsonFormOf } from './well-known.ts';

/** What the library writes before a name. */
const USUAL = /^type\.googleapis\.com\/[^/]*$/;

/** Into a message that was read from this JSON. */
export function keepTypeUrls(message: Message, type: DescMessage, json: JsonValue, types: Registry): void {
  if (mayHoldAny(type) && namesAnother(json)) inMessage(reflect(type, message), json, types);
}

function inMessage(message: ReflectMessage, json: JsonValue, types: Registry): void {
  if (!isObject(json)) return;
  const form = jsonFormOf(message.desc);
  if (form === 'any') inAny(message, json, types);
  else if (form === 'message') inFields(message, json, types);
}

function inAny(any: ReflectMessage, json: JsonObject, types: Registry): void {
  const url = json['@type'];
  const [urlField, valueField] = any.sortedFields;
  if (typeof url !== 'string' || urlField === undefined || valueField === undefined) return;
  any.set(urlField, url);
  const type = types.getMessage(url.slice(url.lastIndexOf('/') + 1));
  const bytes = any.get(valueField);
  if (type === undefined || !mayHoldAny(type) || !(bytes instanceof Uint8Array)) return;
  const inner = fromBinary(type, bytes);
  inMessage(reflect(type, inner), jsonFormOf(type) === 'message' ? json : (json.value ?? null), types);
  any.set(valueField, toBinary(type, inner));
}

function inFields(message: ReflectMessage, json: JsonObject, types: Registry): void {
  for (const [key, value] of Object.entries(json)) {
    const field = findField(message.desc, key);
    if (field === undefined) {
      inExtension(message, key, value, types);
    } else if (field.message !== undefined && message.isSet(field)) {
      for (const [member, item] of messagesOf(message, field, value)) inMessage(member, item, types);
    }
  }
}

type MessageField = NonNullable<ReturnType<typeof findField>>;

/** The messages of a field, each with its JSON. */
function messagesOf(
  message: ReflectMessage,
  field: MessageField,
  json: JsonValue,
): (readonly [ReflectMessage, JsonValue])[] {
  switch (field.fieldKind) {
    case 'message':
      return [[message.get(field), json]];
    case 'list':
      return [...message.get(field)].map((item, index) => [
        item as ReflectMessage,
        Array.isArray(json) ? (json[index] ?? null) : null,
      ]);
    case 'map':
      return [...message.get(field)].map(([key, item]) => [
        item as ReflectMessage,
        isObject(json) ? (json[String(key)] ?? null) : null,
      ]);
    default:
      return [];
  }
}

function inExtension(holder: ReflectMessage, key: string, json: JsonValue, types: Registry): void {
  const extension = key.startsWith('[') ? types.getExtension(key.slice(1, -1)) : undefined;
  const type = extension?.message;
  if (extension === undefined || type === undefined) return;
  // Extensions are kept as bytes: what is changed in one has to be written again.
  const value = getExtension(holder.message, extension) as Message | Message[];
  if (Array.isArray(value)) {
    const items = Array.isArray(json) ? json : [];
    for (const [index, item] of value.entries()) inMessage(reflect(type, item), items[index] ?? null, types);
  } else inMessage(reflect(type, value), json, types);
  setExtension(holder.message, extension, value);
}

function namesAnother(json: JsonValue): boolean {
  if (Array.isArray(json)) return json.some(namesAnother);
  if (!isObject(json)) return false;
  const url = json['@type'];
  return (typeof url === 'string' && !USUAL.test(url)) || Object.values(json).some(namesAnother);
}

/** Lives as long as the types do. */
const anyHolders = new WeakMap<DescMessage, boolean>();

/** False only if no message within could hold an Any. */
function mayHoldAny(type: DescMessage): boolean {
  let known = anyHolders.get(type);
  if (known === undefined) {
    known = findsAny(type);
    anyHolders.set(type, known);
  }
  return known;
}

function findsAny(root: DescMessage): boolean {
  const seen = new Set([root]);
  // A set may grow while it is walked, and the walk reaches what is added.
  for (const type of seen) {
    if (jsonFormOf(type) === 'any' || type.proto.extensionRange.length > 0) return true;
    for (const { message } of type.fields) if (message !== undefined) seen.add(message);
  }
  return false;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
