// The HTTP column of the matrix: one service of books by HTTP/1.1 and by HTTP/2, told by headers what to do, and the two
// doors into it. It shares no code with the gateway.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { ServiceDefinition } from '../../registry/service-definition.ts';
import { ask, type Book, type Outcome } from './doors.ts';

const BOOKS: ReadonlyMap<string, string> = new Map([
  // 2^53 + 1: what a double cannot hold.
  [
    'b1',
    '{"title":"The Interpreter at Court","copiesSold":9007199254740993,"labels":{"genre":"history","shelf":"A-01"}}',
  ],
  ['b2', '{}'],
  ['b3', '{"title":"Die Brücke über den Fluß, 東京 🐉","copiesSold":-9223372036854775808,"labels":{}}'],
  ['b4', '{"title":"Much","copiesSold":9223372036854775807,"labels":{}}'],
]);

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Books', version: '1' },
  paths: {
    '/v1/books/{id}': {
      get: {
        operationId: 'getBook',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: {
          200: {
            description: 'the book',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Book' } } },
          },
          default: {
            description: 'why not',
            content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
          },
        },
      },
    },
    '/v1/changes': {
      get: {
        operationId: 'watchBooks',
        parameters: [{ name: 'count', in: 'query', schema: { type: 'integer', format: 'int32' } }],
        responses: {
          200: {
            description: 'changes',
            content: { 'text/event-stream': { schema: { $ref: '#/components/schemas/Change' } } },
          },
        },
      },
    },
  },
  components: {
    schemas: {
      Book: {
        type: 'object',
        properties: {
          title: { type: 'string' },
          description: { type: 'string' },
          copiesSold: { type: 'integer', format: 'int64' },
          labels: { type: 'object', additionalProperties: { type: 'string' } },
        },
      },
      Change: { type: 'object', properties: { sequence: { type: 'string' } } },
      Problem: { type: 'object', properties: { title: { type: 'string' }, detail: { type: 'string' } } },
    },
  },
};

/** What the server has of a request, and how it answers, whichever HTTP it speaks. */
interface Exchange {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly response: {
    writeHead(status: number, headers: Record<string, string>): unknown;
    write(text: string): unknown;
    end(): unknown;
    on(event: 'close', listener: () => void): unknown;
  };
}

export interface HttpWorld {
  readonly service: ServiceDefinition;
  /** Resolves with the next request that is told to hang. */
  waitForHanging(): Promise<{ readonly left: Promise<void> }>;
  close(): Promise<void>;
}

export async function startHttpWorld(http2: boolean): Promise<HttpWorld> {
  let hanging = Promise.withResolvers<{ readonly left: Promise<void> }>();
  const answer = ({ url, headers, response }: Exchange): void => {
    const path = new URL(url, 'http://books');
    const status = Number(headers['x-mock-status'] ?? 200);
    if (headers['x-mock-hang'] !== undefined) {
      hanging.resolve({ left: new Promise((resolve) => response.on('close', resolve)) });
      return;
    }
    if (status !== 200) {
      response.writeHead(status, { 'content-type': 'application/problem+json' });
      response.write(JSON.stringify({ title: 'told', detail: String(headers['x-mock-message']) }));
      response.end();
      return;
    }
    if (path.pathname === '/v1/changes') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let index = 1; index <= Number(path.searchParams.get('count')); index += 1)
        response.write(`data: {"sequence":"${index}"}\n\n`);
      response.end();
      return;
    }
    const size = Number(headers['x-mock-size'] ?? 0);
    const book =
      size > 0 ? JSON.stringify({ description: 'a'.repeat(size) }) : BOOKS.get(path.pathname.slice(10));
    response.writeHead(book === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.write(book ?? '{}');
    response.end();
  };
  const server = http2
    ? createHttp2Server((request, response) =>
        answer({ url: request.url, headers: request.headers, response }),
      )
    : createServer((request, response) =>
        answer({ url: request.url ?? '', headers: request.headers, response }),
      );
  const sessions = new Set<{ destroy(): void }>();
  server.on(http2 ? 'session' : 'connection', (one: { destroy(): void }) => sessions.add(one));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    service: {
      name: 'books',
      source: {
        kind: 'openapi',
        files: [{ path: 'books.json', content: JSON.stringify(DOCUMENT) }],
        entry: 'books.json',
      },
      upstream: { targets: [{ url }], http: { http2 } },
      forwardHeaders: ['x-mock-*'],
    },
    waitForHanging: () => {
      hanging = Promise.withResolvers();
      return hanging.promise;
    },
    close: async () => {
      for (const one of sessions) one.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface HttpOutcome extends Outcome {
  /** Of the answer. */
  readonly status: number;
}

export interface HttpDoor {
  readonly name: string;
  getBook(
    url: string,
    id: string,
    headers?: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<HttpOutcome>;
  watchBooks(url: string, count: number): Promise<string[]>;
}

/** JSON numbers of 64 bits as text. */
function parseBook(text: string): Partial<Book> {
  return JSON.parse(text.replace(/"copiesSold":(-?\d+)/, '"copiesSold":"$1"'));
}

const rest: HttpDoor = {
  name: 'REST',
  async getBook(url, id, headers = {}, signal) {
    const { status, text } = await ask(url, { path: `/v1/books/${id}`, headers, ...(signal && { signal }) });
    if (status !== 200) {
      const { code = '', detail } = JSON.parse(text);
      return { status, code, message: detail };
    }
    const { title = '', copiesSold = '0', labels = {} } = parseBook(text);
    return { status, code: 'OK', book: { title, copiesSold, labels } };
  },
  async watchBooks(url, count) {
    const { text } = await ask(url, { path: `/v1/changes?count=${count}`, headers: {} });
    return [...text.matchAll(/"sequence":"(\d+)"/g)].map(([, sequence = '']) => sequence);
  },
};

const graphql: HttpDoor = {
  name: 'GraphQL',
  async getBook(url, id, headers = {}, signal) {
    const query =
      'query ($id: ID!) { getBook(id: $id) { title description copiesSold labels { key value } } }';
    const { status, text } = await ask(url, {
      path: '/graphql',
      headers,
      body: { query, variables: { id } },
      ...(signal && { signal }),
    });
    const { data, errors } = JSON.parse(text);
    if (errors !== undefined) return { status, code: errors[0].extensions.code, message: errors[0].message };
    const { title, copiesSold, labels } = data.getBook;
    const entries = (labels ?? []).map(({ key, value }: { key: string; value: string }) => [key, value]);
    return {
      status,
      code: 'OK',
      book: { title: title ?? '', copiesSold: copiesSold ?? '0', labels: Object.fromEntries(entries) },
    };
  },
  async watchBooks(url, count) {
    const { text } = await ask(url, {
      path: '/graphql',
      headers: { accept: 'text/event-stream' },
      body: { query: `subscription { watchBooks(count: ${count}) { sequence } }` },
    });
    return [...text.matchAll(/"sequence":"(\d+)"/g)].map(([, sequence = '']) => sequence);
  },
};

export const HTTP_DOORS: readonly HttpDoor[] = [rest, graphql];
