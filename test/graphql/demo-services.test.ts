// The GraphQL door of a whole gateway over the demo services: real gRPC servers, counted calls.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Demo, startAll } from '../../upstream-mocks/start-all.ts';
import { begin, open, send } from '../harness/http-client.ts';
import { quickest } from '../harness/quickest.ts';
import { demoService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import type { Executed } from './door.ts';

const NAMES = ['library', 'inventory', 'users', 'orders'] as const;
const GET_BOOK = 'library.v1.LibraryService/GetBook';
let demo: Demo;
let gateway: TestGateway;

beforeAll(async () => {
  demo = await startAll({ library: 0, inventory: 0, users: 0, orders: 0, reviews: 0, counts: 0 });
  gateway = await startTestGateway(NAMES.map((name) => demoService(name, demo.services[name].url)));
});
afterAll(async () => {
  await gateway?.close();
  await demo?.close();
});
beforeEach(() => {
  for (const name of NAMES) demo.services[name].resetCounts();
});

function request(query: string, headers: Record<string, string> = {}) {
  return { path: '/graphql', headers, body: { query } };
}

async function query(text: string, headers?: Record<string, string>): Promise<Executed> {
  return (await send(gateway.publicUrl, request(text, headers))).json() as Executed;
}

describe('over several services', () => {
  test('one query, one call to each', async () => {
    const { data, errors } = await query(`{
      book(name: "books/b1") { name title author copiesSold acquisition { __typename } labels { key value } }
      users(pageSize: 2) { users { name displayName } nextPageToken }
      orders(pageSize: 1) { orders { name lines { book quantity } state } }
      stock(bookId: "books/b1") { onHand reserved handledTotal }
    }`);
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      book: {
        name: 'books/b1',
        title: expect.any(String) as unknown,
        copiesSold: expect.stringMatching(/^\d+$/) as unknown,
      },
      users: { users: [{ name: 'users/u1' }, { name: 'users/u2' }] },
      orders: { orders: [{ name: 'orders/o1' }] },
      stock: {
        onHand: expect.any(Number) as unknown,
        handledTotal: expect.stringMatching(/^\d+$/) as unknown,
      },
    });
    const calls = NAMES.map((name) =>
      Object.values(demo.services[name].counts()).map((counts) => counts.calls),
    );
    expect(calls).toEqual([[1], [1], [1], [1]]);
  });

  test('three equal aliases cost one call', async () => {
    const { errors } = await query(
      '{ a: book(name: "books/b2") { name } b: book(name: "books/b2") { title } c: book(name: "books/b2") { isbn } }',
    );
    expect(errors).toBeUndefined();
    expect(demo.services.library.counts()[GET_BOOK]?.calls).toBe(1);
  });

  test('the service that fails does not take the others with it', async () => {
    const { data, errors } = await query(
      '{ book(name: "books/none") { name } user(name: "users/u1") { name } }',
    );
    expect(data).toEqual({ book: null, user: { name: 'users/u1' } });
    expect(errors).toMatchObject([{ path: ['book'], extensions: { code: 'NOT_FOUND', source: 'upstream' } }]);
  });
});

test('a mutation changes what a later read sees, and Empty is true', async () => {
  const created = await query(
    'mutation { createBook(book: {title: "Ünïcode 𝄞", author: "authors/a1", format: EBOOK, acquisition: {donation: {donor: "D"}}, labels: [{key: "k", value: "v"}]}, bookId: "graphql-made") { name } }',
  );
  expect(created).toEqual({ data: { createBook: { name: 'books/graphql-made' } } });
  const updated = await query(
    'mutation { updateBook(book: {name: "books/graphql-made", title: "New", author: "authors/a1"}) { name } }',
  );
  expect(updated.errors).toBeUndefined();
  expect(
    await query(
      '{ book(name: "books/graphql-made") { title format state acquisition { ... on BookDonation { donor anonymous } } labels { key value } } }',
    ),
  ).toEqual({
    data: {
      book: {
        title: 'New',
        format: 'EBOOK',
        state: 'ACTIVE',
        acquisition: { donor: 'D', anonymous: false },
        labels: [{ key: 'k', value: 'v' }],
      },
    },
  });
  expect(await query('mutation { deleteBook(name: "books/graphql-made") }')).toEqual({
    data: { deleteBook: true },
  });
  expect((await query('{ book(name: "books/graphql-made") { title } }')).errors?.[0]?.extensions.code).toBe(
    'NOT_FOUND',
  );
});

describe('an upstream that fails', () => {
  test('nothing of its insides is shown', async () => {
    const answer = await send(
      gateway.publicUrl,
      request('{ book(name: "books/b1") { name } }', {
        'x-mock-status': 'INTERNAL',
        'x-mock-message': 'canary',
      }),
    );
    expect(answer.json()).toMatchObject({
      data: { book: null },
      errors: [{ extensions: { code: 'INTERNAL', source: 'upstream' } }],
    });
    expect(answer.text).not.toMatch(/canary|127\.0\.0\.1/);
  });

  test('what its details say to callers arrives, and what they say to its keepers does not', async () => {
    const answer = await send(
      gateway.publicUrl,
      request('{ book(name: "books/b1") { name } }', {
        'x-mock-status': 'FAILED_PRECONDITION',
        'x-mock-details': 'error-info,retry-info,debug-info,resource-info,help,unknown-type',
      }),
    );
    const { errors } = answer.json() as Executed;
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'FAILED_PRECONDITION',
      source: 'upstream',
      reason: expect.any(String) as unknown,
      domain: expect.any(String) as unknown,
      retryAfterMs: expect.any(Number) as unknown,
      details: [
        { '@type': 'type.googleapis.com/google.rpc.ResourceInfo' },
        { '@type': 'type.googleapis.com/google.rpc.Help' },
      ],
    });
    expect(answer.text).not.toMatch(/DebugInfo|stackEntries/);
  });

  test('a deadline of the client is kept', async () => {
    const { errors } = await query('{ book(name: "books/b1") { name } }', {
      'x-mock-hang': 'true',
      'grpc-timeout': '50m',
    });
    expect(errors?.[0]?.extensions.code).toBe('DEADLINE_EXCEEDED');
    await demo.services.library.waitForCancel(GET_BOOK);
  });

  test('a client that leaves cancels the call upstream within 50 ms', async () => {
    const best = await quickest(50, async () => {
      demo.services.library.resetCounts();
      const begun = begin(
        gateway.publicUrl,
        request('{ book(name: "books/b1") { name } }', { 'x-mock-hang': 'true' }),
      );
      begun.answered.catch(() => {});
      await demo.services.library.waitForCall(GET_BOOK);
      const left = performance.now();
      begun.leave();
      await demo.services.library.waitForCancel(GET_BOOK);
      return performance.now() - left;
    });
    expect(best).toBeLessThan(50);
  });
});

describe('a subscription', () => {
  const WATCH = 'library.v1.LibraryService/WatchBooks';
  const SSE = { accept: 'text/event-stream' };

  test('has the events of the stream and its end', async () => {
    const answer = await send(
      gateway.publicUrl,
      request(
        'subscription { watchBooks(count: 3, interval: "0.001s") { sequence event book { name } } }',
        SSE,
      ),
    );
    expect(answer.text.match(/"sequence":"\d"/g)).toEqual([
      '"sequence":"1"',
      '"sequence":"2"',
      '"sequence":"3"',
    ]);
    expect(answer.text).toMatch(/event: complete/);
  });

  test('that the client leaves is cancelled upstream within 50 ms', async () => {
    const best = await quickest(50, async () => {
      demo.services.library.resetCounts();
      const answer = await open(
        gateway.publicUrl,
        request('subscription { watchBooks(interval: "0.01s") { sequence } }', SSE),
      );
      for await (const chunk of answer.body) {
        if (String(chunk).includes('"sequence"')) break;
      }
      const left = performance.now();
      answer.leave();
      await demo.services.library.waitForCancel(WATCH);
      return performance.now() - left;
    });
    expect(best).toBeLessThan(50);
  });

  test('that breaks off says so in its last event', async () => {
    const answer = await send(
      gateway.publicUrl,
      request('subscription { watchBooks(count: 5, interval: "0.001s") { sequence } }', {
        ...SSE,
        'x-mock-status': 'ABORTED',
        'x-mock-after': '2',
        'x-mock-message': 'enough',
      }),
    );
    expect(answer.text.match(/"sequence":"\d"/g)).toEqual(['"sequence":"1"', '"sequence":"2"']);
    expect(answer.text).toMatch(/"message":"enough".*"code":"ABORTED"[\s\S]*event: complete/);
  });
});

test('a service that is registered while another request runs is in the next one', async () => {
  await gateway.registry.remove('orders');
  expect((await query('{ orders { nextPageToken } }')).errors?.[0]?.extensions.code).toBe(
    'GRAPHQL_VALIDATION_FAILED',
  );
  await gateway.registry.put(demoService('orders', demo.services.orders.url));
  expect((await query('{ orders(pageSize: 1) { nextPageToken } }')).errors).toBeUndefined();
});
