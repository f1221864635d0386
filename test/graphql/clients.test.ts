// The clients that people use, as they come, against a whole gateway over the demo services.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, fetchExchange, subscriptionExchange, gql as urqlGql } from '@urql/core';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient, type Client as WsClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type Demo, startAll } from '../../upstream-mocks/start-all.ts';
import { demoService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

const NAMES = ['library', 'users'] as const;
const BOOK = 'query Book($name: ID!) { book(name: $name) { name title } }';
const WATCH = 'subscription Watch($count: Int) { watchBooks(count: $count, interval: "0.01s") { sequence } }';
const CREATE = 'mutation Create($user: UserInput!) { createUser(user: $user) { displayName } }';
const USER = { displayName: 'N. N.', email: 'n@example.com' };
const DUNE = { book: { name: 'books/b1', title: expect.any(String) as unknown } };
const event = (sequence: number): unknown => ({ watchBooks: { sequence: String(sequence) } });

// Behind all static imports: its CommonJS part asks for graphql, which must have been loaded by then.
const { ApolloClient, gql, HttpLink, InMemoryCache } = await import('@apollo/client');
const { PersistedQueryLink } = await import('@apollo/client/link/persisted-queries');
const { GraphQLWsLink } = await import('@apollo/client/link/subscriptions');

let demo: Demo;
let gateway: TestGateway;
let url: string;
let ws: WsClient;

beforeAll(async () => {
  demo = await startAll({ library: 0, inventory: 0, users: 0, orders: 0, reviews: 0, counts: 0 });
  gateway = await startTestGateway(
    NAMES.map((name) => demoService(name, demo.services[name].url)),
    {
      graphql: {
        path: '/graphql',
        graphiql: false,
        introspection: true,
        automaticPersisted: true,
        subscriptions: { spreadMs: 1 },
      },
    },
  );
  url = `${gateway.publicUrl}/graphql`;
  ws = createWsClient({ url: url.replace('http:', 'ws:'), webSocketImpl: WebSocket, retryAttempts: 0 });
});
afterAll(async () => {
  await ws?.dispose();
  await gateway?.close();
  await demo?.close();
});

async function collect(events: AsyncIterable<{ readonly data?: unknown }>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const { data } of events) all.push(data);
  return all;
}

/** Of an Observable that rxjs or wonka would also be happy with. */
function collectFrom<T>(
  subscribe: (observer: { next(value: T): void; error(error: unknown): void; complete(): void }) => unknown,
) {
  return new Promise<T[]>((resolve, reject) => {
    const all: T[] = [];
    subscribe({ next: (value) => all.push(value), error: reject, complete: () => resolve(all) });
  });
}

describe('graphql-ws', () => {
  test('a query, a mutation, a subscription to its end', async () => {
    expect(await collect(ws.iterate({ query: BOOK, variables: { name: 'books/b1' } }))).toEqual([DUNE]);
    expect(await collect(ws.iterate({ query: CREATE, variables: { user: USER } }))).toEqual([
      { createUser: { displayName: 'N. N.' } },
    ]);
    const events = ws.iterate({ query: WATCH, variables: { count: 3 } });
    expect(await collect(events)).toEqual([event(1), event(2), event(3)]);
  });

  test('a refused document is an error with its code', async () => {
    const iteration = collect(ws.iterate({ query: '{ nope }' }));
    await expect(iteration).rejects.toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });

  test('leaving an endless subscription cancels the call', async () => {
    demo.services.library.resetCounts();
    for await (const { data } of ws.iterate({ query: WATCH, variables: { count: 0 } })) {
      expect(data).toEqual(event(1));
      break;
    }
    const counts = await demo.services.library.waitForCancel('library.v1.LibraryService/WatchBooks');
    expect(counts).toMatchObject({ calls: 1, cancelled: 1 });
  });
});

test('a subscription outlives the registration of another service, and learns of a change of its own', async () => {
  const events = ws.iterate<{ watchBooks: { sequence: string } }>({ query: WATCH, variables: { count: 0 } });
  const sequenceOf = async (): Promise<string | undefined> =>
    (await events.next()).value?.data?.watchBooks?.sequence;
  expect(await sequenceOf()).toBe('1');
  await gateway.registry.put(demoService('inventory', demo.services.inventory.url));
  expect(await sequenceOf()).toBe('2');
  const library = demoService('library', demo.services.library.url);
  await gateway.registry.put({ ...library, streamTotalMs: 1_800_000 });
  const codes: unknown[] = [];
  for await (const { errors = [] } of events) codes.push(...errors.map(({ extensions }) => extensions?.code));
  expect(codes).toEqual(['SUBSCRIPTION_SCHEMA_CHANGED']);
});

describe('graphql-sse', () => {
  const client = () => createSseClient({ url, retryAttempts: 0 });

  test('a query and a subscription to its end', async () => {
    expect(await collect(client().iterate({ query: BOOK, variables: { name: 'books/b1' } }))).toEqual([DUNE]);
    const events = client().iterate({ query: WATCH, variables: { count: 2 } });
    expect(await collect(events)).toEqual([event(1), event(2)]);
  });

  test('a document that is refused comes as a result with errors', async () => {
    const results = collectFrom((sink) => client().subscribe({ query: '{ nope }' }, sink));
    expect(await results).toMatchObject([
      { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
    ]);
  });
});

describe('Apollo Client', () => {
  const apollo = () => new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri: url }) });

  test('a query and a mutation', async () => {
    const { data } = await apollo().query({ query: gql(BOOK), variables: { name: 'books/b1' } });
    expect(data).toMatchObject(DUNE);
    const created = await apollo().mutate({
      mutation: gql(CREATE),
      variables: { user: { ...USER, email: 'm@example.com' } },
    });
    expect(created.data).toMatchObject({ createUser: { displayName: 'N. N.' } });
  });

  test('an error has its code and the data beside it', async () => {
    const query = gql('{ there: book(name: "books/b1") { name } not: book(name: "books/nope") { name } }');
    const { data, error } = await apollo().query({ query, errorPolicy: 'all' });
    expect(data).toMatchObject({ there: { name: 'books/b1' }, not: null });
    expect(error).toMatchObject({ errors: [{ path: ['not'], extensions: { code: 'NOT_FOUND' } }] });
  });

  test('a subscription over graphql-ws', async () => {
    const client = new ApolloClient({ cache: new InMemoryCache(), link: new GraphQLWsLink(ws) });
    const results = await collectFrom<{ data?: unknown }>((observer) =>
      client.subscribe({ query: gql(WATCH), variables: { count: 2 } }).subscribe(observer),
    );
    expect(results.map(({ data }) => data)).toMatchObject([event(1), event(2)]);
  });

  test('automatic persisted queries: sent whole once, then by hash', async () => {
    const sent: string[] = [];
    const link = new PersistedQueryLink({
      sha256: (text: string) => createHash('sha256').update(text).digest('hex'),
    }).concat(
      new HttpLink({
        uri: url,
        fetch: (input, init) => {
          sent.push(Object.keys(JSON.parse(String(init?.body))).join());
          return fetch(input, init);
        },
      }),
    );
    const client = new ApolloClient({ cache: new InMemoryCache(), link });
    const ask = () =>
      client.query({ query: gql(BOOK), variables: { name: 'books/b2' }, fetchPolicy: 'no-cache' });
    expect((await ask()).data).toMatchObject({ book: { name: 'books/b2' } });
    expect((await ask()).data).toMatchObject({ book: { name: 'books/b2' } });
    expect(sent.map((keys) => keys.includes('query'))).toEqual([false, true, false]);
  });
});

describe('urql', () => {
  test('a query by GET and by POST', async () => {
    for (const preferGetMethod of ['force', false] as const) {
      const client = new Client({ url, exchanges: [fetchExchange], preferGetMethod });
      const { data, error } = await client.query(urqlGql(BOOK), { name: 'books/b1' }).toPromise();
      expect(error).toBeUndefined();
      expect(data).toMatchObject(DUNE);
    }
  });

  test('a subscription over server-sent events, and over graphql-ws', async () => {
    const overEvents = new Client({
      url,
      exchanges: [fetchExchange],
      fetchSubscriptions: true,
      preferGetMethod: false,
    });
    const overSocket = new Client({
      url,
      preferGetMethod: false,
      exchanges: [
        subscriptionExchange({
          forwardSubscription: ({ query = '', variables }) => ({
            subscribe: (sink) => ({
              unsubscribe: ws.subscribe(
                { query, variables: variables as Record<string, unknown> },
                sink as never,
              ),
            }),
          }),
        }),
      ],
    });
    for (const client of [overEvents, overSocket]) {
      const seen: unknown[] = [];
      await new Promise<void>((resolve, reject) => {
        client.subscription(urqlGql(WATCH), { count: 2 }).subscribe(({ data, error }) => {
          if (error !== undefined) reject(error);
          seen.push(data);
          if (seen.length === 2) resolve();
        });
      });
      expect(seen).toMatchObject([event(1), event(2)]);
    }
  });
});
