// The status listener: health and metrics on an address of their own, for probes and scrapers.
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { GatewayError } from '../../core/error.ts';
import { createClientAddressReader } from '../edge/client-address.ts';
import { createHttpServer } from '../http-server.ts';
import type { Readiness } from './health.ts';
import type { Metrics } from './metrics.ts';
import { addStatusRoutes, STATUS_PATHS } from './status-routes.ts';

export interface StatusServerOptions {
  readonly logger: FastifyBaseLogger;
  readonly readiness: () => Readiness;
  readonly metrics: Metrics;
}

/** Builds the server and never listens. */
export function buildStatusServer({ logger, readiness, metrics }: StatusServerOptions): FastifyInstance {
  const app = createHttpServer({
    logger,
    addresses: createClientAddressReader([]),
    isDraining: () => readiness().isDraining,
    ownPaths: STATUS_PATHS,
    fallback: async () => {
      throw new GatewayError('not_found', `this port answers ${STATUS_PATHS.join(', ')}`, {
        type: 'route-not-found',
      });
    },
  });
  addStatusRoutes(app, readiness, metrics);
  return app;
}
