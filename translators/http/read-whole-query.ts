// A query that is one value of a media type (OpenAPI 3.2, `in: querystring`), as every reader finds it.
import type { HttpDocument, HttpParameter } from '../../core/http-operation.ts';
import type { JsonReading } from '../json/unambiguous.ts';
import { isForm, isJson } from './media-types.ts';
import { readForm, readJsonText } from './read-form.ts';
import { decode } from './style-reader.ts';

/** `query` as it was sent, without its question mark. Undefined if there is none. */
export function readWholeQuery(
  { mediaType = '', schema, encoding = new Map() }: HttpParameter,
  query: string,
  schemas: HttpDocument['schemas'],
): JsonReading | undefined {
  if (query === '') return undefined;
  if (isForm(mediaType)) return readForm({ schema, encoding }, query, schemas);
  if (query.includes('+')) return flaw('has a "+" that is not percent-encoded, which some take for a space');
  const text = decode(query, false);
  if (text === undefined) return flaw('must be percent-encoded UTF-8');
  return isJson(mediaType) ? readJsonText(text) : { value: text };
}

function flaw(message: string): JsonReading {
  return { flaw: { pointer: '', message } };
}
