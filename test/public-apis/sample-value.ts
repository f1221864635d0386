// A value that a schema allows, made of the document's own examples where it has some. Judges nothing: Prism does.
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isObject, type PublicDocument } from './document.ts';
import type { Random } from './random.ts';

const MAX_DEPTH = 5;

/** By format and common patterns: what most schemas want of a text. */
const TEXTS: Readonly<Record<string, string>> = {
  'date-time': '2024-02-29T12:34:56Z',
  date: '2024-02-29',
  time: '12:34:56Z',
  uuid: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
  email: 'reader@example.com',
  uri: 'https://example.com/a?b=c',
  url: 'https://example.com/a?b=c',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  byte: 'aGVsbG8=',
  duration: 'P1D',
  'unix-time': '1700000000',
};
/** Tried in order where there is a pattern. */
const CANDIDATES = [
  ...['abc', 'ABC', '1', '12', '123', '1234567890', '2024-02-29', '2024-02-29T12:34:56Z', 'a1', 'AB', 'US'],
  ...[
    '3fa85f64-5717-4562-b3fc-2c963f66afa6',
    '/a',
    'a/b',
    'a.b',
    '#aabbcc',
    'https://example.com/',
    '+1',
    '0',
  ],
  ...['AC0123456789abcdef0123456789abcdef', '0123456789abcdef0123456789abcdef', 'a@b.cc', 'abcdefghijklmnop'],
];
/** What URLs, forms and JSON must all escape. */
const AWKWARD = 'a b&c=ü+%/"';

export class SampleValues {
  readonly #document: PublicDocument;
  readonly #random: Random;

  constructor(document: PublicDocument, random: Random) {
    this.#document = document;
    this.#random = random;
  }

  /** Undefined where no value was found. `purpose`: properties that only the other side sets are left out. */
  of(raw: JsonValue | undefined, plain = false, depth = 0): JsonValue | undefined {
    const schema = this.#document.resolve(raw);
    const said = saidBy(schema);
    if (said !== undefined && depth === 0) return said;
    if (schema.const !== undefined) return schema.const;
    if (Array.isArray(schema.enum)) return this.#random.sample(schema.enum.filter(isSome), 1)[0];
    if (Array.isArray(schema.allOf)) return this.of(this.#merged(schema), plain, depth);
    const members = schema.oneOf ?? schema.anyOf;
    if (Array.isArray(members)) return this.#member(schema, members, plain, depth);
    if (said !== undefined && typeof said !== 'object') return said;
    return this.#typed(schema, plain, depth);
  }

  #member(schema: JsonObject, members: readonly JsonValue[], plain: boolean, depth: number) {
    const { oneOf: _oneOf, anyOf: _anyOf, ...rest } = schema;
    for (const member of members) {
      const { $ref: _ref, ...own } = this.#document.resolve(member);
      if (own.type === 'null') continue;
      const value = this.of({ allOf: [rest, own] }, plain, depth + 1);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #merged(schema: JsonObject): JsonObject {
    const { allOf, ...rest } = schema;
    let merged: JsonObject = rest;
    for (const part of Array.isArray(allOf) ? allOf : []) {
      const one = this.#document.resolve(part);
      const own = Array.isArray(one.allOf) ? this.#merged(one) : one;
      const { example: _example, examples: _examples, ...others } = own;
      const properties = {
        ...this.#document.resolve(own.properties),
        ...this.#document.resolve(merged.properties),
      };
      const required = [...listOf(own.required), ...listOf(merged.required)];
      merged = { ...others, ...merged, properties, required };
    }
    return merged;
  }

  #typed(schema: JsonObject, plain: boolean, depth: number): JsonValue | undefined {
    const type = listOf(schema.type).find((one) => one !== 'null') ?? impliedType(schema);
    switch (type) {
      case 'object':
        return this.#object(schema, depth);
      case 'array': {
        const item = this.of(schema.items, plain, depth + 1);
        if (item === undefined) return Number(schema.minItems ?? 0) > 0 ? undefined : [];
        const count = Math.max(Number(schema.minItems ?? 0), schema.uniqueItems === true ? 1 : 2);
        return Array.from({ length: Math.min(count, Number(schema.maxItems ?? 5)) }, () => item);
      }
      case 'integer':
      case 'number':
        return numberOf(schema, type);
      case 'boolean':
        return this.#random.chance(0.5);
      default:
        return this.#text(schema, plain);
    }
  }

  #object(schema: JsonObject, depth: number): JsonValue | undefined {
    const result: JsonObject = {};
    const required = new Set(listOf(schema.required));
    for (const [name, raw] of Object.entries(this.#document.resolve(schema.properties))) {
      const property = this.#document.resolve(raw);
      if (property.readOnly === true) continue;
      const isWanted = depth < MAX_DEPTH && this.#random.chance(0.4 / (depth + 1));
      if (!required.has(name) && !isWanted) continue;
      if (depth > 3 * MAX_DEPTH) return undefined;
      const value = this.of(raw, false, depth + 1);
      if (value !== undefined) result[name] = value;
      else if (required.has(name)) return undefined;
    }
    const { additionalProperties } = schema;
    if (isObject(additionalProperties) && Object.keys(result).length === 0 && depth < MAX_DEPTH) {
      const value = this.of(additionalProperties, false, depth + 1);
      if (value !== undefined) result['a key'] = value;
    }
    return result;
  }

  #text(schema: JsonObject, plain: boolean): string | undefined {
    const { pattern, minLength = 0, maxLength = 1000, format } = schema;
    const known = typeof format === 'string' ? TEXTS[format] : undefined;
    const isFree = !plain && known === undefined;
    const candidates = [
      ...(known === undefined ? [] : [known]),
      ...(isFree ? [AWKWARD] : []),
      ...CANDIDATES,
      ...identifiers(pattern),
    ];
    const isFitting = (text: string): boolean =>
      text.length >= Number(minLength) &&
      text.length <= Number(maxLength) &&
      (typeof pattern !== 'string' || matches(pattern, text));
    const fitting = candidates.find(isFitting);
    if (fitting !== undefined) return fitting;
    const long = 'a'.repeat(Math.min(Number(minLength), 5_000));
    return isFitting(long) ? long : undefined;
  }
}

/** `^AC[0-9a-fA-F]{32}$`: letters, then so many digits. */
function identifiers(pattern: JsonValue | undefined): string[] {
  const [, letters, digits] = /^\^([A-Za-z_-]+)\[0-9a-fA-F\]\{(\d+)\}\$$/.exec(String(pattern)) ?? [];
  return letters === undefined ? [] : [letters + '0123456789abcdef'.repeat(8).slice(0, Number(digits))];
}

/** What the document itself gives as a value. */
function saidBy({ example, examples, default: preset }: JsonObject): JsonValue | undefined {
  if (isSome(example)) return example;
  if (Array.isArray(examples) && isSome(examples[0])) return examples[0];
  return isSome(preset) ? preset : undefined;
}

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern).test(text);
  } catch {
    return true;
  }
}

function isSome(value: JsonValue | undefined): value is JsonValue {
  return value !== undefined && value !== null;
}

function impliedType(schema: JsonObject): string {
  if (schema.properties !== undefined || schema.additionalProperties !== undefined) return 'object';
  return schema.items === undefined ? 'string' : 'array';
}

function listOf(value: JsonValue | undefined): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function numberOf({ minimum, exclusiveMinimum, maximum, multipleOf }: JsonObject, type: string): number {
  const least = typeof exclusiveMinimum === 'number' ? exclusiveMinimum + 1 : Number(minimum ?? 1);
  const value = Math.min(Math.max(least, 1), Number(maximum ?? Number.MAX_SAFE_INTEGER));
  const step = typeof multipleOf === 'number' ? multipleOf : type === 'integer' ? 1 : 0;
  return step === 0 ? value : Math.ceil(value / step) * step;
}
