// An HTTP request for an operation of a document: values for its parameters and body, and these as the document says they
// are written. One request is then sent in several ways.
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isObject, type PublicDocument, type SourceOperation } from './document.ts';
import type { Random } from './random.ts';
import { SampleValues } from './sample-value.ts';
import { formOf, writeCookie, writePath, writeQuery, writeSimple } from './write-parameter.ts';

export interface SampleRequest {
  readonly name: string;
  readonly method: string;
  /** With its variables, the base path before it. */
  readonly template: string;
  readonly path: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string | undefined;
  /** The same before it was written: by place and name, and the body. */
  readonly values: Readonly<Record<'path' | 'query' | 'header' | 'cookie', JsonObject>>;
  readonly body: JsonValue | undefined;
  readonly operationId: string | undefined;
}

type Place = keyof SampleRequest['values'];

/** Undefined where no value is found for something that is required. */
export function sampleRequest(
  document: PublicDocument,
  source: SourceOperation,
  random: Random,
): SampleRequest | undefined {
  const values = { path: {}, query: {}, header: {}, cookie: {} } as Record<Place, JsonObject>;
  const generator = new SampleValues(document, random);
  const query: string[] = [];
  const headers: Record<string, string> = { ...credentials(document, source, query) };
  let { path } = source;
  for (const parameter of source.parameters) {
    const { name, in: place, required } = parameter;
    if (typeof name !== 'string' || !isPlace(place)) continue;
    const isLeftOut = required !== true && (parameter.deprecated === true || !random.chance(0.6));
    if ((isLeftOut && place !== 'path') || isReservedHeader(place, name)) continue;
    const value = parameterValue(document, parameter, generator, place);
    if (value === undefined) {
      if (required === true || place === 'path') return undefined;
      continue;
    }
    values[place][name] = value;
    const form = formOf(parameter, place);
    if (place === 'path') path = path.replaceAll(`{${name}}`, writePath(name, value, form));
    if (place === 'query') query.push(...writeQuery(name, value, form));
    if (place === 'header') headers[name.toLowerCase()] = writeSimple(value, form);
    if (place === 'cookie')
      headers.cookie = [headers.cookie, writeCookie(name, value, form)].filter(Boolean).join('; ');
  }
  if (path.includes('{')) return undefined;
  const body = sampleBody(document, source, generator);
  if (body === undefined) return undefined;
  const accept = acceptable(document, source);
  return {
    name: source.name,
    method: source.method.toUpperCase(),
    template: source.path,
    path,
    target: query.length === 0 ? path : `${path}?${query.join('&')}`,
    headers: { accept, ...headers, ...(body.mediaType !== undefined && { 'content-type': body.mediaType }) },
    text: body.text,
    values,
    body: body.value,
    operationId: typeof source.operation.operationId === 'string' ? source.operation.operationId : undefined,
  };
}

function parameterValue(
  document: PublicDocument,
  parameter: JsonObject,
  generator: SampleValues,
  place: Place,
): JsonValue | undefined {
  const { example, examples, content, schema } = parameter;
  if (content !== undefined) return undefined;
  const given = example ?? exampleOf(document, examples);
  if (given !== undefined && given !== null && given !== '') return given;
  const value = generator.of(document.isSwagger ? parameter : schema, place !== 'query');
  return value === null || value === '' ? undefined : value;
}

interface SampleBody {
  readonly mediaType?: string;
  readonly text?: string;
  readonly value?: JsonValue;
}

function sampleBody(
  document: PublicDocument,
  { operation, parameters }: SourceOperation,
  generator: SampleValues,
): SampleBody | undefined {
  if (document.isSwagger) {
    const inBody = parameters.find((one) => one.in === 'body');
    if (inBody !== undefined) return written('application/json', generator.of(inBody.schema));
    const fields = parameters.filter((one) => one.in === 'formData');
    if (fields.length === 0) return {};
    if (fields.some((one) => one.type === 'file')) return undefined;
    const pairs = fields.map((one): [string, JsonValue | undefined] => [String(one.name), generator.of(one)]);
    return written('application/x-www-form-urlencoded', Object.fromEntries(pairs.filter(isGiven)));
  }
  const body = document.resolve(operation.requestBody);
  const content = document.resolve(body.content);
  const types = Object.keys(content);
  if (types.length === 0) return {};
  const mediaType =
    types.find((type) => /^application\/(?:.*\+)?json(?:;|$)/.test(type)) ??
    types.find((type) => type.startsWith('application/x-www-form-urlencoded'));
  if (mediaType === undefined) return body.required === true ? undefined : {};
  const media = document.resolve(content[mediaType]);
  const value = media.example ?? exampleOf(document, media.examples) ?? generator.of(media.schema);
  return written(mediaType, value);
}

function written(mediaType: string, value: JsonValue | undefined): SampleBody | undefined {
  if (value === undefined) return undefined;
  if (!mediaType.startsWith('application/x-www-form-urlencoded'))
    return { mediaType, text: JSON.stringify(value), value };
  if (!isObject(value)) return undefined;
  // Forms of values within values are written in a way of their own; here they are flat.
  const flat = Object.entries(value).filter(([, one]) => typeof one !== 'object');
  const form = new URLSearchParams(flat.map(([key, one]) => [key, String(one)]));
  return { mediaType, text: form.toString(), value: Object.fromEntries(flat) };
}

function exampleOf(document: PublicDocument, examples: JsonValue | undefined): JsonValue | undefined {
  const [first] = Object.values(document.resolve(examples));
  return first === undefined ? undefined : document.resolve(first).value;
}

/** What a client that asks for a value accepts. */
function acceptable(document: PublicDocument, { operation }: SourceOperation): string {
  const responses = Object.entries(document.resolve(operation.responses));
  const success = document.resolve(responses.find(([status]) => status.startsWith('2'))?.[1]);
  const types = Object.keys(document.resolve(success.content));
  return (
    types.find((type) => /json/.test(type)) ?? types[0] ?? (document.isSwagger ? 'application/json' : '*/*')
  );
}

/** Whatever scheme it is, a client has it. */
function credentials(
  document: PublicDocument,
  { operation }: SourceOperation,
  query: string[],
): Record<string, string> {
  const required = operation.security ?? document.root.security;
  const schemes = document.resolve(
    document.isSwagger
      ? document.root.securityDefinitions
      : document.resolve(document.root.components).securitySchemes,
  );
  const headers: Record<string, string> = {};
  const [first] = Array.isArray(required) ? required : [];
  for (const name of Object.keys(document.resolve(first))) {
    const scheme = document.resolve(schemes[name]);
    const isBasic = scheme.type === 'basic' || String(scheme.scheme).toLowerCase() === 'basic';
    if (scheme.type !== 'apiKey') headers.authorization = isBasic ? 'Basic YTpi' : 'Bearer token';
    else if (scheme.in === 'header') headers[String(scheme.name).toLowerCase()] = 'key';
    else if (scheme.in === 'query') query.push(`${encodeURIComponent(String(scheme.name))}=key`);
    else headers.cookie = `${scheme.name}=key`;
  }
  return headers;
}

function isPlace(place: JsonValue | undefined): place is Place {
  return place === 'path' || place === 'query' || place === 'header' || place === 'cookie';
}

/** OpenAPI 3.2, "Parameter Object": such headers are none of a parameter's. A length is what the content says. */
function isReservedHeader(place: Place, name: string): boolean {
  const reserved = ['accept', 'content-type', 'authorization', 'content-length'];
  return place === 'header' && reserved.includes(name.toLowerCase());
}

function isGiven(pair: [string, JsonValue | undefined]): pair is [string, JsonValue] {
  return pair[1] !== undefined;
}
