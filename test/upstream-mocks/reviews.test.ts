// The demo reviews over plain HTTP, and what they can be told to do wrong.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { MockServer } from '../../upstream-mocks/mock-server.ts';
import { REVIEWS_DOCUMENT, startReviews } from '../../upstream-mocks/reviews/reviews.ts';

const GET_REVIEW = 'GET /reviews/{id}';

let server: MockServer;

beforeAll(async () => {
  server = await startReviews();
});

beforeEach(() => server.resetCounts());

afterAll(() => server.close());

const call = (path: string, init: RequestInit = {}) => fetch(`${server.url}${path}`, init);
const told = (headers: Record<string, string>, path = '/reviews/r1') => call(path, { headers });
const write = (body: unknown) => call('/reviews', { method: 'POST', body: JSON.stringify(body) });

describe('reading', () => {
  test('a review', async () => {
    const response = await call('/reviews/r1');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toMatchObject({
      id: 'r1',
      book: 'books/b1',
      user: 'users/u1',
      stars: 5,
      verdict: 'recommended',
      title: 'I missed my stop',
      createdAt: '2024-01-01T01:30:00.000Z',
    });
  });

  test('an unknown review is a 404 problem', async () => {
    const response = await call('/reviews/none');
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'there is no review none',
    });
  });

  test('the reviews of several books in one answer', async () => {
    const response = await call('/reviews?book=books/b1&book=books%2Fb2&limit=1000');
    const { reviews, nextAfter } = await response.json();
    const books = new Set(reviews.map((review: { book: string }) => review.book));
    expect([...books].sort()).toEqual(['books/b1', 'books/b2']);
    expect(nextAfter).toBeNull();
  });

  test('pages follow each other to the last review', async () => {
    const ids: string[] = [];
    let after = '';
    do {
      const page = await (await call(`/reviews?limit=200&after=${after}`)).json();
      ids.push(...page.reviews.map((review: { id: string }) => review.id));
      after = page.nextAfter ?? '';
    } while (after !== '');
    expect(ids).toEqual(Array.from({ length: 500 }, (_, index) => `r${index + 1}`));
  });

  test.each([
    ['limit=0', 'limit', 'must be a whole number from 1 to 1000'],
    ['verdict=poor', 'verdict', 'must be of recommended, mixed, not_recommended'],
    ['after=x', 'after', 'is none that this service gave out'],
  ])('?%s is a 422 problem naming it', async (query, pointer, detail) => {
    const response = await call(`/reviews?${query}`);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ pointer, detail }] });
  });

  test('serves its own OpenAPI 3.1 document, which names every route it has', async () => {
    const text = await (await call('/openapi.yaml')).text();
    expect(text).toBe(await readFile(REVIEWS_DOCUMENT, 'utf8'));
    const document = parse(text);
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(['/reviews', '/reviews/{id}']);
    expect(server.counts()).toEqual({});
  });

  test('a method that a path does not know is 405 with Allow', async () => {
    const response = await call('/reviews', { method: 'PUT' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, POST');
  });

  test('a malformed path is a 400 problem', async () => {
    expect((await call('/reviews/%E0%A4%A')).status).toBe(400);
  });
});

describe('writing', () => {
  test('a new review is stored; the verdict follows from the stars', async () => {
    const response = await write({ book: 'books/b9', user: 'users/u3', stars: 3, text: 'Fair.' });
    expect(response.status).toBe(201);
    const review = await response.json();
    expect(review).toMatchObject({ stars: 3, verdict: 'mixed', title: null, helpfulCount: 0 });
    expect(response.headers.get('location')).toBe(`/reviews/${review.id}`);
    expect(await (await call(`/reviews/${review.id}`)).json()).toEqual(review);
  });

  test('every wrong field is named', async () => {
    const response = await write({ book: 'b9', user: 'users/u3', stars: 2.5, text: '', mood: 'low' });
    expect(response.status).toBe(422);
    const { errors } = await response.json();
    expect(errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      '/book',
      '/stars',
      '/text',
      '/mood',
    ]);
  });

  test.each([
    ['no JSON', '{', 'the body is not JSON'],
    ['no object', '[1]', 'the body must be a JSON object'],
  ])('a body that is %s is a 400 problem', async (_case, body, detail) => {
    const response = await call('/reviews', { method: 'POST', body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ detail });
  });

  test('a body beyond a mebibyte is a 413 problem', async () => {
    const response = await call('/reviews', { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) });
    expect(response.status).toBe(413);
  });

  test('a review that was taken back is gone', async () => {
    expect((await call('/reviews/r400', { method: 'DELETE' })).status).toBe(204);
    expect((await call('/reviews/r400')).status).toBe(404);
  });
});

describe('misbehaviour', () => {
  test.each([
    ['UNAVAILABLE', 503],
    ['not_found', 404],
    ['418', 418],
  ])('x-mock-status: %s answers %d', async (status, code) => {
    const response = await told({ 'x-mock-status': status, 'x-mock-message': 'no' });
    expect(response.status).toBe(code);
    expect(await response.json()).toMatchObject({ status: code, detail: 'no' });
  });

  test('x-mock-details: retry-info adds Retry-After', async () => {
    const response = await told({ 'x-mock-status': '429', 'x-mock-details': 'retry-info' });
    expect(response.headers.get('retry-after')).toBe('2');
  });

  test('x-mock-delay-ms holds the answer back', async () => {
    const start = performance.now();
    await told({ 'x-mock-delay-ms': '60' });
    expect(performance.now() - start).toBeGreaterThanOrEqual(59);
  });

  test('x-mock-hang never answers; a client that leaves is noticed', async () => {
    const leave = new AbortController();
    const response = call('/reviews/r1', { headers: { 'x-mock-hang': 'true' }, signal: leave.signal });
    const failed = expect(response).rejects.toThrow('aborted');
    await server.waitForCall(GET_REVIEW);
    leave.abort();
    await failed;
    expect(await server.waitForCancel(GET_REVIEW)).toMatchObject({ cancelled: 1, active: 0, ok: 0 });
  });

  test('x-mock-cut resets the connection', async () => {
    await expect(told({ 'x-mock-cut': 'true' })).rejects.toThrow('fetch failed');
    expect(server.counts()[GET_REVIEW]).toMatchObject({ cut: 1, cancelled: 0 });
  });

  test('x-mock-cut with x-mock-after cuts the body half-way', async () => {
    const response = await told({ 'x-mock-cut': 'true', 'x-mock-after': '2' });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  test('x-mock-forever sends a body without end until the client leaves', async () => {
    const request = get(`${server.url}/reviews/r1`, {
      headers: { 'x-mock-forever': 'true', 'x-mock-interval-ms': '0' },
    });
    const [response] = await once(request, 'response');
    let bytes = 0;
    for await (const chunk of response) {
      bytes += chunk.length;
      if (bytes > 10_000) break;
    }
    expect(bytes).toBeGreaterThan(10_000);
    await server.waitForCancel(GET_REVIEW);
  });

  test('x-mock-size makes the text of a review as long as asked', async () => {
    const review = await (await told({ 'x-mock-size': '2000000' })).json();
    expect(review.text).toBe('x'.repeat(2_000_000));
  });

  test('x-mock-echo-metadata returns the request headers', async () => {
    const response = await told({ 'x-mock-echo-metadata': 'true', 'x-team': 'one' });
    const received = JSON.parse(response.headers.get('x-mock-received') ?? '');
    expect(received.metadata['x-team']).toEqual(['one']);
  });

  test('a header that means nothing is said to be wrong', async () => {
    const response = await told({ 'x-mock-status': 'BROKEN' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      detail: 'x-mock-status must be the name of a gRPC status or a number from 200 to 599',
    });
  });
});
