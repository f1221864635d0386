// The GraphQL door: one document over the graph of a pinned snapshot, each root field one call.
// Reads top to bottom as a request goes; docs/lifecycle.md names the same hops.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { validateSchema } from 'graphql';
import type { Graph } from '../../core/graph.ts';
import type { Problem } from '../../core/problem.ts';
import type { PinnedSnapshot, Snapshot } from '../../registry/snapshot.ts';
import { readTimeout } from '../../translators/rest/deadline-headers.ts';
import { requestMetadata } from '../../translators/rest/request-metadata.ts';
import { checkedTarget } from '../edge/check-request.ts';
import type { ClientAddressReader } from '../edge/client-address.ts';
import { watchClient } from '../edge/client-presence.ts';
import { createEngine, type GraphqlEngine, type GraphqlRequest } from './engine.ts';
import { createGraphiqlPage, wantsGraphiql } from './graphiql.ts';
import { DEFAULT_GRAPHQL_LIMITS, type GraphqlLimits } from './limits.ts';
import { type GraphqlParams, readParams } from './read-params.ts';
import { RequestScope } from './request-scope.ts';
import { writeResponse } from './write-response.ts';

export interface GraphqlDoorOptions {
  readonly path: string;
  readonly pin: () => PinnedSnapshot;
  readonly addresses: ClientAddressReader;
  /** Answer browsers with GraphiQL. */
  readonly graphiql: boolean;
  /** Default: as `graphiql`, which is of little use without. */
  readonly introspection?: boolean;
  readonly limits?: Partial<GraphqlLimits>;
}

export interface GraphqlDoor {
  /** Builds and checks the schema of a graph before it is published. Errors mean it must not be. */
  prepare(snapshot: Pick<Snapshot, 'graph'>): readonly Problem[];
  /** Answers one request. Throws nothing that belongs to the request. */
  handle(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
  /** Puts `handle` on the path for every method, so that refusals are GraphQL errors, too. */
  register(app: FastifyInstance): void;
}

export function createGraphqlDoor(options: GraphqlDoorOptions): GraphqlDoor {
  const limits: GraphqlLimits = { ...DEFAULT_GRAPHQL_LIMITS, ...options.limits };
  const introspection = options.introspection ?? options.graphiql;
  const graphiql = createGraphiqlPage(options.path);
  /** Goes when its snapshot goes. */
  const engines = new WeakMap<Graph, GraphqlEngine>();

  const engineOf = (graph: Graph): GraphqlEngine => {
    let engine = engines.get(graph);
    if (engine === undefined) {
      engine = createEngine(graph, { limits, introspection });
      engines.set(graph, engine);
    }
    return engine;
  };

  const door: GraphqlDoor = {
    prepare: ({ graph }) => checkSchema(() => engineOf(graph)),
    handle: async (request, reply) => {
      const pinned = options.pin();
      try {
        const { graph, invoke } = pinned.snapshot;
        if (options.graphiql && wantsGraphiql(request)) return await graphiql(graph, request, reply);
        const exchange = openExchange(request, reply, invoke, { ...options, limits });
        const response = await engineOf(graph).answer(exchange);
        await writeResponse(response, reply, exchange.signal);
        return reply;
      } finally {
        pinned.release();
      }
    },
    register: (app) => {
      app.all(options.path, (request, reply) => door.handle(request, reply));
    },
  };
  return door;
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

function openExchange(
  request: FastifyRequest,
  reply: FastifyReply,
  invoke: Snapshot['invoke'],
  options: { readonly addresses: ClientAddressReader; readonly limits: GraphqlLimits },
): GraphqlRequest {
  const { signal } = watchClient(reply);
  const facts = {
    requestId: request.id,
    clientAddress: options.addresses.read(request.raw),
    host: request.headers.host ?? '',
    protocol: 'http',
  } as const;
  let timeoutMs: number | undefined;
  const scope = new RequestScope({
    requestId: request.id,
    invoke,
    metadataFor: (operation) => requestMetadata(request.headers, facts, operation.forwardHeaders),
    get timeoutMs() {
      return timeoutMs;
    },
    signal,
  });
  const read = async (): Promise<GraphqlParams> => {
    const target = checkedTarget(request.raw);
    timeoutMs = readTimeout(request.headers);
    return readParams(request.raw, target, options.limits);
  };
  return {
    scope,
    requestId: request.id,
    method: request.method,
    accept: request.headers.accept ?? '*/*',
    signal,
    read,
    onFault: (error) => {
      if (!signal.aborted) request.log.error({ requestId: request.id, err: error.cause }, error.message);
    },
  };
}
