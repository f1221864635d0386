// What one request costs and when it ends. Source: graphql reference, sections 1, 7, 12.
import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Call, Reply } from '../../core/call.ts';
import { GatewayError } from '../../core/error.ts';
import type { JsonObject } from '../../core/json.ts';
import { quickest } from '../harness/quickest.ts';
import { type Answer, post, requestOf, type Served, serve, unary } from './door.ts';
import { librarySource } from './library.ts';
import { compile, operationsOf, proto3 } from './sources.ts';

const library = librarySource();
let served: Served;
let answer: Answer;

beforeAll(async () => {
  served = await serve([library], (call) => answer(call));
});
afterAll(() => served.close());
afterEach(() => {
  served.calls.length = 0;
});

const book: Answer = (call) => unary(call, { name: (requestOf(call) as JsonObject).name ?? '', title: 'T' });

describe('calls per request', () => {
  test('equal reads are one call, whatever they are called', async () => {
    answer = book;
    const { data } = await served.query(`{
      a: book(name: "books/b1") { name }
      b: book(name: "books/b1") { title }
      ...More
    } fragment More on Query { c: book(name: "books/b1") { name title } d: book(name: "books/b2") { name } }`);
    expect(data).toEqual({
      a: { name: 'books/b1' },
      b: { title: 'T' },
      c: { name: 'books/b1', title: 'T' },
      d: { name: 'books/b2' },
    });
    expect(served.calls.map(requestOf)).toEqual([
      { name: 'books/b1', readMask: 'name,title' },
      { name: 'books/b2', readMask: 'name' },
    ]);
  });

  test('reads are equal by what they say, not by how it is written', async () => {
    answer = (call) => unary(call, {});
    await served.query(
      'query ($page: String) { a: books(pageSize: 0, format: null) { totalSize } b: books { totalSize } c: books(pageToken: $page) { totalSize } }',
    );
    expect(served.calls.length).toBe(1);
  });

  test('the next request makes its own call', async () => {
    answer = book;
    await served.query('{ book(name: "books/b1") { name } }');
    await served.query('{ book(name: "books/b1") { name } }');
    expect(served.calls.length).toBe(2);
  });

  test('a failed read fails at every place that asked for it, each with its own path', async () => {
    answer = () => {
      throw new GatewayError('not_found', 'no such book', { source: 'upstream' });
    };
    const { data, errors } = await served.query(
      '{ a: book(name: "x") { name } b: book(name: "x") { title } }',
    );
    expect(data).toEqual({ a: null, b: null });
    expect(errors?.map(({ path }) => path)).toEqual([['a'], ['b']]);
    expect(served.calls.length).toBe(1);
  });

  test('equal mutations are as many calls as they are, one after the other', async () => {
    const log: string[] = [];
    answer = async (call) => {
      const number = served.calls.length;
      log.push(`start ${number}`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`end ${number}`);
      return unary(call, {});
    };
    await served.query(
      'mutation { a: deleteBook(name: "x") b: deleteBook(name: "x") c: deleteBook(name: "y") }',
    );
    expect(log).toEqual(['start 1', 'end 1', 'start 2', 'end 2', 'start 3', 'end 3']);
  });

  test('reads of one request run side by side', async () => {
    const waiting: (() => void)[] = [];
    answer = (call) =>
      new Promise<Reply>((resolve) => {
        waiting.push(() => resolve(unary(call, {})));
        if (waiting.length === 3) for (const go of waiting) go();
      });
    const { errors } = await served.query(
      '{ a: book(name: "a") { name } b: book(name: "b") { name } author(name: "c") { name } }',
    );
    expect(errors).toBeUndefined();
  });

  test('the reply of an operation that says nothing is not decoded', async () => {
    let decoded = 0;
    answer = (call) => {
      const reply = unary(call, {});
      if (reply.kind !== 'unary') throw new Error('not unary');
      const value = reply.payload.value.bind(reply.payload);
      reply.payload.value = () => {
        decoded++;
        return value();
      };
      return reply;
    };
    await served.query('mutation { deleteBook(name: "x") }');
    expect(decoded).toBe(0);
  });
});

describe('what a call carries', () => {
  test('operation, door, request id, forwarded headers, deadline', async () => {
    answer = book;
    const response = await post(
      served.url,
      { query: '{ book(name: "books/b1") { name } }' },
      {
        'grpc-timeout': '15000m',
        'accept-language': 'de',
        authorization: 'Bearer t',
        cookie: 'secret',
        'x-odd': 'no',
      },
    );
    const [call] = served.calls;
    expect(call).toMatchObject({ door: 'graphql', caller: { partition: 'anonymous' } });
    // What is left of it.
    expect(call?.timeoutMs).toBeLessThanOrEqual(15_000);
    expect(call?.timeoutMs).toBeGreaterThan(5_000);
    expect(call?.operation.id).toBe('library/library.v1.LibraryService/GetBook');
    expect(call?.requestId).toBe(response.headers.get('x-request-id'));
    expect(Object.fromEntries(call?.metadata ?? [])).toMatchObject({
      'accept-language': 'de',
      authorization: 'Bearer t',
      'x-request-id': call?.requestId,
    });
    expect(call?.metadata.map(([name]) => name)).not.toEqual(expect.arrayContaining(['cookie']));
    expect(call?.metadata.map(([name]) => name)).not.toEqual(expect.arrayContaining(['x-odd']));
  });

  test('a malformed deadline is refused before any call', async () => {
    const response = await post(
      served.url,
      { query: '{ book(name: "x") { name } }' },
      { 'grpc-timeout': 'soon' },
    );
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INVALID_ARGUMENT' } }] });
    expect(served.calls.length).toBe(0);
  });
});

test('a client that leaves aborts the calls in flight within 50 ms', async () => {
  const best = await quickest(50, async () => {
    const aborted = Promise.withResolvers<number>();
    const called = Promise.withResolvers<Call>();
    answer = (call) =>
      new Promise<Reply>((_resolve, reject) => {
        call.signal.addEventListener('abort', () => {
          aborted.resolve(performance.now());
          reject(call.signal.reason);
        });
        called.resolve(call);
      });
    const headers = { 'content-type': 'application/json' };
    const client = httpRequest(served.url, { method: 'POST', headers });
    client.on('error', () => {});
    client.end(JSON.stringify({ query: '{ book(name: "books/b1") { name } }' }));
    const call = await called.promise;
    const left = performance.now();
    client.destroy();
    const took = (await aborted.promise) - left;
    expect(call.signal.reason).toMatchObject({ code: 'cancelled' });
    return took;
  });
  expect(best).toBeLessThan(50);
});

describe('snapshots', () => {
  const other = {
    name: 'other',
    operations: operationsOf(
      'other',
      compile({
        'a.proto': proto3(
          'service S { rpc GetThing(Q) returns (Thing); } message Q { string id = 1; } message Thing { string id = 1; }',
        ),
      }),
      ['a.proto'],
    ),
  };

  test('a request keeps the snapshot it began with; the next one has the new', async () => {
    const begun = Promise.withResolvers<void>();
    const proceed = Promise.withResolvers<void>();
    const own = await serve([library], async (call) => {
      begun.resolve();
      await proceed.promise;
      return book(call);
    });
    try {
      const first = own.query('{ book(name: "books/b1") { title } }');
      await begun.promise;
      expect(own.pinned()).toBe(1);
      own.publish([other], (call) => unary(call, { id: 'new' }));
      const second = await own.query('{ thing(id: "1") { id } }');
      proceed.resolve();
      expect(second).toEqual({ data: { thing: { id: 'new' } } });
      expect(await first).toEqual({ data: { book: { title: 'T' } } });
      expect(own.pinned()).toBe(0);
    } finally {
      await own.close();
    }
  });

  test('a document that was valid before a publish is checked against the schema that came with it', async () => {
    const own = await serve([library], book);
    try {
      const query = '{ book(name: "books/b1") { title } }';
      expect((await own.query(query)).errors).toBeUndefined();
      own.publish([other], book);
      expect((await own.query(query)).errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    } finally {
      await own.close();
    }
  });

  test('preparing finds nothing wrong with a graph of real services, nor with none at all', async () => {
    const own = await serve([], book);
    try {
      expect(await own.query('{ _empty __typename }')).toEqual({
        data: { _empty: null, __typename: 'Query' },
      });
    } finally {
      await own.close();
    }
  });
});
