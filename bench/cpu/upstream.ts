// The library service as cheaply as Node can serve it: replies encoded beforehand, of a request only the name, size and
// token read. So that what a gateway can do is not bounded by the service behind it.
import { createServer, type ServerHttp2Stream } from 'node:http2';
import { Client, credentials } from '@grpc/grpc-js';
import { startLibrary } from '../../upstream-mocks/library/library.ts';
import { AUTHOR_COUNT, BOOK_COUNT } from '../../upstream-mocks/seed/sizes.ts';

const SERVICE = '/library.v1.LibraryService';
const PAGE_SIZES = [20, 100];

const { books, authors, pages } = await recordReplies();
const server = createServer({ settings: { initialWindowSize: 16 * 1024 * 1024 } });
server.on('stream', (stream: ServerHttp2Stream, headers) => {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => answer(stream, String(headers[':path']), Buffer.concat(chunks).subarray(5)));
  stream.on('error', () => {});
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
});

function answer(stream: ServerHttp2Stream, path: string, request: Buffer): void {
  const reply = replyTo(path, request);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': reply === undefined ? '5' : '0' }));
  stream.end(reply);
}

function replyTo(path: string, request: Buffer): Buffer | undefined {
  const { size, numbers } = read(request);
  const [number = 0] = numbers;
  if (path.endsWith('/GetBook')) return books[number];
  if (path.endsWith('/BatchGetAuthors')) {
    return framed(Buffer.concat(numbers.map((one) => authors[one] ?? Buffer.alloc(0))));
  }
  const ofSize = pages.get(size) ?? [];
  return ofSize[number % ofSize.length];
}

/** Field 1 if it is a number, a page's size; and the number at the end of every text before a read mask. */
function read(request: Buffer): { size: number; numbers: number[] } {
  const read = { size: 0, numbers: [] as number[] };
  for (let at = 0; at < request.length; ) {
    const tag = request[at++] ?? 0;
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = request[at++] ?? 0;
      value |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    if ((tag & 7) === 0) {
      if (tag >> 3 === 1) read.size = value;
      continue;
    }
    at += value;
    if (tag >> 3 <= 2) read.numbers.push(numberBefore(request, at));
  }
  return read;
}

/** The decimal digits at the end of `books/b7` or of the page token `t7`. */
function numberBefore(request: Buffer, end: number): number {
  let value = 0;
  let factor = 1;
  for (let at = end - 1; at >= 0; at--) {
    const digit = (request[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) break;
    value += digit * factor;
    factor *= 10;
  }
  return value;
}

interface Recorded {
  /** By number; framed as on the wire. */
  readonly books: Buffer[];
  /** By number; each as an item of a batch. */
  readonly authors: Buffer[];
  /** By size; framed as on the wire. */
  readonly pages: Map<number, Buffer[]>;
}

async function recordReplies(): Promise<Recorded> {
  const library = await startLibrary();
  const client = new Client(new URL(library.url).host, credentials.createInsecure());
  const ask = (method: string, request: Buffer) => call(client, `${SERVICE}/${method}`, request);
  const recorded: Recorded = { books: [Buffer.alloc(0)], authors: [Buffer.alloc(0)], pages: new Map() };
  for (let number = 1; number <= BOOK_COUNT; number++) {
    recorded.books.push(framed(await ask('GetBook', textField(1, `books/b${number}`))));
  }
  for (let number = 1; number <= AUTHOR_COUNT; number++) {
    recorded.authors.push(bytesField(1, await ask('GetAuthor', textField(1, `authors/a${number}`))));
  }
  // Pages begin at every book for which there are as many: made of single books, whose field number in the page is 1 as
  // well.
  const singles = recorded.books.slice(1).map((book) => bytesField(1, book.subarray(5)));
  for (const size of PAGE_SIZES) {
    const ofSize: Buffer[] = [];
    for (let first = 0; first + size <= BOOK_COUNT; first += 10) {
      ofSize.push(framed(Buffer.concat(singles.slice(first, first + size))));
    }
    recorded.pages.set(size, ofSize);
  }
  client.close();
  await library.close();
  return recorded;
}

function call(client: Client, path: string, request: Buffer): Promise<Buffer> {
  const same = (bytes: Buffer) => bytes;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest<Buffer, Buffer>(path, same, same, request, (error, reply) => {
      if (error === null && reply !== undefined) resolve(reply);
      else reject(error);
    });
  });
}

function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function textField(number: number, text: string): Buffer {
  return bytesField(number, Buffer.from(text));
}

function bytesField(number: number, bytes: Buffer): Buffer {
  const head = [(number << 3) | 2];
  let rest = bytes.length;
  for (; rest > 127; rest >>= 7) head.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([...head, rest]), bytes]);
}
