// The demo twice, each with servers and a registry of its own: one is asked by plans, the other by graphql-js. So
// mutations change both alike, and what differs is the executor alone.
import { readFileSync } from 'node:fs';
import type { Graph } from '../../core/graph.ts';
import type { Metadata } from '../../core/metadata.ts';
import type { Operation } from '../../core/operation.ts';
import { createEngine } from '../../gateway/graphql/engine.ts';
import { RequestScope } from '../../gateway/graphql/request-scope.ts';
import { resultText, writtenResult } from '../../gateway/graphql/written-result.ts';
import { DEFAULT_JOIN_SETTINGS, type DeclaredJoin } from '../../schema/graphql/joins/join-settings.ts';
import { REVIEWS_DOCUMENT } from '../../upstream-mocks/reviews/reviews.ts';
import { startAll } from '../../upstream-mocks/start-all.ts';
import { demoService, startTestGateway } from '../harness/start-gateway.ts';
import { type Asked, LIMITS } from './plan-oracle.ts';

export interface World {
  readonly graph: Graph;
  /** The results of one operation, as text: one, or the events of a subscription. */
  ask(asked: Asked, steering: Steering): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** What the servers are told to do wrong, by operation. */
export type Steering = (operation: Operation) => Metadata;

/** Events of one subscription that are looked at. */
const MAX_EVENTS = 4;

export async function startWorld(options: { readonly plans: boolean }): Promise<World> {
  const demo = await startAll({ library: 0, inventory: 0, users: 0, orders: 0, reviews: 0, counts: 0 });
  const grpc = (['library', 'inventory', 'users', 'orders'] as const).map((name) =>
    demoService(name, demo.services[name].url),
  );
  const reviews = {
    name: 'reviews',
    source: {
      kind: 'openapi',
      files: [{ path: 'reviews.openapi.yaml', content: readFileSync(REVIEWS_DOCUMENT, 'utf8') }],
      entry: 'reviews.openapi.yaml',
    },
    upstream: { targets: [{ url: demo.services.reviews.url }] },
  } as const;
  const joins = { ...DEFAULT_JOIN_SETTINGS, reverse: true, entries: JOINS };
  const gateway = await startTestGateway([...grpc, reviews], { joins }).catch(async (error: unknown) => {
    await demo.close();
    throw error;
  });
  const { graph, invoke } = gateway.registry.snapshot;
  const engine = createEngine(graph, {
    limits: { ...LIMITS, cost: 100_000 },
    introspection: true,
    ...options,
  });
  return {
    graph,
    async ask({ query, operationName, variables }, steering) {
      const client = new AbortController();
      const { signal } = client;
      const request = { requestId: 'r1', method: 'POST', signal, onFault: () => {} };
      const scope = new RequestScope({
        ...request,
        invoke,
        metadataFor: steering,
        timeoutMs: undefined,
        ending: signal,
        // Which of too many calls are not made is a matter of time.
        maxCalls: 100_000,
      });
      const outcome = await engine.run({ ...request, scope, params: { query, operationName, variables } });
      const results: string[] = [];
      for await (const one of Symbol.asyncIterator in outcome ? outcome : [outcome]) {
        results.push(resultText(writtenResult(one, request.requestId, request.onFault)));
        if (results.length >= MAX_EVENTS) break;
      }
      client.abort();
      return results;
    },
    async close() {
      await gateway.close();
      await demo.close();
    },
  };
}

const POSITION = { path: 'test.yaml', line: 1, column: 1 };
const written = (text: string) => ({ text, position: POSITION });
const pairs = (fields: Readonly<Record<string, string>>) =>
  Object.entries(fields).map(([field, parent]) => ({ field: written(field), parent: written(parent) }));

type Declared = Partial<Pick<DeclaredJoin, 'many' | 'constants'>> &
  Readonly<Record<'on' | 'field' | 'call', string>> &
  Partial<Readonly<Record<'keys' | 'args' | 'match', Readonly<Record<string, string>>>>>;

function declared({ on, field, call, keys = {}, args = {}, match = {}, ...rest }: Declared): DeclaredJoin {
  return {
    kind: 'declared',
    on: written(on),
    field: written(field),
    call: written(call),
    keys: pairs(keys),
    args: pairs(args),
    match: pairs(match),
    many: false,
    maxBatch: 100,
    arguments: [],
    result: undefined,
    position: POSITION,
    ...rest,
  };
}

/** From gRPC to HTTP, from HTTP to gRPC, and from HTTP to itself. */
const JOINS = [
  declared({
    on: 'library.v1.Book',
    field: 'reviews',
    call: 'reviews/listReviews',
    keys: { book: 'name' },
    match: { book: 'name' },
    many: true,
    constants: [{ field: written('limit'), value: 1000 }],
  }),
  declared({
    on: 'reviews/Review',
    field: 'bookResource',
    call: 'library.v1.LibraryService/BatchGetBooks',
    keys: { names: 'book' },
    match: { name: 'book' },
  }),
  declared({
    on: 'reviews/Review',
    field: 'reader',
    call: 'users.v1.UserService/BatchGetUsers',
    keys: { names: 'user' },
    match: { name: 'user' },
  }),
  declared({ on: 'reviews/Review', field: 'self', call: 'reviews/getReview', args: { id: 'id' } }),
];
