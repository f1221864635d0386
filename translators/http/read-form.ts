// A form (application/x-www-form-urlencoded) as the value that every reader finds in it: of a body, or of a query that
// is one (OpenAPI 3.2, `in: querystring`).
import type { HttpDocument, HttpMedia, HttpParameter, JsonSchema } from '../../core/http-operation.ts';
import type { JsonObject } from '../../core/json.ts';
import { pointerStep } from '../json/pointer.ts';
import { type JsonFlaw, type JsonReading, readUnambiguous } from '../json/unambiguous.ts';
import { ambiguousPair } from './given-twice.ts';
import { isJson } from './media-types.ts';
import { propertyNames, propertyOf, typesOf } from './schema-types.ts';
import { decode, type RawPairs, readQueryValue, splitQuery } from './style-reader.ts';

type Schemas = HttpDocument['schemas'];

export type FormReading = { readonly value: JsonObject } | { readonly flaw: JsonFlaw };

/** Its fields read as parameters of a query do, by their encoding. */
export function readForm(
  { schema, encoding }: Pick<HttpMedia, 'schema' | 'encoding'>,
  text: string,
  schemas: Schemas,
): FormReading {
  if (text.includes(';')) {
    return flaw('', 'has a ";" that is not percent-encoded, which some take for "&"');
  }
  const names = propertyNames(schema, schemas);
  const form: JsonObject = Object.create(null);
  for (const [name, pairs] of byField(splitQuery(text), names)) {
    const told = encoding.get(name);
    const own = propertyOf(schema, schemas, name);
    const isText = told === undefined ? isNested(own, schemas) : isJson(told.contentType ?? '');
    const field: HttpParameter = {
      ...FIELD,
      name,
      style: isText ? 'form' : (told?.style ?? 'form'),
      explode: !isText && (told?.explode ?? true),
      schema: isText ? TEXT : own,
    };
    const ambiguity = ambiguousPair(field, pairs, names, schemas);
    if (ambiguity !== undefined) return flaw(pointerStep(name) + ambiguity.pointer, ambiguity.message);
    const value = readQueryValue(field, pairs, schemas);
    if (value === undefined) continue;
    const reading = isText ? readJsonText(String(value)) : { value };
    if ('flaw' in reading) return flaw(pointerStep(name) + reading.flaw.pointer, reading.flaw.message);
    form[name] = reading.value;
  }
  return { value: form };
}

/** Text of JSON that stands where texts of other kinds may stand, too. */
export function readJsonText(text: string): JsonReading {
  const reading = readUnambiguous(text);
  return 'flaw' in reading && reading.flaw.pointer === '' ? flaw('', 'must be JSON') : reading;
}

const TEXT: JsonSchema = Object.assign(Object.create(null), { type: 'string' });

/** OpenAPI 3.2, "Encoding Object": without one, what has parts is JSON. */
function isNested(schema: JsonSchema, schemas: Schemas): boolean {
  const types = typesOf(schema, schemas);
  return types.has('object') && !types.has('string');
}

function flaw(pointer: string, message: string): { readonly flaw: JsonFlaw } {
  return { flaw: { pointer, message } };
}

/** A name with brackets is one of the document's own, or of a member. */
function byField(pairs: RawPairs, names: ReadonlySet<string>): ReadonlyMap<string, RawPairs> {
  const fields = new Map<string, RawPairs[number][]>();
  for (const pair of pairs) {
    const key = decode(pair[0], true) ?? pair[0];
    const name = names.has(key) ? key : key.replace(/\[.*$/s, '');
    const field = fields.get(name);
    if (field === undefined) fields.set(name, [pair]);
    else field.push(pair);
  }
  return fields;
}

const FIELD: HttpParameter = {
  name: '',
  place: 'query',
  isRequired: false,
  style: 'form',
  explode: true,
  allowReserved: false,
  schema: true,
  mediaType: undefined,
  description: '',
  isDeprecated: false,
  example: undefined,
};
