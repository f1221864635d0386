// What a request brings for its call: the message that path, query and body make, or the stream of them.
import type { FastifyRequest } from 'fastify';
import type { CallEnding } from '../../core/call-signal.ts';
import { GatewayError } from '../../core/error.ts';
import type { Operation } from '../../core/operation.ts';
import type { Payload } from '../../core/payload.ts';
import type { RouteMatch } from '../../schema/routes/route-table.ts';
import type { HttpBody } from '../../translators/rest/http-body.ts';
import { anyContentType, bodyForm, requestStreamForm } from '../../translators/rest/media-type.ts';
import type { RequestParts } from '../../translators/rest/request-parts.ts';
import type { RequestPlan } from '../../translators/rest/request-plan.ts';
import { announcesBody, readBody } from '../edge/read-body.ts';
import type { CompiledRoute } from './compiled-routes.ts';
import { readMessages } from './read-stream.ts';

export interface GivenRequest {
  readonly match: RouteMatch;
  readonly plans: CompiledRoute;
  /** Without system parameters. */
  readonly query: string;
  /** Of the response mask. */
  readonly readMask: readonly string[] | undefined;
}

/** Wire bytes of the one message. @throws GatewayError */
export async function readRequest(
  request: FastifyRequest,
  { match, plans, query, readMask }: GivenRequest,
): Promise<Uint8Array> {
  const plan = plans.request;
  const { operation } = match.route;
  const body = plan.takesRaw
    ? { body: undefined, raw: await readRawBody(request, operation) }
    : await readMessageBody(request, operation, plan);
  return plan.read({
    variables: match.variables,
    query,
    ...body,
    ifMatch: request.headers['if-match'],
    readMask,
  });
}

/** Messages are read while the upstream takes them; the call is made before the first has arrived. */
export function readRequestStream(
  request: FastifyRequest,
  { match, plans, query }: GivenRequest,
  client: CallEnding,
): AsyncIterable<Payload> {
  return readMessages({
    request: request.raw,
    operation: match.route.operation,
    plan: plans.request,
    further: plans.further,
    first: { variables: match.variables, query },
    form: streamForm(request, plans.request),
    contentType: plans.request.takesRaw ? anyContentType(request.raw.rawHeaders) : '',
    onFailure: (error) => client.abort(error),
  });
}

function streamForm({ raw }: FastifyRequest, plan: RequestPlan): 'ndjson' | 'array' | 'raw' {
  if (plan.takesRaw) return 'raw';
  return announcesBody(raw) ? requestStreamForm(raw.rawHeaders) : 'array';
}

/** Any media type; no body is one of nothing. */
async function readRawBody(request: FastifyRequest, operation: Operation): Promise<HttpBody> {
  const contentType = anyContentType(request.raw.rawHeaders);
  const data = announcesBody(request.raw)
    ? await readBody(request.raw, operation.limits.maxRequestBytes)
    : new Uint8Array();
  return { contentType, data };
}

const NO_BODY = Object.freeze({ body: undefined });

async function readMessageBody(
  request: FastifyRequest,
  operation: Operation,
  plan: RequestPlan,
): Promise<Pick<RequestParts, 'body' | 'wire'>> {
  if (!announcesBody(request.raw)) return NO_BODY;
  if (!plan.takesBody) {
    throw new GatewayError('invalid_argument', 'this route takes no body');
  }
  const form = bodyForm(request.raw.rawHeaders, plan.takesProtobuf);
  const bytes = await readBody(request.raw, operation.limits.maxRequestBytes);
  if (bytes.length === 0) return NO_BODY;
  if (form === 'protobuf') return { body: undefined, wire: bytes };
  try {
    return { body: UTF8.decode(bytes) };
  } catch (cause) {
    throw new GatewayError('invalid_argument', 'the body is not valid UTF-8', {
      type: 'invalid-json',
      cause,
    });
  }
}

// ignoreBOM keeps a byte order mark in the text, where the JSON reader refuses it (RFC 8259 §8.1).
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
