// A client as somebody would write it over generated types: what they forbid is marked, so that the compiler complains
// if they allow it. Run with the address of a gateway, it prints what came back.

export const CLIENT_SOURCE = `
import type { components, paths } from './api.ts';

type Json<T> = T extends { content: { 'application/json': infer B } } ? B : never;
type Given<O> = O extends { parameters: infer P } ? P : never;
type Path<O> = Given<O> extends { path: infer P } ? { path: P } : { path?: never };
type Query<O> = Given<O> extends { query: infer Q } ? { query: Q } : Given<O> extends { query?: infer Q } ? { query?: Q } : never;
type Body<O> = O extends { requestBody: infer B } ? { body: Json<B> } : O extends { requestBody?: infer B } ? { body?: Json<NonNullable<B>> } : never;
type Answer<O> = O extends { responses: { 200: infer R } } | { responses: { 201: infer R } } ? Json<R> : never;

const base = process.argv[2] ?? '';

async function call<P extends keyof paths, M extends keyof paths[P] & string>(
  method: M,
  path: P,
  given: Path<paths[P][M]> & Query<paths[P][M]> & Body<paths[P][M]>,
): Promise<Answer<paths[P][M]>> {
  const parts = given as { path?: object; query?: object; body?: unknown };
  let target: string = path;
  for (const [name, value] of Object.entries(parts.path ?? {})) {
    target = target.replace('{' + name + '}', encodeURIComponent(String(value)));
  }
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parts.query ?? {})) {
    for (const one of [value].flat()) query.append(name, String(one));
  }
  const answer = await fetch(base + target + (query.size > 0 ? '?' + query : ''), {
    method: method.toUpperCase(),
    ...(parts.body !== undefined && {
      body: JSON.stringify(parts.body),
      headers: { 'content-type': 'application/json' },
    }),
  });
  const body = await answer.json();
  if (answer.ok) return body as Answer<paths[P][M]>;
  const problem = body as components['schemas']['Problem'];
  throw new Error(problem.code + ' ' + problem.detail);
}

const book = await call('get', '/v1/books/{book}', { path: { book: 'b1' } });
const title: string = book.title;
const sold: string | undefined = book.copiesSold;
const page = await call('get', '/v1/authors/{author}/books', { path: { author: 'a1' }, query: { pageSize: 2 } });
const names: (string | undefined)[] = (page.books ?? []).map(({ name }) => name);
const both = await call('get', '/v1/books:batchGet', { query: { names: ['books/b2', 'books/b1'] } });
const made = await call('post', '/v1/books', {
  query: { bookId: 'by-client' },
  body: { title: 'Made', author: 'authors/a1', format: 'BOOK_FORMAT_EBOOK', labels: { a: 'b' } },
});
const changed = await call('patch', '/v1/books/{book}', {
  path: { book: 'by-client' },
  body: { title: 'Changed', format: null, dimensions: { heightMm: 3 } },
});
const archived = await call('post', '/v1/books/{book}:archive', {
  path: { book: 'by-client' },
  body: { reason: 'old' },
});
const removed = await call('delete', '/v1/books/{book}', { path: { book: 'by-client' } });
const stock = await call('post', '/inventory.v1.InventoryService/GetStock', { body: { bookId: 'books/b1' } });
const refusal = await call('get', '/v1/users/{user}', { path: { user: 'nobody' } }).catch((error: Error) => error.message);

// A service that speaks HTTP.
const reviews = await call('get', '/reviews', { query: { book: ['books/b1', 'books/b2'], limit: 2 } });
const stars: number[] = reviews.reviews.map((review) => review.stars);
const written = await call('post', '/reviews', { body: { book: 'books/b1', user: 'users/u1', stars: 5, text: 'Good.', verdict: 'recommended' } });
const headline: string | null = written.title;

// Made of several services.
const bookPage = await call('get', '/pages/books/{booksId}', { path: { booksId: 'b1' } });
const writer: string | undefined = bookPage.author?.displayName;
const verdicts: ('recommended' | 'mixed' | 'not_recommended' | null)[] = (bookPage.reviews ?? []).map(({ verdict }) => verdict);
const { acquisition } = bookPage;
const giver: string | undefined = acquisition?.__typename === 'BookDonation' ? acquisition.donor : undefined;
const bare = await call('get', '/pages/books/{booksId}', { path: { booksId: 'b1' }, query: { reviews: false } });
const noReviews = 'reviews' in bare;
const reader = await call('get', '/readers/{user}', { path: { user: 'u1' }, query: { user: 'users/u1', state: 'PAID', limit: 1 } });
const failed: Record<string, { status: number }> = reader.parts ?? {};
const joined = await call('post', '/people', {
  body: { user: { displayName: 'By client', email: 'c@example.com' }, wanted: { id: 'by-client' } },
});

console.log(JSON.stringify({
  title, sold, names, both, made, changed, archived, removed, stock, refusal,
  stars, written, headline, bookPage, writer, verdicts, giver, noReviews, reader, failed, joined,
}));

export async function wrong(): Promise<void> {
  // @ts-expect-error no such path
  await call('get', '/v1/boks/{book}', { path: { book: 'b1' } });
  // @ts-expect-error a path needs its parameters
  await call('get', '/v1/books/{book}', {});
  // @ts-expect-error a number
  await call('get', '/v1/books', { query: { pageSize: 'two' } });
  // @ts-expect-error required
  await call('get', '/v1/books:batchGet', {});
  // @ts-expect-error no author
  await call('post', '/v1/books', { body: { title: 'Made' } });
  // @ts-expect-error no such format
  await call('post', '/v1/books', { body: { title: 'Made', author: 'authors/a1', format: 'STONE' } });
  // @ts-expect-error no such field
  await call('patch', '/v1/books/{book}', { path: { book: 'b1' }, body: { titel: 'x' } });
  // @ts-expect-error 64 bits are text
  book.copiesSold = 5;
  // @ts-expect-error a review has stars
  await call('post', '/reviews', { body: { book: 'books/b1', user: 'users/u1', text: 'Good.' } });
  // @ts-expect-error no such verdict
  await call('get', '/reviews', { query: { verdict: 'splendid' } });
  // @ts-expect-error a page may lack its reviews
  bookPage.reviews.length;
  // @ts-expect-error the page does not select it
  bookPage.isbn;
  // @ts-expect-error not every acquisition has a donor
  acquisition?.donor;
  // @ts-expect-error no such state
  await call('get', '/readers/{user}', { path: { user: 'u1' }, query: { state: 'LOST' } });
  // @ts-expect-error somebody has to be called something
  await call('post', '/people', { body: { user: { email: 'c@example.com' } } });
}
`;
