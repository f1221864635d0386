// What an operation is to an HTTP upstream: described by OpenAPI, or a plain proxy that knows paths alone. Data only.
// Every version of OpenAPI is read into this one form (schema/openapi); schemas are JSON Schema 2020-12.
import type { JsonObject, JsonValue } from './json.ts';

/**
 * A JSON Schema of dialect 2020-12. Objects have no prototype. A `$ref` is always `#/components/schemas/NAME` with
 * NAME escaped as in a JSON pointer, and NAME is in `HttpDocument.schemas`; references may lead in circles.
 */
export type JsonSchema = boolean | JsonObject;

export interface HttpOperation {
  /** Upper-case method, or `*` for a plain proxy, which takes any. */
  readonly method: string;
  /**
   * The upstream's path as a template, base path included: `/v2/pets/{petId}`, and behind a `?` what every query has.
   * Of a plain proxy: its prefix.
   */
  readonly upstreamPath: string;
  /** How a path of the gateway becomes one of the upstream: so many segments less, and this before the rest. */
  readonly forward: { readonly cutSegments: number; readonly prepend: string };
  /** Empty for a plain proxy, which passes on whatever comes. */
  readonly parameters: readonly HttpParameter[];
  readonly requestBody: HttpRequestBody | undefined;
  readonly responses: readonly HttpResponse[];
  /** All that the upstream takes in the header `Accept`, each by itself. Absent: whatever HTTP allows. */
  readonly accepts?: readonly string[];
  /** Any one of these is enough, each names all that it needs. Empty: nothing is needed. */
  readonly security: readonly HttpSecurityRequirement[];
  /** As the document has it; several operations may claim one, the first has it. */
  readonly operationId: string | undefined;
  readonly summary: string;
  readonly tags: readonly string[];
  /** Undefined: a plain proxy. */
  readonly document: HttpDocument | undefined;
  readonly validate: HttpValidation;
}

export interface HttpValidation {
  /** Parameters, content type and JSON body are held against the document before anything is sent. */
  readonly request: boolean;
  /** Replies are compared with the document and differences are logged; clients get them all the same. */
  readonly response: boolean;
}

/** What all operations of one document share. */
export interface HttpDocument {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** By component name: all of the document, and what references name elsewhere. */
  readonly schemas: ReadonlyMap<string, JsonSchema>;
  /** Security Scheme Objects of OpenAPI 3.1 by name. */
  readonly securitySchemes: ReadonlyMap<string, JsonObject>;
  readonly tags: readonly { readonly name: string; readonly description: string }[];
}

/** `querystring`: the whole query is one value of the parameter's media type (OpenAPI 3.2). */
export type ParameterPlace = 'path' | 'query' | 'querystring' | 'header' | 'cookie';

export const PARAMETER_STYLES = [
  'simple',
  'label',
  'matrix',
  'form',
  'spaceDelimited',
  'pipeDelimited',
  'tabDelimited',
  'deepObject',
  'cookie',
] as const;
export type ParameterStyle = (typeof PARAMETER_STYLES)[number];

export interface HttpParameter {
  /** As the document spells it; header names compare without regard to case. */
  readonly name: string;
  readonly place: ParameterPlace;
  readonly isRequired: boolean;
  readonly style: ParameterStyle;
  readonly explode: boolean;
  /** Characters that URLs reserve are sent as they are. */
  readonly allowReserved: boolean;
  readonly schema: JsonSchema;
  /** The value is one text of this media type, `style` does not apply. */
  readonly mediaType: string | undefined;
  /** By property, of a query that is one form. */
  readonly encoding?: ReadonlyMap<string, HttpEncoding>;
  readonly description: string;
  readonly isDeprecated: boolean;
  readonly example: JsonValue | undefined;
}

export interface HttpRequestBody {
  readonly isRequired: boolean;
  readonly description: string;
  /** In order of declaration. */
  readonly content: readonly HttpMedia[];
}

export interface HttpMedia {
  /** A type or a range: `application/json`, `text/*`. In lower case, parameters as declared. */
  readonly mediaType: string;
  /** Undefined: nothing is said of the content. */
  readonly schema: JsonSchema | undefined;
  /** Of each item of a sequence such as NDJSON (OpenAPI 3.2). */
  readonly itemSchema: JsonSchema | undefined;
  /** By property of a form: its Encoding Object. */
  readonly encoding: ReadonlyMap<string, HttpEncoding>;
  readonly example: JsonValue | undefined;
}

export interface HttpEncoding {
  readonly contentType: string | undefined;
  readonly style: ParameterStyle;
  readonly explode: boolean;
  readonly allowReserved: boolean;
}

export interface HttpResponse {
  /** `200`, `2XX` or `default`. */
  readonly status: string;
  readonly description: string;
  readonly content: readonly HttpMedia[];
  readonly headers: readonly HttpResponseHeader[];
  readonly links: readonly HttpLink[];
}

export interface HttpResponseHeader {
  readonly name: string;
  readonly description: string;
  readonly isRequired: boolean;
  readonly schema: JsonSchema;
}

/** What an answer leads to: an operation of the same service, and where its parameters come from. */
export interface HttpLink {
  readonly name: string;
  readonly description: string;
  /** `Operation.name` of the target. */
  readonly operation: string;
  /** By parameter name, with an optional place before it (`path.id`): a constant or a runtime expression. */
  readonly parameters: ReadonlyMap<string, JsonValue>;
  readonly requestBody: JsonValue | undefined;
}

/** Security scheme names with the scopes that each must have. */
export type HttpSecurityRequirement = ReadonlyMap<string, readonly string[]>;

const SCHEMA_REF = '#/components/schemas/';

/** The reference that schemas use for a name. */
export function refOfSchema(name: string): string {
  return SCHEMA_REF + name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The name that a schema's `$ref` leads to, or undefined if it is none of ours. */
export function schemaOfRef(ref: JsonValue | undefined): string | undefined {
  if (typeof ref !== 'string' || !ref.startsWith(SCHEMA_REF)) return undefined;
  return ref.slice(SCHEMA_REF.length).replaceAll('~1', '/').replaceAll('~0', '~');
}
