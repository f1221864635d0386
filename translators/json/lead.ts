// Turns scanned JSON into the value that the codec library reads, led by the type of each field: only the type
// knows whether 9007199254740993 is an int64 (kept exactly) or a number inside a google.protobuf.Value (a double).
import {
  type DescExtension,
  type DescField,
  type DescMessage,
  type Registry,
  ScalarType,
} from '@bufbuild/protobuf';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { findField } from './fields.ts';
import { exactInteger } from './integers.ts';
import { type JsonNode, JsonNumber } from './scan.ts';
import { childPath, itemPath, type Violations } from './violations.ts';
import { jsonFormOf } from './well-known.ts';

/** transcoding reference, section 6: 100 message levels, Struct included. */
const MAX_DEPTH = 100;

export interface LeadContext {
  readonly types: Registry;
  readonly violations: Violations;
}

/** What cannot be right whatever the value (unknown field, one field twice, too deep) is added to the violations. */
export function leadMessage(
  node: JsonNode,
  message: DescMessage,
  context: LeadContext,
  path = '',
  depth = 1,
): JsonValue {
  if (depth > MAX_DEPTH) {
    context.violations.add(path, `nesting is deeper than ${MAX_DEPTH} levels`);
    return null;
  }
  switch (jsonFormOf(message)) {
    case 'string':
      return plain(node);
    case 'wrapper': {
      const inner = message.fields[0];
      return inner === undefined ? plain(node) : leadScalar(node, inner.scalar);
    }
    case 'struct':
    case 'value':
    case 'list':
      return leadFree(node, context, path, depth);
    case 'any':
      return leadAny(node, context, path, depth);
    default:
      return leadFields(node, message, context, path, depth);
  }
}

function leadFields(
  node: JsonNode,
  message: DescMessage,
  context: LeadContext,
  path: string,
  depth: number,
  skip?: string,
): JsonValue {
  if (!(node instanceof Map)) return plain(node);
  const members: JsonObject = Object.create(null);
  const seen = new Map<DescField, string>();
  for (const [key, child] of node) {
    if (key === skip) continue;
    const at = childPath(path, key);
    if (isExtensionKey(key)) {
      members[key] = leadExtension(child, key, message, context, at, depth);
      continue;
    }
    const field = findField(message, key);
    if (field === undefined) {
      context.violations.add(at, 'there is no such field');
      continue;
    }
    const earlier = seen.get(field);
    if (earlier !== undefined) {
      context.violations.add(at, `the field is there twice, as ${earlier} and as ${key}`);
      continue;
    }
    seen.set(field, key);
    members[field.jsonName] = leadField(child, field, context, at, depth);
  }
  return members;
}

/** Field and extension descriptors have the same members where it matters here. */
type FieldLike = DescField | DescExtension;

function leadField(
  node: JsonNode,
  field: FieldLike,
  context: LeadContext,
  path: string,
  depth: number,
): JsonValue {
  switch (field.fieldKind) {
    case 'scalar':
      return leadScalar(node, field.scalar);
    case 'message':
      return field.message === undefined
        ? plain(node)
        : leadMessageOrNull(node, field.message, context, path, depth);
    case 'list':
      if (!Array.isArray(node)) return plain(node);
      return node.map((item, index) => leadItem(item, field, context, itemPath(path, index), depth));
    case 'map': {
      if (!(node instanceof Map)) return plain(node);
      const entries: JsonObject = Object.create(null);
      for (const [key, item] of node)
        entries[key] = leadItem(item, field, context, childPath(path, key), depth);
      return entries;
    }
    default:
      return plain(node);
  }
}

function leadItem(
  node: JsonNode,
  field: FieldLike,
  context: LeadContext,
  path: string,
  depth: number,
): JsonValue {
  if (field.message !== undefined) return leadMessageOrNull(node, field.message, context, path, depth);
  return leadScalar(node, field.scalar);
}

function leadMessageOrNull(
  node: JsonNode,
  message: DescMessage,
  context: LeadContext,
  path: string,
  depth: number,
): JsonValue {
  // null is "unset" for every message but Value, where it is a value; both are null to the codec library.
  return node === null ? null : leadMessage(node, message, context, path, depth + 1);
}

function leadExtension(
  node: JsonNode,
  key: string,
  message: DescMessage,
  context: LeadContext,
  path: string,
  depth: number,
): JsonValue {
  const extension = context.types.getExtension(key.slice(1, -1));
  if (extension === undefined || extension.extendee.typeName !== message.typeName) {
    context.violations.add(path, 'there is no such extension of this message');
    return null;
  }
  return leadField(node, extension, context, path, depth);
}

function isExtensionKey(key: string): boolean {
  return key.startsWith('[') && key.endsWith(']');
}

function leadAny(node: JsonNode, context: LeadContext, path: string, depth: number): JsonValue {
  if (!(node instanceof Map)) return plain(node);
  const typeUrl = node.get('@type');
  if (typeUrl === undefined && node.size === 0) return {};
  const name = typeof typeUrl === 'string' ? typeUrl.slice(typeUrl.lastIndexOf('/') + 1) : '';
  const message = context.types.getMessage(name);
  if (message === undefined || typeof typeUrl !== 'string') {
    const found = typeof typeUrl === 'string' ? `, found ${JSON.stringify(typeUrl.slice(0, 200))}` : '';
    context.violations.add(childPath(path, '@type'), `must name a message type of this service${found}`);
    return null;
  }
  const inner: JsonObject = Object.create(null);
  inner['@type'] = typeUrl;
  if (jsonFormOf(message) !== 'message') {
    for (const key of node.keys()) {
      if (key !== '@type' && key !== 'value')
        context.violations.add(childPath(path, key), 'there is no such field');
    }
    inner.value = leadMessage(
      node.get('value') ?? null,
      message,
      context,
      childPath(path, 'value'),
      depth + 1,
    );
    return inner;
  }
  const fields = leadFields(node, message, context, path, depth + 1, '@type');
  return Object.assign(inner, fields);
}

/** Struct, Value and ListValue: any JSON, numbers as doubles. */
function leadFree(node: JsonNode, context: LeadContext, path: string, depth: number): JsonValue {
  if (depth > MAX_DEPTH) {
    context.violations.add(path, `nesting is deeper than ${MAX_DEPTH} levels`);
    return null;
  }
  if (node instanceof JsonNumber) {
    const number = Number(node.text);
    if (!Number.isFinite(number))
      context.violations.add(path, `${node.text} is out of the range of a double`);
    return number;
  }
  if (Array.isArray(node)) {
    return node.map((item, index) => leadFree(item, context, itemPath(path, index), depth + 1));
  }
  if (node instanceof Map) {
    const members: JsonObject = Object.create(null);
    for (const [key, item] of node) members[key] = leadFree(item, context, childPath(path, key), depth + 1);
    return members;
  }
  return node;
}

function leadScalar(node: JsonNode, scalar: ScalarType | undefined): JsonValue {
  switch (scalar) {
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
    case ScalarType.UINT64:
    case ScalarType.FIXED64: {
      const text = node instanceof JsonNumber ? node.text : node;
      // A text that is no exact integer stays as it is: the codec library refuses it and the refusal is located.
      return typeof text === 'string' ? (exactInteger(text) ?? text) : plain(node);
    }
    default:
      return plain(node);
  }
}

function plain(node: JsonNode): JsonValue {
  if (node instanceof JsonNumber) return Number(node.text);
  if (Array.isArray(node)) return node.map(plain);
  if (node instanceof Map) {
    const members: JsonObject = Object.create(null);
    for (const [key, item] of node) members[key] = plain(item);
    return members;
  }
  return node;
}
