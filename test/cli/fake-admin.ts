// A stand-in for the admin API that answers what a test says and remembers what it was asked. It follows the
// written contract, not the gateway's code, so that the two can disagree.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AdminRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export interface AdminAnswer {
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Record<string, string>;
  /** A string is sent as it stands. */
  readonly body: unknown;
}

export interface FakeAdmin {
  readonly url: string;
  readonly requests: AdminRequest[];
  answer: (request: AdminRequest) => AdminAnswer;
  close(): Promise<void>;
}

export async function startFakeAdmin(): Promise<FakeAdmin> {
  const requests: AdminRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const request: AdminRequest = {
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        headers: incoming.headers,
        body: text === '' ? undefined : JSON.parse(text),
      };
      requests.push(request);
      const { status = 200, type = 'application/json', headers = {}, body } = fake.answer(request);
      response.writeHead(status, { 'content-type': type, ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeAdmin = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: () => ({ body: {} }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}

/** Runs the command in this process and gives back everything it said. */
export async function runCommand(
  argv: readonly string[],
  { env = {}, cwd = process.cwd() }: { env?: Record<string, string>; cwd?: string } = {},
): Promise<{ code: number; out: string; err: string }> {
  const { runDragoman } = await import('../../cli/dragoman.ts');
  const { PLAIN } = await import('../../cli/terminal.ts');
  let out = '';
  let err = '';
  const code = await runDragoman(argv, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env,
    cwd,
    outStyle: PLAIN,
    errStyle: PLAIN,
  });
  return { code, out, err };
}
