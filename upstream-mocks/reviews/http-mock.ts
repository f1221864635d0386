// Starts an HTTP mock: routes by exact method and path, misbehaviour, the book of calls and its port.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { CallBook, type CallEntry } from '../call-book.ts';
import { startOwnCounts } from '../counts-server.ts';
import { HOST, listen } from '../listen.ts';
import { MockHeaderError, readMisbehaviour } from '../misbehaviour.ts';
import { countingOf, type MockOptions, type MockServer } from '../mock-server.ts';
import { type Answer, HttpProblem } from './answer.ts';
import { perform } from './perform.ts';

const MAX_BODY = 1024 * 1024;

export interface HttpRequest {
  /** Groups of the route's pattern, percent-decoded. */
  readonly parameters: readonly string[];
  readonly query: URLSearchParams;
  /** The body as text. @throws HttpProblem 413 */
  text(): Promise<string>;
}

export interface Route {
  readonly method: string;
  /** For people and for the book of calls, such as `/reviews/{id}`. */
  readonly path: string;
  readonly pattern: RegExp;
  /** Documents and the like are served as they are and not counted. */
  readonly isUncounted?: boolean;
  handle(request: HttpRequest): Promise<Answer> | Answer;
}

/** @throws ListenError */
export async function startHttpMock(
  name: string,
  routes: readonly Route[],
  options: MockOptions = {},
): Promise<MockServer> {
  const book = new CallBook();
  const onRequest = (request: IncomingMessage, response: ServerResponse) =>
    void serve(book, routes, request, response);
  const server: Server =
    options.tls === undefined ? createServer(onRequest) : createTlsServer({ ...options.tls }, onRequest);
  const port = await listen(server, options.port ?? 0, name);
  const counting = countingOf(book);
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const countsServer = await startOwnCounts(options.countsPort, counting, stop);
  return {
    name,
    url: options.tls === undefined ? `http://${HOST}:${port}` : `https://localhost:${port}`,
    port,
    countsUrl: countsServer?.url,
    ...counting,
    close: async () => {
      await Promise.all([stop(), countsServer?.close()]);
      book.close();
    },
  };
}

async function serve(
  book: CallBook,
  routes: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const matching = routes.filter(({ pattern }) => pattern.test(path));
  const route = matching.find(({ method }) => method === request.method);
  if (route === undefined) {
    const allow = matching.map(({ method }) => method).join(', ');
    const problem =
      matching.length === 0
        ? new HttpProblem(404, `nothing is at ${path}`)
        : new HttpProblem(405, `${path} knows ${allow}`, {}, { allow });
    return writeAnswer(response, problem.answer);
  }
  const entry = beginEntry(book, route, request);
  const leave = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) entry.end('cancelled');
    leave.abort();
  });
  try {
    const misbehaviour = readMisbehaviour((header) => request.headers[header]?.toString());
    if (misbehaviour.echoMetadata) {
      response.setHeader('x-mock-received', JSON.stringify({ metadata: request.headersDistinct }));
    }
    const parameters = (route.pattern.exec(path) ?? []).slice(1).map(decodeURIComponent);
    const read = { parameters, query: new URLSearchParams(query), text: () => readText(request) };
    await perform(misbehaviour, { response, signal: leave.signal, entry }, async () => route.handle(read));
  } catch (error) {
    if (leave.signal.aborted) return;
    entry.end('failed');
    writeAnswer(response, problemOf(error).answer);
  }
}

function beginEntry(
  book: CallBook,
  { method, path, isUncounted }: Route,
  request: IncomingMessage,
): CallEntry {
  const counted = isUncounted ? new CallBook() : book;
  const metadata = Object.fromEntries(
    Object.entries(request.headersDistinct).map(([header, values = []]) => [header, values]),
  );
  const entry = counted.begin(`${method} ${path}`, { timeoutMs: null, metadata });
  entry.counts.messagesReceived += 1;
  return entry;
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new HttpProblem(413, `a body may have at most ${MAX_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof MockHeaderError) return new HttpProblem(400, error.message);
  if (error instanceof URIError) return new HttpProblem(400, 'the path has a malformed percent sign');
  return new HttpProblem(500, `fault of the mock: ${error instanceof Error ? error.stack : error}`);
}

function writeAnswer(response: ServerResponse, { status, headers, body }: Answer): void {
  if (!response.headersSent) response.writeHead(status, headers);
  response.end(JSON.stringify(body));
}
