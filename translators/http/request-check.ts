// Holds a request against the document of its operation: parameters by their styles, content type, JSON and forms by
// their schemas. All that is wrong is said at once, each with its place.
import { GatewayError, type Violation } from '../../core/error.ts';
import { type RawHeaders, rawHeader } from '../../core/http-message.ts';
import type { HttpDocument, HttpMedia, HttpOperation, HttpParameter } from '../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { JSON_CODEC } from '../../core/json-codec.ts';
import { readMultipartForm } from './read-multipart.ts';
import { createSchemaCheck, type SchemaCheck } from './schema-check.ts';
import { propertyOf } from './schema-types.ts';
import {
  type RawPairs,
  readCookieValue,
  readHeaderValue,
  readPathValue,
  readQueryValue,
  splitQuery,
} from './style-reader.ts';

export interface CheckedRequest {
  /** Decoded values of the path by name. */
  readonly path: ReadonlyMap<string, string>;
  /** Without its question mark, undecoded. */
  readonly query: string;
  readonly headers: RawHeaders;
  readonly hasBody: boolean;
}

export interface RequestCheck {
  /** Everything but the content. @throws GatewayError `invalid_argument`, `unsupported-media-type` */
  head(request: CheckedRequest): void;
  /** Whether content of the request's type is looked at, and so has to be there as a whole. */
  readsBody(request: CheckedRequest): boolean;
  /** Rejects with a GatewayError `invalid_argument`, `invalid-json`. */
  body(request: CheckedRequest, bytes: Uint8Array): Promise<void>;
}

const MAX_VIOLATIONS = 20;

/** Made once per operation; `document` is that of `http`. */
export function createRequestCheck(http: HttpOperation, document: HttpDocument): RequestCheck {
  const { schemas } = document;
  const parameters = http.parameters.map((parameter) => ({
    parameter,
    check: createSchemaCheck(parameter.schema, schemas, 'request'),
  }));
  const checks = new Map<HttpMedia, SchemaCheck | undefined>();
  for (const media of http.requestBody?.content ?? []) {
    const isRead = media.schema !== undefined && isLegible(media.mediaType);
    checks.set(media, isRead ? createSchemaCheck(media.schema ?? true, schemas, 'request') : undefined);
  }
  const mediaOf = ({ headers }: CheckedRequest): HttpMedia | undefined =>
    findMedia(http.requestBody?.content ?? [], rawHeader(headers, 'content-type') ?? '');
  return {
    head(request) {
      const violations: Violation[] = [];
      const source = sourceOf(request);
      for (const { parameter, check } of parameters) {
        violations.push(...checkParameter(parameter, check, source, schemas));
      }
      checkPresence(http, request, violations);
      refuse(violations);
      const { requestBody } = http;
      if (!request.hasBody || requestBody === undefined || requestBody.content.length === 0) return;
      const media = mediaOf(request);
      if (media === undefined) throw wrongMediaType(requestBody.content, request.headers);
      const coding = rawHeader(request.headers, 'content-encoding') ?? 'identity';
      if (checks.get(media) !== undefined && coding.trim().toLowerCase() !== 'identity') throw codedBody();
    },
    readsBody(request) {
      const media = request.hasBody ? mediaOf(request) : undefined;
      return media !== undefined && checks.get(media) !== undefined;
    },
    async body(request, bytes) {
      const media = mediaOf(request);
      const check = media === undefined ? undefined : checks.get(media);
      if (media === undefined || check === undefined) return;
      const value = await readContent(media, request, bytes, schemas);
      refuse(check(value).map(({ pointer, message }) => ({ field: pointer || '/', description: message })));
    },
  };
}

interface Source {
  readonly path: ReadonlyMap<string, string>;
  readonly query: RawPairs;
  readonly headers: RawHeaders;
  readonly cookies: RawPairs;
}

function sourceOf({ path, query, headers }: CheckedRequest): Source {
  const cookies = (rawHeader(headers, 'cookie') ?? '').split(';').map((pair) => pair.trim());
  return { path, query: splitQuery(query), headers, cookies: splitQuery(cookies.join('&')) };
}

function checkParameter(
  parameter: HttpParameter,
  check: SchemaCheck,
  source: Source,
  schemas: HttpDocument['schemas'],
): Violation[] {
  const field = `${parameter.place}/${parameter.name}`;
  const value = readValue(parameter, source, schemas);
  if (value === undefined) {
    const isMissed = parameter.isRequired && parameter.place !== 'querystring';
    return isMissed ? [{ field, description: 'is required' }] : [];
  }
  if (value === NOT_JSON) return [{ field, description: 'must be JSON' }];
  return check(value).map(({ pointer, message }) => ({ field: field + pointer, description: message }));
}

const NOT_JSON = Symbol('not JSON');

function readValue(
  parameter: HttpParameter,
  source: Source,
  schemas: HttpDocument['schemas'],
): JsonValue | typeof NOT_JSON | undefined {
  const { mediaType } = parameter;
  if (mediaType === undefined) return readStyled(parameter, source, schemas);
  // One text of a media type, whatever the schema says.
  const text = readStyled({ ...parameter, schema: true, style: 'form', explode: false }, source, schemas);
  if (typeof text !== 'string' || !isJson(mediaType)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}

function readStyled(
  parameter: HttpParameter,
  { path, query, headers, cookies }: Source,
  schemas: HttpDocument['schemas'],
): JsonValue | undefined {
  switch (parameter.place) {
    case 'path': {
      const text = path.get(parameter.name);
      return text === undefined ? undefined : readPathValue(parameter, text, schemas);
    }
    case 'query':
      return readQueryValue(parameter, query, schemas);
    case 'header': {
      const text = rawHeader(headers, parameter.name.toLowerCase());
      return text === undefined ? undefined : readHeaderValue(parameter, text, schemas);
    }
    case 'cookie':
      return readCookieValue(parameter, cookies, schemas);
    case 'querystring':
      return undefined;
  }
}

function checkPresence(
  { requestBody }: HttpOperation,
  { hasBody }: CheckedRequest,
  violations: Violation[],
): void {
  if (requestBody === undefined && hasBody)
    violations.push({ field: '/', description: 'this operation takes no body' });
  if (requestBody?.isRequired === true && !hasBody)
    violations.push({ field: '/', description: 'a body is required' });
}

function refuse(violations: readonly Violation[]): void {
  const [first] = violations;
  if (first === undefined) return;
  const shown = violations.slice(0, MAX_VIOLATIONS);
  const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : '';
  throw new GatewayError('invalid_argument', `${first.field} ${first.description}${more}`, {
    violations: shown,
  });
}

async function readContent(
  media: HttpMedia,
  { headers }: CheckedRequest,
  bytes: Uint8Array,
  schemas: HttpDocument['schemas'],
): Promise<JsonValue> {
  if (isForm(media.mediaType)) return readForm(media, bytes, schemas);
  if (!isMultipart(media.mediaType)) return readJson(bytes);
  return readMultipartForm(media, { contentType: rawHeader(headers, 'content-type') ?? '', bytes }, schemas);
}

function readJson(bytes: Uint8Array): JsonValue {
  try {
    return JSON_CODEC.wireToValue(bytes);
  } catch (cause) {
    throw new GatewayError('invalid_argument', 'the body is not valid JSON', { type: 'invalid-json', cause });
  }
}

/** A form reads as a query does, its fields as parameters by their encoding. */
function readForm(
  { schema, encoding }: HttpMedia,
  bytes: Uint8Array,
  schemas: HttpDocument['schemas'],
): JsonValue {
  const pairs = splitQuery(Buffer.from(bytes).toString('utf8'));
  const form: JsonObject = Object.create(null);
  for (const [key] of pairs) {
    const name = safeDecode(key).replace(/\[.*$/s, '');
    if (name in form) continue;
    const told = encoding.get(name);
    const value = readQueryValue(
      {
        ...FIELD,
        name,
        style: told?.style ?? 'form',
        explode: told?.explode ?? true,
        schema: propertyOf(schema, schemas, name),
      },
      pairs,
      schemas,
    );
    if (value !== undefined) form[name] = value;
  }
  return form;
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

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
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
  return /^(?:application\/json|[^/]+\/[^/]+\+json|text\/json)$/.test(nameOf(mediaType));
}

function isForm(mediaType: string): boolean {
  return nameOf(mediaType) === 'application/x-www-form-urlencoded';
}

function isMultipart(mediaType: string): boolean {
  return nameOf(mediaType) === 'multipart/form-data';
}

/** Whether its content can be held against a schema. */
function isLegible(mediaType: string): boolean {
  return isJson(mediaType) || isForm(mediaType) || isMultipart(mediaType);
}

function wrongMediaType(content: readonly HttpMedia[], headers: RawHeaders): GatewayError {
  const found = rawHeader(headers, 'content-type');
  const taken = content.map(({ mediaType }) => mediaType).join(', ');
  const what =
    found === undefined
      ? 'the body has no content type'
      : `the content type ${JSON.stringify(found.slice(0, 80))} is not taken`;
  return new GatewayError('invalid_argument', `${what}; send ${taken}`, { type: 'unsupported-media-type' });
}

/** What is looked at must be legible; it goes on as it came. */
function codedBody(): GatewayError {
  return new GatewayError(
    'invalid_argument',
    'a body in a content coding cannot be checked here; send it without',
    {
      type: 'unsupported-content-encoding',
      accepted: ['identity'],
    },
  );
}
