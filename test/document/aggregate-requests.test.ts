// What a stored document's variables are read from, as parameters and body; names, words and failures of its route.
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { aggregate, documentOfAggregates, type Given } from './aggregates.ts';
import { at, operationOf, routesOf } from './documents.ts';
import { faultsOf } from './validators.ts';

const SEARCH = `query Search($words: [String!], $kind: Kind, $least: Int64, $limit: Int!, $rating: Float, $open: Boolean = true, $since: DateTime) {
  search(words: $words, kind: $kind, least: $least, limit: $limit, rating: $rating, open: $open, since: $since) { items { title } }
}`;
const ITEM = 'query ($id: ID!) { item(id: $id) { title } }';
const MAKE =
  'mutation ($item: ItemInput!, $other: ItemInput) { makeItem(item: $item) { title } again: makeItem(item: $other) { title } }';

function operation(text: string, given: Given = {}): JsonObject {
  const document = documentOfAggregates([aggregate(text, given)]);
  expect(faultsOf(document)).toEqual([]);
  return operationOf(document);
}

function search(variables: Given['variables'] = {}): unknown {
  return operation(SEARCH, { template: '/search', variables: { limit: '5', ...variables } }).parameters;
}

describe('a query parameter', () => {
  test.each<[string, string, string, object]>([
    ['a list is repeated', 'words', 'query.p', { schema: { type: 'array', items: { type: 'string' } } }],
    ['an enum is one of its names', 'kind', 'query.p', { schema: { type: 'string', enum: ['NEW', 'USED'] } }],
    [
      '64 bits are digits',
      'least',
      'query.p',
      { schema: { type: 'string', format: 'int64', pattern: '^-?(?:0|[1-9][0-9]{0,18})$' } },
    ],
    ['a number', 'rating', 'query.p', { schema: { type: 'number', format: 'double' } }],
    ['an instant', 'since', 'query.p', { schema: { type: 'string', format: 'date-time' } }],
    [
      'what the document needs is required',
      'limit',
      'query.p',
      { required: true, schema: { type: 'integer', format: 'int32' } },
    ],
    [
      'unless there is a default',
      'limit',
      'query.p ?? 10',
      { schema: { type: 'integer', format: 'int32', default: 10 } },
    ],
    [
      'or another parameter',
      'limit',
      'query.p ?? query.q',
      {
        description: 'Without it, the parameter `q` is taken.',
        schema: { type: 'integer', format: 'int32' },
      },
    ],
    ['a default of the document', 'open', 'query.p', { schema: { type: 'boolean', default: true } }],
    [
      'a null is no default',
      'kind',
      'query.p ?? null',
      { schema: { type: 'string', enum: ['NEW', 'USED'] } },
    ],
  ])('%s', (_what, variable, source, expected) => {
    const [first] = search({ [variable]: source }) as JsonObject[];
    expect(first).toEqual({ name: 'p', in: 'query', ...expected });
  });

  test('that two variables read fits both', () => {
    expect(search({ limit: 'query.p', least: 'query.p' })).toEqual([
      {
        name: 'p',
        in: 'query',
        required: true,
        schema: {
          allOf: [
            { type: 'string', format: 'int64', pattern: '^-?(?:0|[1-9][0-9]{0,18})$' },
            { type: 'integer', format: 'int32' },
          ],
        },
      },
    ]);
  });

  test('is only what is read: neither $fields nor any other that services take', () => {
    expect(search()).toBeUndefined();
  });
});

describe('a path parameter', () => {
  test('has the type of its variable', () => {
    expect(operation(SEARCH, { template: '/first/{n}', variables: { limit: 'path.n' } }).parameters).toEqual([
      { name: 'n', in: 'path', required: true, schema: { type: 'integer', format: 'int32' } },
    ]);
    expect(operation(ITEM, { variables: { id: 'query.id ?? path.id' } }).parameters).toEqual([
      { name: 'id', in: 'path', required: true, schema: { type: 'string', minLength: 1 } },
      {
        name: 'id',
        in: 'query',
        description: 'Without it, `id` of the path is taken.',
        schema: { type: 'string' },
      },
    ]);
  });

  test('is each wildcard of a longer one', () => {
    const document = documentOfAggregates([
      aggregate(ITEM, { template: '/pages/{id=shelves/*/items/**}', variables: { id: 'path.id' } }),
    ]);
    expect(routesOf(document)).toEqual(['get /pages/shelves/{shelvesId}/items/{itemsId}']);
    expect(operationOf(document).parameters).toEqual([
      {
        name: 'shelvesId',
        in: 'path',
        description: 'Part of `id`, which is `shelves/{shelvesId}/items/{itemsId}`.',
        required: true,
        schema: { type: 'string', pattern: '^[^/]+$' },
      },
      {
        name: 'itemsId',
        in: 'path',
        description: expect.stringContaining('Any number of segments'),
        required: true,
        schema: { type: 'string' },
      },
    ]);
  });

  test('that nothing reads is text', () => {
    expect(operation('{ item(id: "1") { title } }').parameters).toEqual([
      { name: 'id', in: 'path', required: true, schema: { type: 'string', minLength: 1 } },
    ]);
  });
});

describe('a body', () => {
  const bodyOf = (variables: Given['variables']) =>
    at(operation(MAKE, { method: 'POST', template: '/make', variables: variables ?? {} }), 'requestBody');
  const content = (schema: object) => ({ required: true, content: { 'application/json': { schema } } });
  const ITEM_REF = { $ref: '#/components/schemas/ItemInput' };

  test('may be the variable', () => {
    expect(bodyOf({ item: 'body', other: 'null' })).toEqual(content(ITEM_REF));
  });

  test('may hold variables, needed or not', () => {
    expect(bodyOf({ item: 'body.new.item', other: 'body.new.other' })).toEqual(
      content({
        type: 'object',
        properties: {
          new: {
            type: 'object',
            properties: { item: ITEM_REF, other: { anyOf: [ITEM_REF, { type: 'null' }] } },
            required: ['item'],
            additionalProperties: false,
          },
        },
        required: ['new'],
        additionalProperties: false,
      }),
    );
  });

  test('is both if both are read', () => {
    expect(bodyOf({ item: 'body', other: 'body.other' })).toEqual(
      content({
        allOf: [ITEM_REF, { type: 'object', properties: { other: { anyOf: [ITEM_REF, { type: 'null' }] } } }],
      }),
    );
  });

  test('of input types: what has to be given, what may be null, one of several, types that hold themselves', () => {
    const schemas = at(
      documentOfAggregates([
        aggregate(MAKE, { method: 'POST', template: '/make', variables: { item: 'body' } }),
      ]),
      'components',
      'schemas',
    ) as JsonObject;
    expect(schemas.ItemInput).toMatchObject({
      description: 'A thing.',
      properties: {
        title: { type: ['string', 'null'] },
        sold: { type: ['string', 'integer', 'null'], format: 'int64' },
        part: { anyOf: [{ $ref: '#/components/schemas/PartInput' }, { type: 'null' }] },
        owner: { anyOf: [{ $ref: '#/components/schemas/ItemOwnerInput' }, { type: 'null' }] },
        counts: { type: ['array', 'null'], items: { $ref: '#/components/schemas/ItemCountsEntryInput' } },
      },
      additionalProperties: false,
    });
    expect(schemas.ItemCountsEntryInput).toMatchObject({ required: ['key', 'value'] });
    expect(schemas.ItemOwnerInput).toEqual({
      type: 'object',
      properties: {
        person: { $ref: '#/components/schemas/PersonInput' },
        firm: { $ref: '#/components/schemas/FirmInput' },
        other: { type: 'string' },
      },
      minProperties: 1,
      maxProperties: 1,
      additionalProperties: false,
    });
    expect(at(schemas.PartInput, 'properties', 'inner')).toEqual({
      anyOf: [{ $ref: '#/components/schemas/PartInput' }, { type: 'null' }],
    });
  });
});

describe('the route', () => {
  test('is called as its operation, else as its file; routes of one document are numbered', () => {
    const document = documentOfAggregates([
      aggregate('query ItemPage { item(id: "1") { title } }', { template: '/a' }),
      aggregate('{ item(id: "1") { title } }', { template: '/b' }),
      aggregate('{ item(id: "2") { title } }', { template: '/c' }),
    ]);
    const ids = ['/a', '/b', '/c'].map((path) => at(document, 'paths', path, 'get', 'operationId'));
    expect(ids).toEqual(['ItemPage', 'SomePage', 'SomePage_2']);
    expect(Object.keys(at(document, 'components', 'schemas') as object)).toEqual([
      'ItemPage',
      'Problem',
      'SomePage',
      'SomePage_2',
    ]);
    expect(document.tags).toEqual([{ name: 'Documents', description: 'Pages made of several services.' }]);
  });

  test.each([
    ['its description', '"""\nAn item.\n\nIn full.\n"""\nquery Q { item(id: "1") { title } }'],
    [
      'the comment above it',
      '# Not this one.\n\n# An item.\n#\n# In full.\nquery Q { item(id: "1") { title } }',
    ],
  ])('says of itself what the author says: %s', (_what, text) => {
    expect(operation(text)).toMatchObject({
      summary: 'An item',
      description: expect.stringMatching(/^An item\.\n\nIn full\.\n/),
    });
  });

  test('says how long answers may be kept, what may fail, and when nothing is there', () => {
    const read = operation(ITEM, {
      variables: { id: 'path.id' },
      notFound: ['item'],
      partial: 'allow',
      errors: 'google',
    });
    expect(read.description).toBe(
      [
        '404 if there is no `item`.',
        'Parts that fail are null, named in `parts`; the rest is answered all the same.',
        'May be kept as `Cache-Control` says, which is the strictest of what the parts allow. Ask again with `If-None-Match`.',
      ].join('\n\n'),
    );
    const error = { $ref: '#/components/responses/GoogleError' };
    expect(read.responses).toEqual({
      200: {
        description: 'Done.',
        headers: {
          'Cache-Control': expect.anything(),
          ETag: expect.anything(),
        },
        content: { 'application/json': { schema: { $ref: '#/components/schemas/SomePage' } } },
      },
      404: error,
      '4XX': error,
      default: error,
    });
    const write = operation(MAKE, { method: 'POST', template: '/make', variables: { item: 'body' } });
    expect(write).not.toHaveProperty('description');
    expect(at(write, 'responses', '200')).not.toHaveProperty('headers');
  });

  test('of a method that OpenAPI 3.1 has not is told of', () => {
    const document = documentOfAggregates([aggregate(ITEM, { method: 'QUERY' })]);
    expect(document).toMatchObject({ paths: {}, tags: [], components: {} });
    expect(at(document, 'info', 'description')).toContain(
      '- `QUERY /page/{id}`: OpenAPI 3.1 has no such method.',
    );
  });
});
