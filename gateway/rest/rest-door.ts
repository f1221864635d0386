// The REST door: a raw path to a route, path, query and body to a call, a reply to JSON.
// Reads top to bottom as a request goes; docs/lifecycle.md names the same hops.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ANONYMOUS, type Call, type Door } from '../../core/call.ts';
import type { CallOrigin } from '../../core/call-origin.ts';
import { GatewayError } from '../../core/error.ts';
import type { Operation } from '../../core/operation.ts';
import { Payload } from '../../core/payload.ts';
import type { RateLimiter } from '../../policies/rate-limiter.ts';
import type { PinnedSnapshot } from '../../registry/snapshot.ts';
import type { RouteMatch, RouteTable } from '../../schema/routes/route-table.ts';
import type { ErrorStyle } from '../../translators/errors/write-error.ts';
import { assertCoding } from '../../translators/rest/content-coding.ts';
import { readTimeout } from '../../translators/rest/deadline-headers.ts';
import { requestMetadata } from '../../translators/rest/request-metadata.ts';
import { createCallOrigin } from '../edge/call-origin.ts';
import { checkedTarget } from '../edge/check-request.ts';
import type { ClientAddressReader } from '../edge/client-address.ts';
import { watchClient } from '../edge/client-presence.ts';
import { limitTeller } from '../edge/limit-headers.ts';
import type { AggregateDoor } from '../graphql/documents/aggregate-door.ts';
import { passOn } from '../proxy/pass-on.ts';
import { compiledRoute, isRequestStream } from './compiled-routes.ts';
import { errorStyleOf } from './error-styles.ts';
import { answerOptions, findRoute } from './find-route.ts';
import { readRequest, readRequestStream } from './read-request.ts';
import { writeStream } from './write-stream.ts';
import { writeUnary } from './write-unary.ts';

export interface RestDoorOptions {
  readonly pin: () => PinnedSnapshot;
  readonly addresses: ClientAddressReader;
  readonly door: Door;
  /** Told the route of each request that found one, for logs and metrics. */
  readonly onRoute: (request: FastifyRequest, operation: Operation, template: string) => void;
  /** Routes that no service has declared. */
  readonly aggregates?: AggregateDoor | undefined;
  /** Absent: nobody counts calls. */
  readonly limiter?: RateLimiter | undefined;
}

export type RestDoor = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Answers every request that is not the gateway's own. Throws GatewayErrors; one handler writes them. */
export function createRestDoor(options: RestDoorOptions): RestDoor {
  return async (request, reply) => {
    const pinned = options.pin();
    try {
      const target = checkedTarget(request.raw);
      const { snapshot } = pinned;
      const table = { routes: options.aggregates?.tableOf(snapshot.routes) ?? snapshot.routes };
      const found = findRoute(table, request, target);
      if (found === undefined) return answerOptions(table, target, reply);
      const { match, isOverridden } = found;
      if (isOverridden) reply.header('cache-control', 'no-store');
      const { operation, binding } = match.route;
      options.onRoute(request, operation, binding.template);
      const { http } = operation;
      const { addresses, limiter } = options;
      const isCounted = limiter?.concerns(operation) === true;
      const origin = isCounted ? originOf(match, addresses, reply) : undefined;
      if (http !== undefined) {
        const { door } = options;
        return await passOn({
          match,
          http,
          target,
          request,
          reply,
          invoke: snapshot.invoke,
          addresses,
          door,
          origin,
        });
      }
      assertCoding(request.headers['accept-encoding']);
      const aggregate = options.aggregates?.answer({ match, request, reply, snapshot, target });
      if (aggregate !== undefined) return await aggregate;
      const plans = compiledRoute(match.route);
      const query = queryOf(target);
      const asked = plans.system(query, request.headers['x-goog-fieldmask']);
      const given = {
        match,
        plans,
        query: asked?.query ?? query,
        readMask: asked?.mask && plans.readMask(asked.mask),
      };
      const replyPlan = asked === undefined ? plans.reply : plans.reply.asked(asked);
      const client = watchClient(reply);
      const input = isRequestStream(operation)
        ? readRequestStream(request, given, client)
        : Payload.fromWire(operation.input.codec, await readRequest(request, given));
      const call = makeCall(options, request, { operation, origin, input, signal: client });
      const answer = await pinned.snapshot.invoke(call);
      if (answer.kind === 'http') throw new Error('an HTTP reply to a call without an HTTP request');
      return answer.kind === 'stream'
        ? await writeStream(answer, replyPlan, request, reply)
        : writeUnary(answer, replyPlan, reply);
    } catch (thrown) {
      const error = GatewayError.from(thrown);
      if (!request.matched) request.errorStyle = styleWithoutRoute(pinned.snapshot.routes, request, error);
      throw error;
    } finally {
      pinned.release();
    }
  };
}

function originOf(match: RouteMatch, addresses: ClientAddressReader, reply: FastifyReply): CallOrigin {
  const request = reply.request.raw;
  return createCallOrigin({ request, addresses, match, isCharged: false, tell: limitTeller(reply) });
}

function styleWithoutRoute(
  routes: RouteTable,
  { headers, originalUrl }: FastifyRequest,
  error: GatewayError,
): ErrorStyle {
  return errorStyleOf(routes, { target: originalUrl, host: headers.host, error });
}

function queryOf(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? '' : target.slice(mark + 1);
}

function makeCall(
  options: RestDoorOptions,
  request: FastifyRequest,
  { operation, origin, input, signal }: Pick<Call, 'operation' | 'origin' | 'input' | 'signal'>,
): Call {
  return {
    operation,
    door: options.door,
    requestId: request.id,
    caller: ANONYMOUS,
    origin,
    input,
    metadata: requestMetadata(request.headers, options.addresses.facts(request.raw, request.id), operation),
    timeoutMs: readTimeout(request.headers),
    signal,
  };
}
