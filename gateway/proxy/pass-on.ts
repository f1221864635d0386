// REST to HTTP: a request whose operation has an HTTP upstream is passed on as it is, and answered with what comes back.
// Reads top to bottom as a request goes.
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ANONYMOUS, type Call, type Door } from '../../core/call.ts';
import type { CallOrigin } from '../../core/call-origin.ts';
import type { HttpRequest, RawHeaders } from '../../core/http-message.ts';
import type { HttpOperation } from '../../core/http-operation.ts';
import type { Invoker } from '../../core/invoker.ts';
import { NO_METADATA } from '../../core/metadata.ts';
import type { OperationLimits } from '../../core/operation.ts';
import { Payload } from '../../core/payload.ts';
import type { RouteMatch } from '../../schema/routes/route-table.ts';
import { guardedHeaders } from '../../translators/http/header-parameters.ts';
import type { CheckedRequest } from '../../translators/http/request-check.ts';
import { forwardedHeaders } from '../../translators/http/request-headers.ts';
import { passedHeaders } from '../../translators/http/response-headers.ts';
import { announcedTrailers, forwardedTrailers } from '../../translators/http/trailer-fields.ts';
import { upstreamTarget } from '../../translators/http/upstream-target.ts';
import { readTimeout } from '../../translators/rest/deadline-headers.ts';
import { isWaitingForContinue, sendContinue } from '../edge/await-continue.ts';
import type { ClientAddressReader } from '../edge/client-address.ts';
import { watchClient } from '../edge/client-presence.ts';
import { announcesBody } from '../edge/read-body.ts';
import { NO_UPLOAD, openUpload, readUpload, type UploadLimit } from './upload.ts';
import { reportReply, requestCheckOf } from './validation.ts';
import { writeInformation, writeReply } from './write-reply.ts';

export interface PassOnOptions {
  readonly match: RouteMatch;
  readonly http: HttpOperation;
  /** Of the request, in origin form. */
  readonly target: string;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly invoke: Invoker;
  readonly addresses: ClientAddressReader;
  readonly door: Door;
  readonly origin?: CallOrigin | undefined;
}

/** Resolves when the answer is complete. A failure before its head is thrown. */
export async function passOn(options: PassOnOptions): Promise<FastifyReply> {
  const { match, request, reply, invoke, door } = options;
  const { operation } = match.route;
  const client = watchClient(reply);
  const http = await readRequest(options);
  const call: Call = {
    operation,
    door,
    requestId: request.id,
    caller: ANONYMOUS,
    origin: options.origin,
    input: Payload.lazy(operation.input.codec, () => null),
    http,
    metadata: NO_METADATA,
    timeoutMs: readTimeout(request.headers),
    signal: client,
  };
  const answer = await invoke(call);
  if (answer.kind !== 'http') throw new Error('an HTTP upstream answered with a message');
  if (isDescribed(options)) reportReply(options.http, answer, operation.id, request.log);
  await writeReply(answer, reply);
  return reply;
}

/** OPTIONS goes to the upstream by the route of another method, whose description is not of it. */
function isDescribed({ http, request }: PassOnOptions): boolean {
  return request.method !== 'OPTIONS' || http.method === 'OPTIONS';
}

/** An upstream that says nothing for so long gets the content all the same (RFC 9110 §10.1.1). */
const CONTINUE_MS = 1_000;

function continueOf({ raw: response, request: { raw: request } }: FastifyReply): () => void {
  const timer = setTimeout(() => sendContinue(request), CONTINUE_MS);
  // Of the answer: a request whose content never came may never close.
  response.once('close', () => clearTimeout(timer));
  return () => {
    clearTimeout(timer);
    sendContinue(request);
  };
}

/** What of a request is held against its document. `headers`: those that go on; what stays behind is nobody's to see. */
export function checkedRequest(
  { route, variables }: RouteMatch,
  target: string,
  raw: IncomingMessage,
  headers: RawHeaders,
): CheckedRequest {
  const mark = target.indexOf('?');
  const names = route.template.variables.map(({ fieldPath }) => fieldPath.join('.'));
  return {
    path: new Map(names.map((name, index) => [name, variables[index] ?? ''])),
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers,
    hasBody: announcesBody(raw),
  };
}

/** What is passed on as it arrives takes no memory, however large it is; what is read to be checked does. */
function uploadLimit({ maxRequestBytes, maxUploadBytes }: OperationLimits, isRead: boolean): UploadLimit {
  const bytes = maxUploadBytes ?? maxRequestBytes;
  return isRead && bytes > maxRequestBytes
    ? { bytes: maxRequestBytes, setting: 'limits.messageBytes' }
    : { bytes, setting: 'limits.uploadBytes' };
}

async function readRequest(options: PassOnOptions): Promise<HttpRequest> {
  const { match, http, target, request, reply, addresses } = options;
  const { operation } = match.route;
  const { raw } = request;
  const upstream = upstreamTarget(target, http);
  const headers = forwardedHeaders(
    raw.rawHeaders,
    { requestId: request.id, forwarded: addresses.forwarded(raw) },
    {
      forwardsAuthorization: operation.forwardsAuthorization,
      guarded: guardedHeaders(operation),
      httpVersion: raw.httpVersion,
    },
  );
  const check = isDescribed(options) ? requestCheckOf(http) : undefined;
  const checked = check === undefined ? undefined : checkedRequest(match, target, raw, headers);
  if (checked !== undefined) check?.head(checked);
  const isRead = checked !== undefined && check?.readsBody(checked) === true;
  const waits = !isRead && isWaitingForContinue(raw);
  const limit = uploadLimit(operation.limits, isRead);
  let upload = NO_UPLOAD;
  if (isRead) upload = await readUpload(raw, limit);
  else if (announcesBody(raw)) upload = await openUpload(raw, limit, waits);
  const { body, contentLength } = upload;
  // Answered early, or left: nobody asks for what is still on its way, and nothing else would end it.
  if (body instanceof Readable) reply.raw.once('close', () => body.destroy());
  if (isRead && body instanceof Uint8Array) check?.body(checked, body);
  const isChunked = body instanceof Readable && contentLength === undefined;
  return {
    method: methodOf(request.method, http.method),
    target: upstream,
    headers: isChunked ? withTrailer(headers, raw.headers.trailer) : headers,
    body,
    contentLength,
    ...(isChunked && { trailers: () => forwardedTrailers(raw.rawTrailers) }),
    ...(waits && body !== undefined && { onContinue: continueOf(reply) }),
    onInformation: (status, hints) => {
      writeInformation(reply, status, passedHeaders(hints, status, operation));
    },
  };
}

/** A POST that found the route of another method is that method's (X-HTTP-Method-Override). */
function methodOf(asked: string, described: string): string {
  return asked === 'POST' && described !== '*' ? described : asked;
}

/** Only content in chunks has trailers to announce. */
function withTrailer(headers: RawHeaders, announced: string | undefined): RawHeaders {
  const names = announcedTrailers(announced ?? '');
  return names === '' ? headers : [...headers, 'Trailer', names];
}
