// The library service as cheaply as Node can serve it: replies encoded beforehand, a request only searched for the
// name or token in it. So that what a gateway can do is not bounded by the service behind it.
import { createServer, type ServerHttp2Stream } from 'node:http2';
import { Client, credentials } from '@grpc/grpc-js';
import { startLibrary } from '../../upstream-mocks/library/library.ts';
import { BOOK_COUNT } from '../../upstream-mocks/seed/sizes.ts';

const SERVICE = '/library.v1.LibraryService';
const PAGE_SIZE = 100;

const { books, pages } = await recordReplies();
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
  const reply = path.endsWith('/GetBook')
    ? books[numberIn(request)]
    : pages[numberIn(request) % pages.length];
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': reply === undefined ? '5' : '0' }));
  stream.end(reply);
}

/** The decimal digits at the end of the message, where the last field is `books/b7` or the page token `t7`. */
function numberIn(request: Buffer): number {
  let value = 0;
  let factor = 1;
  for (let at = request.length - 1; at >= 0; at--) {
    const digit = (request[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) break;
    value += digit * factor;
    factor *= 10;
  }
  return value;
}

/** By number of the book; the pages in order. Each is framed as on the wire. */
async function recordReplies(): Promise<{ books: Buffer[]; pages: Buffer[] }> {
  const library = await startLibrary();
  const client = new Client(new URL(library.url).host, credentials.createInsecure());
  const ask = (method: string, request: Buffer) => call(client, `${SERVICE}/${method}`, request);
  const recorded: { books: Buffer[]; pages: Buffer[] } = { books: [Buffer.alloc(0)], pages: [] };
  for (let number = 1; number <= BOOK_COUNT; number++) {
    recorded.books.push(framed(await ask('GetBook', textField(1, `books/b${number}`))));
  }
  // Pages of a hundred begin at every book for which there are as many: made of single books, whose field number in
  // the page is 1 as well.
  const singles = recorded.books.slice(1).map((book) => bytesField(1, book.subarray(5)));
  for (let first = 0; first + PAGE_SIZE <= BOOK_COUNT; first += 10) {
    recorded.pages.push(framed(Buffer.concat(singles.slice(first, first + PAGE_SIZE))));
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
