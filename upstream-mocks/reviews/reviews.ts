// The reviews: plain HTTP and JSON, described by reviews.openapi.yaml, which it serves at /openapi.yaml.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MockOptions, MockServer } from '../mock-server.ts';
import { PageError, pageOf } from '../pages.ts';
import { type Answer, HttpProblem, refuseFields } from './answer.ts';
import { type HttpRequest, type Route, startHttpMock } from './http-mock.ts';
import { type Review, seedReviews, VERDICTS, type Verdict, verdictOf } from './review-seed.ts';

export const REVIEWS_DOCUMENT = join(import.meta.dirname, 'reviews.openapi.yaml');

const MAX_BOOKS = 100;
const MAX_LIMIT = 1000;

type Reviews = Map<string, Review>;

/** @throws ListenError */
export function startReviews(options: MockOptions = {}): Promise<MockServer> {
  const reviews: Reviews = new Map(seedReviews().map((review) => [review.id, review]));
  let chosen = reviews.size;
  const choose = () => {
    chosen += 1;
    return `r${chosen}`;
  };
  const one = { path: '/reviews/{id}', pattern: /^\/reviews\/([^/]+)$/ };
  const all = { path: '/reviews', pattern: /^\/reviews$/ };
  const document = { path: '/openapi.yaml', pattern: /^\/openapi\.yaml$/, isUncounted: true };
  const routes: readonly Route[] = [
    { ...all, method: 'GET', handle: (request) => listReviews(reviews, request) },
    { ...all, method: 'POST', handle: (request) => createReview(reviews, request, choose) },
    {
      ...one,
      method: 'GET',
      handle: ({ parameters }) => ({ status: 200, body: findReview(reviews, parameters[0]) }),
    },
    {
      ...one,
      method: 'DELETE',
      handle: ({ parameters }) => {
        reviews.delete(findReview(reviews, parameters[0]).id);
        return { status: 204 };
      },
    },
    {
      ...document,
      method: 'GET',
      handle: async () => ({
        status: 200,
        headers: { 'content-type': 'application/yaml' },
        body: await readFile(REVIEWS_DOCUMENT, 'utf8'),
      }),
    },
  ];
  return startHttpMock('reviews', routes, options);
}

function findReview(reviews: Reviews, id: string | undefined): Review {
  const found = reviews.get(id ?? '');
  if (found === undefined) throw new HttpProblem(404, `there is no review ${id}`);
  return found;
}

function listReviews(reviews: Reviews, { query }: HttpRequest): Answer {
  const books = query.getAll('book');
  const verdict = query.get('verdict');
  const limit = Number(query.get('limit') ?? 50);
  refuseFields([
    books.length > MAX_BOOKS && { pointer: 'book', detail: `may be given at most ${MAX_BOOKS} times` },
    verdict !== null &&
      !isVerdict(verdict) && { pointer: 'verdict', detail: `must be of ${VERDICTS.join(', ')}` },
    !isWhole(limit, 1, MAX_LIMIT) && {
      pointer: 'limit',
      detail: `must be a whole number from 1 to ${MAX_LIMIT}`,
    },
  ]);
  const wanted = [...reviews.values()].filter(
    (review) =>
      (books.length === 0 || books.includes(review.book)) && (verdict === null || review.verdict === verdict),
  );
  try {
    const token = query.get('after') ?? undefined;
    const { items, nextPageToken } = pageOf(wanted, { size: limit, token, filter: { books, verdict } });
    return { status: 200, body: { reviews: items, nextAfter: nextPageToken === '' ? null : nextPageToken } };
  } catch (error) {
    if (error instanceof PageError) refuseFields([{ pointer: 'after', detail: error.message }]);
    throw error;
  }
}

async function createReview(reviews: Reviews, request: HttpRequest, choose: () => string): Promise<Answer> {
  const { book, user, stars, verdict, title = null, text, ...others } = readObject(await request.text());
  refuseFields([
    !isText(book, /^books\/[^/]+$/) && {
      pointer: '/book',
      detail: 'must be the name of a book, such as books/b1',
    },
    !isText(user, /^users\/[^/]+$/) && {
      pointer: '/user',
      detail: 'must be the name of a user, such as users/u1',
    },
    !isWhole(stars, 1, 5) && { pointer: '/stars', detail: 'must be a whole number from 1 to 5' },
    verdict !== undefined &&
      !isVerdict(verdict) && { pointer: '/verdict', detail: `must be of ${VERDICTS.join(', ')}` },
    title !== null &&
      !isText(title, /^.{0,200}$/s) && { pointer: '/title', detail: 'must be null or short text' },
    !isText(text, /./s) && { pointer: '/text', detail: 'must be text and not empty' },
    ...Object.keys(others).map((key) => ({ pointer: `/${key}`, detail: 'is no field of a new review' })),
  ]);
  const review: Review = {
    id: choose(),
    book: String(book),
    user: String(user),
    stars: Number(stars),
    verdict: isVerdict(verdict) ? verdict : verdictOf(Number(stars)),
    title: title === null ? null : String(title),
    text: String(text),
    createdAt: new Date().toISOString(),
    helpfulCount: 0,
    editor: null,
  };
  reviews.set(review.id, review);
  return { status: 201, headers: { location: `/reviews/${review.id}` }, body: review };
}

function readObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HttpProblem(400, 'the body is not JSON');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new HttpProblem(400, 'the body must be a JSON object');
}

function isVerdict(value: unknown): value is Verdict {
  return VERDICTS.some((verdict) => verdict === value);
}

function isText(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}
