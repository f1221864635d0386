// Limits as clients of GraphQL meet them: an operation is charged for what it plans, before anything of it runs, from the
// same budget as REST; limits of services count the calls. Source: graphql reference, section 9 ("Cost").
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import type { PolicySettings, RateLimitSettings } from '../../core/rate-limit.ts';
import type { GatewayConfig } from '../../gateway/config/gateway-config.ts';
import type { ServiceDefinition } from '../../registry/service-definition.ts';
import { startLibrary } from '../../upstream-mocks/library/library.ts';
import { type Answer, send } from '../harness/http-client.ts';
import { demoService, startTestGateway, TEST_CONFIG } from '../harness/start-gateway.ts';

const opened: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

function limits(...settings: readonly Partial<RateLimitSettings>[]): readonly PolicySettings[] {
  return settings.map((one) => ({ rateLimit: { limit: 3, windowMs: 3_600_000, ...one } }));
}

interface World {
  post(body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  query(query: string): Promise<Answer>;
  /** Units that are left, as the answer says. */
  left(answer: Answer): number;
  readonly publicUrl: string;
  calls(): number;
}

async function start(
  config: Partial<GatewayConfig>,
  service: Partial<ServiceDefinition> = {},
): Promise<World> {
  const library = await startLibrary({ port: 0 });
  opened.push(library);
  const gateway = await startTestGateway([demoService('library', library.url, service)], config);
  opened.push(gateway);
  const post: World['post'] = (body, headers = {}) =>
    send(gateway.publicUrl, { path: '/graphql', method: 'POST', headers, body });
  return {
    post,
    query: (query) => post({ query }),
    left: ({ headers }) => Number(/;r=([0-9]+);/.exec(String(headers.ratelimit))?.[1]),
    publicUrl: gateway.publicUrl,
    calls: () => Object.values(library.counts()).reduce((sum, { calls }) => sum + calls, 0),
  };
}

const BOOK = '{ book(name: "books/b1") { title } }';
const TWO = '{ a: book(name: "books/b1") { title } b: book(name: "books/b2") { title } }';
const REFUSED = {
  errors: [
    {
      message: expect.stringMatching(/^too many requests/),
      extensions: {
        code: 'RESOURCE_EXHAUSTED',
        source: 'gateway',
        requestId: expect.any(String),
        retryAfterMs: expect.any(Number),
        violatedPolicies: ['default'],
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
            violations: [
              { subject: 'policy:default', description: expect.stringMatching(/^[0-9]+ in 3600 s$/) },
            ],
          },
        ],
      },
    },
  ],
};

describe('the caller’s budget', () => {
  test.each<[string, string, number]>([
    ['a read costs 1', BOOK, 1],
    ['two cost 2, though they run side by side', TWO, 2],
    ['a mutation costs 5', 'mutation { archiveBook(name: "books/b1") { name } }', 5],
    // One list and one batch of authors.
    [
      'a joined list costs its batches',
      '{ books(pageSize: 5) { books { authorResource { displayName } } } }',
      2,
    ],
    ['what calls nothing costs nothing', '{ __typename }', 0],
  ])('%s', async (_name, query, cost) => {
    const { query: run, left } = await start({ policies: limits({ limit: 100 }) });
    const answer = await run(query);
    expect([answer.status, answer.json()]).toEqual([200, { data: expect.anything() }]);
    expect(left(answer)).toBe(100 - cost);
  });

  test('is one for both doors', async () => {
    const { query, left, publicUrl } = await start({ policies: limits({ limit: 10 }) });
    expect(left(await query(TWO))).toBe(8);
    expect(left(await send(publicUrl, { path: '/v1/books/b1' }))).toBe(7);
    expect(left(await query(BOOK))).toBe(6);
  });

  test('that is spent refuses with 429 before anything has run, and takes nothing', async () => {
    const { query, left, calls } = await start({ policies: limits({ limit: 3 }) });
    expect((await query(TWO)).status).toBe(200);
    const before = calls();
    const refused = await query(TWO);
    expect(refused.status).toBe(429);
    expect(refused.headers).toMatchObject({
      'ratelimit-policy': '"default";q=3;w=3600',
      ratelimit: expect.stringMatching(/^"default";r=1;t=[0-9]+$/),
      'retry-after': expect.stringMatching(/^1[0-9]{3}$/),
    });
    expect(refused.json()).toEqual(REFUSED);
    expect(calls()).toBe(before);
    expect(left(await query(BOOK))).toBe(0);
  });

  test('that is never enough says so, and names no time to wait for', async () => {
    const { query } = await start({ policies: limits({ limit: 10, burst: 1 }) });
    const refused = await query(TWO);
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, undefined]);
    expect(refused.json()).toMatchObject({
      errors: [
        {
          message:
            'the request costs 2, and the limit "default" never allows more than 1 at once; ask for less',
        },
      ],
    });
  });

  test.each<[string, object]>([
    ['a document that is not valid', { query: '{ nope }' }],
    ['an operation that is not there', { query: 'query A { __typename }', operationName: 'B' }],
    [
      'one that costs more than any may',
      { query: '{ books { books { a: authorResource { displayName } } } }' },
    ],
  ])('is not touched by %s', async (_name, body) => {
    const { post, query, left } = await start({
      policies: limits({ limit: 5 }),
      graphql: { ...TEST_CONFIG.graphql, limits: { cost: 1 } },
    });
    expect((await post(body)).status).toBeLessThan(500);
    expect(left(await query(BOOK))).toBe(4);
  });

  test('a mutation by GET is refused for that, and costs nothing', async () => {
    const { publicUrl, query, left } = await start({ policies: limits({ limit: 9 }) });
    const mutation = encodeURIComponent('mutation { archiveBook(name: "books/b1") { name } }');
    expect((await send(publicUrl, { path: `/graphql?query=${mutation}` })).status).toBe(405);
    expect(left(await query(BOOK))).toBe(8);
  });

  test('pays for a batch as a whole, or for nothing of it', async () => {
    const { post, left, calls } = await start({
      policies: limits({ limit: 5 }),
      graphql: { ...TEST_CONFIG.graphql, limits: { batch: 5 } },
    });
    const batch = [{ query: TWO }, { query: BOOK }, { query: '{ nope }' }];
    const first = await post(batch);
    expect([first.status, left(first)]).toEqual([200, 2]);
    const before = calls();
    const refused = await post(batch);
    expect([refused.status, refused.json()]).toEqual([429, REFUSED]);
    expect(calls()).toBe(before);
    expect(left(await post([{ query: BOOK }]))).toBe(1);
  });

  test('of ten times as many operations at once as it allows, pays for exactly as many as it allows', async () => {
    const { query, calls } = await start({ policies: limits({ limit: 4 }) });
    const answers = await Promise.all(Array.from({ length: 40 }, () => query(BOOK)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(36);
    expect(calls()).toBe(4);
  });
});

describe('as events', () => {
  const EVENTS = { accept: 'text/event-stream' };
  const WATCH = 'subscription { watchBooks(count: 2, interval: "0.001s") { sequence } }';

  test.each([
    ['a query', BOOK],
    ['a subscription', WATCH],
  ])('%s costs 1 and is refused with 429', async (_name, query) => {
    const { post, left } = await start({ policies: limits({ limit: 1 }) });
    const first = await post({ query }, EVENTS);
    expect([first.status, left(first)]).toEqual([200, 0]);
    const refused = await post({ query }, EVENTS);
    expect([refused.status, refused.headers['content-type'], refused.headers['retry-after']]).toEqual([
      429,
      'text/event-stream',
      '3600',
    ]);
    const [, data = ''] = /^data: (.*)$/m.exec(refused.text) ?? [];
    expect(JSON.parse(data)).toEqual(REFUSED);
  });

  test('each operation of a WebSocket is charged', async () => {
    const { publicUrl } = await start({ policies: limits({ limit: 1 }) });
    const socket = new WebSocket(`${publicUrl.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    opened.push({ close: () => socket.terminate() });
    const messages: { readonly id?: string; readonly type: string; readonly payload?: unknown }[] = [];
    const ended = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString());
        messages.push(message);
        if (message.type === 'connection_ack')
          socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: BOOK } }));
        if (message.type === 'complete')
          socket.send(JSON.stringify({ id: '2', type: 'subscribe', payload: { query: BOOK } }));
        if (message.type === 'error') resolve();
      });
    });
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init' }));
    await ended;
    expect(messages.map(({ id, type }) => [id, type])).toEqual([
      [undefined, 'connection_ack'],
      ['1', 'next'],
      ['1', 'complete'],
      ['2', 'error'],
    ]);
    expect(messages.at(-1)?.payload).toEqual(REFUSED.errors);
  });
});

test('a route that a document answers costs what the document plans, and refuses as the route does', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dragoman-limits-'));
  opened.push({ close: () => rmSync(folder, { recursive: true }) });
  writeFileSync(join(folder, 'two.graphql'), TWO);
  const position = { path: 'dragoman.yaml', line: 1, column: 1 };
  const { left, publicUrl, calls } = await start({
    policies: limits({ limit: 3 }),
    documents: [
      {
        folder,
        position,
        aggregates: [
          {
            method: 'GET',
            template: '/pages/two',
            document: 'two.graphql',
            operation: undefined,
            variables: new Map(),
            result: [],
            notFound: undefined,
            partial: 'refuse',
            deadlineMs: 10_000,
            errors: 'google',
            position,
          },
        ],
      },
    ],
  });
  const get = () => send(publicUrl, { path: '/pages/two' });
  const first = await get();
  expect([first.status, left(first)]).toEqual([200, 1]);
  const before = calls();
  const refused = await get();
  expect([refused.status, refused.headers['retry-after'], left(refused)]).toEqual([
    429,
    expect.any(String),
    1,
  ]);
  expect(refused.json()).toMatchObject({ error: { code: 429, status: 'RESOURCE_EXHAUSTED' } });
  expect(calls()).toBe(before);
});

describe('a limit of a service', () => {
  test('counts calls, whatever the document plans, and refuses them at their fields', async () => {
    const { query } = await start({}, { policies: limits({ limit: 1 }) });
    const answer = await query(TWO);
    expect([answer.status, answer.headers.ratelimit]).toEqual([200, undefined]);
    expect(answer.json()).toEqual({
      data: { a: { title: 'The Interpreter at Court' }, b: null },
      errors: [
        expect.objectContaining({
          path: ['b'],
          extensions: expect.objectContaining({ code: 'RESOURCE_EXHAUSTED', violatedPolicies: ['library'] }),
        }),
      ],
    });
  });

  test('is shared with REST', async () => {
    const { query, publicUrl } = await start({}, { policies: limits({ limit: 1 }) });
    expect((await send(publicUrl, { path: '/v1/books/b1' })).status).toBe(200);
    expect((await query(BOOK)).json()).toMatchObject({ data: { book: null } });
  });

  test('and the caller’s budget are charged once each', async () => {
    const { query, left, publicUrl } = await start(
      { policies: limits({ limit: 10 }) },
      { policies: limits({ limit: 5 }) },
    );
    expect(left(await query(TWO))).toBe(8);
    const { headers } = await send(publicUrl, { path: '/v1/books/b1' });
    expect(headers['ratelimit-policy']).toBe('"default";q=10;w=3600, "library";q=5;w=3600');
    // Two calls of the document, then one.
    expect(headers.ratelimit).toMatch(/^"library";r=2;/);
  });
});
