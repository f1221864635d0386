// The REST door: a raw path to a route, path, query and body to a call, a reply to JSON.
// Reads top to bottom as a request goes; docs/lifecycle.md names the same hops.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ANONYMOUS, type Call, type Door } from '../../core/call.ts';
import { GatewayError } from '../../core/error.ts';
import type { Operation } from '../../core/operation.ts';
import { Payload } from '../../core/payload.ts';
import type { PinnedSnapshot, Snapshot } from '../../registry/snapshot.ts';
import type { RouteMatch } from '../../schema/routes/route-table.ts';
import { assertCoding } from '../../translators/rest/content-coding.ts';
import { readTimeout } from '../../translators/rest/deadline-headers.ts';
import { assertJson, requestStreamForm } from '../../translators/rest/media-type.ts';
import { requestMetadata } from '../../translators/rest/request-metadata.ts';
import type { RequestPlan } from '../../translators/rest/request-plan.ts';
import { checkedTarget } from '../edge/check-request.ts';
import type { ClientAddressReader } from '../edge/client-address.ts';
import { type ClientPresence, watchClient } from '../edge/client-presence.ts';
import { announcesBody, readBody } from '../edge/read-body.ts';
import { type CompiledRoute, compiledRoute, isRequestStream } from './compiled-routes.ts';
import { readMessages } from './read-stream.ts';
import { writeStream } from './write-stream.ts';
import { writeUnary } from './write-unary.ts';

export interface RestDoorOptions {
  readonly pin: () => PinnedSnapshot;
  readonly addresses: ClientAddressReader;
  readonly door: Door;
  /** Told the route of each request that found one, for logs and metrics. */
  readonly onRoute: (request: FastifyRequest, operation: Operation, template: string) => void;
}

export type RestDoor = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Answers every request that is not the gateway's own. Throws GatewayErrors; one handler writes them. */
export function createRestDoor(options: RestDoorOptions): RestDoor {
  return async (request, reply) => {
    const target = checkedTarget(request.raw);
    const pinned = options.pin();
    try {
      const match = findRoute(pinned.snapshot, request, target);
      if (match === undefined) return answerOptions(pinned.snapshot, target, reply);
      const { operation, binding } = match.route;
      options.onRoute(request, operation, binding.template);
      assertCoding(request.headers['accept-encoding']);
      const plans = compiledRoute(match.route);
      const client = watchClient(reply);
      const input = isRequestStream(operation)
        ? readRequestStream(request, match, plans, target, client)
        : Payload.fromWire(operation.input.codec, await readRequest(request, match, plans.request, target));
      const call = makeCall(options, request, operation, input, client.signal);
      const answer = await pinned.snapshot.invoke(call);
      return answer.kind === 'stream'
        ? await writeStream(answer, plans.reply, request, reply)
        : writeUnary(answer, plans.reply, reply);
    } finally {
      pinned.release();
    }
  };
}

function findRoute(snapshot: Snapshot, request: FastifyRequest, target: string): RouteMatch | undefined {
  const { method } = request;
  // RFC 9110 §9.3.7: the server as a whole.
  if (method === 'OPTIONS' && target === '*') return undefined;
  const found = snapshot.routes.find(method, target);
  // Whatever a rule says that takes any method: an echo of the request is for nobody's scripts.
  if (method === 'TRACE')
    throw methodNotAllowed(method, found.kind === 'method-not-allowed' ? found.allow : []);
  switch (found.kind) {
    case 'match':
      return found.match;
    case 'bad-path':
      throw new GatewayError('invalid_argument', found.message, { type: 'bad-request-target' });
    case 'method-not-allowed':
      if (method === 'OPTIONS') return undefined;
      throw methodNotAllowed(method, found.allow);
    case 'not-found':
      throw new GatewayError('not_found', 'no route has this path', { type: 'route-not-found' });
  }
}

function methodNotAllowed(method: string, allow: readonly string[]): GatewayError {
  const served = allow.length > 0 ? `; it takes ${allow.join(', ')}` : '';
  return new GatewayError('unimplemented', `this path does not take ${method}${served}`, {
    type: 'method-not-allowed',
    allow,
  });
}

/** RFC 9110 §9.3.7: what may be done with this path. */
function answerOptions(snapshot: Snapshot, target: string, reply: FastifyReply): FastifyReply {
  const found = snapshot.routes.find('OPTIONS', target);
  const allow = found.kind === 'method-not-allowed' ? found.allow : [];
  return reply.code(204).header('allow', allow.join(', ')).send();
}

async function readRequest(
  request: FastifyRequest,
  match: RouteMatch,
  plan: RequestPlan,
  target: string,
): Promise<Uint8Array> {
  const query = target.indexOf('?');
  return plan.read({
    variables: match.variables,
    query: query === -1 ? '' : target.slice(query + 1),
    body: await readJsonBody(request, match.route.operation, plan),
    ifMatch: entityTag(request.headers['if-match']),
  });
}

/** Messages are read while the upstream takes them; the call is made before the first has arrived. */
function readRequestStream(
  request: FastifyRequest,
  match: RouteMatch,
  plans: CompiledRoute,
  target: string,
  client: ClientPresence,
): AsyncIterable<Payload> {
  const query = target.indexOf('?');
  return readMessages({
    request: request.raw,
    operation: match.route.operation,
    plan: plans.request,
    further: plans.further,
    first: { variables: match.variables, query: query === -1 ? '' : target.slice(query + 1) },
    form: announcesBody(request.raw) ? requestStreamForm(request.raw.rawHeaders) : 'array',
    onFailure: client.abort,
  });
}

async function readJsonBody(
  request: FastifyRequest,
  operation: Operation,
  plan: RequestPlan,
): Promise<string | undefined> {
  if (!announcesBody(request.raw)) return undefined;
  if (!plan.takesBody) {
    throw new GatewayError('invalid_argument', 'this route takes no body');
  }
  assertJson(request.raw.rawHeaders);
  const bytes = await readBody(request.raw, operation.limits.maxRequestBytes);
  if (bytes.length === 0) return undefined;
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw new GatewayError('invalid_argument', 'the body is not valid UTF-8', {
      type: 'invalid-json',
      cause,
    });
  }
}

// ignoreBOM keeps a byte order mark in the text, where the JSON reader refuses it (RFC 8259 §8.1).
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `"abc"` and `W/"abc"` name abc; `*` stays. */
function entityTag(header: string | undefined): string | undefined {
  return header?.replace(/^(?:W\/)?"(.*)"$/, '$1');
}

function makeCall(
  options: RestDoorOptions,
  request: FastifyRequest,
  operation: Operation,
  input: Call['input'],
  signal: AbortSignal,
): Call {
  return {
    operation,
    door: options.door,
    requestId: request.id,
    caller: ANONYMOUS,
    input,
    metadata: requestMetadata(
      request.headers,
      {
        requestId: request.id,
        forwarded: options.addresses.forwarded(request.raw),
      },
      operation.forwardHeaders,
    ),
    timeoutMs: readTimeout(request.headers),
    signal,
  };
}
