// The demo library as any gRPC client sees it. Expectations follow library.proto and the AIPs it leans on.

import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startLibrary } from '../../upstream-mocks/library/library.ts';
import type { MockServer } from '../../upstream-mocks/mock-server.ts';
import { collect, ServiceCalls } from './grpc-calls.ts';
import { statusDetails } from './status-details.ts';

let server: MockServer;
let library: ServiceCalls;

beforeAll(async () => {
  server = await startLibrary();
  library = new ServiceCalls(server.url, 'library/v1/library.proto', 'library.v1.LibraryService');
});

afterAll(async () => {
  library.close();
  await server.close();
});

describe('reading', () => {
  test('a book has a 64-bit number beyond what JSON holds, a oneof, a map, bytes and nested messages', async () => {
    const { reply, error } = await library.unary('GetBook', { name: 'books/b1' });
    expect(error).toBeUndefined();
    expect(reply).toMatchObject({
      name: 'books/b1',
      title: 'The Interpreter at Court',
      author: 'authors/a1',
      copies_sold: '9007199254740993',
      price: { currency_code: 'CHF', units: '24', nanos: 500_000_000 },
      purchase: { seller: 'Harbour Books' },
      labels: { genre: 'history', shelf: 'A-01' },
      dimensions: { height_mm: 210, width_mm: 135, weight_g: 412.5 },
    });
    expect(reply.cover_thumbnail.subarray(1, 4).toString()).toBe('PNG');
  });

  test('a book can have nothing but a name, a title and an author', async () => {
    const { reply } = await library.unary('GetBook', { name: 'books/b2' });
    expect(reply).toEqual({ name: 'books/b2', title: 'Untold', author: 'authors/a2' });
  });

  test('every start has the same data', async () => {
    const other = await startLibrary();
    const otherCalls = new ServiceCalls(other.url, 'library/v1/library.proto', 'library.v1.LibraryService');
    const first = await library.unary('ListBooks', { page_size: 300 });
    const second = await otherCalls.unary('ListBooks', { page_size: 300 });
    otherCalls.close();
    await other.close();
    expect(first.reply.books).toHaveLength(300);
    expect(second.reply).toEqual(first.reply);
  });

  test('an unknown book is NOT_FOUND with ErrorInfo and ResourceInfo', async () => {
    const { error } = await library.unary('GetBook', { name: 'books/nowhere' });
    expect(error?.code).toBe(status.NOT_FOUND);
    expect(error?.details).toBe('there is no books/nowhere');
    expect(statusDetails(error?.metadata)).toEqual({
      code: status.NOT_FOUND,
      message: 'there is no books/nowhere',
      details: [
        {
          type: 'google.rpc.ErrorInfo',
          value: {
            reason: 'RESOURCE_NOT_FOUND',
            domain: 'library.example.com',
            metadata: { name: 'books/nowhere' },
          },
        },
        {
          type: 'google.rpc.ResourceInfo',
          value: {
            resourceType: 'library.example.com/Book',
            resourceName: 'books/nowhere',
            description: 'it was never made, or it was deleted',
          },
        },
      ],
    });
  });

  test('what is no name of a book is INVALID_ARGUMENT with the field', async () => {
    const { error } = await library.unary('GetBook', { name: 'authors/a1' });
    expect(error?.code).toBe(status.INVALID_ARGUMENT);
    expect(statusDetails(error?.metadata)?.details).toEqual([
      {
        type: 'google.rpc.BadRequest',
        value: { fieldViolations: [{ field: 'name', description: 'must be of the form books/{id}' }] },
      },
    ]);
  });

  test('a batch keeps the order of the names, repeats included', async () => {
    const { reply } = await library.unary('BatchGetAuthors', {
      names: ['authors/a3', 'authors/a1', 'authors/a3'],
    });
    expect(reply.authors.map((author: { name: string }) => author.name)).toEqual([
      'authors/a3',
      'authors/a1',
      'authors/a3',
    ]);
  });

  test('one unknown name fails the whole batch and is named', async () => {
    const { error } = await library.unary('BatchGetBooks', { names: ['books/b1', 'books/none'] });
    expect(error?.code).toBe(status.NOT_FOUND);
    expect(error?.details).toBe('there is no books/none');
  });

  test.each([
    ['no name', [], 'must hold at least one name'],
    ['101 names', Array.from({ length: 101 }, () => 'books/b1'), 'must hold at most 100 names'],
  ])('a batch of %s is refused', async (_case, names, description) => {
    const { error } = await library.unary('BatchGetBooks', { names });
    expect(error?.code).toBe(status.INVALID_ARGUMENT);
    expect(error?.details).toBe(`names ${description}`);
  });
});

describe('lists', () => {
  test('pages follow each other without gap or repeat, and the last has no token', async () => {
    const names: string[] = [];
    let token = '';
    let pages = 0;
    do {
      const { reply } = await library.unary('ListAuthors', { page_size: 25, page_token: token });
      names.push(...reply.authors.map((author: { name: string }) => author.name));
      token = reply.next_page_token ?? '';
      pages += 1;
    } while (token !== '');
    expect(pages).toBe(3);
    expect(names).toEqual(Array.from({ length: 60 }, (_, index) => `authors/a${index + 1}`));
  });

  test('a page has 50 entries unless asked otherwise', async () => {
    const { reply } = await library.unary('ListBooks', {});
    expect(reply.books).toHaveLength(50);
    expect(reply.total_size).toBe(300);
  });

  test('a filter leaves what fits it', async () => {
    const { reply } = await library.unary('ListBooks', {
      title_contains: 'interpreter AT',
      author: 'authors/a1',
    });
    expect(reply.books.map((book: { name: string }) => book.name)).toEqual(['books/b1']);
  });

  test('a token of another filter is refused', async () => {
    const { reply } = await library.unary('ListBooks', { page_size: 2 });
    const { error } = await library.unary('ListBooks', {
      page_token: reply.next_page_token,
      title_contains: 'a',
    });
    expect(error?.code).toBe(status.INVALID_ARGUMENT);
    expect(error?.details).toBe('page_token belongs to a list with another filter');
  });

  test.each([
    ['a negative page size', { page_size: -1 }, 'page_size must not be negative'],
    ['a made-up token', { page_token: 'abc' }, 'page_token is none that this service gave out'],
  ])('%s is refused', async (_case, request, message) => {
    const { error } = await library.unary('ListBooks', request);
    expect(error?.code).toBe(status.INVALID_ARGUMENT);
    expect(error?.details).toBe(message);
  });
});

describe('writing', () => {
  test('a new book is found under its name, with what only the library sets', async () => {
    const book = { title: 'New', author: 'authors/a1', state: 'STATE_ARCHIVED', exchanged_with: 'a friend' };
    const { reply } = await library.unary('CreateBook', { book, book_id: 'new-one' });
    expect(reply).toMatchObject({ name: 'books/new-one', title: 'New', state: 'STATE_ACTIVE' });
    expect(Number(reply.create_time.seconds)).toBeGreaterThan(Date.UTC(2025, 0, 1) / 1000);
    const read = await library.unary('GetBook', { name: 'books/new-one' });
    expect(read.reply).toEqual(reply);
  });

  test('a new book without an identifier gets one that is free', async () => {
    const book = { title: 'Nameless', author: 'authors/a1' };
    const first = await library.unary('CreateBook', { book });
    const second = await library.unary('CreateBook', { book });
    expect(first.reply.name).toMatch(/^books\/b\d+$/);
    expect(second.reply.name).not.toBe(first.reply.name);
  });

  test('an identifier that is taken is ALREADY_EXISTS', async () => {
    const { error } = await library.unary('CreateBook', {
      book: { title: 'Again', author: 'authors/a1' },
      book_id: 'b1',
    });
    expect(error?.code).toBe(status.ALREADY_EXISTS);
    expect(statusDetails(error?.metadata)?.details[0]?.value).toMatchObject({ reason: 'RESOURCE_EXISTS' });
  });

  test('every wrong field of a new book is named', async () => {
    const { error } = await library.unary('CreateBook', { book: { page_count: -1 }, book_id: 'No!' });
    expect(error?.code).toBe(status.INVALID_ARGUMENT);
    const [detail] = statusDetails(error?.metadata)?.details ?? [];
    const field = (name: string, description: string) => ({ field: name, description });
    expect(detail?.value).toEqual({
      fieldViolations: [
        field('book_id', 'must be 1 to 63 of a-z, 0-9 and hyphens, a letter first, no hyphen last'),
        field('book.title', 'must be given'),
        field('book.author', 'must be given'),
        field('book.page_count', 'must not be negative'),
      ],
    });
  });

  test('an update without a mask takes over the fields that are present', async () => {
    const { reply } = await library.unary('UpdateBook', { book: { name: 'books/b10', title: 'Changed' } });
    expect(reply.title).toBe('Changed');
    expect(reply.isbn).toBe('9780000000010');
  });

  test('an update with a mask changes what it names, nested fields and map keys included, and clears what is absent', async () => {
    const before = await library.unary('GetBook', { name: 'books/b1' });
    const { reply, error } = await library.unary('UpdateBook', {
      book: {
        name: 'books/b1',
        title: 'ignored',
        dimensions: { height_mm: 99 },
        labels: { genre: 'memoir' },
      },
      update_mask: { paths: ['dimensions.height_mm', 'dimensions.weight_g', 'labels.genre', 'description'] },
    });
    expect(error).toBeUndefined();
    expect(reply.title).toBe(before.reply.title);
    expect(reply.dimensions).toEqual({ height_mm: 99, width_mm: 135 });
    expect(reply.labels).toEqual({ genre: 'memoir', shelf: 'A-01' });
    expect(reply.description).toBeUndefined();
  });

  test('setting one member of the oneof clears the others', async () => {
    const { reply } = await library.unary('UpdateBook', {
      book: { name: 'books/b3', exchanged_with: 'the town library' },
      update_mask: { paths: ['exchanged_with'] },
    });
    expect(reply.exchanged_with).toBe('the town library');
    expect(reply.donation).toBeUndefined();
  });

  test.each([
    [
      'a path that is no field',
      { title: 'x' },
      ['titel'],
      'update_mask names no field that can change: titel',
    ],
    [
      'a path below a scalar',
      { title: 'x' },
      ['title.x'],
      'update_mask names no field that can change: title.x',
    ],
    ['clearing what is required', {}, ['title'], 'book.title must be given'],
    ['a new ISBN', { isbn: '1' }, ['isbn'], 'book.isbn cannot change once set'],
  ])('an update with %s is refused', async (_case, change, paths, message) => {
    const { error } = await library.unary('UpdateBook', {
      book: { name: 'books/b20', ...change },
      update_mask: { paths },
    });
    expect(error?.code).toBe(status.INVALID_ARGUMENT);
    expect(error?.details).toBe(message);
  });

  test('a book that was deleted is gone', async () => {
    const { reply, error } = await library.unary('DeleteBook', { name: 'books/b30' });
    expect(error).toBeUndefined();
    expect(reply).toEqual({});
    const read = await library.unary('GetBook', { name: 'books/b30' });
    expect(read.error?.code).toBe(status.NOT_FOUND);
  });

  test('a book is archived once', async () => {
    await library.unary('CreateBook', { book: { title: 'Old', author: 'authors/a1' }, book_id: 'old' });
    const first = await library.unary('ArchiveBook', { name: 'books/old', reason: 'worn' });
    const second = await library.unary('ArchiveBook', { name: 'books/old' });
    expect(first.reply.state).toBe('STATE_ARCHIVED');
    expect(second.error?.code).toBe(status.FAILED_PRECONDITION);
  });
});

describe('watching', () => {
  test('sends as many events as asked for, in order, and ends well', async () => {
    const { messages, status: end } = await library.collect('WatchBooks', { count: 3, interval: {} });
    expect(end.code).toBe(status.OK);
    expect(messages.map(({ sequence, event, book }) => [sequence, event, book.name])).toEqual([
      ['1', 'EVENT_LENT', 'books/b1'],
      ['2', 'EVENT_RETURNED', 'books/b1'],
      ['3', 'EVENT_LENT', 'books/b2'],
    ]);
  });

  test('goes on until the client leaves if no count is given', async () => {
    const call = library.serverStream('WatchBooks', { interval: { nanos: 1_000_000 } });
    const outcome = collect(call);
    await new Promise<void>((resolve) => {
      call.on('data', ({ sequence }: { sequence: string }) => sequence === '20' && resolve());
    });
    call.cancel();
    expect((await outcome).status.code).toBe(status.CANCELLED);
    const counts = await server.waitForCancel('library.v1.LibraryService/WatchBooks');
    expect(counts.cancelled).toBe(1);
  });

  test.each([
    ['a negative count', { count: -1 }, 'count must not be negative'],
    ['an interval over a minute', { interval: { seconds: 61 } }, 'interval must be 0 s to 60 s'],
  ])('%s is refused', async (_case, request, message) => {
    const { status: end } = await library.collect('WatchBooks', request);
    expect(end.code).toBe(status.INVALID_ARGUMENT);
    expect(end.details).toBe(message);
  });
});
