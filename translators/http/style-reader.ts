// Parameter values from text, by `style`, `explode` and schema: the reverse of style-writer. What is absent reads as
// undefined; whether a value is a right one, its schema says afterwards.
import type { HttpDocument, HttpParameter, JsonSchema } from '../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isJsonNumber } from '../../core/json-number.ts';
import { itemsOf, propertyNames, propertyOf, typesOf } from './schema-types.ts';

type Schemas = HttpDocument['schemas'];

/** Pairs of a query in order, raw: names and values as they were sent. */
export type RawPairs = readonly (readonly [name: string, value: string])[];

export function splitQuery(query: string): RawPairs {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    });
}

/** `text` is the decoded value of the path variable; lists in it are split where their delimiter stands. */
export function readPathValue(
  parameter: HttpParameter,
  text: string,
  schemas: Schemas,
): JsonValue | undefined {
  const { name, style, explode, schema } = parameter;
  switch (style) {
    case 'label':
      return text.startsWith('.') ? listed(text.slice(1), explode ? '.' : ',', parameter, schemas) : text;
    case 'matrix': {
      const pairs = splitQuery(text.replace(/^;/, '').replaceAll(';', '&'));
      if (!explode || !isContainer(schema, schemas)) {
        const [, value = text] = pairs.find(([key]) => key === name) ?? [];
        return listed(value, ',', { ...parameter, explode: false }, schemas);
      }
      return gathered(parameter, pairs, schemas, (raw) => raw);
    }
    default:
      return listed(text, ',', parameter, schemas);
  }
}

/** Undefined if the query does not have it, null in place of what is no sound text. */
export function readQueryValue(
  parameter: HttpParameter,
  pairs: RawPairs,
  schemas: Schemas,
): JsonValue | undefined {
  const { name, style, explode, schema } = parameter;
  const toText = (raw: string): string => decode(raw, true) ?? raw;
  if (style === 'deepObject') return deepValue(parameter, pairs, schemas);
  if (explode && isContainer(schema, schemas)) return gathered(parameter, pairs, schemas, toText);
  const found = pairs.filter(([key]) => decode(key, true) === name);
  const [first] = found;
  if (first === undefined) return undefined;
  // Split before decoding: an encoded delimiter is part of an item.
  const delimiter = DELIMITERS[style] ?? /,/;
  return listed(first[1], delimiter, { ...parameter, explode: false }, schemas, toText);
}

const DELIMITERS: Readonly<Record<string, RegExp>> = {
  spaceDelimited: /%20|\+| /,
  pipeDelimited: /%7[Cc]|\|/,
  tabDelimited: /%09|\t/,
};

export function readHeaderValue(parameter: HttpParameter, text: string, schemas: Schemas): JsonValue {
  // Blanks are looked at from the first of them alone.
  return listed(text, /(?:(?<![ \t])[ \t]+)?,[ \t]*/, parameter, schemas);
}

/** `cookies`: pairs of the Cookie field, whose names nobody encodes, nor a plus for a space. */
export function readCookieValue(
  parameter: HttpParameter,
  cookies: RawPairs,
  schemas: Schemas,
): JsonValue | undefined {
  const isPlain = parameter.style === 'cookie';
  const pairs = cookies.map(([name, value]): RawPairs[number] => {
    const encoded = isPlain ? value.replaceAll('%', '%25') : value;
    return [encodeURIComponent(name), encoded.replaceAll('+', '%2B')];
  });
  return readQueryValue({ ...parameter, style: 'form' }, pairs, schemas);
}

/** Whether it has parts, so that repetition may be what is meant. */
export function isContainer(schema: JsonSchema, schemas: Schemas): boolean {
  const types = typesOf(schema, schemas);
  return types.has('array') || types.has('object');
}

/** Exploded: items by repetition, members by their own names. */
function gathered(
  { name, schema }: HttpParameter,
  pairs: RawPairs,
  schemas: Schemas,
  toText: (raw: string) => string,
): JsonValue | undefined {
  const types = typesOf(schema, schemas);
  if (types.has('array')) {
    const items = pairs.filter(([key]) => toText(key) === name).map(([, value]) => toText(value));
    if (items.length === 0) return undefined;
    const item = itemsOf(schema, schemas);
    return items.map((text) => scalar(text, item, schemas));
  }
  const names = propertyNames(schema, schemas);
  const object = emptyObject();
  for (const [key, value] of pairs) {
    const member = toText(key);
    if (names.has(member))
      object[member] = scalar(toText(value), propertyOf(schema, schemas, member), schemas);
  }
  return Object.keys(object).length === 0 ? undefined : object;
}

/** `name[a]=1&name[b][c]=2`. */
function deepValue(
  { name, schema }: HttpParameter,
  pairs: RawPairs,
  schemas: Schemas,
): JsonValue | undefined {
  let object: JsonObject | undefined;
  for (const [rawKey, rawValue] of pairs) {
    const key = decode(rawKey, true) ?? rawKey;
    if (!key.startsWith(`${name}[`) || !key.endsWith(']')) continue;
    object ??= emptyObject();
    const steps = key
      .slice(name.length + 1, -1)
      .split('][')
      .slice(0, MAX_DEEP);
    let at = object;
    let part: JsonSchema = schema;
    for (const step of steps.slice(0, -1)) {
      part = propertyOf(part, schemas, step);
      const inner = at[step];
      const next =
        typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : emptyObject();
      at[step] = next;
      at = next;
    }
    addDeep(at, steps.at(-1) ?? '', decode(rawValue, true) ?? rawValue, part, schemas);
  }
  return object;
}

/** Further steps down are not read. */
export const MAX_DEEP = 10;

function addDeep(at: JsonObject, step: string, text: string, parent: JsonSchema, schemas: Schemas): void {
  const schema = propertyOf(parent, schemas, step);
  if (!typesOf(schema, schemas).has('array')) {
    at[step] = scalar(text, schema, schemas);
    return;
  }
  const list = at[step];
  const item = scalar(text, itemsOf(schema, schemas), schemas);
  at[step] = Array.isArray(list) ? [...list, item] : [item];
}

/** One text that may be a list or an object. */
function listed(
  text: string,
  delimiter: string | RegExp,
  { schema, explode }: HttpParameter,
  schemas: Schemas,
  toText: (raw: string) => string = (raw) => raw,
): JsonValue {
  const types = typesOf(schema, schemas);
  if (types.has('array')) {
    const item = itemsOf(schema, schemas);
    return text === '' ? [] : text.split(delimiter).map((part) => scalar(toText(part), item, schemas));
  }
  if (!types.has('object')) return scalar(toText(text), schema, schemas);
  const parts = text === '' ? [] : text.split(delimiter).map(toText);
  const object = emptyObject();
  for (let index = 0; index < parts.length; index += explode ? 1 : 2) {
    const part = parts[index] ?? '';
    const at = part.indexOf('=');
    const name = explode && at >= 0 ? part.slice(0, at) : part;
    const value = explode ? (at < 0 ? '' : part.slice(at + 1)) : (parts[index + 1] ?? '');
    object[name] = scalar(value, propertyOf(schema, schemas, name), schemas);
  }
  return object;
}

/** Of `1e2` and `1.0` some read the first digit alone. */
const INTEGER = /^-?(?:0|[1-9]\d*)$/;

/** Text as the type that its schema wants; text that is none stays text, for the schema to refuse. */
export function scalar(text: string, schema: JsonSchema, schemas: Schemas): JsonValue {
  const types = typesOf(schema, schemas);
  if (types.has('number') ? isJsonNumber(text) : types.has('integer') && INTEGER.test(text)) {
    const number = Number(text);
    if (Number.isFinite(number)) return number;
  }
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  if (types.has('null') && !types.has('string') && text === '') return null;
  return text;
}

function emptyObject(): JsonObject {
  return Object.create(null);
}

/** Undefined for what is not sound; a plus is a space where forms are meant. */
export function decode(text: string, isForm: boolean): string | undefined {
  const plain = isForm ? text.replaceAll('+', ' ') : text;
  if (!plain.includes('%')) return plain;
  try {
    return decodeURIComponent(plain);
  } catch {
    return undefined;
  }
}
