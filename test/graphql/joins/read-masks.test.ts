// Read masks filled from the selection: what the upstream sees, for root reads and for joins.
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { compiledRoute } from '../../../gateway/rest/compiled-routes.ts';
import { buildGraph, type GraphSource } from '../../../schema/graphql/build-graph.ts';
import { printSdl } from '../../../schema/graphql/type-definitions.ts';
import { buildRouteTable } from '../../../schema/routes/route-table.ts';
import { type Served, serve } from '../door.ts';
import { librarySource } from '../library.ts';
import { answering, callsOf, ordersIn, shopSources } from './shop.ts';

let library: GraphSource;
let shop: readonly GraphSource[];
let served: Served;

beforeAll(() => {
  library = librarySource();
  shop = shopSources();
});
afterEach(async () => {
  await served?.close();
});

const BOOK: JsonObject = { name: 'books/b1', title: 'T', author: 'authors/a1', price: { units: '3' } };

async function startLibrary(): Promise<void> {
  served = await serve(
    [library],
    answering({
      GetBook: () => BOOK,
      ListBooks: () => ({ books: [BOOK], nextPageToken: 'n' }),
      BatchGetBooks: () => ({ books: [BOOK] }),
      BatchGetAuthors: () => ({ authors: [{ name: 'authors/a1' }] }),
      UpdateBook: () => BOOK,
    }),
  );
}

/** The mask of every call that has one, in ProtoJSON. */
function masks(): unknown[] {
  return callsOf(served.calls).flatMap(([, request]) => (request as JsonObject).readMask ?? []);
}

describe('a root read', () => {
  test.each<[what: string, document: string, expected: readonly string[]]>([
    ['one field', '{ book(name: "b") { name } }', ['name']],
    ['its name beside what is asked for', '{ book(name: "b") { title } }', ['name,title']],
    [
      'fields of messages',
      '{ book(name: "b") { price { units currencyCode } } }',
      ['name,price.currencyCode,price.units'],
    ],
    ['only the typename of a message', '{ book(name: "b") { price { __typename } } }', ['name,price']],
    [
      'aliases and fragments',
      '{ book(name: "b") { t: title ...F ... { isbn } } } fragment F on Book { rating t: title }',
      ['isbn,name,rating,title'],
    ],
    [
      'maps, structs and lists whole',
      '{ book(name: "b") { labels { key } attributes otherFormats } }',
      ['attributes,labels,name,otherFormats'],
    ],
    [
      'every member of a oneof, to know which it is',
      '{ book(name: "b") { acquisition { ... on BookDonation { donor } } } }',
      ['donation,exchangedWith,name,purchase'],
    ],
    ['the keys of joins', '{ book(name: "b") { authorResource { name } } }', ['author,name']],
    ['the items of a list', '{ books { books { title } nextPageToken } }', ['name,title']],
    ['a list of which no item is wanted', '{ books { nextPageToken } }', ['name']],
    ['the items of a batch', '{ batchGetBooks(names: ["books/b1"]) { books { isbn } } }', ['isbn,name']],
  ])('asks for %s', async (_what, document, expected) => {
    await startLibrary();
    const { errors } = await served.query(document);
    expect(errors).toBeUndefined();
    expect(masks()).toEqual(expected);
  });

  test.each([
    [true, 'isbn,name,title'],
    [false, 'author,name,title'],
  ])('heeds @include and @skip (%s)', async (yes, expected) => {
    await startLibrary();
    const { errors } = await served.query(
      'query Q($yes: Boolean!) { book(name: "b") { title isbn @include(if: $yes) ... @skip(if: $yes) { author } } }',
      { yes },
    );
    expect(errors).toBeUndefined();
    expect(masks()).toEqual([expected]);
  });

  test('that is asked for twice in one turn is one call, with the masks united', async () => {
    await startLibrary();
    const { data } = await served.query(
      '{ a: book(name: "b") { title } b: book(name: "b") { author } c: book(name: "other") { isbn } }',
    );
    expect(data).toEqual({ a: { title: 'T' }, b: { author: 'authors/a1' }, c: { isbn: '' } });
    expect(masks()).toEqual(['author,name,title', 'isbn,name']);
  });

  test('has no argument for its mask; an update keeps its own', () => {
    const sdl = printSdl(buildGraph([library]).graph);
    expect(sdl).not.toContain('readMask');
    expect(sdl).toContain('updateMask: FieldMask');
  });

  test('leaves the mask to the client where an overlay exposes it', async () => {
    const exposed: GraphSource = {
      ...library,
      settings: { overlay: { 'library.v1.GetBookRequest.read_mask': { expose: true } } },
    };
    served = await serve([exposed], answering({ GetBook: () => BOOK }));
    const { errors } = await served.query(
      '{ a: book(name: "a") { title } b: book(name: "b", readMask: "isbn") { title } }',
    );
    expect(errors).toBeUndefined();
    expect(masks()).toEqual(['isbn']);
  });
});

test('the reply to a mutation is not masked', async () => {
  await startLibrary();
  await served.query(
    'mutation { updateBook(book: { name: "books/b1", title: "N", author: "authors/a1" }) { title } }',
  );
  expect(masks()).toEqual([]);
});

describe('a join', () => {
  test('asks for what all its places want, its keys and the keys of joins below, and for lists whole', async () => {
    served = await serve(
      shop,
      answering({
        ListOrders: () => ({ orders: [{ customer: 'customers/a', helperNames: ['customers/b'] }] }),
        BatchGetCustomers: ({ names }) => ({
          customers: (names as string[]).map((name) => ({ name, title: 'T' })),
        }),
      }),
    );
    const executed = await served.query(`{
      orders { orders { customerResource { title address { town } past { town } } helpers { email friendResource { name } } } }
    }`);
    expect(executed.errors).toBeUndefined();
    expect(ordersIn(executed)).toMatchObject([
      { customerResource: { title: 'T' }, helpers: [{ email: '' }] },
    ]);
    expect(masks()).toEqual(['address.town,email,friend,name,past,title']);
  });

  test('asks for a name alone if nothing else is wanted', async () => {
    served = await serve(
      shop,
      answering({
        ListOrders: () => ({ orders: [{ customer: 'customers/a' }] }),
        BatchGetCustomers: () => ({ customers: [{ name: 'customers/a' }] }),
      }),
    );
    await served.query('{ orders { orders { customerResource { name } } } }');
    expect(masks()).toEqual(['name']);
  });
});

describe('$fields over REST', () => {
  test.each<[method: string, fields: string, expected: readonly string[] | undefined]>([
    ['GetBook', 'title', ['name', 'title']],
    ['GetBook', 'price.units,price', ['name', 'price']],
    ['ListBooks', 'books.title,nextPageToken', ['name', 'title']],
    ['ListBooks', 'nextPageToken', ['name']],
    ['ListBooks', 'books', undefined],
    ['BatchGetBooks', 'books.price.units', ['name', 'price.units']],
  ])('of %s, %s asks for %j of the resource', (method, fields, expected) => {
    const operation = library.operations.find(({ name }) => name === method);
    const binding = operation?.bindings[0];
    if (operation === undefined || binding === undefined) throw new Error(`there is no ${method}`);
    const { table } = buildRouteTable([{ operation, binding, fullyDecodeReserved: false }]);
    const [plans] = [...table.routes].map(compiledRoute);
    const mask = plans?.system(`$fields=${fields}`, undefined)?.mask;
    expect(mask && plans?.readMask(mask)).toEqual(expected);
  });
});
