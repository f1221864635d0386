// Values of parameters as text of a path, a query, a header or a cookie, by `style` and `explode`.
// Source: OpenAPI 3.2, "Style Values" and "Style Examples"; RFC 6570.
import type { HttpEncoding, HttpParameter } from '../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';

/** What is written of a parameter where styles apply. */
type Spelling = Pick<HttpParameter, 'name'> & Pick<HttpEncoding, 'style' | 'explode' | 'allowReserved'>;

/** What takes the place of a variable in a path. */
export function pathText(parameter: HttpParameter, value: JsonValue): string {
  const { name, style, explode } = parameter;
  if (parameter.mediaType !== undefined) return encode(JSON.stringify(value), false);
  const write = (item: JsonValue): string => encode(plainText(item), parameter.allowReserved);
  const key = encode(name, false);
  switch (style) {
    case 'label':
      return `.${joined(value, { separator: explode ? '.' : ',', explode, write })}`;
    case 'matrix': {
      if (Array.isArray(value)) {
        return explode
          ? value.map((item) => `;${key}=${write(item)}`).join('')
          : `;${key}=${value.map(write).join(',')}`;
      }
      if (!isObject(value)) return `;${key}=${write(value)}`;
      return explode
        ? entriesOf(value)
            .map(([part, item]) => `;${encode(part, false)}=${write(item)}`)
            .join('')
        : `;${key}=${joined(value, { separator: ',', explode, write })}`;
    }
    default:
      return joined(value, { separator: ',', explode, write });
  }
}

/** `name=value` pairs of a query or of a form; an empty list has none. */
export function queryPairs(
  parameter: Spelling & { readonly mediaType?: string | undefined },
  value: JsonValue,
): string[] {
  const { style, explode, allowReserved } = parameter;
  const key = encode(parameter.name, false);
  const write = (item: JsonValue): string => encode(plainText(item), allowReserved);
  if (parameter.mediaType !== undefined) return [`${key}=${encode(JSON.stringify(value), false)}`];
  if (style === 'deepObject' && isObject(value)) return deepPairs(key, value, write);
  if (Array.isArray(value)) {
    if (value.length === 0) return [];
    return explode
      ? value.map((item) => `${key}=${write(item)}`)
      : [`${key}=${value.map(write).join(SEPARATORS[style] ?? ',')}`];
  }
  if (!isObject(value)) return [`${key}=${write(value)}`];
  const entries = entriesOf(value);
  if (entries.length === 0) return [];
  if (explode) return entries.map(([part, item]) => `${encode(part, false)}=${write(item)}`);
  const flat = entries.flatMap(([part, item]) => [encode(part, false), write(item)]);
  return [`${key}=${flat.join(SEPARATORS[style] ?? ',')}`];
}

/** Not percent-encoded: that is not done in header fields. */
export function headerText({ explode, mediaType }: HttpParameter, value: JsonValue): string {
  if (mediaType !== undefined) return JSON.stringify(value);
  return joined(value, { separator: ',', explode, write: plainText });
}

/** `name=value` pairs of the Cookie header. */
export function cookiePairs(parameter: HttpParameter, value: JsonValue): string[] {
  if (parameter.style !== 'cookie') return queryPairs(parameter, value);
  const { name } = parameter;
  if (Array.isArray(value)) return value.map((item) => `${name}=${plainText(item)}`);
  if (isObject(value)) return entriesOf(value).map(([part, item]) => `${part}=${plainText(item)}`);
  return [`${name}=${plainText(value)}`];
}

/** Percent-encoded, since a space, a bar or a tab cannot stand in a query as it is. */
const SEPARATORS: Partial<Record<HttpParameter['style'], string>> = {
  spaceDelimited: '%20',
  pipeDelimited: '%7C',
  tabDelimited: '%09',
};

function deepPairs(key: string, value: JsonObject, write: (item: JsonValue) => string): string[] {
  return entriesOf(value).flatMap(([part, item]) => {
    const name = `${key}%5B${encode(part, false)}%5D`;
    if (isObject(item)) return deepPairs(name, item, write);
    return Array.isArray(item) ? item.map((one) => `${name}=${write(one)}`) : [`${name}=${write(item)}`];
  });
}

interface Joining {
  readonly separator: string;
  readonly explode: boolean;
  readonly write: (item: JsonValue) => string;
}

function joined(value: JsonValue, { separator, explode, write }: Joining): string {
  if (Array.isArray(value)) return value.map(write).join(separator);
  if (!isObject(value)) return write(value);
  return entriesOf(value)
    .map(([part, item]) => (explode ? `${write(part)}=${write(item)}` : `${write(part)},${write(item)}`))
    .join(separator);
}

/** What is null is not said at all: no style has a form for it. */
function entriesOf(value: JsonObject): [string, JsonValue][] {
  return Object.entries(value).filter((entry): entry is [string, JsonValue] => entry[1] !== null);
}

/** Of what has parts, where no style says how they are written: JSON. */
function plainText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** RFC 3986 §2.2 without what would end the query, begin another pair or read as a space there. */
const RESERVED = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

function encode(text: string, allowReserved: boolean): string {
  // A lone surrogate is no text that UTF-8 could carry.
  const encoded = encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return allowReserved ? encoded.replace(RESERVED, decodeURIComponent) : encoded;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  // Digits kept as they are (JSON.rawJSON) are a number.
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
}

function isRawNumber(value: JsonObject): boolean {
  return Object.isFrozen(value) && typeof value.rawJSON === 'string';
}
