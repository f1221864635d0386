// Finds which fields of a refused value are wrong. The codec library stops at its first fault and names internal
// types; this walks the value once more, tries each leaf alone, and speaks in JSON paths. Runs only after a refusal.
import {
  type DescExtension,
  type DescField,
  type DescMessage,
  fromJson,
  type Registry,
} from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { describeField, describeMessage, expected } from './expected.ts';
import { findField, isNullAValue } from './fields.ts';
import { LIBRARY_DEPTH } from './library-json.ts';
import { childPath, itemPath, type Violations } from './violations.ts';
import { jsonFormOf } from './well-known.ts';

/** Of a proto2 field that is not there. */
export const REQUIRED = 'the field is required';

export interface LocateContext {
  readonly types: Registry;
  readonly violations: Violations;
}

export function locateViolations(
  value: JsonValue,
  message: DescMessage,
  context: LocateContext,
  path = '',
): void {
  if (context.violations.isFull) return;
  const form = jsonFormOf(message);
  if (form === 'any' && isObject(value)) {
    locateInAny(value, message, context, path);
  } else if (form !== 'message') {
    if (!isReadable(message, value, context)) {
      context.violations.add(path, expected(describeMessage(message), value));
    }
  } else if (isObject(value)) {
    locateInFields(value, message, context, path);
  } else {
    context.violations.add(path, expected('an object', value));
  }
}

function locateInFields(value: JsonObject, message: DescMessage, context: LocateContext, path: string): void {
  const { types, violations } = context;
  const oneofs = new Map<string, string>();
  const present = new Set<DescField>();
  for (const [key, child] of Object.entries(value)) {
    const field =
      findField(message, key) ?? (key.startsWith('[') ? types.getExtension(key.slice(1, -1)) : undefined);
    const at = childPath(path, key);
    if (field === undefined) {
      violations.add(at, 'there is no such field');
      continue;
    }
    if (field.kind === 'field' && (child !== null || isNullAValue(field))) {
      present.add(field);
      if (field.oneof !== undefined) {
        const other = oneofs.get(field.oneof.name);
        if (other !== undefined) violations.add(at, `only one of ${other} and ${key} may be set`);
        oneofs.set(field.oneof.name, key);
      }
    }
    locateInField(child, { message, key, field, path: at }, context);
  }
  for (const field of message.fields) {
    if (field.presence === FeatureSet_FieldPresence.LEGACY_REQUIRED && !present.has(field)) {
      violations.add(childPath(path, field.jsonName), REQUIRED);
    }
  }
}

/** A member of an object: whose field it is and under which key it stands. */
interface Member {
  readonly message: DescMessage;
  readonly key: string;
  readonly field: DescField | DescExtension;
  readonly path: string;
}

function locateInField(value: JsonValue, member: Member, context: LocateContext): void {
  const { field, path } = member;
  if (value === null) return;
  if (field.fieldKind === 'message') {
    locateViolations(value, field.message, context, path);
  } else if (field.fieldKind === 'list') {
    if (Array.isArray(value)) locateInItems(value, 0, member, context);
    else context.violations.add(path, expected('a list', value));
  } else if (field.fieldKind === 'map') {
    if (!isObject(value)) context.violations.add(path, expected('an object of keys and values', value));
    else
      for (const [key, item] of Object.entries(value)) {
        locateInItem(item, singleton(key, item), { ...member, path: childPath(path, key) }, context);
      }
  } else if (!isReadable(member.message, singleton(member.key, value), context)) {
    context.violations.add(path, expected(describeField(field), value));
  }
}

/** Halves that are sound as a whole are passed over: one bad number among a million must not cost a million tries. */
function locateInItems(items: JsonValue[], start: number, member: Member, context: LocateContext): void {
  const [only] = items;
  if (items.length === 0 || context.violations.isFull) return;
  if (items.length === 1 && only !== undefined) {
    locateInItem(only, items, { ...member, path: itemPath(member.path, start) }, context);
    return;
  }
  if (member.field.message === undefined && isReadable(member.message, singleton(member.key, items), context))
    return;
  const middle = items.length >> 1;
  locateInItems(items.slice(0, middle), start, member, context);
  locateInItems(items.slice(middle), start + middle, member, context);
}

/** `alone` is a list or map with this one item: what the codec library can be asked about. */
function locateInItem(item: JsonValue, alone: JsonValue, member: Member, context: LocateContext): void {
  const { field, path } = member;
  if (field.message !== undefined && item !== null) {
    locateViolations(item, field.message, context, path);
  } else if (!isReadable(member.message, singleton(member.key, alone), context)) {
    context.violations.add(path, expected(describeField(field), item));
  }
}

function locateInAny(value: JsonObject, any: DescMessage, context: LocateContext, path: string): void {
  const { '@type': typeUrl, ...rest } = value;
  const name = typeof typeUrl === 'string' ? typeUrl.slice(typeUrl.lastIndexOf('/') + 1) : '';
  const message = context.types.getMessage(name);
  if (message === undefined) {
    if (!isReadable(any, value, context)) context.violations.add(path, expected(describeMessage(any), value));
  } else if (jsonFormOf(message) === 'message') {
    locateInFields(rest, message, context, path);
  } else {
    locateViolations(value.value ?? null, message, context, childPath(path, 'value'));
  }
}

function isReadable(message: DescMessage, value: JsonValue, { types }: LocateContext): boolean {
  try {
    fromJson(message, value, { registry: types, recursionLimit: LIBRARY_DEPTH });
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
