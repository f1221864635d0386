// A GraphQL door on a real port over operations of a test source, with an invoker that the test writes.
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import type { Call, Reply } from '../../core/call.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { NO_METADATA } from '../../core/metadata.ts';
import { Payload } from '../../core/payload.ts';
import { createClientAddressReader } from '../../gateway/edge/client-address.ts';
import {
  createGraphqlDoor,
  type GraphqlDoor,
  type GraphqlDoorOptions,
} from '../../gateway/graphql/graphql-door.ts';
import type { Snapshot } from '../../registry/snapshot.ts';
import { buildGraph, type GraphSource } from '../../schema/graphql/build-graph.ts';
import type { JoinSettings } from '../../schema/graphql/joins/join-settings.ts';
import { buildRouteTable } from '../../schema/routes/route-table.ts';

export type Answer = (call: Call) => Promise<Reply> | Reply;

export interface Served {
  readonly url: string;
  readonly door: GraphqlDoor;
  /** All calls that reached the invoker, in order. Compare what is in them: printing one prints a whole schema. */
  readonly calls: Call[];
  /** Snapshots pinned and not yet released. */
  pinned(): number;
  /** Puts another graph in force. */
  publish(sources: readonly GraphSource[], answer: Answer): void;
  /** Sends a document and reads the answer. */
  query(query: string, variables?: JsonObject): Promise<Executed>;
  close(): Promise<void>;
}

export interface Executed {
  readonly data?: JsonObject | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: JsonObject;
  }[];
}

export type ServeOptions = Partial<
  Pick<
    GraphqlDoorOptions,
    'onOddity' | 'graphiql' | 'introspection' | 'suggestions' | 'limits' | 'subscriptions' | 'documents'
  >
> & { readonly joins?: JoinSettings };

export async function serve(
  sources: readonly GraphSource[],
  answer: Answer,
  { joins, ...options }: ServeOptions = {},
): Promise<Served> {
  const calls: Call[] = [];
  const held = { count: 0 };
  let snapshot = snapshotOf(sources, calls, answer, joins);
  const door = createGraphqlDoor({
    path: '/graphql',
    pin: () => {
      held.count++;
      const pinned = snapshot;
      return { snapshot: pinned, release: () => held.count-- };
    },
    addresses: createClientAddressReader([]),
    graphiql: true,
    ...options,
  });
  const app = await listen(door);
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/graphql`;
  return {
    url,
    door,
    calls,
    pinned: () => held.count,
    publish: (next, nextAnswer) => {
      snapshot = snapshotOf(next, calls, nextAnswer, joins);
      door.published(snapshot);
    },
    query: async (query, variables) => {
      const response = await post(url, { query, ...(variables && { variables }) });
      return (await response.json()) as Executed;
    },
    close: async () => {
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** A unary reply that the upstream would have sent as this message. */
export function unary(call: Call, value: JsonValue): Reply {
  const { codec } = call.operation.output;
  return {
    kind: 'unary',
    // Through the wire, so that what the door reads is what the codec makes of bytes.
    payload: Payload.fromWire(codec, codec.valueToWire(value)),
    headers: NO_METADATA,
    trailers: NO_METADATA,
  };
}

export function stream(call: Call, messages: AsyncIterable<JsonValue>): Reply {
  const { codec } = call.operation.output;
  return {
    kind: 'stream',
    headers: NO_METADATA,
    trailers: () => NO_METADATA,
    messages: (async function* () {
      for await (const message of messages) yield Payload.fromWire(codec, codec.valueToWire(message));
    })(),
  };
}

/** The request of a call as ProtoJSON. */
export function requestOf(call: Call | undefined): JsonValue {
  if (!(call?.input instanceof Payload)) throw new Error('the call has no single request');
  // Through the wire: what counts is what the upstream would read.
  return call.operation.input.codec.wireToValue(call.input.wire());
}

async function listen(door: GraphqlDoor): Promise<FastifyInstance> {
  const app = fastify({ genReqId: () => crypto.randomUUID() });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  door.register(app);
  app.server.on('upgrade', door.upgrade);
  await app.listen({ host: '127.0.0.1', port: 0 });
  return app;
}

function snapshotOf(
  sources: readonly GraphSource[],
  calls: Call[],
  answer: Answer,
  joins: JoinSettings | undefined,
): Snapshot {
  return {
    revision: 'test',
    services: new Map(),
    routes: buildRouteTable([]).table,
    graph: buildGraph(sources, joins).graph,
    invoke: async (call) => {
      calls.push(call);
      return answer(call);
    },
  };
}
