// Turns scanned JSON into the value that the codec library reads, led by the type of each field: only the type
// knows whether 9007199254740993 is an int64 (kept exactly) or a number inside a google.protobuf.Value (a double).
import type { DescExtension, DescField, DescMessage, Registry } from '@bufbuild/protobuf';
import { GatewayError } from '../../core/error.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { describeScalar } from './expected.ts';
import { findField, isNullAValue } from './fields.ts';
import { canonicalKey, readEnum, readScalar, readText } from './scalars.ts';
import { type JsonNode, type JsonNodeObject, JsonNumber, plainJson } from './scan.ts';
import { type Trail, trailText, type Violations } from './violations.ts';
import { jsonFormOf } from './well-known.ts';

/** transcoding reference, section 6: 100 message levels, Struct included. */
export const MAX_DEPTH = 100;

/**
 * A message takes two bytes of JSON ("{}") and hundreds in memory; without a bound four mebibytes of request
 * would become a gibibyte. Values of a Struct are smaller, and vectors are sent in them.
 */
export const MAX_MESSAGES = 100_000;
const MAX_FREE_VALUES = 1_000_000;

export interface LeadContext {
  readonly types: Registry;
  readonly violations: Violations;
  readonly seen: { messages: number; freeValues: number };
  /** Unknown fields and unknown names of enums are passed over instead of refused. */
  readonly isLenient: boolean;
  /** What is passed over in a list leaves a sound value there, so that the places of others can be told. */
  readonly keepsPlaces: boolean;
}

/** For one reading of one message. */
export function createLeadContext(
  types: Registry,
  violations: Violations,
  { isLenient = false, keepsPlaces = false } = {},
): LeadContext {
  return { types, violations, seen: { messages: 0, freeValues: 0 }, isLenient, keepsPlaces };
}

/** What is found to be wrong on the way (unknown field, one field twice, no such number, too deep) is added to the violations. */
export function leadMessage(
  node: JsonNode,
  message: DescMessage,
  context: LeadContext,
  path: Trail | undefined = undefined,
  depth = 1,
): JsonValue {
  if (depth > MAX_DEPTH) {
    context.violations.add(trailText(path), `nesting is deeper than ${MAX_DEPTH} levels`);
    return null;
  }
  context.seen.messages += 1;
  if (context.seen.messages > MAX_MESSAGES) throw tooMany(`${MAX_MESSAGES} messages`);
  switch (jsonFormOf(message)) {
    case 'string':
      return readText(node, message, { path, violations: context.violations });
    case 'wrapper':
      return readScalar(node, message.fields[0]?.scalar, { path, violations: context.violations });
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
  path: Trail | undefined,
  depth: number,
  skipped: readonly string[] = [],
): JsonValue {
  if (!(node instanceof Map)) return plainJson(node);
  const members: JsonObject = Object.create(null);
  const seen = new Map<DescField, string>();
  for (const [key, child] of node) {
    if (skipped.includes(key)) continue;
    const at = { parent: path, part: key };
    if (isExtensionKey(key)) {
      if (context.isLenient && isStrangeExtension(child, key, message, context)) continue;
      members[key] = leadExtension(child, key, message, context, at, depth);
      continue;
    }
    const field = findField(message, key);
    if (field === undefined) {
      if (!context.isLenient) context.violations.add(trailText(at), 'there is no such field');
      continue;
    }
    const earlier = seen.get(field);
    if (earlier !== undefined) {
      context.violations.add(trailText(at), `the field is there twice, as ${earlier} and as ${key}`);
      continue;
    }
    seen.set(field, key);
    // Unset, whatever its kind; left out, so that null for one member of a oneof does not count as that member.
    if (child === null && !isNullAValue(field)) continue;
    if (field.fieldKind === 'enum' && isPassedOver(child, field, context)) continue;
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
  path: Trail | undefined,
  depth: number,
): JsonValue {
  switch (field.fieldKind) {
    case 'scalar':
      return readScalar(node, field.scalar, { path, violations: context.violations });
    case 'enum':
      return readEnum(node, field.enum, { path, violations: context.violations });
    case 'message':
      return leadMessageOrNull(node, field.message, context, path, depth);
    case 'list':
      if (!Array.isArray(node)) return plainJson(node);
      return leadList(node, field, context, path, depth);
    case 'map':
      return node instanceof Map ? leadMap(node, field, context, path, depth) : plainJson(node);
  }
}

function leadList(
  nodes: readonly JsonNode[],
  field: FieldLike,
  context: LeadContext,
  path: Trail | undefined,
  depth: number,
): JsonValue[] {
  const items: JsonValue[] = [];
  nodes.forEach((node, index) => {
    if (isPassedOver(node, field, context)) {
      if (context.keepsPlaces) items.push(field.enum?.values[0]?.number ?? 0);
      return;
    }
    items.push(leadItem(node, field, context, { parent: path, part: index }, depth));
  });
  return items;
}

function leadMap(
  node: JsonNodeObject,
  field: FieldLike & { readonly fieldKind: 'map' },
  context: LeadContext,
  path: Trail | undefined,
  depth: number,
): JsonValue {
  const entries: JsonObject = Object.create(null);
  for (const [key, item] of node) {
    const at = { parent: path, part: key };
    const canonical = canonicalKey(key, field.mapKey);
    if (canonical === undefined)
      context.violations.add(trailText(at), `the key must be ${describeScalar(field.mapKey)}`);
    else if (canonical in entries) context.violations.add(trailText(at), 'the key is there twice');
    else if (!isPassedOver(item, field, context))
      entries[canonical] = leadItem(item, field, context, at, depth);
  }
  return entries;
}

function leadItem(
  node: JsonNode,
  field: FieldLike,
  context: LeadContext,
  path: Trail | undefined,
  depth: number,
): JsonValue {
  if (field.message !== undefined) return leadMessageOrNull(node, field.message, context, path, depth);
  if (field.enum !== undefined) return readEnum(node, field.enum, { path, violations: context.violations });
  return readScalar(node, field.scalar, { path, violations: context.violations });
}

function leadMessageOrNull(
  node: JsonNode,
  message: DescMessage,
  context: LeadContext,
  path: Trail | undefined,
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
  path: Trail | undefined,
  depth: number,
): JsonValue {
  const extension = findExtension(key, message, context);
  if (extension === undefined) {
    context.violations.add(trailText(path), 'there is no such extension of this message');
    return null;
  }
  return leadField(node, extension, context, path, depth);
}

function findExtension(key: string, message: DescMessage, context: LeadContext): DescExtension | undefined {
  const extension = context.types.getExtension(key.slice(1, -1));
  return extension?.extendee.typeName === message.typeName ? extension : undefined;
}

function isStrangeExtension(
  node: JsonNode,
  key: string,
  message: DescMessage,
  context: LeadContext,
): boolean {
  const extension = findExtension(key, message, context);
  return (
    extension === undefined || (extension.fieldKind === 'enum' && isPassedOver(node, extension, context))
  );
}

/** ProtoJSON, "JSON parsing options": who ignores unknown fields ignores names that an enum does not have as well. */
function isPassedOver(node: JsonNode, field: FieldLike, context: LeadContext): boolean {
  return (
    context.isLenient &&
    field.enum !== undefined &&
    typeof node === 'string' &&
    !field.enum.values.some(({ name }) => name === node)
  );
}

function isExtensionKey(key: string): boolean {
  return key.startsWith('[') && key.endsWith(']');
}

/** An Empty has no field `value`, but for a form of its own, `{}`, Go writes that as it writes the other well-known types. */
function isEmptyValue(any: JsonNodeObject, { typeName }: DescMessage): boolean {
  const value = any.get('value');
  return typeName === 'google.protobuf.Empty' && value instanceof Map && value.size === 0;
}

function leadAny(node: JsonNode, context: LeadContext, path: Trail | undefined, depth: number): JsonValue {
  if (!(node instanceof Map)) return plainJson(node);
  const typeUrl = node.get('@type');
  if (typeUrl === undefined && node.size === 0) return {};
  const name = typeof typeUrl === 'string' ? typeUrl.slice(typeUrl.lastIndexOf('/') + 1) : '';
  const message = context.types.getMessage(name);
  if (message === undefined || typeof typeUrl !== 'string') {
    const found = typeof typeUrl === 'string' ? `, found ${JSON.stringify(typeUrl.slice(0, 200))}` : '';
    context.violations.add(
      trailText({ parent: path, part: '@type' }),
      `must name a message type of this service${found}`,
    );
    return null;
  }
  const inner: JsonObject = Object.create(null);
  inner['@type'] = typeUrl;
  if (jsonFormOf(message) !== 'message') {
    for (const key of node.keys()) {
      if (key !== '@type' && key !== 'value' && !context.isLenient)
        context.violations.add(trailText({ parent: path, part: key }), 'there is no such field');
    }
    inner.value = leadMessage(
      node.get('value') ?? null,
      message,
      context,
      { parent: path, part: 'value' },
      depth + 1,
    );
    return inner;
  }
  const skipped = isEmptyValue(node, message) ? ['@type', 'value'] : ['@type'];
  const fields = leadFields(node, message, context, path, depth + 1, skipped);
  return Object.assign(inner, fields);
}

/** Struct, Value and ListValue: any JSON, numbers as doubles. */
function leadFree(node: JsonNode, context: LeadContext, path: Trail | undefined, depth: number): JsonValue {
  if (depth > MAX_DEPTH) {
    context.violations.add(trailText(path), `nesting is deeper than ${MAX_DEPTH} levels`);
    return null;
  }
  context.seen.freeValues += 1;
  if (context.seen.freeValues > MAX_FREE_VALUES) throw tooMany(`${MAX_FREE_VALUES} free-form values`);
  if (node instanceof JsonNumber) {
    const number = Number(node.text);
    if (!Number.isFinite(number))
      context.violations.add(trailText(path), `${node.text} is out of the range of a double`);
    return number;
  }
  if (Array.isArray(node)) {
    return node.map((item, index) => leadFree(item, context, { parent: path, part: index }, depth + 1));
  }
  if (node instanceof Map) {
    const members: JsonObject = Object.create(null);
    for (const [key, item] of node)
      members[key] = leadFree(item, context, { parent: path, part: key }, depth + 1);
    return members;
  }
  return node;
}

function tooMany(what: string): GatewayError {
  const description = `there are more than ${what} in it; send them in several requests`;
  return new GatewayError('invalid_argument', `the message: ${description}`, {
    violations: [{ field: '', description }],
  });
}
