// What a schema without choices means for a type (graphql reference, section 4).
import type { JsonSchema } from '../../../core/http-operation.ts';
import { schemaOfRef } from '../../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { scalarMeaning } from './scalar-meaning.ts';
import { type Discriminator, isObject, isSchema, type Look, type Meaning } from './schema-look.ts';

export function meaningOf(
  schema: JsonObject,
  types: readonly string[],
  values: readonly JsonValue[] | undefined,
): Meaning {
  for (const [keyword, why] of UNSAYABLE) {
    if (schema[keyword] !== undefined && schema[keyword] !== true) return { kind: 'any', why };
  }
  const { const: constant } = schema;
  if (constant !== undefined && constant !== null) return constantMeaning(constant, schema);
  if (values !== undefined) return enumMeaning(values);
  const type =
    types.length === 2 && types.includes('integer') && types.includes('number') ? 'number' : types[0];
  if (types.length > 1 && type !== 'number') return { kind: 'any', why: 'it may be values of several types' };
  switch (type ?? impliedType(schema)) {
    case 'object':
      return objectMeaning(schema);
    case 'array': {
      const { items } = schema;
      return { kind: 'list', items: isSchema(items) ? items : true };
    }
    case undefined:
      return { kind: 'any', why: schema.items === undefined ? undefined : NO_LIST };
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return { kind: 'scalar', ...scalarMeaning(type ?? '', schema) };
    default:
      return { kind: 'any', why: undefined };
  }
}

/** Source: graphql reference, section 4. */
const UNSAYABLE: readonly (readonly [keyword: string, why: string])[] = [
  ['prefixItems', 'it is a list with a type for each place (prefixItems)'],
  ['patternProperties', 'its properties are described by patterns (patternProperties)'],
  ['if', 'it is described by a condition (if)'],
  ['not', 'it is described by what it is not (not)'],
];
export const NOTHING_FITS = 'its schema is false, which nothing fits';

/** Bounds of lists, which nobody gives to anything else. */
const OF_LISTS = ['minItems', 'maxItems', 'uniqueItems', 'contains'];
/** Well-known documents describe objects so. */
const NO_LIST = 'it says what its items are, and not that it is a list (items without type)';

function impliedType(schema: JsonObject): string | undefined {
  if (schema.properties !== undefined || schema.additionalProperties !== undefined) return 'object';
  return OF_LISTS.some((keyword) => schema[keyword] !== undefined) ? 'array' : undefined;
}

function objectMeaning(schema: JsonObject): Meaning {
  const { properties, additionalProperties: others, required } = schema;
  const entries = isObject(properties) ? Object.entries(properties) : [];
  const known = new Map(entries.filter((entry): entry is [string, JsonSchema] => isSchema(entry[1])));
  if (known.size > 0) {
    return {
      kind: 'object',
      properties: known,
      required: new Set(Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []),
      hasOthers: isObject(others) && Object.keys(others).length > 0,
    };
  }
  return isObject(others) && Object.keys(others).length > 0
    ? { kind: 'entries', value: others }
    : { kind: 'free' };
}

function enumMeaning(values: readonly JsonValue[]): Meaning {
  if (values.length > 0 && values.every((value) => typeof value === 'boolean'))
    return { kind: 'scalar', scalar: 'Boolean' };
  const names = values.filter((value) => typeof value === 'string' || Number.isSafeInteger(value)) as (
    | string
    | number
  )[];
  if (names.length < values.length || !isOfOneType(names)) {
    return { kind: 'any', why: 'the values of its enum are of several types, or of none that has names' };
  }
  return { kind: 'enum', values: [...new Set(names)] };
}

export function isOfOneType(values: readonly (string | number)[]): boolean {
  return values.length > 0 && values.every((value) => typeof value === typeof values[0]);
}

function constantMeaning(constant: JsonValue, schema: JsonObject): Meaning {
  switch (typeof constant) {
    case 'string':
      return { kind: 'scalar', ...scalarMeaning('string', schema) };
    case 'boolean':
      return { kind: 'scalar', scalar: 'Boolean' };
    case 'number':
      return { kind: 'scalar', ...scalarMeaning(Number.isInteger(constant) ? 'integer' : 'number', schema) };
    default:
      return { kind: 'any', why: 'its only value is no scalar' };
  }
}

export function constantText(meaning: Meaning, look: Look | undefined): string | undefined {
  const isText = meaning.kind === 'scalar' && meaning.scalar === 'String';
  return isText && typeof look?.constant === 'string' ? look.constant : undefined;
}

export function isText(meaning: Meaning): boolean {
  if (meaning.kind === 'enum') return typeof meaning.values[0] === 'string';
  return meaning.kind === 'scalar' && ['String', 'DateTime', 'Date', 'Bytes'].includes(meaning.scalar);
}

export function isNumber(meaning: Meaning): boolean {
  return meaning.kind === 'scalar' && ['Int', 'Float', 'SafeInteger', 'UInt32'].includes(meaning.scalar);
}

export function discriminatorOf(value: JsonValue | undefined): Discriminator | undefined {
  if (!isObject(value) || typeof value.propertyName !== 'string') return undefined;
  const mapping = isObject(value.mapping) ? Object.entries(value.mapping) : [];
  return {
    key: value.propertyName,
    mapping: new Map(
      mapping.flatMap(([text, ref]) => {
        const name = schemaOfRef(ref);
        return name === undefined ? [] : [[text, name] as const];
      }),
    ),
  };
}
