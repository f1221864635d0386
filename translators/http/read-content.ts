// The content of a request as the value that every reader finds in it, for its schema to judge. What readers could take
// for two different values is refused.
import { isUtf8 } from 'node:buffer';
import { GatewayError } from '../../core/error.ts';
import type { HttpDocument, HttpMedia } from '../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { readUnambiguous } from '../json/unambiguous.ts';
import { type ContentType, isForm, isMultipart } from './media-types.ts';
import { readForm } from './read-form.ts';
import { readMultipartForm } from './read-multipart.ts';
import { refuse } from './refuse.ts';

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
  return isForm(media.mediaType) ? readFormBody(media, text, schemas) : readJson(text);
}

function readFormBody(media: HttpMedia, text: string, schemas: Schemas): JsonObject {
  const reading = readForm(media, text, schemas);
  if ('value' in reading) return inUtf8(reading.value);
  const { pointer, message } = reading.flaw;
  return refuse([{ field: pointer, description: message }]);
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
