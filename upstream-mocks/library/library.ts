// The library: books and authors in AIP style. Lists, batches, updates by mask, a custom verb, a server stream.
import { status, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { Collection } from '../grpc/collection.ts';
import { preconditionFailure } from '../grpc/details.ts';
import { applyReadMask, applyUpdate, type Updatable } from '../grpc/field-mask.ts';
import { type GrpcMockServer, startGrpcMock } from '../grpc/grpc-mock.ts';
import { type HandlerContext, serverStream, unary } from '../grpc/handlers.ts';
import {
  type ByName,
  type ByNames,
  type FieldMask,
  identifier,
  type PageRequest,
  refuse,
  required,
} from '../grpc/requests.ts';
import { MockStatus } from '../grpc/status.ts';
import { ticks } from '../grpc/ticks.ts';
import type { MockOptions } from '../mock-server.ts';
import { millisecondsOf, timestampOf } from '../seed/values.ts';
import { seedAuthors, seedBooks } from './book-seed.ts';
import type {
  Author,
  Book,
  CreateBookRequest,
  ListBooksRequest,
  UpdateBookRequest,
  WatchBooksRequest,
} from './messages.ts';

export const LIBRARY_SERVICE = 'library.v1.LibraryService';

const DEFAULT_INTERVAL_MS = 200;
const MAX_INTERVAL_MS = 60_000;

interface Masked {
  read_mask?: FieldMask;
}

const UPDATABLE: Updatable = {
  fields: {
    title: [],
    subtitle: [],
    author: [],
    related_books: [],
    isbn: [],
    format: [],
    other_formats: [],
    description: [],
    publish_time: [],
    page_count: [],
    copies_sold: [],
    rating: [],
    price: ['currency_code', 'units', 'nanos'],
    audio_length: [],
    cover_thumbnail: [],
    dimensions: ['height_mm', 'width_mm', 'weight_g'],
    labels: 'any',
    attributes: [],
    purchase: ['seller', 'paid'],
    donation: ['donor', 'anonymous'],
    exchanged_with: [],
  },
  ignored: ['name', 'state', 'create_time', 'update_time'],
  oneofs: [['purchase', 'donation', 'exchanged_with']],
};

/** @throws ListenError */
export function startLibrary(options: MockOptions = {}): Promise<GrpcMockServer> {
  return startGrpcMock(
    { name: 'library', protoFile: 'library/v1/library.proto', service: LIBRARY_SERVICE, handlers },
    options,
  );
}

function handlers(context: HandlerContext): UntypedServiceImplementation {
  const books = new Collection<Book>(
    { type: 'library.example.com/Book', prefix: 'books', letter: 'b' },
    seedBooks(),
  );
  const authors = new Collection<Author>(
    { type: 'library.example.com/Author', prefix: 'authors', letter: 'a' },
    seedAuthors(),
  );
  return {
    GetBook: unary(context, ({ name, read_mask: mask }: ByName & Masked) => shown(books.get(name), mask)),
    ListBooks: unary(context, (request: ListBooksRequest) => listBooks(books, request)),
    BatchGetBooks: unary(context, ({ names, read_mask: mask }: ByNames & Masked) => ({
      books: books.batchGet(names).map((book) => shown(book, mask)),
    })),
    CreateBook: unary(context, (request: CreateBookRequest) => createBook(books, authors, request)),
    UpdateBook: unary(context, (request: UpdateBookRequest) => updateBook(books, authors, request)),
    DeleteBook: unary(context, ({ name }: ByName) => {
      books.remove(name);
      return {};
    }),
    ArchiveBook: unary(context, ({ name }: ByName) => archiveBook(books, name)),
    WatchBooks: serverStream(context, (request: WatchBooksRequest, signal) =>
      watchBooks(books, request, signal),
    ),
    GetAuthor: unary(context, ({ name }: ByName) => authors.get(name)),
    ListAuthors: unary(context, (request: PageRequest) => {
      const { items, nextPageToken } = authors.list(request);
      return { authors: items, next_page_token: nextPageToken };
    }),
    BatchGetAuthors: unary(context, ({ names }: ByNames) => ({ authors: authors.batchGet(names) })),
  };
}

function shown(book: Book, mask: FieldMask | undefined): Book {
  return applyReadMask(book, mask, UPDATABLE);
}

function listBooks(
  books: Collection<Book>,
  { read_mask: mask, ...request }: ListBooksRequest & Masked,
): object {
  const { author = '', format = 'BOOK_FORMAT_UNSPECIFIED', title_contains: part = '' } = request;
  const { items, nextPageToken, total } = books.list(
    request,
    (book) =>
      (author === '' || book.author === author) &&
      (format === 'BOOK_FORMAT_UNSPECIFIED' || book.format === format) &&
      (book.title ?? '').toLowerCase().includes(part.toLowerCase()),
  );
  return { books: items.map((book) => shown(book, mask)), next_page_token: nextPageToken, total_size: total };
}

function createBook(
  books: Collection<Book>,
  authors: Collection<Author>,
  { book = {}, book_id: id }: CreateBookRequest,
): Book {
  refuse([
    identifier('book_id', id),
    required('book.title', book.title),
    required('book.author', book.author),
    unknownAuthor(authors, book.author),
    (book.page_count ?? 0) < 0 && { field: 'book.page_count', description: 'must not be negative' },
  ]);
  const now = timestampOf(Date.now());
  return books.add({ ...book, state: 'STATE_ACTIVE', create_time: now, update_time: now }, id);
}

function updateBook(
  books: Collection<Book>,
  authors: Collection<Author>,
  { book: change = {}, update_mask: mask }: UpdateBookRequest,
): Book {
  const book = books.get(change.name, 'book.name');
  const updated = applyUpdate(book, change, mask, UPDATABLE);
  refuse([
    required('book.title', updated.title),
    required('book.author', updated.author),
    unknownAuthor(authors, updated.author),
    (book.isbn ?? '') !== '' &&
      updated.isbn !== book.isbn && { field: 'book.isbn', description: 'cannot change once set' },
    (updated.page_count ?? 0) < 0 && { field: 'book.page_count', description: 'must not be negative' },
  ]);
  return books.replace({ ...updated, update_time: timestampOf(Date.now()) });
}

function unknownAuthor(authors: Collection<Author>, name: string | undefined) {
  if (name === undefined || name === '' || authors.has(name)) return undefined;
  return { field: 'book.author', description: `names nobody: ${name}` };
}

function archiveBook(books: Collection<Book>, name: string | undefined): Book {
  const book = books.get(name);
  if (book.state === 'STATE_ARCHIVED') {
    throw new MockStatus(status.FAILED_PRECONDITION, `${name} is archived already`, {
      details: [preconditionFailure('BOOK_STATE', name ?? '', 'only a book on the shelves can be archived')],
    });
  }
  return books.replace({ ...book, state: 'STATE_ARCHIVED', update_time: timestampOf(Date.now()) });
}

async function* watchBooks(
  books: Collection<Book>,
  { count = 0, interval }: WatchBooksRequest,
  signal: AbortSignal,
): AsyncGenerator<object> {
  const intervalMs = interval === undefined ? DEFAULT_INTERVAL_MS : millisecondsOf(interval);
  refuse([
    count < 0 && { field: 'count', description: 'must not be negative' },
    (intervalMs < 0 || intervalMs > MAX_INTERVAL_MS) && {
      field: 'interval',
      description: 'must be 0 s to 60 s',
    },
  ]);
  for await (const sequence of ticks(count, intervalMs, signal)) {
    // Two events per book, as they are at this moment: lent, then returned.
    const all = [...books.values()];
    const book = all[Math.floor((sequence - 1) / 2) % Math.max(all.length, 1)];
    yield { sequence, event: sequence % 2 === 1 ? 'EVENT_LENT' : 'EVENT_RETURNED', ...(book && { book }) };
  }
}
