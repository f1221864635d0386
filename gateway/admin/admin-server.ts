// The admin listener: the admin API through the same REST door as everything else, behind its own guard.
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { ChainParts } from '../../policies/chain.ts';
import type { Registry } from '../../registry/registry.ts';
import { createClientAddressReader } from '../edge/client-address.ts';
import { createHttpServer } from '../http-server.ts';
import type { OpenapiDocuments } from '../openapi/openapi-documents.ts';
import { createRestDoor } from '../rest/rest-door.ts';
import type { Readiness } from '../status/health.ts';
import type { Metrics } from '../status/metrics.ts';
import { addStatusRoutes, STATUS_PATHS } from '../status/status-routes.ts';
import { createAdminBackend } from './admin-backend.ts';
import { createAdminSnapshot } from './admin-snapshot.ts';
import { type AdminGuardOptions, createAdminGuard } from './guard.ts';

export interface AdminServerOptions {
  readonly logger: FastifyBaseLogger;
  readonly registry: Registry;
  readonly openapi: OpenapiDocuments;
  readonly guard: AdminGuardOptions;
  readonly chain: ChainParts;
  readonly readiness: () => Readiness;
  readonly metrics: Metrics;
}

/** Builds the server and never listens. */
export function buildAdminServer(options: AdminServerOptions): FastifyInstance {
  const { logger, registry, openapi, readiness, metrics } = options;
  // Nobody forwards to the admin port, so nobody's word is taken for another's address.
  const addresses = createClientAddressReader([]);
  const guard = createAdminGuard(options.guard);
  const door = createRestDoor({
    pin: createAdminSnapshot(createAdminBackend(registry, openapi), options.chain),
    addresses,
    door: 'admin',
    onRoute: () => {},
  });
  const app = createHttpServer({
    logger,
    addresses,
    isDraining: () => readiness().isDraining,
    ownPaths: STATUS_PATHS,
    fallback: async (request, reply) => {
      guard(request);
      return door(request, reply);
    },
  });
  addStatusRoutes(app, readiness, metrics);
  return app;
}
