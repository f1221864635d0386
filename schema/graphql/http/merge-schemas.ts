// `allOf`, and what stands beside a reference, as one schema: every part holds, so all properties are there and types
// are those that all parts allow. References below stay references.
import { type JsonSchema, schemaOfRef } from '../../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { type Effort, TOO_MUCH } from './effort.ts';
import { commonValues, isSameValue } from './same-value.ts';

/** Parts of one schema; more come only from documents that want to cost time. */
const MAX_PARTS = 500;

/** Why there is no such schema: too much to be merged, or nothing that could ever fit it, which is the author's mistake. */
export class Unmergeable {
  readonly why: string;
  readonly isContradiction: boolean;

  constructor(why: string, isContradiction = false) {
    this.why = why;
    this.isContradiction = isContradiction;
  }
}

export function mergeSchemas(
  schema: JsonObject,
  component: (name: string) => JsonSchema | undefined,
  effort: Effort,
): JsonObject | Unmergeable {
  if (schema.allOf === undefined && schema.$ref === undefined) return schema;
  const parts: JsonObject[] = [];
  const visited = new Set<string>();
  const waiting: JsonValue[] = [schema];
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    if (part === false) return new Unmergeable('its schema is false, which nothing fits');
    if (!isObject(part)) continue;
    if (parts.length >= MAX_PARTS) return new Unmergeable(`its allOf has more than ${MAX_PARTS} parts`);
    if (!effort.spend(1 + Object.keys(part).length)) return new Unmergeable(TOO_MUCH);
    const { allOf, $ref, ...own } = part;
    const name = schemaOfRef($ref);
    const target = name === undefined ? undefined : component(name);
    // In order of declaration: what is referred to, what is merged, then its own.
    const inner: JsonValue[] = Array.isArray(allOf) ? [...allOf] : [];
    if (name !== undefined && target !== undefined && !visited.has(name)) {
      visited.add(name);
      // The discriminator of a common base tells its children apart, not this one's parts.
      inner.unshift(typeof target === 'boolean' ? target : withoutDiscriminator(target));
    }
    if (inner.length === 0) parts.push(Object.assign(emptyObject(), own));
    else waiting.unshift(...inner, Object.assign(emptyObject(), own));
  }
  const merged = emptyObject();
  for (const part of parts) {
    const fault = addPart(merged, part, effort);
    if (fault !== undefined) return fault;
  }
  return merged;
}

function withoutDiscriminator(schema: JsonObject): JsonObject {
  if (schema.oneOf !== undefined || schema.anyOf !== undefined) return schema;
  const { discriminator: _discriminator, ...rest } = schema;
  return Object.assign(emptyObject(), rest);
}

/** What contradicts what. */
function addPart(merged: JsonObject, part: JsonObject, effort: Effort): Unmergeable | undefined {
  for (const [key, value] of Object.entries(part)) {
    const known = merged[key];
    if (known === undefined || value === undefined) {
      if (value !== undefined) merged[key] = value;
      continue;
    }
    switch (key) {
      case 'properties':
        merged.properties = mergedProperties(known, value, effort);
        break;
      case 'required':
        if (!effort.spend([known, value].flat().length)) return new Unmergeable(TOO_MUCH);
        merged.required = [...new Set([known, value].flat())];
        break;
      case 'type': {
        const types = intersected(typesOf(known), typesOf(value));
        if (types.length === 0)
          return contradiction(`allOf asks for ${textOf(known)} and for ${textOf(value)}`);
        merged.type = types.length === 1 ? (types[0] ?? null) : types;
        break;
      }
      case 'enum': {
        const values = commonValues([known].flat(), [value].flat(), effort);
        if (values.length === 0) return contradiction('the enums of its allOf have no value in common');
        merged.enum = values;
        break;
      }
      case 'const':
        if (!isSameValue(known, value, effort))
          return contradiction('its allOf asks for two different constants');
        break;
      case 'oneOf':
      case 'anyOf':
        if (!isSameValue(known, value, effort))
          return new Unmergeable(`several parts of its allOf have a choice (${key})`);
        break;
      case 'items':
        if (!isSameValue(known, value, effort)) merged.items = allOf(known, value);
        break;
      case 'additionalProperties':
        // Whether others are allowed says nothing of their type.
        if (!isObject(known)) merged.additionalProperties = value;
        break;
      case 'description':
      case 'title':
      case 'default':
      case 'discriminator':
        // The last one is the nearest.
        merged[key] = value;
        break;
      case 'readOnly':
      case 'writeOnly':
      case 'deprecated':
        merged[key] = known === true || value === true;
        break;
      case 'minimum':
      case 'exclusiveMinimum':
        merged[key] = Math.max(Number(known), Number(value));
        break;
      case 'maximum':
      case 'exclusiveMaximum':
        merged[key] = Math.min(Number(known), Number(value));
        break;
    }
  }
  return undefined;
}

function contradiction(why: string): Unmergeable {
  return new Unmergeable(`${why}, which no value fits`, true);
}

function mergedProperties(known: JsonValue, more: JsonValue, effort: Effort): JsonValue {
  const merged = Object.assign(emptyObject(), known);
  if (!effort.spend(Object.keys(merged).length)) return merged;
  for (const [name, schema] of Object.entries(isObject(more) ? more : {})) {
    const before = Object.hasOwn(merged, name) ? merged[name] : undefined;
    merged[name] =
      before === undefined || isSameValue(before, schema, effort) ? schema : allOf(before, schema);
  }
  return merged;
}

function allOf(...parts: readonly (JsonValue | undefined)[]): JsonObject {
  return Object.assign(emptyObject(), { allOf: parts.filter((part) => part !== undefined) });
}

function typesOf(value: JsonValue): JsonValue[] {
  return [value].flat() as JsonValue[];
}

/** An integer is a number. */
function intersected(a: readonly JsonValue[], b: readonly JsonValue[]): JsonValue[] {
  const isIn = (type: JsonValue, types: readonly JsonValue[]): boolean =>
    types.includes(type) || (type === 'integer' && types.includes('number'));
  return [...new Set([...a.filter((type) => isIn(type, b)), ...b.filter((type) => isIn(type, a))])];
}

function textOf(value: JsonValue): string {
  return JSON.stringify(value).slice(0, 100);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function emptyObject(): JsonObject {
  return Object.create(null) as JsonObject;
}
