// Request bodies and answers with their media types, of every version.
import type {
  HttpEncoding,
  HttpMedia,
  HttpRequestBody,
  HttpResponse,
  HttpResponseHeader,
  JsonSchema,
  ParameterStyle,
} from '../../core/http-operation.ts';
import type { JsonObject } from '../../core/json.ts';
import { normaliseMediaType } from './media-type.ts';
import type { Place } from './place.ts';
import { readExample, readSwaggerExample } from './read-examples.ts';
import type { Reading } from './reading.ts';
import { quote } from './source-bundle.ts';
import { emptyObject } from './text-reading.ts';

const NO_ENCODING: ReadonlyMap<string, HttpEncoding> = new Map();

export function readRequestBody(reading: Reading, operation: Place): HttpRequestBody | undefined {
  const part = operation.get('requestBody');
  const place = part === undefined ? undefined : reading.bundle.resolve(part);
  if (place === undefined) return undefined;
  return {
    isRequired: place.flag('required'),
    description: place.text('description'),
    content: readContent(reading, place.get('content')),
  };
}

/** Swagger 2.0: a body is a parameter, or several that make a form. */
export function readSwaggerBody(
  reading: Reading,
  parameters: readonly Place[],
  consumes: readonly string[],
): HttpRequestBody | undefined {
  const body = parameters.find((place) => place.text('in') === 'body');
  if (body !== undefined) {
    const schema = body.get('schema');
    const read = schema === undefined ? undefined : reading.schemas.read(schema);
    return {
      isRequired: body.flag('required'),
      description: body.text('description'),
      content: mediaOf(consumes.length > 0 ? consumes : ['application/json'], read),
    };
  }
  const fields = parameters.filter((place) => place.text('in') === 'formData');
  if (fields.length === 0) return undefined;
  const hasFile = fields.some((place) => place.text('type') === 'file');
  const forms = consumes.filter((type) =>
    /^(?:multipart\/form-data|application\/x-www-form-urlencoded)/.test(type),
  );
  const fallback = hasFile ? 'multipart/form-data' : 'application/x-www-form-urlencoded';
  return {
    isRequired: fields.some((place) => place.flag('required')),
    description: '',
    content: mediaOf(
      forms.length > 0 ? forms : [fallback],
      formSchema(reading, fields),
      formEncoding(fields),
    ),
  };
}

function formSchema(reading: Reading, fields: readonly Place[]): JsonSchema {
  const properties = emptyObject();
  for (const place of fields) properties[place.text('name')] = reading.schemas.readInline(place);
  const schema = emptyObject();
  schema.type = 'object';
  schema.properties = properties;
  const required = fields.filter((place) => place.flag('required')).map((place) => place.text('name'));
  if (required.length > 0) schema.required = required;
  return schema;
}

function formEncoding(fields: readonly Place[]): ReadonlyMap<string, HttpEncoding> {
  const lists = fields.filter((place) => place.text('type') === 'array');
  return new Map(
    lists.map((place) => [
      place.text('name'),
      {
        contentType: undefined,
        style: 'form' as const,
        explode: place.text('collectionFormat') === 'multi',
        allowReserved: false,
      },
    ]),
  );
}

function mediaOf(
  types: readonly string[],
  schema: JsonSchema | undefined,
  encoding: ReadonlyMap<string, HttpEncoding> = NO_ENCODING,
): HttpMedia[] {
  return types.map((mediaType) => ({
    mediaType,
    schema,
    itemSchema: undefined,
    encoding,
    example: undefined,
  }));
}

export function readContent(reading: Reading, content: Place | undefined): readonly HttpMedia[] {
  const media: HttpMedia[] = [];
  for (const [type, part] of content?.entries() ?? []) {
    const mediaType = normaliseMediaType(type);
    if (mediaType === undefined) {
      reading.remarks.warn(part, 'media-type', `${quote(type)} is no media type; it is ignored`);
      continue;
    }
    const place = reading.bundle.resolve(part);
    if (place === undefined) continue;
    const schema = place.get('schema');
    const itemSchema = place.get('itemSchema');
    media.push({
      mediaType,
      schema: schema === undefined ? undefined : reading.schemas.read(schema),
      itemSchema: itemSchema === undefined ? undefined : reading.schemas.read(itemSchema),
      encoding: readEncoding(place.get('encoding')),
      example: readExample(reading, place),
    });
  }
  return media;
}

const FORM_STYLES: readonly ParameterStyle[] = ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'];

export function readEncoding(encoding: Place | undefined): ReadonlyMap<string, HttpEncoding> {
  if (encoding === undefined) return NO_ENCODING;
  return new Map(
    encoding.entries().map(([name, place]) => {
      const style = FORM_STYLES.find((one) => one === place.text('style')) ?? 'form';
      const explode = place.get('explode')?.value;
      const told = place.text('contentType');
      return [
        name,
        {
          contentType: told === '' ? undefined : told,
          style,
          explode: typeof explode === 'boolean' ? explode : style === 'form',
          allowReserved: place.flag('allowReserved'),
        },
      ];
    }),
  );
}

const STATUS = /^(?:[1-5]\d\d|[1-5]XX|default)$/;

export interface ReadResponse extends Omit<HttpResponse, 'links'> {
  /** Read when all operations are known. */
  readonly linksPlace: Place | undefined;
}

export function readResponses(
  reading: Reading,
  operation: Place,
  produces: readonly string[],
): readonly ReadResponse[] {
  const part = operation.get('responses');
  if (part?.object === undefined || Object.keys(part.object).length === 0) {
    reading.remarks.warn(
      part ?? operation,
      'responses',
      'no responses are described; what comes is passed on as it is',
    );
    return [];
  }
  const responses: ReadResponse[] = [];
  for (const [key, entry] of part.entries()) {
    if (key.startsWith('x-')) continue;
    const status = key === 'default' ? key : key.toUpperCase();
    if (!STATUS.test(status)) {
      const message = `${quote(key)} is no status; write 200, 2XX or default. It is ignored`;
      reading.remarks.warn(entry, 'responses', message);
      continue;
    }
    const place = reading.bundle.resolve(entry);
    if (place === undefined) continue;
    responses.push({
      status,
      description: place.text('description'),
      content:
        reading.version === '2.0'
          ? swaggerContent(reading, place, produces)
          : readContent(reading, place.get('content')),
      headers: readHeaders(reading, place.get('headers')),
      linksPlace: place.get('links'),
    });
  }
  return responses;
}

function swaggerContent(reading: Reading, place: Place, produces: readonly string[]): readonly HttpMedia[] {
  const schema = place.get('schema');
  if (schema === undefined) return [];
  const types = produces.length > 0 ? produces : ['application/json'];
  return mediaOf(types, reading.schemas.read(schema)).map((media) => ({
    ...media,
    example: readSwaggerExample(place, media.mediaType),
  }));
}

function readHeaders(reading: Reading, headers: Place | undefined): readonly HttpResponseHeader[] {
  return (headers?.entries() ?? []).flatMap(([name, entry]) => {
    const place = reading.bundle.resolve(entry);
    if (place === undefined || name.toLowerCase() === 'content-type') return [];
    const schema = place.get('schema') ?? place.get('content')?.entries()[0]?.[1].get('schema');
    return [
      {
        name,
        description: place.text('description'),
        isRequired: place.flag('required'),
        schema:
          schema !== undefined
            ? reading.schemas.read(schema)
            : reading.version === '2.0'
              ? reading.schemas.readInline(place)
              : true,
      },
    ];
  });
}

/** Media types that a list of 2.0 names. */
export function readMediaTypes(reading: Reading, list: Place | undefined): readonly string[] {
  return (list?.items() ?? []).flatMap((place) => {
    const type = typeof place.value === 'string' ? normaliseMediaType(place.value) : undefined;
    if (type === undefined) reading.remarks.warn(place, 'media-type', 'this is no media type; it is ignored');
    return type ?? [];
  });
}

export function securitySchemeOf(reading: Reading, place: Place): JsonObject {
  const { object } = place;
  if (object === undefined) return emptyObject();
  if (reading.version !== '2.0') return object;
  const scheme = Object.assign(emptyObject(), object);
  if (object.type === 'basic') return Object.assign(scheme, { type: 'http', scheme: 'basic' });
  if (object.type !== 'oauth2') return scheme;
  // 2.0 has one flow, in other words.
  const { flow, authorizationUrl, tokenUrl, scopes, ...rest } = object;
  const names: Readonly<Record<string, string>> = {
    implicit: 'implicit',
    password: 'password',
    application: 'clientCredentials',
    accessCode: 'authorizationCode',
  };
  const flows = emptyObject();
  const one = emptyObject();
  if (authorizationUrl !== undefined) one.authorizationUrl = authorizationUrl;
  if (tokenUrl !== undefined) one.tokenUrl = tokenUrl;
  one.scopes = scopes ?? emptyObject();
  flows[(typeof flow === 'string' ? names[flow] : undefined) ?? 'implicit'] = one;
  return Object.assign(emptyObject(), rest, { flows });
}
