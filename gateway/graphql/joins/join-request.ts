// Keys to requests: which keys may go in one call, and how the request of that call is written.
import type { Join, JoinKey } from '../../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { isDecimalInteger } from '../../../core/json-number.ts';
import { exactNumber } from '../../../translators/graphql/exact-number.ts';
import { holderName } from './holder-name.ts';
import type { Key } from './keys.ts';

/**
 * Characters of keys in a query or header. Most servers take 8 KB of a request line, some of all headers together:
 * what is longer they refuse as a whole. A hundred UUIDs fit.
 */
const MAX_HEAD_LENGTH = 4_096;

/**
 * Keys that go in one call: equal in all that the request says only once, at most `maxBatch`, and no more than the head
 * of a request can hold where they stand there.
 */
export function partition(join: Join, keys: readonly Key[]): readonly (readonly [Key, ...Key[]])[] {
  // Nothing is said only once.
  if (join.holder === undefined && join.keys.every(({ isRepeated }) => isRepeated)) return chunks(join, keys);
  const groups = new Map<string, Key[]>();
  for (const key of keys) {
    const shared = sharedPart(join, key);
    const group = groups.get(shared);
    if (group === undefined) groups.set(shared, [key]);
    else group.push(key);
  }
  return [...groups.values()].flatMap((group) => chunks(join, group));
}

function sharedPart(join: Join, key: Key): string {
  const once = join.keys.flatMap(({ isRepeated }, index) => (isRepeated ? [] : [key.values[index] ?? null]));
  return JSON.stringify([once, holderOf(join, key) ?? null]);
}

function holderOf(join: Join, key: Key): string | undefined {
  const name = join.keys.findIndex(({ isName }) => isName);
  return join.holder && holderName(join.holder.patterns, String(key.values[name]));
}

function chunks(join: Join, keys: readonly Key[]): (readonly [Key, ...Key[]])[] {
  const most = join.form === 'single' ? 1 : join.maxBatch;
  const inHead = join.operation.http === undefined ? [] : join.keys.map(isInHead);
  const all: [Key, ...Key[]][] = [];
  let length = 0;
  for (const key of keys) {
    const own = headLength(join, key, inHead);
    const last = all.at(-1);
    if (last === undefined || last.length >= most || length + own > MAX_HEAD_LENGTH) {
      all.push([key]);
      length = own;
    } else {
      last.push(key);
      length += own;
    }
  }
  return all;
}

function isInHead({ request: [place], isRepeated }: JoinKey): boolean {
  return isRepeated && place !== 'body';
}

/** As `&name=value`; other styles take less. */
function headLength(join: Join, { values }: Key, inHead: readonly boolean[]): number {
  let length = 0;
  for (const [index, counts] of inHead.entries()) {
    if (!counts) continue;
    const text = encodeURIComponent(String(values[index] ?? '').toWellFormed());
    length += text.length + (join.keys[index]?.request.at(-1)?.length ?? 0) + 2;
  }
  return length;
}

/** The request for keys of one part. `given` is what the client adds; none of its fields is a key. */
export function writeRequest(
  join: Join,
  keys: readonly [Key, ...Key[]],
  given: JsonObject,
  mask: string | undefined,
): JsonObject {
  const request: JsonObject = Object.assign(emptyObject(), given);
  for (const { request: path, value } of join.constants ?? []) write(request, path, value);
  for (const [index, key] of join.keys.entries()) {
    if (!key.isRepeated) write(request, key.request, inForm(key, keys[0].values[index] ?? null));
    else {
      writeMany(
        request,
        key,
        keys.map(({ values }) => inForm(key, values[index] ?? null)),
      );
    }
  }
  const holder = holderOf(join, keys[0]);
  if (join.holder !== undefined && holder !== undefined) request[join.holder.key] = holder;
  if (join.readMask !== undefined && mask !== undefined) request[join.readMask.key] ??= mask;
  return request;
}

/** A whole number as the service writes it; keys have its digits. */
function inForm({ integer }: JoinKey, value: JsonValue): JsonValue {
  return integer === 'number' && isDecimalInteger(String(value)) ? exactNumber(String(value)) : value;
}

function write(message: JsonObject, path: readonly string[], value: JsonValue): void {
  const last = path.at(-1);
  if (last !== undefined) enter(message, path.slice(0, -1))[last] = value;
}

/** Parts of one composite key go into the same element of the list of messages. */
function writeMany(request: JsonObject, { request: path, repeatedAt }: JoinKey, values: JsonValue[]): void {
  const at = repeatedAt ?? path.length - 1;
  const name = path[at];
  if (name === undefined) return;
  const holder = enter(request, path.slice(0, at));
  if (at === path.length - 1) {
    holder[name] = values;
    return;
  }
  const known = holder[name];
  const elements = Array.isArray(known) ? known : values.map(() => emptyObject());
  holder[name] = elements;
  for (const [index, element] of elements.entries()) {
    if (isObject(element)) write(element, path.slice(at + 1), values[index] ?? null);
  }
}

/** The message at the end of a path, made where it is not there yet. What was given is shared, so it is copied. */
function enter(message: JsonObject, path: readonly string[]): JsonObject {
  let at = message;
  for (const name of path) {
    const known = at[name];
    const next = Object.assign(emptyObject(), isObject(known) ? known : undefined);
    at[name] = next;
    at = next;
  }
  return at;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names come from strangers: nothing may be found on a prototype. */
function emptyObject(): JsonObject {
  return Object.create(null) as JsonObject;
}
