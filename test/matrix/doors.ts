// Every way into the gateway, asked the same things. A new door is a new entry in DOORS.
import { request as httpRequest } from 'node:http';

export interface Book {
  readonly title: string;
  readonly copiesSold: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Outcome {
  /** `OK`, or the outward spelling of a code. */
  readonly code: string;
  /** Only of `OK`. */
  readonly book?: Book;
  /** What the client reads of a failure. */
  readonly message?: string;
}

export interface Door {
  readonly name: string;
  /** GetBook, with headers that the mock is told by. Rejects if the client leaves by `signal`. */
  getBook(
    url: string,
    name: string,
    headers?: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<Outcome>;
  /** Sequence numbers of WatchBooks' messages. */
  watchBooks(url: string, count: number): Promise<string[]>;
  /** The uint64 of a book's stock. */
  handledTotal(url: string, name: string): Promise<unknown>;
}

const rest: Door = {
  name: 'REST',
  async getBook(url, name, headers = {}, signal) {
    const { text } = await ask(url, { path: `/v1/${name}`, headers, ...(signal && { signal }) });
    const body = JSON.parse(text);
    if (body.code !== undefined && body.status !== undefined)
      return { code: body.code, message: body.detail };
    const { title = '', copiesSold = '0', labels = {} } = body;
    return { code: 'OK', book: { title, copiesSold, labels } };
  },
  async watchBooks(url, count) {
    const { text } = await ask(url, {
      path: `/v1/books:watch?count=${count}`,
      headers: { accept: 'application/x-ndjson' },
    });
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).sequence);
  },
  async handledTotal(url, bookId) {
    const path = '/inventory.v1.InventoryService/GetStock';
    return JSON.parse((await ask(url, { path, headers: {}, body: { bookId } })).text).handledTotal;
  },
};

const graphql: Door = {
  name: 'GraphQL',
  async getBook(url, name, headers = {}, signal) {
    const { text } = await ask(url, {
      path: '/graphql',
      headers,
      body: {
        query:
          'query ($name: ID!) { book(name: $name) { title description copiesSold labels { key value } } }',
        variables: { name },
      },
      ...(signal && { signal }),
    });
    const { data, errors } = JSON.parse(text);
    if (errors !== undefined) return { code: errors[0].extensions.code, message: errors[0].message };
    const { title, copiesSold, labels } = data.book;
    const entries = labels.map(({ key, value }: { key: string; value: string }) => [key, value]);
    return { code: 'OK', book: { title, copiesSold, labels: Object.fromEntries(entries) } };
  },
  async watchBooks(url, count) {
    const { text } = await ask(url, {
      path: '/graphql',
      headers: { accept: 'text/event-stream' },
      body: { query: `subscription { watchBooks(count: ${count}) { sequence } }` },
    });
    return text
      .split('\n')
      .filter((line) => line.startsWith('data: {'))
      .map((line) => JSON.parse(line.slice('data: '.length)).data.watchBooks.sequence);
  },
  async handledTotal(url, bookId) {
    const body = {
      query: 'query ($bookId: String!) { stock(bookId: $bookId) { handledTotal } }',
      variables: { bookId },
    };
    return JSON.parse((await ask(url, { path: '/graphql', headers: {}, body })).text).data?.stock
      .handledTotal;
  },
};

export const DOORS: readonly Door[] = [rest, graphql];

interface Asked {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

export function ask(
  url: string,
  { path, headers, body, signal }: Asked,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url + path,
      {
        method: body === undefined ? 'GET' : 'POST',
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        agent: false,
        ...(signal && { signal }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
        );
      },
    );
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
