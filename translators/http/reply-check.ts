// Compares an upstream's answer with the document of its operation, for a report: clients get it all the same.
import { type RawHeaders, rawHeader } from '../../core/http-message.ts';
import type { HttpDocument, HttpMedia, HttpOperation, HttpResponse } from '../../core/http-operation.ts';
import type { JsonValue } from '../../core/json.ts';
import { findMedia, isJson } from './media-types.ts';
import { createSchemaCheck, type SchemaCheck, type SchemaFinding } from './schema-check.ts';

/** Status, declared headers and content type; the content itself if it is given. */
export type ReplyCheck = (reply: {
  readonly status: number;
  readonly headers: RawHeaders;
  readonly body?: Uint8Array;
}) => readonly SchemaFinding[];

/** Made once per operation. Nothing is said of an operation that describes no responses. */
export function createReplyCheck({ responses }: HttpOperation, { schemas }: HttpDocument): ReplyCheck {
  const checks = new WeakMap<HttpMedia, SchemaCheck>();
  return ({ status, headers, body }) => {
    if (responses.length === 0) return [];
    const response = findResponse(responses, status);
    if (response === undefined) return [{ pointer: '', message: `the status ${status} is not described` }];
    const missing = response.headers.filter(
      ({ name, isRequired }) => isRequired && rawHeader(headers, name.toLowerCase()) === undefined,
    );
    const findings = missing.map(({ name }) => ({ pointer: `header/${name}`, message: 'is required' }));
    const type = rawHeader(headers, 'content-type');
    if (response.content.length === 0 || type === undefined || body === undefined || body.length === 0)
      return findings;
    const media = findMedia(response.content, type);
    if (media === undefined) {
      const taken = response.content.map(({ mediaType }) => mediaType).join(', ');
      return [...findings, { pointer: 'header/content-type', message: `must be one of ${taken}` }];
    }
    if (media.schema === undefined || !isJson(type)) return findings;
    let check = checks.get(media);
    if (check === undefined) {
      check = createSchemaCheck(media.schema, schemas, 'reply');
      checks.set(media, check);
    }
    const value = parse(body);
    return [
      ...findings,
      ...(value === undefined ? [{ pointer: '', message: 'is not valid JSON' }] : check(value)),
    ];
  };
}

/** The very status, then its class, then `default`. */
export function findResponse(responses: readonly HttpResponse[], status: number): HttpResponse | undefined {
  const byName = (name: string): HttpResponse | undefined => responses.find((one) => one.status === name);
  return byName(String(status)) ?? byName(`${Math.floor(status / 100)}XX`) ?? byName('default');
}

/** Numbers are doubles, as they are of requests: the digits of long ones would be text to the schema. */
function parse(bytes: Uint8Array): JsonValue | undefined {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
