// The composition root: wires registry, policies, backends and doors from a configuration, listens, and stops in order.
// Dull by intent; everything it calls can be built and tested without it.
import pino, { type Logger } from 'pino';
import { createHttp2Transport } from '../backends/grpc/http2-transport.ts';
import type { GrpcTransportFactory } from '../backends/grpc/transport.ts';
import { createTargetTransport } from '../backends/http/target-transport.ts';
import { GatewayError } from '../core/error.ts';
import { formatProblem, type Problem } from '../core/problem.ts';
import type { SourceLimits } from '../registry/compile/source-limits.ts';
import { Registry } from '../registry/registry.ts';
import type { Snapshot } from '../registry/snapshot.ts';
import { createMemoryStore } from '../registry/store/memory-store.ts';
import type { ServiceStore } from '../registry/store/service-store.ts';
import { openSqliteStore } from '../registry/store/sqlite-store.ts';
import { createCodec } from '../translators/json/codec.ts';
import { buildAdminServer } from './admin/admin-server.ts';
import type { GatewayConfig, RegistryStore } from './config/gateway-config.ts';
import { type ConfiguredDocuments, readDocuments } from './config/read-documents.ts';
import { locate, readServices } from './config/read-services.ts';
import { StartupError } from './config/startup-error.ts';
import { createClientAddressReader } from './edge/client-address.ts';
import { createAggregateDoor } from './graphql/documents/aggregate-door.ts';
import { createGraphqlDoor } from './graphql/graphql-door.ts';
import { graphqlOptions } from './graphql/graphql-options.ts';
import { createLimiter, operationsOf } from './limits.ts';
import { createLink } from './link.ts';
import { type Listener, listenAll } from './listen.ts';
import { createAggregateParts } from './openapi/aggregate-parts.ts';
import { createOpenapiDocuments } from './openapi/openapi-documents.ts';
import { ownPaths } from './own-paths.ts';
import { buildServer } from './public-server.ts';
import { compileRoutes } from './rest/compiled-routes.ts';
import { createMetrics } from './status/metrics.ts';
import { buildStatusServer } from './status/status-server.ts';
import { createWebsocketDoor } from './websocket/websocket-door.ts';

export interface StartOptions {
  /** Default: JSON lines on stdout at the configured level. */
  readonly logger?: Logger;
  /** Operators may raise what a source may hold. */
  readonly sourceLimits?: Partial<SourceLimits>;
  /** Makes the channels to gRPC upstreams. Default: our own. */
  readonly transports?: GrpcTransportFactory;
  /** How long a client may take nothing of an answer. Default: 30 s. */
  readonly stallMs?: number;
  /** Milliseconds by which limits fill up again. Default: the monotonic clock. */
  readonly limitClock?: () => number;
}

export interface RunningGateway {
  readonly publicUrl: string;
  readonly adminUrl: string;
  readonly statusUrl: string;
  readonly registry: Registry;
  /** Says not ready, goes on for the configured delay, closes the doors, waits for work in flight, stops. */
  close(): Promise<void>;
}

/** @throws StartupError for what the operator can mend: a port in use, a service of the file that is wrong. */
export async function startGateway(
  config: GatewayConfig,
  options: StartOptions = {},
): Promise<RunningGateway> {
  const logger = options.logger ?? pino({ level: config.log.level });
  const metrics = createMetrics(() => registry.snapshot.revision);
  const limiter = createLimiter(config.policies, metrics, options.limitClock);
  const chain = { record: metrics.recordCall };
  const addresses = createClientAddressReader(config.listen.trustedProxies, {
    forwardedHeader: config.listen.forwardedHeader,
    onDropped: metrics.recordDroppedHeader,
  });
  const { trusted, aggregates } = await openDocuments(config);
  const graphqlDoor = createGraphqlDoor({
    path: config.graphql.path,
    pin: () => registry.pin(),
    addresses,
    limiter,
    ...graphqlOptions(config.graphql, trusted),
    onOddity: metrics.recordOddity,
    logger,
  });
  const aggregateDoor = createAggregateDoor({
    aggregates,
    reservedPaths: ownPaths(config.graphql.path),
    engineOf: graphqlDoor.engineOf,
    addresses,
    limiter,
    limits: graphqlDoor.limits,
    onOddity: metrics.recordOddity,
  });
  const registry = await openRegistry(config, logger, {
    compile: {
      codecs: createCodec,
      reservedPaths: ownPaths(config.graphql.path),
      ...(options.sourceLimits && { limits: options.sourceLimits }),
    },
    link: createLink(
      { grpc: options.transports ?? createHttp2Transport, http: createTargetTransport },
      { ...chain, limiter },
    ),
    prepare: (draft) => [
      ...compileRoutes(draft.routes.routes),
      ...graphqlDoor.prepare(draft),
      ...aggregateDoor.prepare(draft.routes),
    ],
    published: (snapshot) => {
      graphqlDoor.published(snapshot);
      limiter.published(operationsOf(snapshot));
    },
    reservedPaths: ownPaths(config.graphql.path),
    joins: config.joins,
    now: () => new Date(),
  });

  graphqlDoor.published(registry.snapshot);
  limiter.published(operationsOf(registry.snapshot));

  let isDraining = false;
  const readiness = () => ({ revision: registry.snapshot.revision, isDraining });
  const websockets = createWebsocketDoor({
    pin: () => registry.pin(),
    addresses,
    limiter,
    logger,
    isDraining: () => isDraining,
  });
  const openapi = createOpenapiDocuments({
    ...config.openapi,
    aggregates: createAggregateParts({ aggregates, engineOf: graphqlDoor.engineOf }),
  });
  const publicServer = buildServer({
    websockets,
    logger,
    addresses,
    metrics,
    pin: () => registry.pin(),
    graphql: { door: graphqlDoor, path: config.graphql.path },
    aggregates: aggregateDoor,
    limiter,
    openapi: config.openapi.enabled ? openapi : undefined,
    isDraining: () => isDraining,
    stallMs: options.stallMs,
  });
  const adminServer = buildAdminServer({
    logger,
    registry,
    openapi,
    chain,
    readiness,
    metrics,
    guard: { token: config.admin.token, host: config.admin.listen.host },
  });
  const statusServer = buildStatusServer({ logger, readiness, metrics });
  const listeners: readonly Listener[] = [
    { server: statusServer, address: config.status.listen, setting: 'status.listen' },
    { server: adminServer, address: config.admin.listen, setting: 'admin.listen' },
    { server: publicServer, address: config.listen.http, setting: 'listen.http' },
  ];
  const closeAll = async (): Promise<void> => {
    await Promise.all(listeners.map(({ server }) => server.close()));
    await registry.close();
  };
  const [statusUrl = '', adminUrl = '', publicUrl = ''] = await listenAll(listeners, closeAll);

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    isDraining = true;
    logger.info('shutting down');
    await pause(config.shutdown.delayMs);
    graphqlDoor.drain();
    websockets.drain();
    const deadline = setTimeout(() => {
      for (const { server } of listeners) server.server.closeAllConnections();
    }, config.shutdown.drainMs);
    await closeAll();
    clearTimeout(deadline);
    logger.flush();
  };
  return {
    publicUrl,
    adminUrl,
    statusUrl,
    registry,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

async function openDocuments({ documents = [] }: GatewayConfig): Promise<ConfiguredDocuments> {
  const reading = await readDocuments(documents);
  if (reading.ok) return reading.value;
  throw new StartupError('the documents of the configuration cannot be served', reading.problems);
}

async function openRegistry(
  config: GatewayConfig,
  logger: Logger,
  options: Omit<Parameters<typeof Registry.open>[0], 'store'>,
): Promise<Registry> {
  const services = await readServices(config);
  if (!services.ok)
    throw new StartupError('the services of the configuration cannot be read', services.problems);
  const locations = new Map(services.value.flatMap((service) => [...service.locations]));
  const store = openStore(config.registry);
  try {
    const definitions = services.value.map(({ definition }) => definition);
    const { registry, problems } = await Registry.open({ ...options, store }, definitions);
    const remarks = locate(settingRemarks(registry.snapshot), locations);
    for (const problem of [...problems, ...remarks])
      logger[problem.severity === 'note' ? 'debug' : 'warn'](formatProblem(problem));
    return registry;
  } catch (error) {
    store.close();
    if (error instanceof GatewayError)
      throw new StartupError(error.message, locate(error.problems, locations), { cause: error });
    throw error;
  }
}

/** What of a service's settings does nothing. Remarks on its source are for whoever asks (`check`, `show`). */
function settingRemarks({ services }: Snapshot): Problem[] {
  const ofSettings = ({ rule }: Problem): boolean => rule === 'no-effect' || rule === 'credentials';
  return [...services.values()].flatMap(({ remarks }) => remarks.filter(ofSettings));
}

function openStore(store: RegistryStore): ServiceStore {
  if (store.kind === 'memory') return createMemoryStore();
  try {
    return openSqliteStore(store.path);
  } catch (cause) {
    const problem: Problem = {
      severity: 'error',
      rule: 'registry',
      message: `the registry ${store.path} cannot be opened: ${cause instanceof Error ? cause.message : cause}`,
    };
    throw new StartupError('the registry cannot be opened', [problem], { cause });
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
