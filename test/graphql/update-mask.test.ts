// Updates without a mask change what was said and nothing else. Sources: graphql reference, section 3.5;
// transcoding reference, section 11; AIP-134.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { requestOf, type Served, serve, unary } from './door.ts';
import { librarySource } from './library.ts';
import { compile, operationsOf, proto3 } from './sources.ts';

const UPDATE =
  'mutation ($book: BookInput!, $mask: FieldMask) { updateBook(book: $book, updateMask: $mask) { name } }';
const REQUIRED = { name: 'books/b1', title: 'T', author: 'authors/a1' };
let served: Served;

beforeAll(async () => {
  served = await serve([librarySource()], (call) => unary(call, {}));
});
afterAll(() => served.close());
beforeEach(() => {
  served.calls.length = 0;
});

async function maskOf(book: JsonObject, mask?: string): Promise<unknown> {
  const { errors } = await served.query(UPDATE, {
    book: { ...REQUIRED, ...book },
    ...(mask !== undefined && { mask }),
  });
  expect(errors).toBeUndefined();
  return (requestOf(served.calls[0]) as JsonObject).updateMask;
}

describe('the mask has', () => {
  test.each<[what: string, book: JsonObject, mask: string]>([
    ['what is given, but not the name that says which book', {}, 'author,title'],
    [
      'fields of a message one by one',
      { dimensions: { heightMm: 1, weightG: 2 } },
      'author,dimensions.heightMm,dimensions.weightG,title',
    ],
    ['an empty message as a whole', { dimensions: {} }, 'author,dimensions,title'],
    [
      'a null, which clears',
      { subtitle: null, dimensions: null, pageCount: null },
      'author,dimensions,pageCount,subtitle,title',
    ],
    ['a null inside a message', { dimensions: { weightG: null } }, 'author,dimensions.weightG,title'],
    ['zeros', { copiesSold: '0', description: '' }, 'author,copiesSold,description,title'],
    [
      'lists and maps as a whole',
      { relatedBooks: [], labels: [{ key: 'a', value: 'b' }] },
      'author,labels,relatedBooks,title',
    ],
    [
      'well-known types as a whole',
      { attributes: { a: { b: 1 } }, publishTime: '2026-01-02T03:04:05Z' },
      'attributes,author,publishTime,title',
    ],
    ['the member of a oneof', { acquisition: { purchase: { seller: 's' } } }, 'author,purchase.seller,title'],
    ['a oneof that is cleared', { acquisition: null }, 'author,purchase,title'],
  ])('%s', async (_what, book, mask) => {
    expect(await maskOf(book)).toBe(mask);
  });

  test('what the client says, if it says so', async () => {
    expect(await maskOf({ description: 'x' }, 'description')).toBe('description');
  });
});

test('a cleared field is sent without a value', async () => {
  await maskOf({ subtitle: null });
  expect(requestOf(served.calls[0])).toEqual({
    book: { name: 'books/b1', title: 'T', author: 'authors/a1' },
    updateMask: 'author,subtitle,title',
  });
});

describe('other requests', () => {
  const files = compile({
    'a.proto': proto3(`
      service S {
        rpc UpdateThing(UpdateThingRequest) returns (Thing);
        rpc ChangeThing(UpdateThingRequest) returns (Thing);
        rpc UpdateTwo(UpdateTwoRequest) returns (Thing);
      }
      message Thing { string id = 1; string odd__name = 2; string note = 3; }
      message UpdateThingRequest { Thing thing = 1; google.protobuf.FieldMask update_mask = 2; }
      message UpdateTwoRequest { Thing thing = 1; google.protobuf.FieldMask update_mask = 2; google.protobuf.FieldMask read_mask = 3; }`),
  });
  const source = { name: 's', operations: operationsOf('s', files, ['a.proto']) };

  test.each([
    ['an Update without an http rule is filled', 'updateThing', { thing: { note: 'x' }, updateMask: 'note' }],
    ['a method of another name is not touched', 'changeThing', { thing: { note: 'x' } }],
    ['two masks are not touched: it is not plain which', 'updateTwo', { thing: { note: 'x' } }],
  ])('%s', async (_what, field, expected) => {
    const own = await serve([source], (call) => unary(call, {}));
    try {
      await own.query(`mutation { ${field}(thing: {note: "x"}) { id } }`);
      expect(requestOf(own.calls[0])).toEqual(expected);
    } finally {
      await own.close();
    }
  });

  test('a path that a mask cannot spell is refused, not left out', async () => {
    const own = await serve([source], (call) => unary(call, {}));
    try {
      const { errors } = await own.query('mutation { updateThing(thing: {oddName: "x"}) { id } }');
      expect(errors?.[0]).toMatchObject({
        message: expect.stringContaining('odd__name') as unknown,
        extensions: { code: 'INVALID_ARGUMENT' },
      });
      expect(own.calls.length).toBe(0);
    } finally {
      await own.close();
    }
  });
});
