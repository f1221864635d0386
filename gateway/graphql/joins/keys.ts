// The keys of joins: read from parents and from items, and compared by value and type, field by field.
// Falsy values are keys like any other; only what is absent is none.

import { GatewayError } from '../../../core/error.ts';
import type { Join, JoinKey, KeyField } from '../../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { readOpen } from '../../../translators/graphql/open-scalars.ts';

/** One value per entry of `Join.keys`. */
export interface Key {
  readonly values: readonly JsonValue[];
  /** Equal for equal keys, and only for those. */
  readonly text: string;
}

/** Undefined: there is none. An error: no key is like that, and all beside it would be refused with it. */
export type ParentKey = Key | GatewayError | undefined;

/** The key of a parent. With the cardinality `each` one for every item of its list. */
export function readKeys(join: Join, parent: JsonObject): readonly ParentKey[] {
  if (join.cardinality !== 'each') return [keyOf(join.keys, (key) => valueAt(parent, key.parent))];
  const values = join.keys.map((key) => valueAt(parent, key.parent));
  const length = Math.max(0, ...values.map((value) => (Array.isArray(value) ? value.length : 0)));
  return Array.from({ length }, (_, place) =>
    keyOf(join.keys, (_key, index) => {
      const value = values[index];
      return Array.isArray(value) ? value[place] : value;
    }),
  );
}

/**
 * The text of the key that an item answers; `call` is any key of the call, which stands in for what the item does not
 * say. Undefined if the item lacks a part of it.
 */
export function readItemKey(join: Join, item: JsonValue, call: Key): string | undefined {
  const values: JsonValue[] = [];
  for (const [index, key] of join.keys.entries()) {
    const value = key.item === undefined ? call.values[index] : valueAt(item, key.item);
    if (value === undefined || value === null) return undefined;
    values.push(comparable(key, value));
  }
  return textOf(values);
}

function keyOf(
  keys: readonly JoinKey[],
  read: (key: JoinKey, index: number) => JsonValue | undefined,
): ParentKey {
  const values: JsonValue[] = [];
  for (const [index, key] of keys.entries()) {
    const found = read(key, index);
    if (found === undefined || found === null || (found === '' && key.isName)) return undefined;
    const { open } = key.parent;
    const value = open === undefined ? found : readOpen(open, found);
    if (value instanceof GatewayError) return value;
    values.push(comparable(key, value));
  }
  return { values, text: textOf(values) };
}

/** Services write whole numbers as numbers or as text; their digits are the same. */
function comparable({ integer }: JoinKey, value: JsonValue): JsonValue {
  return integer === undefined ? value : String(value);
}

/** JSON keeps 1 and "1" apart, and the border between two texts; a text alone begins unlike any list. */
function textOf(values: readonly JsonValue[]): string {
  const [only] = values;
  return values.length === 1 && typeof only === 'string' ? `=${only}` : JSON.stringify(values);
}

/** A message on the way that is absent has no fields, not even their defaults. */
function valueAt(holder: JsonValue, { keys, absent }: KeyField): JsonValue | undefined {
  const holding = keys.length === 1 ? holder : walk(holder, keys.slice(0, -1));
  const last = keys.at(-1);
  if (!isObject(holding) || last === undefined) return undefined;
  return Object.hasOwn(holding, last) ? holding[last] : absent;
}

/** What lies at the end of a path of JSON names. */
export function walk(value: JsonValue, keys: readonly string[]): JsonValue | undefined {
  let at: JsonValue | undefined = value;
  for (const key of keys) at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  return at;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
