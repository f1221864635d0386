// A multipart form as a JSON value, as far as its schema can be held against it. What goes upstream is the form itself.
import { GatewayError } from '../../core/error.ts';
import type { HttpDocument, HttpMedia, HttpParameter, JsonSchema } from '../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { JSON_CODEC } from '../../core/json-codec.ts';
import { itemsOf, propertyOf, typesOf } from './schema-types.ts';
import { readQueryValue } from './style-reader.ts';

type Schemas = HttpDocument['schemas'];

/**
 * Parts of one name are a list where the schema says so. An object is read as JSON, which is what a part of that kind
 * is unless its encoding says otherwise (OpenAPI 3.1, Encoding Object); a file is text of as many characters as it has bytes.
 *
 * @throws GatewayError `invalid_argument`
 */
export async function readMultipartForm(
  { schema, encoding }: HttpMedia,
  { contentType, bytes }: { readonly contentType: string; readonly bytes: Uint8Array },
  schemas: Schemas,
): Promise<JsonObject> {
  const parts = await parse(contentType, bytes);
  const form: JsonObject = Object.create(null);
  for (const name of new Set(parts.keys())) {
    const property = propertyOf(schema, schemas, name);
    const isJson = /[/+]json\b/i.test(encoding.get(name)?.contentType ?? '');
    const values = await Promise.all(
      parts.getAll(name).map((part) => (typeof part === 'string' ? part : latinText(part))),
    );
    const isList = typesOf(property, schemas).has('array') && !(isJson && values.length === 1);
    const read = (text: string, one: JsonSchema): JsonValue => readPart(text, one, { isJson, schemas });
    form[name] = isList
      ? values.map((text) => read(text, itemsOf(property, schemas)))
      : read(values[0] ?? '', property);
  }
  return form;
}

async function parse(contentType: string, bytes: Uint8Array): Promise<FormData> {
  try {
    return await new Response(Buffer.from(bytes), { headers: { 'content-type': contentType } }).formData();
  } catch (cause) {
    throw new GatewayError('invalid_argument', 'the body is not a multipart form of its boundary', { cause });
  }
}

async function latinText(file: Blob): Promise<string> {
  return Buffer.from(await file.arrayBuffer()).toString('latin1');
}

function readPart(
  text: string,
  schema: JsonSchema,
  { isJson, schemas }: { readonly isJson: boolean; readonly schemas: Schemas },
): JsonValue {
  if (isJson || typesOf(schema, schemas).has('object')) {
    try {
      return JSON_CODEC.wireToValue(Buffer.from(text));
    } catch {
      // It is told that it is text where an object belongs.
      return text;
    }
  }
  // As one field of an ordinary form is read: numbers and flags by the schema.
  return readQueryValue({ ...PART, schema }, [[PART.name, encodeURIComponent(text)]], schemas) ?? text;
}

const PART: HttpParameter = {
  name: 'part',
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
