// Bodies and answers of a registered document's operations as OpenAPI 3.1 writes them.
import type {
  HttpEncoding,
  HttpLink,
  HttpMedia,
  HttpRequestBody,
  HttpResponse,
} from '../../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import type { RestOptions } from '../../../core/rest-options.ts';
import { componentRef } from '../document-part.ts';
import { ERROR_FORMS } from '../error-schemas.ts';
import { paragraphs } from '../texts.ts';
import { data } from './schema-keywords.ts';
import type { SchemaShelf } from './schema-shelf.ts';

export function bodyValue(shelf: SchemaShelf, body: HttpRequestBody): JsonObject {
  const description = paragraphs(body.description.trim(), sequenceText(body.content));
  return {
    ...(description !== '' && { description }),
    content: contentValue(shelf, body.content),
    ...(body.isRequired && { required: true }),
  };
}

function contentValue(shelf: SchemaShelf, content: readonly HttpMedia[]): JsonObject {
  const byType = new Map<string, JsonObject>();
  for (const media of content) {
    if (!byType.has(media.mediaType)) byType.set(media.mediaType, mediaValue(shelf, media));
  }
  return Object.fromEntries(byType);
}

function mediaValue(
  shelf: SchemaShelf,
  { mediaType, schema, itemSchema, encoding, example }: HttpMedia,
): JsonObject {
  const shown = schema ?? itemSchema;
  const encodings = [...encoding].flatMap(([name, one]) => {
    const value = encodingValue(one);
    return value === undefined ? [] : [[name, value] as const];
  });
  const told = example === undefined ? undefined : data(example);
  return {
    schema: shown === undefined ? unsaid(mediaType) : shelf.copy(shown),
    ...(told !== undefined && { example: told }),
    ...(encodings.length > 0 && { encoding: Object.fromEntries(encodings) }),
  };
}

/** What documents may leave unsaid, and generators stumble over: files of any type are bytes, all else is anything. */
function unsaid(mediaType: string): JsonObject {
  const isFile =
    /^(?:application\/(?:octet-stream|pdf|zip|gzip)|(?:image|audio|video|font)\/[^/]*)(?:;|$)/.test(
      mediaType,
    );
  return isFile ? { type: 'string', format: 'binary' } : {};
}

/** Undefined: nothing that is not so anyway. */
function encodingValue({ contentType, style, explode, allowReserved }: HttpEncoding): JsonObject | undefined {
  const value = {
    ...(contentType !== undefined && { contentType }),
    ...((style !== 'form' || !explode) && { style, explode }),
    ...(allowReserved && { allowReserved }),
  };
  return Object.keys(value).length === 0 ? undefined : value;
}

/** OpenAPI 3.2 describes the items of a sequence; 3.1 has no word for that. */
function sequenceText(content: readonly HttpMedia[]): string {
  const types = content
    .filter(({ schema, itemSchema }) => schema === undefined && itemSchema !== undefined)
    .map(({ mediaType }) => `\`${mediaType}\``);
  return types.length === 0 ? '' : `The schema of ${types.join(', ')} is that of one item of a sequence.`;
}

export interface ResponsesInput {
  readonly responses: readonly HttpResponse[];
  readonly errors: RestOptions['errors'];
  /** `fullName` of an operation's id by the name that links have for it; undefined: nothing leads there. */
  readonly idOf: (operation: string) => string | undefined;
}

/** What the document says, and how the gateway itself says no. */
export function responsesValue(shelf: SchemaShelf, { responses, errors, idOf }: ResponsesInput): JsonObject {
  const byStatus = new Map<string, JsonObject>();
  for (const response of responses) {
    if (!byStatus.has(response.status)) byStatus.set(response.status, responseValue(shelf, response, idOf));
  }
  const { ref, mediaType } = ERROR_FORMS[errors];
  const refusal = { $ref: componentRef('responses', ref) };
  if (![...byStatus.keys()].some((status) => status.startsWith('4'))) byStatus.set('4XX', refusal);
  const other = byStatus.get('default');
  byStatus.set('default', other === undefined ? refusal : withRefusal(other, mediaType, ref));
  return Object.fromEntries(byStatus);
}

/** The gateway's own form beside the service's, unless both are of one media type: then the service's is shown. */
function withRefusal(response: JsonObject, mediaType: string, ref: string): JsonObject {
  const { content, ...rest } = response;
  const known = (content ?? {}) as JsonObject;
  if (Object.hasOwn(known, mediaType)) return response;
  return { ...rest, content: { ...known, [mediaType]: { schema: { $ref: componentRef('schemas', ref) } } } };
}

function responseValue(
  shelf: SchemaShelf,
  { status, description, content, headers, links }: HttpResponse,
  idOf: ResponsesInput['idOf'],
): JsonObject {
  const shown = headers.map(({ name, description: text, isRequired, schema }) => [
    name,
    {
      ...(text !== '' && { description: text }),
      ...(isRequired && { required: true }),
      schema: shelf.copy(schema),
    },
  ]);
  const led = links.flatMap((link) => {
    const value = linkValue(link, idOf);
    return value === undefined ? [] : [[link.name, value] as const];
  });
  return {
    description: paragraphs(
      description.trim() === '' ? phraseOf(status) : description,
      sequenceText(content),
    ),
    ...(shown.length > 0 && { headers: Object.fromEntries(shown) }),
    ...(content.length > 0 && { content: contentValue(shelf, content) }),
    ...(led.length > 0 && { links: Object.fromEntries(led) }),
  };
}

function linkValue(
  { description, operation, parameters, requestBody }: HttpLink,
  idOf: ResponsesInput['idOf'],
) {
  const operationId = idOf(operation);
  if (operationId === undefined) return undefined;
  const given = [...parameters].flatMap(([name, value]) => {
    const read = data(value);
    return read === undefined ? [] : [[name, read] as const];
  });
  const body: JsonValue | undefined = requestBody === undefined ? undefined : data(requestBody);
  return {
    operationId,
    ...(description !== '' && { description }),
    ...(given.length > 0 && { parameters: Object.fromEntries(given) }),
    ...(body !== undefined && { requestBody: body }),
  };
}

/** OpenAPI wants each answer described; some documents do not. */
function phraseOf(status: string): string {
  switch (status.charAt(0)) {
    case '1':
      return 'There is more to come.';
    case '2':
      return 'Done.';
    case '3':
      return 'To be found elsewhere, or unchanged.';
    case '4':
      return 'The request was refused.';
    case '5':
      return 'The service failed.';
    default:
      return 'Any other answer.';
  }
}
