// The content of a request as the value that every reader finds in it, for its schema to judge. What readers could take
// for two different values is refused.
import { isUtf8 } from 'node:buffer';
import { GatewayError } from '../../core/error.ts';
import type { HttpDocument, HttpMedia, HttpParameter } from '../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { pointerStep } from '../json/pointer.ts';
import { readUnambiguous } from '../json/unambiguous.ts';
import { ambiguousPair } from './given-twice.ts';
import { type ContentType, isForm, isMultipart } from './media-types.ts';
import { readMultipartForm } from './read-multipart.ts';
import { refuse } from './refuse.ts';
import { propertyNames, propertyOf } from './schema-types.ts';
import { decode, type RawPairs, readQueryValue, splitQuery } from './style-reader.ts';

type Schemas = HttpDocument['schemas'];

/** @throws GatewayError `invalid_argument`, `invalid-json` */
export function readContent(
  media: HttpMedia,
  { contentType, bytes }: { readonly contentType: ContentType | undefined; readonly bytes: Uint8Array },
  schemas: Schemas,
): JsonValue {
  if (isMultipart(media.mediaType)) {
    return inUtf8(readMultipartForm(media, { contentType, bytes }, schemas));
  }
  if (!isUtf8(bytes)) throw invalid('is not valid UTF-8');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  return isForm(media.mediaType) ? inUtf8(readForm(media, text, schemas)) : readJson(text);
}

/** RFC 7578 §4.6: a field of a form by which some take it for another charset. */
function inUtf8(form: JsonObject): JsonObject {
  const { _charset_: charset = 'utf-8' } = form;
  if (/^utf-?8$/i.test(String(charset))) return form;
  return refuse([{ field: '/_charset_', description: 'must be UTF-8' }]);
}

/** RFC 8259 §8.1: a byte order mark may be ignored; who does not ignore it has an error, and no other value. */
const BOM = '\ufeff';

function readJson(text: string): JsonValue {
  const reading = readUnambiguous(text.startsWith(BOM) ? text.slice(1) : text);
  if ('value' in reading) return reading.value;
  const { pointer, message } = reading.flaw;
  if (pointer === '') throw invalid(message);
  return refuse([{ field: pointer, description: message }]);
}

function invalid(message: string): GatewayError {
  return new GatewayError('invalid_argument', `the body ${message}`, { type: 'invalid-json' });
}

/** A form reads as a query does, its fields as parameters by their encoding. */
function readForm({ schema, encoding }: HttpMedia, text: string, schemas: Schemas): JsonObject {
  if (text.includes(';')) {
    refuse([{ field: '', description: 'has a ";" that is not percent-encoded, which some take for "&"' }]);
  }
  const names = propertyNames(schema, schemas);
  const form: JsonObject = Object.create(null);
  for (const [name, pairs] of byField(splitQuery(text), names)) {
    const told = encoding.get(name);
    const field: HttpParameter = {
      ...FIELD,
      name,
      style: told?.style ?? 'form',
      explode: told?.explode ?? true,
      schema: propertyOf(schema, schemas, name),
    };
    const ambiguity = ambiguousPair(field, pairs, names, schemas);
    if (ambiguity !== undefined) {
      refuse([{ field: pointerStep(name) + ambiguity.pointer, description: ambiguity.message }]);
    }
    const value = readQueryValue(field, pairs, schemas);
    if (value !== undefined) form[name] = value;
  }
  return form;
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
