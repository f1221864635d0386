// Bytes to a port as they stand, and what comes back: for requests that no HTTP client would send.
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

export interface RawExchange {
  readonly text: string;
  readonly answers: readonly RawAnswer[];
}

/** Writes and reads until the server closes the connection; a server that never does fails the test by its timeout. */
export function rawExchange(url: string, bytes: string | Uint8Array): Promise<RawExchange> {
  return new Promise((resolve, reject) => {
    const socket = rawSocket(url);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(Buffer.from(chunk)));
    // A reset after the answer is one way of closing; what was read counts.
    socket.on('error', () => {});
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString('latin1');
      try {
        resolve({ text, answers: parseAnswers(text) });
      } catch (error) {
        reject(error);
      }
    });
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  });
}

export function rawSocket(url: string): Socket {
  const { hostname, port } = new URL(url);
  return connect({ host: hostname, port: Number(port), noDelay: true });
}

/** Every answer with a Content-Length or chunked body in a connection's bytes. @throws for bytes that are no answer */
export function parseAnswers(text: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = text;
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    const status = /^HTTP\/1\.1 ([0-9]{3}) /.exec(rest)?.[1];
    if (end === -1 || status === undefined) throw new Error(`no HTTP answer: ${JSON.stringify(rest)}`);
    const head = rest.slice(0, end);
    const length = Number(/\r\ncontent-length: ([0-9]+)/i.exec(head)?.[1] ?? 0);
    const body = rest.slice(end + 4, end + 4 + length);
    rest = rest.slice(end + 4 + length);
    // An interim answer such as 100 Continue is none of its own.
    if (!status.startsWith('1')) answers.push({ status: Number(status), head, body });
  }
  return answers;
}
