// An HTTP answer as the value that its document promises, or as the error that it tells of (graphql reference,
// sections 4 and 8). The status is kept; of error bodies only what the document describes gets out.
import { type Code, codeOfHttpStatus } from '../../core/code.ts';
import { GatewayError, type Violation } from '../../core/error.ts';
import { describedBy, isJsonType, isTextType, replyForm } from '../../core/http-media.ts';
import { type RawHeaders, rawHeader } from '../../core/http-message.ts';
import type { HttpOperation } from '../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Operation } from '../../core/operation.ts';
import { Payload } from '../../core/payload.ts';
import { findMedia } from './media-types.ts';

export interface WholeReply {
  readonly status: number;
  readonly headers: RawHeaders;
  readonly body: Uint8Array;
}

/** @throws GatewayError for every answer but a success */
export function readReply({ output }: Operation, http: HttpOperation, reply: WholeReply): Payload {
  const { status, body } = reply;
  if (status < 200 || status > 299) throw readFailure(http, reply);
  const described = describedBy(http.responses, status);
  const form = described === undefined ? undefined : replyForm(described);
  if (body.length === 0) {
    const isEmptyText = form?.kind === 'text' && status !== 204 && http.method !== 'HEAD';
    return Payload.fromValue(output.codec, isEmptyText ? '' : null);
  }
  // It promises nothing: what comes is not looked at.
  if (form?.kind === 'nothing') return Payload.fromValue(output.codec, null);
  const type = rawHeader(reply.headers, 'content-type')?.trim().toLowerCase();
  if (form?.kind === 'text') return Payload.fromValue(output.codec, decodeText(type, body));
  // A range promises no JSON in particular; Kubernetes answers what its pods say.
  const isRange = form?.kind === 'json' && form.media.mediaType.includes('*');
  if (isRange && type !== undefined && isTextType(type)) {
    return Payload.fromValue(output.codec, decodeText(type, body));
  }
  if (type !== undefined && !isJsonType(type)) {
    throw protocolError(`the content type is ${type.slice(0, 100)} where the document promises JSON`);
  }
  const charset = charsetOf(type);
  return charset === 'utf-8'
    ? Payload.fromWire(output.codec, body)
    : Payload.fromWire(output.codec, Buffer.from(decodeText(type, body)));
}

/** What the upstream answered instead of a success. */
export function readFailure(http: HttpOperation, reply: WholeReply): GatewayError {
  const { status, headers } = reply;
  const code = codeOfHttpStatus(status) ?? 'unknown';
  const body = describedBody(http, reply);
  const problem = isObject(body) ? body : undefined;
  const told = SPEAKING.has(code) ? toldBy(problem) : undefined;
  const redirect = status >= 300 && status < 400 ? ', a redirect, which is not followed' : '';
  const retryAfterMs = retryAfter(rawHeader(headers, 'retry-after'));
  return new GatewayError(code, told ?? `the upstream answered ${status}${redirect}`, {
    source: 'upstream',
    upstream: { status, ...(body !== undefined && { body }) },
    violations: violationsOf(problem),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** Codes that speak to the caller; of the others a fixed sentence is told (transcoding reference, section 9.4). */
const SPEAKING: ReadonlySet<Code> = new Set<Code>([
  ...(['invalid_argument', 'not_found', 'already_exists', 'permission_denied', 'unauthenticated'] as const),
  ...(['failed_precondition', 'aborted', 'out_of_range', 'resource_exhausted', 'unimplemented'] as const),
]);

const MAX_ERROR_BODY = 16 * 1024;
const MAX_MESSAGE = 500;
const MAX_VIOLATIONS = 20;

/** Only what the document says of this status: a proxy's page of its own is nobody's business. */
function describedBody(
  { responses }: HttpOperation,
  { status, headers, body }: WholeReply,
): JsonValue | undefined {
  const described = describedBy(responses, status);
  if (described === undefined || body.length === 0 || body.length > MAX_ERROR_BODY) return undefined;
  const type = rawHeader(headers, 'content-type')?.trim().toLowerCase();
  const isJson = type === undefined || isJsonType(type);
  try {
    if (isJson && replyForm(described).kind === 'json') return JSON.parse(decodeText(type, body));
    // Whatever a client asks for, errors come as text where the service fails early: it is described beside the JSON.
    const text = type !== undefined && isTextType(type) ? findMedia(described.content, type) : undefined;
    if (text !== undefined && isTextType(text.mediaType)) return decodeText(type, body);
  } catch {
    // What is no JSON tells nothing.
  }
  return undefined;
}

/** RFC 9457 has `detail` and `title`; many others a `message`. */
function toldBy(problem: JsonObject | undefined): string | undefined {
  for (const key of ['detail', 'title', 'message', 'error_description', 'error']) {
    const text = problem?.[key];
    if (typeof text === 'string' && text !== '') return text.slice(0, MAX_MESSAGE);
  }
  return undefined;
}

/** The errors of a problem by JSON pointer or name, as RFC 9457 shows them. */
function violationsOf(problem: JsonObject | undefined): Violation[] {
  const errors = problem?.errors;
  if (!Array.isArray(errors)) return [];
  return errors.slice(0, MAX_VIOLATIONS).flatMap((error): Violation[] => {
    if (!isObject(error)) return [];
    const { pointer, detail } = error;
    if (typeof pointer !== 'string' || typeof detail !== 'string') return [];
    return [{ field: fieldOf(pointer), description: detail.slice(0, MAX_MESSAGE) }];
  });
}

/** `/parts/0/no` of the body is `body.parts[0].no`. */
function fieldOf(pointer: string): string {
  const place = pointer.replace(/^#/, '');
  if (!place.startsWith('/')) return pointer.slice(0, MAX_MESSAGE);
  const steps = place.slice(1, MAX_MESSAGE).split('/');
  return steps.reduce((path, step) => {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (/^\d{1,9}$/.test(name)) return `${path}[${name}]`;
    return /^[^.[\]"]+$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`;
  }, 'body');
}

/** Delay in seconds, or a date (RFC 9110 §10.2.3). */
function retryAfter(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

function charsetOf(contentType: string | undefined): string {
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^\s;"]+)/.exec(contentType ?? '') ?? [];
  return charset === 'utf8' ? 'utf-8' : charset;
}

function decodeText(contentType: string | undefined, body: Uint8Array): string {
  try {
    return new TextDecoder(charsetOf(contentType), { fatal: true }).decode(body);
  } catch (cause) {
    throw protocolError('the text is not of the charset that it claims', cause);
  }
}

/** `reason` is for the log alone. */
export function protocolError(reason: string, cause?: unknown): GatewayError {
  return new GatewayError('internal', 'the upstream sent an answer that is not of its type', {
    type: 'upstream-protocol',
    source: 'upstream',
    cause: new Error(reason, { cause }),
  });
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
