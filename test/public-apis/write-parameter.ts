// Parameters as text, by style and explode (OpenAPI 3.2, "Style Values"; 2.0, "collectionFormat"). Written from the
// specification, apart from the gateway's own.
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isObject } from './document.ts';

export interface ParameterForm {
  readonly style: string;
  readonly explode: boolean;
}

const COLLECTION_FORMATS: Readonly<Record<string, ParameterForm>> = {
  csv: { style: 'form', explode: false },
  ssv: { style: 'spaceDelimited', explode: false },
  pipes: { style: 'pipeDelimited', explode: false },
  multi: { style: 'form', explode: true },
};

export function formOf(parameter: JsonObject, place: string): ParameterForm {
  if (parameter.type !== undefined && parameter.schema === undefined) {
    const format = COLLECTION_FORMATS[String(parameter.collectionFormat ?? 'csv')];
    return place === 'query'
      ? (format ?? { style: 'form', explode: false })
      : { style: 'simple', explode: false };
  }
  const isQuery = place === 'query' || place === 'cookie';
  const style = String(parameter.style ?? (isQuery ? 'form' : 'simple'));
  const explode = parameter.explode === undefined ? style === 'form' : parameter.explode === true;
  return { style, explode };
}

const encode = (value: JsonValue): string => encodeURIComponent(textOf(value));

function textOf(value: JsonValue): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export function writeSimple(value: JsonValue, { explode }: ParameterForm, write = textOf): string {
  if (Array.isArray(value)) return value.map(write).join(',');
  if (!isObject(value)) return write(value);
  const pairs = Object.entries(value);
  return pairs.map(([key, one]) => `${write(key)}${explode ? '=' : ','}${write(one)}`).join(',');
}

export function writePath(name: string, value: JsonValue, form: ParameterForm): string {
  const { style, explode } = form;
  if (style === 'label') {
    const separator = explode ? '.' : ',';
    return `.${writeSimple(value, form, encode).split(',').join(separator)}`;
  }
  if (style !== 'matrix') return writeSimple(value, form, encode);
  if (!explode || typeof value !== 'object' || value === null)
    return `;${name}=${writeSimple(value, form, encode)}`;
  const pairs = Array.isArray(value) ? value.map((one) => [name, one] as const) : Object.entries(value);
  return pairs.map(([key, one]) => `;${key}=${encode(one ?? null)}`).join('');
}

export function writeQuery(name: string, value: JsonValue, { style, explode }: ParameterForm): string[] {
  const key = encodeURIComponent(name);
  if (Array.isArray(value)) {
    if (explode) return value.map((one) => `${key}=${encode(one)}`);
    const separator = style === 'spaceDelimited' ? '%20' : style === 'pipeDelimited' ? '%7C' : ',';
    return [`${key}=${value.map(encode).join(separator)}`];
  }
  if (!isObject(value)) return [`${key}=${encode(value)}`];
  const pairs = Object.entries(value);
  if (style === 'deepObject') {
    return pairs
      .filter(([, one]) => typeof one !== 'object')
      .map(([inner, one]) => `${key}%5B${encodeURIComponent(inner)}%5D=${encode(one)}`);
  }
  if (explode) return pairs.map(([inner, one]) => `${encodeURIComponent(inner)}=${encode(one)}`);
  return [`${key}=${pairs.map(([inner, one]) => `${encode(inner)},${encode(one)}`).join(',')}`];
}

export function writeCookie(name: string, value: JsonValue, form: ParameterForm): string {
  return `${name}=${writeSimple(value, form, encode)}`;
}
