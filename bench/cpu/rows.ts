// The requests, and that both servers answer them with the same books.

export interface Row {
  readonly name: string;
  readonly door: 'rest' | 'graphql';
  /** Whole requests for a server on this port, each for another book or page. */
  requests(port: number): string[];
  /** Of every answer's JSON: titles of the books in it. */
  titles(answer: unknown): unknown[];
}

const BOOKS = 300;
const PAGES = 21;
const PAGE_FIELDS =
  'name title author isbn description pageCount copiesSold rating price { currencyCode units nanos }';
const BOOK_QUERY = 'query ($name: ID!) { book(name: $name) { title author } }';
const JOINED_QUERY =
  'query ($token: String) { books(pageSize: 20, pageToken: $token) { books { title authorResource { displayName } } } }';
const BOOKS_QUERY = `query ($token: String) { books(pageSize: 100, pageToken: $token) { books { ${PAGE_FIELDS} } } }`;

interface Book {
  readonly title: string;
  readonly authorResource?: { readonly displayName: string };
}

export const ROWS: readonly Row[] = [
  {
    name: 'REST GetBook',
    door: 'rest',
    requests: (port) => numbers(BOOKS).map((number) => get(port, `/v1/books/b${number}`)),
    titles: (answer) => [(answer as Book).title],
  },
  {
    name: 'REST ListBooks (100)',
    door: 'rest',
    requests: (port) =>
      numbers(PAGES).map((number) => get(port, `/v1/books?page_size=100&page_token=t${number}`)),
    titles: (answer) => titlesOf((answer as { books: Book[] }).books),
  },
  {
    name: 'GraphQL book',
    door: 'graphql',
    requests: (port) => numbers(BOOKS).map((number) => post(port, BOOK_QUERY, { name: `books/b${number}` })),
    titles: (answer) => [(answer as { data: { book: Book } }).data.book.title],
  },
  {
    name: 'GraphQL books (100)',
    door: 'graphql',
    requests: (port) => numbers(PAGES).map((number) => post(port, BOOKS_QUERY, { token: `t${number}` })),
    titles: (answer) => titlesOf((answer as { data: { books: { books: Book[] } } }).data.books.books),
  },
  {
    name: 'GraphQL books (20) with authors',
    door: 'graphql',
    requests: (port) => numbers(PAGES).map((number) => post(port, JOINED_QUERY, { token: `t${number}` })),
    titles: (answer) => authorsOf((answer as { data: { books: { books: Book[] } } }).data.books.books),
  },
];

/** @throws if the servers do not answer the same books: then their costs are not comparable. */
export async function assertSame(row: Row, ...ports: readonly number[]): Promise<void> {
  const answers = await Promise.all(
    ports.map(async (port) => row.titles(await ask(row.requests(port)[6] ?? ''))),
  );
  const [first, ...others] = answers.map((titles) => JSON.stringify(titles));
  if (first === undefined || first.length < 5 || others.some((other) => other !== first)) {
    throw new Error(`${row.name}: the servers answer differently: ${answers.map(String).join(' / ')}`);
  }
}

async function ask(request: string): Promise<unknown> {
  const [, method = '', path = '', host = ''] = /^(\S+) (\S+) HTTP\/1\.1\r\nhost: (\S+)/.exec(request) ?? [];
  const body = request.slice(request.indexOf('\r\n\r\n') + 4);
  const headers = body === '' ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(`http://${host}${path}`, { method, headers, ...(body !== '' && { body }) });
  return answer.json();
}

function titlesOf(books: readonly Book[]): string[] {
  return books.map(({ title }) => title);
}

function authorsOf(books: readonly Book[]): string[] {
  return books.map(({ title, authorResource }) => `${title} by ${authorResource?.displayName}`);
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function get(port: number, path: string): string {
  return `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\naccept: application/json\r\n\r\n`;
}

function post(port: number, query: string, variables: object): string {
  const body = JSON.stringify({ query, variables });
  return (
    `POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\naccept: application/json\r\n` +
    `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}
