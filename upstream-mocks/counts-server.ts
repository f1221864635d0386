// The books of several mocks over HTTP: `GET /counts` reads them as one JSON object, `DELETE /counts` resets them.
import { createServer } from 'node:http';
import { HOST, listen } from './listen.ts';
import type { MockServer } from './mock-server.ts';

export interface CountsServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

type Counted = Pick<MockServer, 'counts' | 'resetCounts'>;

/** @throws ListenError */
export async function startCountsServer(port: number, mocks: readonly Counted[]): Promise<CountsServer> {
  const server = createServer((request, response) => {
    const isCounts = request.url?.split('?')[0] === '/counts';
    if (isCounts && request.method === 'GET') {
      const counts = Object.assign({}, ...mocks.map((mock) => mock.counts()));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(counts));
    } else if (isCounts && request.method === 'DELETE') {
      for (const mock of mocks) mock.resetCounts();
      response.writeHead(204).end();
    } else if (isCounts) {
      response.writeHead(405, { allow: 'GET, DELETE' }).end();
    } else {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('only /counts is here\n');
    }
  });
  const bound = await listen(server, port, 'counts');
  return {
    url: `http://${HOST}:${bound}/counts`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * The counts server of a single mock that is listening already, if its options ask for one.
 * @param stop frees what the mock holds, when its counts cannot be served. @throws ListenError
 */
export async function startOwnCounts(
  port: number | undefined,
  mock: Counted,
  stop: () => Promise<void>,
): Promise<CountsServer | undefined> {
  if (port === undefined) return undefined;
  try {
    return await startCountsServer(port, [mock]);
  } catch (error) {
    await stop();
    throw error;
  }
}
