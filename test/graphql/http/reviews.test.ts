// The demo's HTTP service in the graph, from its real server, through the whole gateway: calls, values and failures.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import type { ServiceDefinition } from '../../../registry/service-definition.ts';
import type { MockServer } from '../../../upstream-mocks/mock-server.ts';
import { REVIEWS_DOCUMENT, startReviews } from '../../../upstream-mocks/reviews/reviews.ts';
import { send } from '../../harness/http-client.ts';
import { startTestGateway, type TestGateway } from '../../harness/start-gateway.ts';
import type { Executed } from '../door.ts';

let reviews: MockServer;
let gateway: TestGateway;

beforeAll(async () => {
  reviews = await startReviews();
  const service: ServiceDefinition = {
    name: 'reviews',
    source: {
      kind: 'openapi',
      files: [{ path: 'reviews.openapi.yaml', content: readFileSync(REVIEWS_DOCUMENT, 'utf8') }],
      entry: 'reviews.openapi.yaml',
    },
    upstream: { targets: [{ url: reviews.url }] },
    forwardHeaders: ['x-mock-*'],
  };
  gateway = await startTestGateway([service]);
});
afterAll(async () => {
  await gateway?.close();
  await reviews?.close();
});
beforeEach(() => reviews.resetCounts());

async function query(
  text: string,
  variables: JsonObject = {},
  headers: Record<string, string> = {},
): Promise<Executed> {
  const answer = await send(gateway.publicUrl, {
    path: '/graphql',
    headers,
    body: { query: text, variables },
  });
  return answer.json() as Executed;
}

const CREATE = `mutation Create($input: NewReviewInput!) {
  createReview(input: $input) { id book stars verdict title text helpfulCount }
}`;

describe('calls', () => {
  test('a path parameter', async () => {
    const { data, errors } = await query(
      '{ getReview(id: "r1") { id book user stars verdict title editor { name } } }',
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      getReview: {
        id: 'r1',
        book: 'books/b1',
        user: 'users/u1',
        stars: 5,
        verdict: 'recommended',
        title: 'I missed my stop',
        editor: null,
      },
    });
  });

  test('a list in the query, an enum and a limit reach the service', async () => {
    const { data } = await query(
      '{ listReviews(book: ["books/b1", "books/b2"], verdict: recommended, limit: 2) { reviews { book verdict } nextAfter } }',
    );
    const page = data?.listReviews as JsonObject;
    expect(page.reviews).toHaveLength(2);
    for (const review of page.reviews as JsonObject[]) {
      expect(['books/b1', 'books/b2']).toContain(review.book);
      expect(review.verdict).toBe('recommended');
    }
  });

  test('a body is written, read back and removed; an answer without content is true', async () => {
    const input = { book: 'books/b7', user: 'users/u9', stars: 3, title: null, text: 'Fine.' };
    const { data, errors } = await query(CREATE, { input });
    expect(errors).toBeUndefined();
    const created = data?.createReview as JsonObject;
    expect(created).toEqual({
      id: expect.stringMatching(/^r\d+$/),
      book: 'books/b7',
      stars: 3,
      verdict: 'mixed',
      title: null,
      text: 'Fine.',
      helpfulCount: '0',
    });
    const gone = await query('mutation($id: ID!) { deleteReview(id: $id) }', { id: created.id ?? '' });
    expect(gone).toEqual({ data: { deleteReview: true } });
  });

  test('three equal reads are one call', async () => {
    await query(
      '{ a: getReview(id: "r1") { id } b: getReview(id: "r1") { text } c: getReview(id: "r1") { stars } }',
    );
    expect(reviews.counts()['GET /reviews/{id}']?.calls).toBe(1);
  });

  test('what a client puts into a path stays in its segment', async () => {
    const { errors } = await query('{ getReview(id: "r1/../r2?x=1") { id } }');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_ARGUMENT', source: 'gateway' });
    expect(reviews.counts()['GET /reviews/{id}']).toBeUndefined();
  });
});

describe('failures', () => {
  test('a described failure has its status and its body', async () => {
    const { data, errors } = await query('{ getReview(id: "none") { id } }');
    expect(data).toEqual({ getReview: null });
    expect(errors).toEqual([
      {
        message: 'there is no review none',
        path: ['getReview'],
        locations: expect.anything(),
        extensions: {
          code: 'NOT_FOUND',
          requestId: expect.any(String),
          source: 'upstream',
          upstream: {
            status: 404,
            body: { type: 'about:blank', title: 'Not Found', status: 404, detail: 'there is no review none' },
          },
        },
      },
    ]);
  });

  test('wrong fields of a body name the arguments', async () => {
    const input = { book: 'books/b7', user: 'nobody', stars: 9, text: 'x' };
    const { errors } = await query(CREATE, { input });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'INVALID_ARGUMENT',
      upstream: { status: 422 },
      violations: [
        { field: 'body.user', argument: ['input', 'user'] },
        { field: 'body.stars', argument: ['input', 'stars'] },
      ],
    });
  });

  test('one failing field does not take its siblings', async () => {
    const { data, errors } = await query('{ a: getReview(id: "r1") { id } b: getReview(id: "none") { id } }');
    expect(data).toEqual({ a: { id: 'r1' }, b: null });
    expect(errors).toHaveLength(1);
  });

  test('of a failure that nobody described only the status is told', async () => {
    const { errors } = await query(
      '{ getReview(id: "r1") { id } }',
      {},
      { 'x-mock-status': '503', 'x-mock-message': 'db at 10.0.0.7' },
    );
    expect(errors?.[0]).toMatchObject({
      message: 'the upstream answered 503',
      extensions: { code: 'UNAVAILABLE', source: 'upstream', upstream: { status: 503 } },
    });
    expect(JSON.stringify(errors)).not.toContain('10.0.0.7');
  });

  test('an answer that is cut is the fault of the service', async () => {
    const { errors } = await query(
      '{ getReview(id: "r1") { id } }',
      {},
      { 'x-mock-cut': 'true', 'x-mock-after': '2' },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INTERNAL', source: 'upstream' });
  });
});
