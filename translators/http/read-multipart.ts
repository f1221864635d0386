// A multipart form as a JSON value, as far as its schema can be held against it. What goes upstream is the form itself.
import type { HttpDocument, HttpMedia, JsonSchema } from '../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { pointerStep } from '../json/pointer.ts';
import { readUnambiguous } from '../json/unambiguous.ts';
import type { ContentType } from './media-types.ts';
import { refuse } from './refuse.ts';
import { itemsOf, propertyOf, typesOf } from './schema-types.ts';
import { type FormPart, splitMultipart } from './split-multipart.ts';
import { scalar } from './style-reader.ts';

type Schemas = HttpDocument['schemas'];

/**
 * Parts of one name are a list where the schema says so. An object is read as JSON, which is what a part of that kind
 * is unless its encoding says otherwise (OpenAPI 3.1, Encoding Object); a file is text of as many characters as it has bytes.
 *
 * @throws GatewayError `invalid_argument`
 */
export function readMultipartForm(
  { schema, encoding }: HttpMedia,
  { contentType, bytes }: { readonly contentType: ContentType | undefined; readonly bytes: Uint8Array },
  schemas: Schemas,
): JsonObject {
  const form: JsonObject = Object.create(null);
  for (const [name, parts] of byName(splitMultipart(contentType, bytes))) {
    const property = propertyOf(schema, schemas, name);
    const isJson = /[/+]json\b/i.test(encoding.get(name)?.contentType ?? '');
    const isList = typesOf(property, schemas).has('array') && !(isJson && parts.length === 1);
    const at = pointerStep(name);
    const [first] = parts;
    if (isList) {
      const item = itemsOf(property, schemas);
      form[name] = parts.map((part, index) =>
        readPart(part, item, { isJson, at: at + pointerStep(index), schemas }),
      );
      continue;
    }
    if (parts.length > 1 && property !== true) refuse([{ field: at, description: 'is given twice' }]);
    if (first !== undefined) form[name] = readPart(first, property, { isJson, at, schemas });
  }
  return form;
}

function byName(parts: readonly FormPart[]): ReadonlyMap<string, readonly FormPart[]> {
  const fields = new Map<string, FormPart[]>();
  for (const part of parts) {
    const field = fields.get(part.name);
    if (field === undefined) fields.set(part.name, [part]);
    else field.push(part);
  }
  return fields;
}

interface PartPlace {
  readonly isJson: boolean;
  readonly at: string;
  readonly schemas: Schemas;
}

function readPart(
  { bytes, isFile }: FormPart,
  schema: JsonSchema,
  { isJson, at, schemas }: PartPlace,
): JsonValue {
  const types = typesOf(schema, schemas);
  if (isJson || types.has('object')) {
    const text = bytes.toString();
    const reading = readUnambiguous(text);
    if ('value' in reading) return reading.value;
    const { pointer, message } = reading.flaw;
    // It is told that it is text where an object belongs.
    if (pointer === '') return text;
    return refuse([{ field: at + pointer, description: message }]);
  }
  if (!isFile) return scalar(bytes.toString(), schema, schemas);
  // Where a field belongs, a file is none to most readers.
  if (types.size > 0 && !types.has('string') && !types.has('array')) {
    return refuse([{ field: at, description: 'must be a field, not a file' }]);
  }
  return bytes.toString('latin1');
}
