// Holds a request against the document of its operation: parameters by their styles, content type, JSON and forms by
// their schemas. All that is wrong is said at once, each with its place. What could be read in two ways is refused, so
// that what has been held against the document is what the upstream reads.
import { GatewayError, type Violation } from '../../core/error.ts';
import type { RawHeaders } from '../../core/http-message.ts';
import type { HttpDocument, HttpMedia, HttpOperation } from '../../core/http-operation.ts';
import { type ContentType, contentTypeOf, findMedia, headerLines, isJson, isLegible } from './media-types.ts';
import { createParameterCheck, type ParameterSource } from './parameter-check.ts';
import { readContent } from './read-content.ts';
import { refuse } from './refuse.ts';
import { createSchemaCheck, type SchemaCheck } from './schema-check.ts';

export interface CheckedRequest extends ParameterSource {
  readonly hasBody: boolean;
}

export interface RequestCheck {
  /** Everything but the content. @throws GatewayError `invalid_argument`, `bad-headers`, `unsupported-media-type` */
  head(request: CheckedRequest): void;
  /** Whether content of the request's type is looked at, and so has to be there as a whole. */
  readsBody(request: CheckedRequest): boolean;
  /** @throws GatewayError `invalid_argument`, `invalid-json` */
  body(request: CheckedRequest, bytes: Uint8Array): void;
}

/** Made once per operation; `document` is that of `http`. */
export function createRequestCheck(http: HttpOperation, { schemas }: HttpDocument): RequestCheck {
  const parameterCheck = createParameterCheck(http, schemas);
  const content = http.requestBody?.content ?? [];
  const checks = new Map<HttpMedia, SchemaCheck>();
  for (const media of content) {
    if (media.schema === undefined || !isLegible(media.mediaType)) continue;
    checks.set(media, createSchemaCheck(media.schema, schemas, 'request'));
  }
  const looked = ({ headers }: CheckedRequest): Looked => {
    const contentType = contentTypeOf(headers);
    const media = findMedia(content, contentType?.name ?? '');
    return { contentType, media, check: media && checks.get(media) };
  };
  const judge = (media: HttpMedia, contentType: ContentType | undefined, bytes: Uint8Array): void => {
    const check = checks.get(media);
    const findings = check?.(readContent(media, { contentType, bytes }, schemas)) ?? [];
    if (findings.length > 0) {
      refuse(findings.map(({ pointer, message }) => ({ field: pointer, description: message })));
    }
  };
  return {
    head(request) {
      const { contentType, media, check } = looked(request);
      const isEmpty = media !== undefined && isEmptyContent(http, request, contentType);
      const presence = isEmpty ? [] : presenceOf(http, request);
      const violations = [...parameterCheck(request), ...presence];
      if (violations.length > 0) refuse(violations);
      if (isEmpty) judge(media, contentType, NOTHING);
      if (!request.hasBody || content.length === 0) return;
      if (media === undefined) throw wrongMediaType(content, contentType);
      if (check === undefined) return;
      if (isCoded(request.headers)) throw codedBody();
      if (!isInUtf8(contentType)) throw otherCharset();
    },
    readsBody: (request) => request.hasBody && looked(request).check !== undefined,
    body(request, bytes) {
      const { contentType, media } = looked(request);
      if (media !== undefined) judge(media, contentType, bytes);
    },
  };
}

interface Looked {
  readonly contentType: ContentType | undefined;
  readonly media: HttpMedia | undefined;
  readonly check: SchemaCheck | undefined;
}

const NOTHING = new Uint8Array();

/** No byte of a type is a body, too: an empty file, text or form. JSON and parts are never so short. */
function isEmptyContent(
  { requestBody }: HttpOperation,
  { hasBody }: CheckedRequest,
  contentType: ContentType | undefined,
): boolean {
  if (hasBody || requestBody?.isRequired !== true || contentType === undefined) return false;
  return !isJson(contentType.name) && !contentType.name.startsWith('multipart/');
}

function presenceOf({ requestBody }: HttpOperation, { hasBody }: CheckedRequest): Violation[] {
  if (requestBody === undefined && hasBody)
    return [{ field: '', description: 'is not taken by this operation' }];
  if (requestBody?.isRequired === true && !hasBody) return [{ field: '', description: 'is required' }];
  return [];
}

function isCoded(headers: RawHeaders): boolean {
  const codings = headerLines(headers, 'content-encoding').join(',').split(',');
  return codings.some((coding) => !/^(?:identity)?$/i.test(coding.trim()));
}

function isInUtf8(contentType: ContentType | undefined): boolean {
  return /^utf-?8$/i.test(contentType?.parameters.get('charset') ?? 'utf-8');
}

function wrongMediaType(content: readonly HttpMedia[], found: ContentType | undefined): GatewayError {
  const taken = content.map(({ mediaType }) => mediaType).join(', ');
  const what =
    found === undefined
      ? 'the body has no content type'
      : `the content type ${JSON.stringify(found.name.slice(0, 80))} is not taken`;
  return new GatewayError('invalid_argument', `${what}; send ${taken}`, { type: 'unsupported-media-type' });
}

function otherCharset(): GatewayError {
  const message = 'a body that is not in UTF-8 cannot be checked here; send it in UTF-8';
  return new GatewayError('invalid_argument', message, { type: 'unsupported-media-type' });
}

/** What is looked at must be legible; it goes on as it came. */
function codedBody(): GatewayError {
  const message = 'a body in a content coding cannot be checked here; send it without';
  return new GatewayError('invalid_argument', message, {
    type: 'unsupported-content-encoding',
    accepted: ['identity'],
  });
}
