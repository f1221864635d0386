// Asks a server the same requests in turn, over a bounded number of keep-alive connections, until they are used up: a
// closed loop. Bare sockets, since it shares the machine with what it measures.
import { connect, type Socket } from 'node:net';

/** What the parent sends. */
export interface LoadOrder {
  readonly port: number;
  readonly connections: number;
  /** Whole HTTP/1.1 requests, taken in turn. */
  readonly requests: readonly string[];
  /** It ends after so many requests or so much time, whichever comes first. */
  readonly count: number;
  readonly seconds: number;
}

/** What it gets back. */
export interface LoadResult {
  readonly count: number;
  readonly seconds: number;
  /** Of all answers, heads included. */
  readonly bytes: number;
  /** Answers of another status than 200. */
  readonly failures: number;
}

process.on('message', (order: LoadOrder) => {
  run(order).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send?.({ port: 0 });

async function run(order: LoadOrder): Promise<LoadResult> {
  const requests = order.requests.map((request) => Buffer.from(request));
  const state = { next: 0, done: 0, bytes: 0, failures: 0 };
  const start = performance.now();
  const end = start + order.seconds * 1000;
  const takeRequest = (): Buffer | undefined => {
    if (state.next >= order.count || performance.now() > end) return undefined;
    const request = requests[state.next % requests.length];
    state.next += 1;
    return request;
  };
  const workers = Array.from({ length: order.connections }, () =>
    work(order.port, takeRequest, (bytes, isOk) => {
      state.done += 1;
      state.bytes += bytes;
      if (!isOk) state.failures += 1;
    }),
  );
  await Promise.all(workers);
  return {
    count: state.done,
    seconds: (performance.now() - start) / 1000,
    bytes: state.bytes,
    failures: state.failures,
  };
}

function work(
  port: number,
  takeRequest: () => Buffer | undefined,
  answered: (bytes: number, isOk: boolean) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let received: Buffer = Buffer.alloc(0);
    let isOver = false;
    const send = (): void => {
      const request = takeRequest();
      if (request !== undefined) socket.write(request);
      else {
        isOver = true;
        leave(socket, resolve);
      }
    };
    socket.on('connect', send);
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      if (!isWhole(received)) return;
      // One request at a time on a connection: whatever is there is its answer.
      answered(received.length, received.subarray(9, 12).toString('latin1') === '200');
      received = Buffer.alloc(0);
      send();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      if (!isOver) reject(new Error('the server closed a connection'));
    });
  });
}

function leave(socket: Socket, done: () => void): void {
  socket.destroy();
  done();
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/** Enough of HTTP/1.1 for the servers at hand: a Content-Length, or chunks. */
function isWhole(bytes: Buffer): boolean {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return false;
  const head = bytes.subarray(0, headEnd).toString('latin1');
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return bytes.length >= headEnd + 4 + Number(length);
  return bytes.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK);
}
