// What a schema says of the form of a value, as far as text must be read by it: references followed, alternatives united.
import { type HttpDocument, type JsonSchema, schemaOfRef } from '../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';

type Schemas = HttpDocument['schemas'];

const MAX_STEPS = 30;

/** Names of JSON Schema types; empty if it says nothing. */
export function typesOf(schema: JsonSchema | undefined, schemas: Schemas, steps = 0): ReadonlySet<string> {
  const types = new Set<string>();
  for (const part of partsOf(schema, schemas, steps)) {
    for (const type of [part.type ?? []].flat() as JsonValue[]) if (typeof type === 'string') types.add(type);
    for (const value of constantsOf(part)) types.add(typeOfValue(value));
  }
  return types;
}

/** The schema of the items of a list; true if nothing is said. */
export function itemsOf(schema: JsonSchema | undefined, schemas: Schemas): JsonSchema {
  for (const { items } of partsOf(schema, schemas)) if (isSchema(items)) return items;
  return true;
}

/** The schema of a member; that of all others if it has none of its own. */
export function propertyOf(schema: JsonSchema | undefined, schemas: Schemas, name: string): JsonSchema {
  let others: JsonSchema = true;
  for (const { properties, additionalProperties } of partsOf(schema, schemas)) {
    const own = isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (isSchema(own)) return own;
    if (isSchema(additionalProperties)) others = additionalProperties;
  }
  return others;
}

/** Names of declared members. */
export function propertyNames(schema: JsonSchema | undefined, schemas: Schemas): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { properties } of partsOf(schema, schemas)) {
    if (isObject(properties)) for (const name of Object.keys(properties)) names.add(name);
  }
  return names;
}

/** The schema and all that it is put together of. */
function* partsOf(schema: JsonSchema | undefined, schemas: Schemas, steps = 0): Generator<JsonObject> {
  if (typeof schema !== 'object' || steps > MAX_STEPS) return;
  yield schema;
  const name = schemaOfRef(schema.$ref);
  if (name !== undefined) yield* partsOf(schemas.get(name), schemas, steps + 1);
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    const list = schema[keyword];
    if (!Array.isArray(list)) continue;
    for (const part of list) if (isSchema(part)) yield* partsOf(part, schemas, steps + 1);
  }
}

function constantsOf({ const: constant, enum: values }: JsonObject): readonly JsonValue[] {
  return [...(constant === undefined ? [] : [constant]), ...(Array.isArray(values) ? values : [])];
}

function typeOfValue(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSchema(value: JsonValue | undefined): value is JsonSchema {
  return typeof value === 'boolean' || isObject(value);
}
