// What a stored document selects, as the schema of its answer: types, nulls, names, fragments, conditions, parts.
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { aggregate, answerOf, documentOfAggregates } from './aggregates.ts';
import { at } from './documents.ts';
import { createJudge, faultsOf } from './validators.ts';

/** Of what is selected of an item that is there. */
function itemOf(selection: string): JsonObject {
  return answerOf(
    `query ($id: ID! $a: Boolean! $b: Boolean!) { item(id: "1") { ${selection} } } ${FRAGMENTS}`,
    {
      result: ['item'],
      notFound: ['item'],
    },
  );
}

const FRAGMENTS = 'fragment Named on Item { title note }';

function property(selection: string, name = selection): JsonObject {
  return at(itemOf(selection), 'properties', name) as JsonObject;
}

describe('a field', () => {
  const KIND = { type: 'string', enum: ['NEW', 'USED'] };
  const DIGITS = { type: 'string', format: 'int64', pattern: '^-?(?:0|[1-9][0-9]{0,18})$' };
  test.each<[string, object]>([
    ['title', { type: 'string', description: 'What it says on it.' }],
    ['note', { type: ['string', 'null'] }],
    ['sold', DIGITS],
    ['seen', { type: 'string', format: 'uint64', pattern: '^(?:0|[1-9][0-9]{0,19})$' }],
    ['boxes', { type: 'integer', format: 'int64', minimum: 0, maximum: 4_294_967_295 }],
    ['rating', { type: ['number', 'null'], format: 'double' }],
    ['image', { type: 'string', contentEncoding: 'base64' }],
    ['kind', { type: ['string', 'null'], enum: ['NEW', 'USED', null], description: 'How it is.' }],
    ['kinds', { type: 'array', items: { type: ['string', 'null'], enum: [...KIND.enum, null] } }],
    ['at', { type: ['string', 'null'], format: 'date-time' }],
    ['length', { type: ['string', 'null'], pattern: '^-?[0-9]+(\\.[0-9]{1,9})?s$', examples: ['1.5s'] }],
    ['data', { type: ['object', 'null'], additionalProperties: true }],
    ['weight', { ...DIGITS, type: ['string', 'null'] }],
    ['open', { type: 'boolean', deprecated: true }],
    ['mask', { type: ['string', 'null'], description: 'Paths of fields, separated by commas.' }],
    ['value', {}],
    ['__typename', { type: 'string', const: 'Item' }],
  ])('%s', (field, expected) => {
    expect(property(field)).toEqual(expected);
  });

  test('of any type names it', () => {
    expect(property('extra')).toMatchObject({
      type: ['object', 'null'],
      properties: { '@type': { type: 'string' } },
    });
  });

  test('that is an object, a list or a map has what is selected of it', () => {
    const name = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
    expect(property('part { name }', 'part')).toEqual({ ...name, type: ['object', 'null'] });
    expect(property('parts { name }', 'parts')).toEqual({ type: 'array', items: name });
    expect(property('counts { k: key value }', 'counts')).toEqual({
      type: 'array',
      items: {
        type: 'object',
        properties: { k: { type: 'string' }, value: { type: 'integer', format: 'int32' } },
        required: ['k', 'value'],
      },
    });
  });

  test('goes by its alias', () => {
    expect(itemOf('one: title two: title')).toMatchObject({
      properties: { one: { type: 'string' }, two: { type: 'string' } },
      required: ['one', 'two'],
    });
  });

  test('selected several times has all that is selected of it', () => {
    expect(property('part { name } ...{ part { inner { name } } }', 'part')).toMatchObject({
      properties: { name: {}, inner: { properties: { name: {} } } },
      required: ['name', 'inner'],
    });
  });
});

describe('a choice', () => {
  test('is one of its members, told apart by __typename if that is asked for', () => {
    const owner = property('owner { __typename ... on Person { age } ... on ItemOther { value } }', 'owner');
    expect(owner).toEqual({
      oneOf: [
        {
          type: 'object',
          properties: {
            __typename: { type: 'string', const: 'Person' },
            age: { type: 'integer', format: 'int32' },
          },
          required: ['__typename', 'age'],
        },
        {
          type: 'object',
          properties: { __typename: { type: 'string', const: 'Firm' } },
          required: ['__typename'],
        },
        {
          type: 'object',
          properties: { __typename: { type: 'string', const: 'ItemOther' }, value: { type: 'string' } },
          required: ['__typename', 'value'],
        },
        { type: 'null' },
      ],
    });
  });

  test('is any of them where nothing tells, and one where nothing is different', () => {
    expect(property('owner { ... on Person { name } ... on Firm { name } }', 'owner')).toEqual({
      anyOf: [
        { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
        { type: 'object', properties: {} },
        { type: 'null' },
      ],
    });
  });

  test('may be asked for as itself', () => {
    const owner = property('owner { ... on ItemOwner { kind: __typename } }', 'owner');
    const kinds = (owner.oneOf as JsonObject[]).flatMap((one) =>
      one.type === 'object' ? [at(one, 'properties', 'kind', 'const')] : [],
    );
    expect(kinds).toEqual(['Person', 'Firm', 'ItemOther']);
  });
});

describe('what is asked for under conditions', () => {
  test.each([
    [
      'is not required',
      'title note @include(if: $a) boxes @skip(if: $b)',
      ['title', 'note', 'boxes'],
      ['title'],
    ],
    [
      'is not there at all if the condition is never true',
      'title note @include(if: false) boxes @skip(if: true)',
      ['title'],
      ['title'],
    ],
    [
      'is there if the condition is always true',
      'title @include(if: true) note @skip(if: false)',
      ['title', 'note'],
      ['title', 'note'],
    ],
    [
      'goes for all of a fragment',
      'boxes ...Named @include(if: $a) ... @skip(if: $b) { sold }',
      ['boxes', 'title', 'note', 'sold'],
      ['boxes'],
    ],
    [
      'is required if it is asked for without one, too',
      'title @include(if: $a) ...Named',
      ['title', 'note'],
      ['title', 'note'],
    ],
  ])('%s', (_what, selection, properties, required) => {
    const item = itemOf(selection);
    expect(Object.keys(at(item, 'properties') as object)).toEqual(properties);
    expect(item.required).toEqual(required);
  });

  test('is required inside of what has the same condition, and not inside of what has not', () => {
    expect(property('part @include(if: $a) { name }', 'part').required).toEqual(['name']);
    expect(
      property('part @include(if: $a) { name } part @include(if: $a) { inner { name } }', 'part').required,
    ).toEqual(['name', 'inner']);
    expect(property('part { name } part @include(if: $a) { inner { name } }', 'part').required).toEqual([
      'name',
    ]);
    expect(
      property('part @include(if: $a) { name } part @skip(if: $b) { inner { name } }', 'part').required,
    ).toBeUndefined();
  });
});

describe('the part of the data that is the answer', () => {
  const QUERY =
    'query ($a: Boolean = false) { item(id: "1") { part { name inner @include(if: $a) { name } } parts { name } owner { ... on Person { name } } } }';

  test('is all of it, and what may fail may be null', () => {
    expect(answerOf(QUERY)).toMatchObject({
      type: 'object',
      properties: { item: { type: ['object', 'null'], description: 'A thing.' } },
      required: ['item'],
    });
  });

  test.each<[string, string[], string[] | undefined, unknown]>([
    ['a field that may be null', ['item', 'part'], undefined, ['object', 'null']],
    ['is never null if it is what 404 speaks of', ['item', 'part'], ['item', 'part'], 'object'],
    ['may be null if only what it is in is never', ['item', 'part'], ['item'], ['object', 'null']],
    ['is never null if something in it never is', ['item'], ['item', 'part'], 'object'],
    [
      'may be null where it is not asked for',
      ['item', 'part', 'inner'],
      ['item', 'part'],
      ['object', 'null'],
    ],
    ['is null in a list, which has no such fields', ['item', 'parts', 'name'], ['item'], 'null'],
  ])('%s', (_what, result, notFound, type) => {
    expect(answerOf(QUERY, { result, notFound }).type).toEqual(type);
  });

  test('of a choice is what its members have there', () => {
    expect(answerOf(QUERY, { result: ['item', 'owner', 'name'], notFound: ['item'] })).toEqual({
      anyOf: [{ type: 'string' }, { type: 'null' }],
    });
  });

  test('comes with what failed where parts may fail', () => {
    const answer = answerOf(QUERY, { result: ['item'], partial: 'allow' });
    expect(answer).toMatchObject({
      properties: { data: { type: ['object', 'null'] }, complete: { type: 'boolean' } },
      required: ['data', 'complete'],
    });
    expect(at(answer, 'properties', 'parts', 'additionalProperties')).toMatchObject({
      required: ['status', 'code'],
    });
  });
});

test('a document that doubles what it selects at each level is described as far as that is reasonable', () => {
  const levels = Array.from(
    { length: 30 },
    (_, index) =>
      `fragment F${index} on Part { a${index}: inner { ...F${index + 1} } b${index}: inner { ...F${index + 1} } }`,
  );
  const text = `{ item(id: "1") { part { ...F0 } } } ${levels.join(' ')} fragment F30 on Part { name }`;
  expect(answerOf(text)).toEqual({
    description: 'What the document selects, which is too much to be listed here.',
  });
});

test('the schemas take what such a document answers, and nothing else', () => {
  const text =
    'query Page($id: ID!, $a: Boolean!) { item(id: $id) { title kind owner { __typename ... on Person { age } } note @include(if: $a) } }';
  const document = documentOfAggregates([aggregate(text, { result: ['item'], notFound: ['item'] })]);
  expect(faultsOf(document)).toEqual([]);
  const judge = createJudge(document);
  const whole = { title: 'T', kind: 'NEW', owner: { __typename: 'Person', age: 3 } };
  const says = (value: unknown): boolean => judge(value, 'components', 'schemas', 'Page') === '';
  expect([whole, { ...whole, note: null }, { ...whole, kind: null, owner: null }].map(says)).toEqual([
    true,
    true,
    true,
  ]);
  const wrong = [
    null,
    { ...whole, title: null },
    { ...whole, kind: 'OLD' },
    { title: 'T', kind: null },
    { ...whole, owner: { __typename: 'Person' } },
    { ...whole, note: 3 },
  ];
  expect(wrong.map(says)).toEqual(wrong.map(() => false));
});
