// How failures look to the client. Source: graphql reference, section 8; transcoding reference, section 9.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CODES } from '../../core/code.ts';
import { GatewayError } from '../../core/error.ts';
import type { JsonObject } from '../../core/json.ts';
import { NO_METADATA } from '../../core/metadata.ts';
import { Payload } from '../../core/payload.ts';
import { type Answer, post, type Served, serve, unary } from './door.ts';
import { librarySource } from './library.ts';
import { compile, operationsOf } from './sources.ts';

const library = librarySource();
let served: Served;
let answer: Answer;

beforeAll(async () => {
  served = await serve([library], (call) => answer(call));
});
afterAll(() => served.close());

const GET = '{ book(name: "books/b1") { name } }';

async function extensionsOf(thrown: unknown, query = GET, variables?: JsonObject): Promise<JsonObject> {
  answer = () => {
    throw thrown;
  };
  const { errors } = await served.query(query, variables);
  expect(errors).toHaveLength(1);
  return errors?.[0]?.extensions ?? {};
}

const detail = (name: string, rest: JsonObject): JsonObject => ({
  '@type': `type.googleapis.com/google.rpc.${name}`,
  ...rest,
});

describe('codes', () => {
  test.each(CODES)('%s is spelled in capitals, and the field alone is null', async (code) => {
    answer = (call) => {
      if (call.operation.name === 'GetAuthor')
        throw new GatewayError(code, `it was ${code}`, { source: 'upstream' });
      return unary(call, { name: 'books/b1' });
    };
    const response = await post(served.url, {
      query: `{ author(name: "a") { name } book(name: "b") { name } }`,
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      data: { author: null, book: { name: 'books/b1' } },
      errors: [
        {
          message: `it was ${code}`,
          path: ['author'],
          locations: [{ line: 1, column: 3 }],
          extensions: {
            code: code.toUpperCase(),
            requestId: response.headers.get('x-request-id'),
            source: 'upstream',
          },
        },
      ],
    });
  });
});

describe('details', () => {
  test('ErrorInfo gives reason and domain, but not its metadata', async () => {
    const details = [
      detail('ErrorInfo', { reason: 'BOOK_REMOVED', domain: 'shop.example', metadata: { host: 'canary' } }),
    ];
    const extensions = await extensionsOf(
      new GatewayError('not_found', 'gone', { source: 'upstream', details }),
    );
    expect(extensions).toMatchObject({ reason: 'BOOK_REMOVED', domain: 'shop.example' });
    expect(JSON.stringify(extensions)).not.toContain('canary');
  });

  test('what is meant for callers passes, everything else does not', async () => {
    const passing = [
      detail('QuotaFailure', { violations: [{ subject: 'a' }] }),
      detail('PreconditionFailure', { violations: [{ type: 'b' }] }),
      detail('ResourceInfo', { resourceName: 'books/b1' }),
      detail('Help', { links: [{ url: 'https://example.com' }] }),
      detail('LocalizedMessage', { locale: 'de', message: 'weg' }),
    ];
    const dropped = [
      detail('DebugInfo', { detail: 'canary' }),
      detail('RequestInfo', { servingData: 'canary' }),
      { '@type': 'type.googleapis.com/shop.Secret', value: 'canary' },
      { value: 'canary' },
    ];
    const error = new GatewayError('failed_precondition', 'no', { details: [...dropped, ...passing] });
    const extensions = await extensionsOf(error);
    expect(extensions.details).toEqual(passing);
    expect(JSON.stringify(extensions)).not.toContain('canary');
  });

  test('when to come back is said in milliseconds', async () => {
    const extensions = await extensionsOf(new GatewayError('unavailable', 'later', { retryAfterMs: 1500 }));
    expect(extensions.retryAfterMs).toBe(1500);
  });
});

describe('violations name the argument', () => {
  const CREATE = `mutation ($book: BookInput!) { createBook(book: $book, bookId: "x") { name } }`;
  const BOOK = {
    title: 'T',
    author: 'authors/a1',
    otherFormats: ['EBOOK'],
    labels: [
      { key: 'a', value: '1' },
      { key: 'b.c', value: '2' },
    ],
    acquisition: { purchase: { seller: 's', paid: { units: '1' } } },
    dimensions: { heightMm: 1 },
  };

  test.each<[field: string, argument: (string | number)[] | undefined]>([
    ['book.title', ['book', 'title']],
    ['bookId', ['bookId']],
    ['book_id', ['bookId']],
    ['book.dimensions.height_mm', ['book', 'dimensions', 'heightMm']],
    ['book.otherFormats[0]', ['book', 'otherFormats', 0]],
    ['book.otherFormats', ['book', 'otherFormats']],
    ['book.purchase.seller', ['book', 'acquisition', 'purchase', 'seller']],
    ['book.purchase', ['book', 'acquisition', 'purchase']],
    ['book.exchanged_with', ['book', 'acquisition', 'exchangedWith']],
    ['book.labels.a', ['book', 'labels', 0, 'value']],
    ['book.labels["b.c"]', ['book', 'labels', 1, 'value']],
    ['book.labels', ['book', 'labels']],
    ['book.labels.z', undefined],
    ['book.state', undefined],
    ['book.otherFormats.x', undefined],
    ['book.title.deeper', undefined],
    ['nothing', undefined],
    ['', undefined],
    ['book..title', undefined],
    ['__proto__.constructor', undefined],
  ])('%s', async (field, argument) => {
    const error = new GatewayError('invalid_argument', 'no', {
      source: 'upstream',
      violations: [{ field, description: 'is wrong' }],
    });
    expect(await extensionsOf(error, CREATE, { book: BOOK })).toMatchObject({
      violations: [
        argument === undefined
          ? { field, description: 'is wrong' }
          : { field, description: 'is wrong', argument },
      ],
    });
  });
});

describe('nothing internal gets out', () => {
  test.each<[string, unknown]>([
    ['an unknown error', new Error('canary at 10.0.0.1:50051')],
    ['a thrown text', 'canary'],
    ['an error with a cause', new GatewayError('internal', 'internal error', { cause: new Error('canary') })],
  ])('%s is an internal error', async (_what, thrown) => {
    answer = () => {
      throw thrown;
    };
    const response = await post(served.url, { query: GET });
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({
      data: { book: null },
      errors: [
        { message: 'internal error', path: ['book'], extensions: { code: 'INTERNAL', source: 'gateway' } },
      ],
    });
    expect(text).not.toMatch(/canary|stack|\.ts/);
  });

  test('bytes that are no such message are the fault of the upstream', async () => {
    answer = (call) => ({
      kind: 'unary',
      payload: Payload.fromWire(call.operation.output.codec, Buffer.from([0x0a, 0xff])),
      headers: NO_METADATA,
      trailers: NO_METADATA,
    });
    const { errors } = await served.query(GET);
    expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL', source: 'upstream' } }]);
  });

  test('names that are nearly right are not betrayed', async () => {
    const { errors } = await served.query(
      'query ($f: BookFormatt) { bok(name: "x") { name } books(format: EBOK) { totalSiz } }',
    );
    expect(errors?.length).toBeGreaterThan(2);
    expect(JSON.stringify(errors)).not.toMatch(/did you mean/i);
    const variables = await served.query('query ($f: BookFormat) { books(format: $f) { totalSize } }', {
      f: 'EBOK',
    });
    expect(variables.errors?.[0]?.extensions.code).toBe('INVALID_ARGUMENT');
    expect(JSON.stringify(variables.errors)).not.toMatch(/did you mean/i);
  });
});

test('a null where the schema promises a value stops at the nearest nullable field', async () => {
  const source = [
    'syntax = "proto2"; package two;',
    'service S { rpc GetThing(Q) returns (Thing) { option idempotency_level = NO_SIDE_EFFECTS; } }',
    'message Q { optional int32 id = 1; }',
    'message Thing { optional Part part = 1; optional int32 size = 2; }',
    'message Part { required string name = 1; }',
  ].join('\n');
  const operations = operationsOf('two', compile({ 'two.proto': source }));
  // A value that no codec would let pass, as an older server might mean it.
  const own = await serve([{ name: 'two', operations }], (call) => ({
    kind: 'unary',
    payload: Payload.fromValue(call.operation.output.codec, { part: {}, size: 3 }),
    headers: NO_METADATA,
    trailers: NO_METADATA,
  }));
  try {
    const { data, errors } = await own.query('{ thing { size part { name } } }');
    expect(data).toEqual({ thing: { size: 3, part: null } });
    expect(errors).toMatchObject([{ path: ['thing', 'part', 'name'], extensions: { code: 'INTERNAL' } }]);
  } finally {
    await own.close();
  }
});
