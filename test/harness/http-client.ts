// A small HTTP client for tests: one connection per request, so that no test inherits another's socket.
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

export interface RequestOptions {
  readonly method?: string;
  /** Added to the URL as it stands: nothing is normalised or encoded. */
  readonly path?: string;
  /** A list is sent as that many header lines. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** A value that is neither text nor bytes is sent as JSON with its content type. */
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly bytes: Buffer;
  /** The body parsed as JSON; throws if it is none. */
  json(): unknown;
}

/** The head of an answer, with its body still to be read. */
export interface OpenAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: IncomingMessage;
  /** Drops the connection, as a client that goes away does. */
  leave(): void;
}

/** Sends and reads to the end. */
export async function send(url: string, options: RequestOptions = {}): Promise<Answer> {
  const { status, headers, body } = await open(url, options);
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const text = bytes.toString('utf8');
  return { status, headers, text, bytes, json: () => JSON.parse(text) };
}

/** Resolves with the head of the answer. */
export function open(url: string, options: RequestOptions = {}): Promise<OpenAnswer> {
  return begin(url, options).answered;
}

export interface BegunRequest {
  readonly answered: Promise<OpenAnswer>;
  /** Drops the connection before there is an answer; `answered` then rejects. */
  leave(): void;
}

/** Sends without waiting for the answer. */
export function begin(url: string, { method, path, headers, body }: RequestOptions = {}): BegunRequest {
  const base = new URL(url);
  const payload = toBytes(body);
  const isJson = payload !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);
  const request = httpRequest({
    host: base.hostname,
    port: base.port,
    method: method ?? (payload === undefined ? 'GET' : 'POST'),
    path: path ?? '/',
    agent: false,
    headers: {
      ...(isJson && { 'content-type': 'application/json' }),
      // Node leaves it out for methods that seldom have a body, and sends the body all the same.
      ...(payload !== undefined &&
        !hasHeader(headers, 'transfer-encoding') && { 'content-length': String(payload.length) }),
      ...(headers as IncomingHttpHeaders),
    },
  });
  const answered = new Promise<OpenAnswer>((resolve, reject) => {
    request.on('response', (response) => {
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: response,
        leave: () => request.destroy(),
      });
    });
    request.on('error', reject);
  });
  // Whoever leaves on purpose does not wait for the answer.
  answered.catch(() => {});
  request.end(payload);
  return { answered, leave: () => request.destroy() };
}

function hasHeader(headers: RequestOptions['headers'], name: string): boolean {
  return Object.keys(headers ?? {}).some((key) => key.toLowerCase() === name);
}

function toBytes(body: unknown): Buffer | undefined {
  if (body === undefined) return undefined;
  if (typeof body === 'string') return Buffer.from(body);
  return body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
}
