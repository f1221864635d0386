// The public listener: GraphQL at its own path, every other path to the REST door.
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Operation } from '../core/operation.ts';
import type { RateLimiter } from '../policies/rate-limiter.ts';
import type { PinnedSnapshot } from '../registry/snapshot.ts';
import type { ErrorStyle } from '../translators/errors/write-error.ts';
import type { ClientAddressReader } from './edge/client-address.ts';
import { requestPath } from './edge/request-path.ts';
import { ruleStallsElsewhere } from './edge/stalled-clients.ts';
import type { AggregateDoor } from './graphql/documents/aggregate-door.ts';
import type { GraphqlDoor } from './graphql/graphql-door.ts';
import { sdlPath } from './graphql/sdl-route.ts';
import { createHttpServer } from './http-server.ts';
import type { OpenapiDocuments } from './openapi/openapi-documents.ts';
import { OPENAPI_PATH, registerOpenapiRoute } from './openapi/openapi-route.ts';
import { errorStyleOf } from './rest/error-styles.ts';
import { createRestDoor } from './rest/rest-door.ts';
import type { Metrics } from './status/metrics.ts';
import type { WebsocketDoor } from './websocket/websocket-door.ts';

export interface PublicServerOptions {
  readonly logger: FastifyBaseLogger;
  readonly addresses: ClientAddressReader;
  readonly pin: () => PinnedSnapshot;
  readonly graphql: { readonly door: GraphqlDoor; readonly path: string };
  readonly aggregates: AggregateDoor;
  readonly limiter: RateLimiter;
  /** Undefined: no document is shown. */
  readonly openapi: OpenapiDocuments | undefined;
  readonly websockets: WebsocketDoor;
  readonly metrics: Metrics;
  readonly isDraining: () => boolean;
  /** How long a client may take nothing of an answer. Default: 30 s. */
  readonly stallMs?: number | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The route that the request found, once it has found one. */
    matched: { readonly operation: Operation; readonly template: string } | null;
    /** Of a refusal before there was a route, if the path is clearly of services with a form of their own. */
    errorStyle: ErrorStyle | null;
  }
}

/** Builds the server and never listens. */
export function buildServer(options: PublicServerOptions): FastifyInstance {
  const { logger, addresses, pin, graphql, openapi, websockets, metrics, isDraining } = options;
  const app = createHttpServer({
    logger,
    addresses,
    isDraining,
    styleOf: (refused) => {
      const pinned = pin();
      pinned.release();
      return errorStyleOf(pinned.snapshot.routes, refused);
    },
    stallMs: options.stallMs,
    ownPaths: [graphql.path, sdlPath(graphql.path), ...(openapi === undefined ? [] : [OPENAPI_PATH])],
    fallback: createRestDoor({
      pin,
      addresses,
      door: 'rest',
      aggregates: options.aggregates,
      limiter: options.limiter,
      onRoute: (request, operation, template) => {
        request.matched = { operation, template };
      },
    }),
  });
  const logsAnswers = logger.level === 'debug' || logger.level === 'trace';
  app.decorateRequest('matched', null);
  app.decorateRequest('errorStyle', null);
  app.addHook('onResponse', (request, reply, done) => {
    const { url } = request.routeOptions;
    const isGraphql = url === graphql.path || url === sdlPath(graphql.path);
    metrics.recordRequest({
      door: isGraphql ? 'graphql' : 'rest',
      operation: request.matched?.operation,
      route: isGraphql || url === OPENAPI_PATH ? url : (request.matched?.template ?? 'other'),
      method: request.method,
      status: reply.statusCode,
    });
    if (logsAnswers) logAnswer(request, reply);
    done();
  });
  graphql.door.register(app);
  if (openapi !== undefined) registerOpenapiRoute(app, { pin, documents: openapi });
  app.server.on('upgrade', (request, socket, head) => {
    const isGraphql = requestPath(request.url ?? '') === graphql.path;
    // Subscriptions have a setting of their own for it.
    if (isGraphql) ruleStallsElsewhere(socket);
    const door = isGraphql ? graphql.door : websockets;
    door.upgrade(request, socket, head);
  });
  return app;
}

function logAnswer(request: FastifyRequest, reply: FastifyReply): void {
  request.log.debug(
    {
      method: request.method,
      route: request.matched?.template,
      operation: request.matched?.operation.id,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
    },
    'answered',
  );
}
