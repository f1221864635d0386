// The GraphQL door: one document over the graph of a pinned snapshot, each root field one call.
// Reads top to bottom as a request goes; docs/lifecycle.md names the same hops.

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { validateSchema } from 'graphql';
import type { Graph } from '../../core/graph.ts';
import type { Invoker } from '../../core/invoker.ts';
import type { Problem } from '../../core/problem.ts';
import type { RateLimiter } from '../../policies/rate-limiter.ts';
import type { PinnedSnapshot, Snapshot } from '../../registry/snapshot.ts';
import { forwardRulesOf } from '../../translators/http/header-parameters.ts';
import { readTimeout } from '../../translators/rest/deadline-headers.ts';
import { requestMetadata } from '../../translators/rest/request-metadata.ts';
import { checkedTarget } from '../edge/check-request.ts';
import type { ClientAddressReader } from '../edge/client-address.ts';
import { clientSignal } from '../edge/client-presence.ts';
import { limitTeller } from '../edge/limit-headers.ts';
import { answerExchange, type Exchange } from './answer-exchange.ts';
import { NO_PERSISTED, PersistedDocuments, type PersistedOptions } from './documents/persisted-documents.ts';
import { TrustedCheck } from './documents/trusted-check.ts';
import { createEngine, type GraphqlEngine } from './engine.ts';
import { createGraphiqlPage, type GraphiqlPage, wantsGraphiql } from './graphiql.ts';
import type { BatchOddity } from './joins/join-reply.ts';
import {
  DEFAULT_GRAPHQL_LIMITS,
  DEFAULT_SUBSCRIPTION_LIMITS,
  type GraphqlLimits,
  type SubscriptionLimits,
} from './limits.ts';
import { OpenSubscriptions } from './open-subscriptions.ts';
import { type AskedParams, createParamsReader, readAsked } from './read-params.ts';
import { requestLimits } from './request-limits.ts';
import { RequestScope } from './request-scope.ts';
import { registerSdlRoute } from './sdl-route.ts';
import { createGraphqlWebsockets } from './ws/websockets.ts';

export interface GraphqlDoorOptions {
  /** Where GraphQL is served. Default: `/graphql`. */
  readonly path?: string;
  readonly pin: () => PinnedSnapshot;
  readonly addresses: ClientAddressReader;
  /** Absent: nobody counts what requests cost. */
  readonly limiter?: RateLimiter | undefined;
  /** Answer browsers with GraphiQL. */
  readonly graphiql: boolean;
  /** Default: as `graphiql`, which is of little use without. */
  readonly introspection?: boolean;
  /** Whether errors name what else there is. Default: false. */
  readonly suggestions?: boolean;
  readonly documents?: PersistedOptions;
  readonly limits?: Partial<GraphqlLimits>;
  readonly subscriptions?: Partial<SubscriptionLimits>;
  /** Hears of batches that are answered with items twice, or with items nobody asked for. */
  readonly onOddity?: (oddity: BatchOddity) => void;
  /** Hears of faults on WebSockets; requests have a logger of their own. */
  readonly logger?: Pick<FastifyBaseLogger, 'error'>;
}

export interface GraphqlDoor {
  readonly limits: GraphqlLimits;
  /** Documents of other doors run here, too. */
  readonly engineOf: (graph: Graph) => GraphqlEngine;
  /** Builds and checks the schema of a graph before it is published. Errors mean it must not be. */
  prepare(snapshot: Pick<Snapshot, 'graph'>): readonly Problem[];
  /** Serves GraphQL on its path, for every method, so that refusals are GraphQL errors, too. */
  register(app: FastifyInstance): void;
  /** Takes WebSockets that are opened on the path of GraphQL. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** To be called after a swap, and after the start: subscriptions that the change touches are ended, the others stay. */
  published(snapshot: Pick<Snapshot, 'graph'>): void;
  /** Ends all subscriptions, each with a last event that says why. For shutting down; requests go on. */
  drain(): void;
}

export function createGraphqlDoor(options: GraphqlDoorOptions): GraphqlDoor {
  const limits: GraphqlLimits = { ...DEFAULT_GRAPHQL_LIMITS, ...options.limits };
  const introspection = options.introspection ?? options.graphiql;
  const path = options.path ?? '/graphql';
  const subscriptionLimits = { ...DEFAULT_SUBSCRIPTION_LIMITS, ...options.subscriptions };
  const subscriptions = new OpenSubscriptions(subscriptionLimits);
  const persisted = options.documents ?? NO_PERSISTED;
  const paramsOf = createParamsReader(limits, new PersistedDocuments(persisted));
  /** Goes when its snapshot goes. */
  const engines = new WeakMap<Graph, GraphqlEngine>();

  const engineOf = (graph: Graph): GraphqlEngine => {
    let engine = engines.get(graph);
    if (engine === undefined) {
      engine = createEngine(graph, { limits, introspection, suggestions: options.suggestions === true });
      engines.set(graph, engine);
    }
    return engine;
  };

  const trusted = new TrustedCheck(persisted.trusted, engineOf);
  const websockets = createGraphqlWebsockets({
    pin: options.pin,
    engineOf,
    subscriptions,
    limits,
    subscriptionLimits,
    addresses: options.addresses,
    path,
    limiter: options.limiter,
    logger: options.logger,
    onOddity: options.onOddity,
    paramsOf,
  });

  const answer = async (
    request: FastifyRequest,
    reply: FastifyReply,
    page: GraphiqlPage,
  ): Promise<FastifyReply> => {
    const pinned = options.pin();
    try {
      const { graph, invoke } = pinned.snapshot;
      if (options.graphiql && wantsGraphiql(request)) return await page(graph, request, reply);
      const { addresses, limiter, onOddity } = options;
      const exchange = openExchange(request, reply, { addresses, path, limiter, limits, invoke, onOddity });
      await answerExchange(exchange, reply, {
        graph,
        engine: engineOf(graph),
        paramsOf,
        subscriptions,
        subscriptionLimits,
        responseBytes: limits.responseBytes,
      });
      return reply;
    } finally {
      pinned.release();
    }
  };

  return {
    limits,
    engineOf,
    prepare: ({ graph }) => {
      const problems = checkSchema(() => engineOf(graph));
      return problems.length > 0 ? problems : trusted.prepare(graph);
    },
    register: (app) => {
      const page = createGraphiqlPage(path);
      app.route({
        method: app.supportedMethods.filter((method) => method !== 'TRACE'),
        url: path,
        handler: (request, reply) => answer(request, reply, page),
      });
      registerSdlRoute(app, { path, pin: options.pin, introspection });
    },
    published: ({ graph }) => {
      subscriptions.published(graph);
      trusted.published(graph);
    },
    upgrade: websockets.upgrade,
    drain: () => {
      subscriptions.drain();
      websockets.drain();
    },
  };
}

/** Clashes and impossible names are settled when the graph is built; what is found here is a fault of ours. */
function checkSchema(build: () => GraphqlEngine): readonly Problem[] {
  const problem = (message: string): Problem => ({
    severity: 'error',
    rule: 'graphql-schema',
    message: `the GraphQL schema would not be valid: ${message}`,
  });
  try {
    return validateSchema(build().schema).map((error) => problem(error.message));
  } catch (error) {
    return [problem(error instanceof Error ? error.message : String(error))];
  }
}

interface ExchangeOptions {
  readonly addresses: ClientAddressReader;
  readonly path: string;
  readonly limiter: RateLimiter | undefined;
  readonly limits: GraphqlLimits;
  readonly invoke: Invoker;
  readonly onOddity: GraphqlDoorOptions['onOddity'] | undefined;
}

function openExchange(request: FastifyRequest, reply: FastifyReply, options: ExchangeOptions): Exchange {
  const signal = clientSignal(reply);
  const { addresses, limiter, path } = options;
  const facts = addresses.facts(request.raw, request.id);
  const limited = requestLimits(limiter, () => ({
    request: request.raw,
    addresses,
    path,
    tell: limitTeller(reply),
  }));
  let timeoutMs: number | undefined;
  const scopeUntil = (ending: AbortSignal): RequestScope =>
    new RequestScope({
      requestId: request.id,
      invoke: options.invoke,
      ending,
      metadataFor: (operation) => requestMetadata(request.headers, facts, forwardRulesOf(operation)),
      timeoutMs,
      signal,
      origin: limited?.origin,
      onOddity: options.onOddity,
    });
  const scope = scopeUntil(NEVER);
  const read = async (): Promise<AskedParams> => {
    const target = checkedTarget(request.raw);
    timeoutMs = readTimeout(request.headers);
    scope.timeoutMs = timeoutMs;
    return readAsked(request.raw, target, options.limits);
  };
  const exchange: Omit<Exchange, 'caller' | 'ending'> = {
    scope,
    requestId: request.id,
    method: request.method,
    accept: request.headers.accept ?? '*/*',
    signal,
    read,
    charge: limited?.charge,
    onFault: (error) => {
      if (signal.aborted) return;
      const { code, type, source, cause } = error;
      request.log.error({ code, type, source, err: cause }, error.message);
    },
  };
  return {
    ...exchange,
    caller: options.addresses.read(request.raw),
    ending: (ending) => ({ ...exchange, scope: scopeUntil(ending) }),
  };
}

/** What is no subscription is never ended by the gateway. */
const NEVER = new AbortController().signal;
