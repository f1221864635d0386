// Content types of messages: read so that nobody could read them otherwise, and found in what a document lists.

import { GatewayError } from '../../core/error.ts';
import { isFormType, isJsonType } from '../../core/http-media.ts';
import type { RawHeaders } from '../../core/http-message.ts';
import type { HttpMedia } from '../../core/http-operation.ts';

export interface ContentType {
  /** `type/subtype` in lower case. */
  readonly name: string;
  /** By name in lower case; quotes are gone. */
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const TYPE = new RegExp(`^[ \\t]*(${TOKEN}/${TOKEN})[ \\t]*(?=;|$)`);
const PARAMETER = new RegExp(
  `;[ \\t]*(?:(${TOKEN})=(?:(${TOKEN})|"((?:[^"\\\\]|\\\\[^\\r\\n])*)"))?[ \\t]*`,
  'y',
);

/**
 * Of a request; undefined if it names none. One that some read by its first line and others by its last, or by one of
 * two boundaries, is refused.
 *
 * @throws GatewayError `bad-headers`
 */
export function contentTypeOf(headers: RawHeaders): ContentType | undefined {
  const lines = headerLines(headers, 'content-type');
  const [text] = lines;
  if (text === undefined) return undefined;
  if (lines.length > 1) throw badType('is given twice; send it once');
  const [head, name] = TYPE.exec(text) ?? [];
  if (head === undefined || name === undefined)
    throw badType('is malformed; it must be type/subtype; name=value');
  const parameters = new Map<string, string>();
  for (let at = head.length; at < text.length; at = PARAMETER.lastIndex) {
    PARAMETER.lastIndex = at;
    const found = PARAMETER.exec(text);
    if (found === null) throw badType('is malformed; it must be type/subtype; name=value');
    const [, key, token, quoted] = found;
    if (key === undefined) continue;
    const known = key.toLowerCase();
    if (parameters.has(known)) throw badType(`has its parameter ${known} twice`);
    parameters.set(known, token ?? (quoted ?? '').replace(/\\(.)/g, '$1'));
  }
  return { name: name.toLowerCase(), parameters };
}

/** All values of a field, line by line; `name` in lower case. */
export function headerLines(headers: RawHeaders, name: string): readonly string[] {
  const lines: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    if (headers[index]?.toLowerCase() === name) lines.push(headers[index + 1] ?? '');
  }
  return lines;
}

function badType(what: string): GatewayError {
  return new GatewayError('invalid_argument', `the header Content-Type ${what}`, { type: 'bad-headers' });
}

/** The media of a content type: the very one, then its range, then any. */
export function findMedia(content: readonly HttpMedia[], contentType: string): HttpMedia | undefined {
  const wanted = nameOf(contentType);
  const range = wanted.replace(/\/.*$/s, '/*');
  const byName = (name: string): HttpMedia | undefined =>
    content.find(({ mediaType }) => nameOf(mediaType) === name);
  return byName(wanted) ?? byName(range) ?? byName('*/*');
}

function nameOf(mediaType: string): string {
  return (mediaType.split(';')[0] ?? '').trim().toLowerCase();
}

export function isJson(mediaType: string): boolean {
  return isJsonType(nameOf(mediaType));
}

export function isForm(mediaType: string): boolean {
  return isFormType(nameOf(mediaType));
}

export function isMultipart(mediaType: string): boolean {
  return nameOf(mediaType) === 'multipart/form-data';
}

/** Whether its content can be held against a schema. */
export function isLegible(mediaType: string): boolean {
  return isJson(mediaType) || isForm(mediaType) || isMultipart(mediaType);
}
