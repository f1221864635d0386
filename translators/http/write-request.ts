// A request as a value `{path, query, header, cookie, body}` written as an HTTP request, as its document describes it.
// The other way round is read-reply.ts. What a client said goes into its own place and can reach no other.
import type { Call } from '../../core/call.ts';
import { GatewayError } from '../../core/error.ts';
import { bodyMedia, isFormType, isJsonType, replyForm, successes } from '../../core/http-media.ts';
import type { HttpRequest } from '../../core/http-message.ts';
import type { HttpMedia, HttpOperation, HttpParameter, ParameterPlace } from '../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Metadata } from '../../core/metadata.ts';
import { onlyValue } from '../../core/only-value.ts';
import type { Shape } from '../../core/operation.ts';
import { isHopByHop } from './hop-by-hop.ts';
import { cookiePairs, headerText, isObject, pathText, queryPairs } from './parameter-text.ts';
import { upstreamTarget } from './upstream-target.ts';

/** @throws GatewayError `invalid_argument` for what no request can say. */
export function writeRequest(
  { operation, metadata }: Pick<Call, 'operation' | 'metadata'>,
  http: HttpOperation,
  value: JsonValue,
): HttpRequest {
  const request = isObject(value) ? value : NOTHING;
  const body = writeBody(http, request.body);
  const own = ownHeaders(http, request);
  const headers = [
    ...forwarded(metadata, own),
    ...own.fields,
    ...cookieField(metadata, own),
    ...['Accept', knownAcceptOf(http, operation.shape)],
    ...['Via', '1.1 dragoman'],
    ...(body === undefined ? [] : ['Content-Type', body.contentType]),
  ];
  return {
    method: http.method,
    target: targetOf(http, request),
    headers,
    body: body?.bytes,
    contentLength: undefined,
  };
}

const NOTHING: JsonObject = Object.freeze(Object.create(null));

function targetOf(http: HttpOperation, request: JsonObject): string {
  const [template = '', fixedQuery] = http.upstreamPath.split('?', 2);
  const path = template.replace(/\{([^{}]*)\}/g, (_whole, name: string) => {
    const parameter = http.parameters.find((one) => one.place === 'path' && one.name === name);
    const value = givenValue(request, 'path', name);
    if (value === undefined || value === null) throw refusal(name, 'must be given: it is part of the path');
    const text = parameter === undefined ? encodeURIComponent(String(value)) : pathText(parameter, value);
    if (text === '') throw refusal(name, 'must not be empty: it is part of the path');
    return text;
  });
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw refusal('path', 'must not lead to another path');
  }
  const pairs: string[] = fixedQuery === undefined ? [] : [fixedQuery];
  for (const parameter of http.parameters) {
    if (parameter.place === 'querystring') pairs.push(...wholeQuery(parameter, request));
    if (parameter.place !== 'query') continue;
    const value = valueToSend(request, parameter, http);
    if (value !== undefined && value !== null) pairs.push(...queryPairs(parameter, value));
  }
  const target = pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
  // The same look at what hides in it as at a path that a client wrote.
  return upstreamTarget(target, { ...http, forward: { cutSegments: 0, prepend: '' } });
}

/** By parameter; a look into its schema is not for each request. */
const unasked = new WeakMap<HttpParameter, ReturnType<typeof onlyValue>>();

/** What the request gives; else what the document leaves no choice of. */
function valueToSend(
  request: JsonObject,
  parameter: HttpParameter,
  { document }: HttpOperation,
): JsonValue | undefined {
  const given = givenValue(request, parameter.place, parameter.name);
  if (given !== undefined && given !== null) return given;
  if (!unasked.has(parameter)) unasked.set(parameter, onlyValue(parameter, document));
  return unasked.get(parameter);
}

/** OpenAPI 3.2: the query is one value, of a form or of another media type. */
function wholeQuery({ name, mediaType = '', encoding }: HttpParameter, request: JsonObject): string[] {
  const value = givenValue(request, 'query', name);
  if (value === undefined || value === null) return [];
  if (isFormType(mediaType) && isObject(value)) return formPairs(value, encoding);
  const text = isJsonType(mediaType) || typeof value !== 'string' ? JSON.stringify(value) : value;
  return text === '' ? [] : [encodeURIComponent(text)];
}

/** What arguments say, which goes before what the client's own headers say. */
interface OwnHeaders {
  readonly fields: readonly string[];
  /** Lower-case names of these. */
  readonly names: ReadonlySet<string>;
  /** `name=value` */
  readonly cookies: readonly string[];
  readonly cookieNames: ReadonlySet<string>;
}

function ownHeaders(http: HttpOperation, request: JsonObject): OwnHeaders {
  const fields: string[] = [];
  const names = new Set<string>();
  const cookies: string[] = [];
  const cookieNames = new Set<string>();
  for (const parameter of http.parameters) {
    const { name, place } = parameter;
    const value = valueToSend(request, parameter, http);
    if (value === undefined || value === null) continue;
    if (place === 'cookie') {
      const pairs = cookiePairs(parameter, value);
      cookies.push(...pairs);
      for (const one of [name, ...pairs.map(nameOfPair)]) cookieNames.add(one);
    }
    if (place !== 'header' || isOurs(name.toLowerCase())) continue;
    const text = headerText(parameter, value);
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) {
      throw refusal(name, 'must be text that a header can hold: no line breaks, no control characters');
    }
    fields.push(name, text);
    names.add(name.toLowerCase());
  }
  for (const pair of cookies) {
    if (!/^[\x21-\x3a\x3c-\x7e]*$/.test(pair)) throw refusal('cookie', 'must be text that a cookie can hold');
  }
  return { fields, names, cookies, cookieNames };
}

function nameOfPair(pair: string): string {
  return pair.split('=', 1)[0] ?? '';
}

/** One field, whatever of it is an argument and whatever the client's own. */
function cookieField(metadata: Metadata, { cookies, cookieNames }: OwnHeaders): readonly string[] {
  const passed = metadata
    .flatMap(([name, value]) => (name === 'cookie' && typeof value === 'string' ? value.split('; ') : []))
    .filter((pair) => !cookieNames.has(nameOfPair(pair)));
  const pairs = [...passed, ...cookies];
  return pairs.length === 0 ? [] : ['Cookie', pairs.join('; ')];
}

const accepts = new WeakMap<HttpOperation, Map<Shape, string>>();

/** Operations do not change. */
function knownAcceptOf(http: HttpOperation, shape: Shape): string {
  const known = accepts.get(http) ?? new Map<Shape, string>();
  accepts.set(http, known);
  const accept = known.get(shape) ?? acceptOf(http, shape);
  known.set(shape, accept);
  return accept;
}

/** Errors are JSON most often, whatever a success is. */
function acceptOf({ responses, accepts = [] }: HttpOperation, shape: Shape): string {
  const types = successes(responses).flatMap((response) => {
    if (shape === 'server_stream') return response.content.map(({ mediaType }) => mediaType);
    const form = replyForm(response);
    return 'media' in form ? [form.media.mediaType] : [];
  });
  const nameOf = (type: string): string => (type.split(';')[0] ?? '').trim().toLowerCase();
  const listed =
    accepts.find((one) => types.some((type) => nameOf(type) === nameOf(one))) ??
    accepts.find((one) => isJsonType(nameOf(one)));
  if (listed !== undefined) return listed;
  const named = [...new Set(types)].filter(
    (type) => !type.includes('*') && !/^application\/json(?:;|$)/.test(type),
  );
  const ranges = [...new Set(types)].filter((type) => type.includes('*')).map((type) => `${type};q=0.8`);
  return [...named, 'application/json', 'application/problem+json;q=0.9', ...ranges].join(', ');
}

/** Set here, or by the transport. */
const OURS: ReadonlySet<string> = new Set([
  'accept',
  'content-type',
  'content-length',
  'host',
  'via',
  'expect',
]);

function isOurs(name: string): boolean {
  return OURS.has(name) || isHopByHop(name);
}

/** The client's own headers, but those that arguments say. */
function* forwarded(metadata: Metadata, { names }: OwnHeaders): Iterable<string> {
  for (const [name, value] of metadata) {
    if (isOurs(name) || name === 'cookie' || names.has(name)) continue;
    yield name;
    yield typeof value === 'string' ? value : Buffer.from(value).toString('base64');
  }
}

interface WrittenBody {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

function writeBody({ requestBody }: HttpOperation, value: JsonValue | undefined): WrittenBody | undefined {
  if (value === undefined || requestBody === undefined) return undefined;
  const media = bodyMedia(requestBody);
  const contentType =
    media === undefined || media.mediaType.includes('*') ? 'application/json' : media.mediaType;
  if (media !== undefined && isFormType(media.mediaType) && isObject(value)) {
    return { contentType, bytes: Buffer.from(formPairs(value, media.encoding).join('&')) };
  }
  const text = isJsonType(contentType) || typeof value !== 'string' ? JSON.stringify(value) : value;
  return { contentType, bytes: Buffer.from(text) };
}

/** OpenAPI 3.2, "Encoding the x-www-form-urlencoded Media Type". */
function formPairs(value: JsonObject, encodings: HttpMedia['encoding'] | undefined): string[] {
  return Object.entries(value).flatMap(([name, item]) => {
    if (item === undefined || item === null) return [];
    const encoding = encodings?.get(name);
    const { style = 'form', explode = true, allowReserved = false } = encoding ?? {};
    const mediaType =
      encoding?.contentType !== undefined && isJsonType(encoding.contentType)
        ? encoding.contentType
        : undefined;
    // Without an Encoding Object what has parts is JSON.
    const isNested = encoding === undefined && isObject(item);
    return queryPairs(
      { name, style, explode, allowReserved, mediaType: isNested ? 'application/json' : mediaType },
      item,
    );
  });
}

function givenValue(request: JsonObject, place: ParameterPlace, name: string): JsonValue | undefined {
  const values = request[place === 'querystring' ? 'query' : place];
  return isObject(values) && Object.hasOwn(values, name) ? values[name] : undefined;
}

function refusal(field: string, description: string): GatewayError {
  return new GatewayError('invalid_argument', `${field} ${description}`, {
    violations: [{ field, description }],
  });
}
