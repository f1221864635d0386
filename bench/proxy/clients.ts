// Ways to ask an HTTP upstream, each as its makers would have it used: one pool, connections kept, bodies as bytes.
import { Agent, request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { createTargetTransport } from '../../backends/http/target-transport.ts';

export interface Answer {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
}

export type Ask = (path: string) => Promise<Answer>;

export const CLIENTS: Readonly<Record<string, (port: number) => Ask | Promise<Ask>>> = {
  own: (port) => own(port, false),
  'own, HTTP/2': (port) => own(port, true),
  'node:http Agent': nodeHttp,
  undici,
};

function own(port: number, http2: boolean): Ask {
  const url = `http://127.0.0.1:${port}`;
  const transport = createTargetTransport(
    { url, scheme: 'http', host: '127.0.0.1', port, weight: 1 },
    undefined,
    { http2 },
  );
  return async (target) => {
    const { status, headers, body } = await transport.exchange({
      method: 'GET',
      target,
      headers: ['accept', 'application/json'],
      body: undefined,
      contentLength: undefined,
      // A signal of its own for each request, as the gateway has.
      signal: new AbortController().signal,
      idleMs: 60_000,
      isRepeatable: true,
      isReplayable: true,
    });
    if (!(body instanceof Readable)) return { status, headers, body: body ?? new Uint8Array() };
    return { status, headers, body: Buffer.concat(await body.toArray()) };
  };
}

function nodeHttp(port: number): Ask {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  return (path) =>
    new Promise((resolve, reject) => {
      const { signal } = new AbortController();
      const options = {
        host: '127.0.0.1',
        port,
        path,
        agent,
        signal,
        headers: { accept: 'application/json' },
      };
      const request = httpRequest(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const [first] = chunks;
          const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
          resolve({ status: response.statusCode ?? 0, headers: response.rawHeaders, body });
        });
        response.on('error', reject);
      });
      request.on('error', reject);
      request.end();
    });
}

/** The part of undici's interface that is used here: its lowest and cheapest. */
interface Dispatcher {
  dispatch(options: object, handler: object): boolean;
}

/** The undici that is built into Node; it is there once `fetch` has been used. */
async function undici(port: number): Promise<Ask> {
  const origin = `http://127.0.0.1:${port}`;
  await (await fetch(origin)).arrayBuffer();
  const dispatcher = Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1')) as Dispatcher;
  return (path) =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let status = 0;
      let headers: readonly string[] = [];
      const handler = {
        onRequestStart: () => {},
        onResponseStart: (
          _controller: unknown,
          code: number,
          fields: Readonly<Record<string, string | string[]>>,
        ) => {
          status = code;
          headers = Object.entries(fields).flatMap(([name, value]) => [name, String(value)]);
        },
        onResponseData: (_controller: unknown, chunk: Buffer) => chunks.push(chunk),
        onResponseEnd: () => {
          const [first] = chunks;
          const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
          resolve({ status, headers, body });
        },
        onResponseError: (_controller: unknown, error: Error) => reject(error),
      };
      dispatcher.dispatch({ origin, path, method: 'GET', headers: ['accept', 'application/json'] }, handler);
    });
}
