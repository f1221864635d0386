// Which content of an HTTP operation is a value, for doors that have values instead of bytes: JSON where there is a
// choice, text where there is none. Media types are in lower case, as documents are read.
import type { HttpMedia, HttpRequestBody, HttpResponse, JsonSchema } from './http-operation.ts';

const JSON_TYPE = /^(?:application\/json|text\/json|[a-z0-9!#$&^_.-]+\/[a-z0-9!#$&^_.-]+\+json)(?:;|$)/;
const FORM_TYPE = /^application\/x-www-form-urlencoded(?:;|$)/;
const ANY_TYPE = /^(?:\*\/\*|application\/\*)(?:;|$)/;
const TEXT_TYPE =
  /^(?:text\/[a-z0-9!#$&^_.*+-]+|application\/(?:xml|yaml|x-yaml|graphql|jwt)|[a-z]+\/[a-z0-9.-]+\+(?:xml|yaml))(?:;|$)/;

export function isJsonType(mediaType: string): boolean {
  return JSON_TYPE.test(mediaType);
}

export function isFormType(mediaType: string): boolean {
  return FORM_TYPE.test(mediaType);
}

/** Text without parts that a client could select. */
export function isTextType(mediaType: string): boolean {
  return TEXT_TYPE.test(mediaType) && !JSON_TYPE.test(mediaType) && !isEventStream(mediaType);
}

export function isEventStream(mediaType: string): boolean {
  return /^text\/event-stream(?:;|$)/.test(mediaType);
}

/** Items one after the other: server-sent events, lines of JSON and their like. */
export function isSequenceType(mediaType: string): boolean {
  return /^(?:text\/event-stream|application\/(?:x-ndjson|ndjson|jsonl|x-jsonlines|jsonlines|json-seq))(?:;|$)/.test(
    mediaType,
  );
}

/** What a value can be written as; undefined if the body can only be sent as bytes. */
export function bodyMedia({ content }: HttpRequestBody): HttpMedia | undefined {
  return (
    content.find(({ mediaType }) => isJsonType(mediaType)) ??
    content.find(isAnyValue) ??
    content.find(({ mediaType }) => isFormType(mediaType)) ??
    content.find(({ mediaType }) => isTextType(mediaType))
  );
}

/** `nothing`: no content at all. `bytes`: only what no value can hold. */
export type ReplyForm =
  | { readonly kind: 'json' | 'text'; readonly media: HttpMedia }
  | { readonly kind: 'nothing' | 'bytes' };

export function replyForm({ content }: HttpResponse): ReplyForm {
  if (content.length === 0) return { kind: 'nothing' };
  const json = content.find(({ mediaType }) => isJsonType(mediaType)) ?? content.find(isAnyValue);
  if (json !== undefined) return { kind: 'json', media: json };
  const text = content.find(({ mediaType }) => isTextType(mediaType));
  return text === undefined ? { kind: 'bytes' } : { kind: 'text', media: text };
}

export function successes(responses: readonly HttpResponse[]): readonly HttpResponse[] {
  return responses.filter(({ status }) => status.startsWith('2'));
}

/** The response that describes a status: exactly, by its range, or as all others. */
export function describedBy(responses: readonly HttpResponse[], status: number): HttpResponse | undefined {
  const range = `${String(status).charAt(0)}XX`;
  return (
    responses.find((response) => response.status === String(status)) ??
    responses.find((response) => response.status === range) ??
    responses.find((response) => response.status === 'default')
  );
}

function isAnyValue({ mediaType, schema }: HttpMedia): boolean {
  return ANY_TYPE.test(mediaType) && !isBinary(schema);
}

function isBinary(schema: JsonSchema | undefined): boolean {
  return typeof schema === 'object' && schema.format === 'binary';
}
