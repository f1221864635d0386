// Values of HTTP services both ways: what a service is sent for a document, and what clients see of its answers. Every
// document runs twice: as graphql-js executes it, and from its plan, which a document has from its second time on.
import { afterEach, describe, expect, test } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { UnionMember } from '../../../translators/graphql/write.ts';
import { writeRequest } from '../../../translators/http/write-request.ts';
import { type Executed, requestOf, type Served, serve, unary } from '../door.ts';
import { answering, httpSource, type Parts, taking } from './document.ts';

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

/** The same answer from both ways to run a document. */
async function ask(
  source: ReturnType<typeof httpSource>,
  answer: JsonValue,
  query: string,
): Promise<Executed> {
  served = await serve([source], (call) => unary(call, answer));
  const first = await served.query(query);
  const second = await served.query(query);
  const third = await served.query(query);
  const plain = ({ data, errors }: Executed) => ({
    data,
    errors: errors?.map(({ message, path }) => ({ message, path })),
  });
  expect(plain(second)).toEqual(plain(first));
  expect(plain(third)).toEqual(plain(first));
  return first;
}

async function sent(parts: Parts, query: string, variables?: JsonObject): Promise<JsonValue> {
  served = await serve([httpSource(parts)], (call) => unary(call, null));
  const { errors } = await served.query(query, variables);
  expect(errors).toBeUndefined();
  return requestOf(served.calls[0]);
}

const field = (schema: string): string =>
  `Thing: { type: object, required: [it], properties: { it: ${schema} } }`;

describe('answers', () => {
  test.each<[string, string, JsonValue, JsonValue]>([
    ['text', '{ type: string }', 'é\n"', 'é\n"'],
    ['the empty text', '{ type: string }', '', ''],
    ['zero', '{ type: integer, format: int32 }', 0, 0],
    ['false', '{ type: boolean }', false, false],
    ['an int64 as a number', '{ type: integer, format: int64 }', 5, '5'],
    ['an int64 as text', '{ type: integer, format: int64 }', '9223372036854775807', '9223372036854775807'],
    ['a safe integer', '{ type: integer }', 9007199254740991, 9007199254740991],
    ['a fraction', '{ type: number }', 1.5, 1.5],
    ['null', '{ type: [string, "null"] }', null, null],
    ['a list', '{ type: array, items: { type: integer, format: int32 } }', [1, 2], [1, 2]],
    [
      'a list with null in it',
      '{ type: array, items: { type: [string, "null"] } }',
      ['a', null],
      ['a', null],
    ],
    [
      'lists of lists of enums',
      '{ type: array, items: { type: array, items: { enum: ["a-b", c] } } }',
      [['a-b'], ['c', 'd']],
      [['a_b'], ['c', null]],
    ],
    ['an enum', '{ enum: ["a-b", c] }', 'a-b', 'a_b'],
    ['an enum of numbers', '{ type: integer, enum: [1, 2] }', 2, '_2'],
    ['a value that no enum has', '{ enum: [a] }', 'z', null],
    ['anything', '{}', { a: [1, 'x', null] }, { a: [1, 'x', null] }],
    ['a date', '{ type: string, format: date }', '2026-01-02', '2026-01-02'],
  ])('%s', async (_name, schema, value, expected) => {
    const { data, errors } = await ask(answering(field(schema)), { it: value }, '{ thing { it } }');
    expect(errors).toBeUndefined();
    expect(data).toEqual({ thing: { it: expected } });
  });

  test('entries of an object, in order of their keys', async () => {
    const source = answering(
      field('{ type: object, additionalProperties: { type: object, properties: { n: { type: number } } } }'),
    );
    const { data } = await ask(
      source,
      { it: { b: { n: 1 }, a: { n: 2 }, __proto__x: { n: 3 } } },
      '{ thing { it { key value { n } } } }',
    );
    expect(data).toEqual({
      thing: {
        it: [
          { key: '__proto__x', value: { n: 3 } },
          { key: 'a', value: { n: 2 } },
          { key: 'b', value: { n: 1 } },
        ],
      },
    });
  });

  test('properties whose names GraphQL does not allow are read from where they are', async () => {
    const source = answering(
      'Thing: { type: object, properties: { "a-b": { type: string }, a_b: { type: string } } }',
    );
    const { data } = await ask(source, { 'a-b': 'one', a_b: 'two' }, '{ thing { a_b a_b_ } }');
    expect(data).toEqual({ thing: { a_b: 'one', a_b_: 'two' } });
  });

  test.each<[string, string, JsonValue, JsonValue, string]>([
    [
      'an unsafe integer is null, never rounded',
      '{ type: integer }',
      '9007199254740993',
      null,
      'sent a number where its document promises a whole number from -(2^53-1) to 2^53-1',
    ],
    ['text for a list', '{ type: [array, "null"], items: { type: string } }', 'a', null, 'a list'],
    [
      'a list for an object',
      '{ type: [object, "null"], properties: { length: { type: integer } } }',
      [1],
      null,
      'an object',
    ],
  ])('%s, with an error at its own field', async (_name, schema, value, expected, message) => {
    const select = schema.includes('object') ? '{ thing { it { length } other } }' : '{ thing { it other } }';
    const source = answering(
      `Thing: { type: object, properties: { it: ${schema}, other: { type: string } } }`,
    );
    const { data, errors } = await ask(source, { it: value, other: 'x' }, select);
    expect(data).toEqual({ thing: { it: expected, other: 'x' } });
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.path).toEqual(['thing', 'it']);
    expect(errors?.[0]?.message).toContain(message);
  });

  test('a promise that is broken takes its object, as the document said it would be there', async () => {
    const { data, errors } = await ask(answering(field('{ type: string }')), {}, '{ thing { it } }');
    expect(data).toEqual({ thing: null });
    expect(errors?.[0]?.path).toEqual(['thing', 'it']);
  });
});

const PETS = [
  'Cat: { type: object, required: [lives], properties: { kind: { type: string }, lives: { type: integer, format: int32 } } }',
  'Dog: { type: object, required: [barks], properties: { kind: { type: string }, barks: { type: boolean } } }',
].join('\n');
const ONE_OF = 'oneOf: [{ $ref: "#/components/schemas/Cat" }, { $ref: "#/components/schemas/Dog" }]';
const SELECT = '{ thing { __typename ... on Cat { lives } ... on Dog { barks } } }';

describe('unions', () => {
  const mapped = `Thing: { ${ONE_OF}, discriminator: { propertyName: kind, mapping: { tom: "#/components/schemas/Cat", Dog: Dog } } }`;
  test.each<[string, string, JsonObject, JsonValue]>([
    ['a mapped value', mapped, { kind: 'tom', lives: 9 }, { __typename: 'Cat', lives: 9 }],
    [
      'a value that is the name of the component',
      mapped,
      { kind: 'Dog', barks: true },
      { __typename: 'Dog', barks: true },
    ],
    ['a value that means nothing', mapped, { kind: 'bird', lives: 1 }, null],
    ['no value: what it holds', mapped, { lives: 9 }, { __typename: 'Cat', lives: 9 }],
    ['what it holds', `Thing: { ${ONE_OF} }`, { barks: false }, { __typename: 'Dog', barks: false }],
    ['nothing that proves anything', `Thing: { ${ONE_OF} }`, { kind: 'x' }, null],
    ['as much of both', `Thing: { ${ONE_OF} }`, { lives: 1, barks: true }, null],
  ])('%s', async (_name, thing, value, expected) => {
    const { data, errors } = await ask(answering(`${thing}\n${PETS}`), value, SELECT);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ thing: expected });
  });

  test('members are what the answer held, not copies', () => {
    const value: JsonObject = { lives: 1 };
    expect(new UnionMember('Cat', value).value).toBe(value);
  });
});

describe('requests', () => {
  const reply = 'responses: { "204": { description: done } }';

  test('arguments go where the document has them', async () => {
    const parts = {
      paths: `/a/{id}: { put: { operationId: a, parameters: [
        { name: id, in: path, required: true, schema: { type: string } },
        { name: page-size, in: query, schema: { type: integer, format: int32 } }],
        requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Thing" } } } }, ${reply} } }`,
      schemas:
        'Thing: { type: object, properties: { "a-b": { type: string }, n: { type: [string, "null"] }, kind: { enum: ["x-y"] } } }',
    };
    expect(
      await sent(parts, 'mutation { a(id: "1", page_size: 5, input: { a_b: "x", n: null, kind: x_y }) }'),
    ).toEqual({
      path: { id: '1' },
      query: { 'page-size': 5 },
      body: { 'a-b': 'x', n: null, kind: 'x-y' },
    });
  });

  test('what is left out or null is not said, unless the document has a null', async () => {
    served = await serve(
      [taking('Thing: { type: object, properties: { a: { type: string }, b: { type: [string, "null"] } } }')],
      (call) => unary(call, null),
    );
    await served.query('mutation { put(input: { a: null, b: null }) }');
    expect(requestOf(served.calls[0])).toEqual({ body: { b: null } });
  });

  test('a choice is sent as the value itself, with its discriminator', async () => {
    const thing = `Thing: { ${ONE_OF}, discriminator: { propertyName: kind, mapping: { tom: "#/components/schemas/Cat" } } }`;
    served = await serve([taking(`${thing}\n${PETS}`)], (call) => unary(call, null));
    await served.query('mutation { put(input: { cat: { lives: 9 } }) }');
    expect(requestOf(served.calls[0])).toEqual({ body: { kind: 'tom', lives: 9 } });
  });

  test('two members of a choice are refused before any call', async () => {
    served = await serve([taking(`Thing: { ${ONE_OF} }\n${PETS}`)], (call) => unary(call, null));
    const { errors } = await served.query(
      'mutation { put(input: { cat: { lives: 9 }, dog: { barks: true } }) }',
    );
    expect(errors).toHaveLength(1);
    expect(served.calls).toHaveLength(0);
  });

  test('constants are sent without being asked for', async () => {
    served = await serve(
      [
        taking(
          'Thing: { type: object, required: [v, a], properties: { v: { const: 2 }, a: { type: string } } }',
        ),
      ],
      (call) => unary(call, null),
    );
    await served.query('mutation { put(input: { a: "x" }) }');
    expect(requestOf(served.calls[0])).toEqual({ body: { v: 2, a: 'x' } });
  });

  test.each([
    ['9007199254740993', '{"it":9007199254740993}'],
    ['5', '{"it":5}'],
    ['-9223372036854775808', '{"it":-9223372036854775808}'],
  ])('an int64 of %s leaves as a number, digit by digit', async (text, expected) => {
    served = await serve([taking(field('{ type: integer, format: int64 }'))], (call) => unary(call, null));
    await served.query('mutation($it: Int64!) { put(input: { it: $it }) }', { it: text });
    const [call] = served.calls;
    const { http } = call?.operation ?? {};
    if (call === undefined || http === undefined || !('value' in call.input))
      throw new Error('nothing was called');
    const request = writeRequest(call, http, call.input.value());
    expect(Buffer.from(request.body as Uint8Array).toString()).toBe(expected);
  });

  test('entries become an object; a key that is given twice is refused', async () => {
    const source = taking(field('{ type: object, additionalProperties: { type: boolean } }'));
    served = await serve([source], (call) => unary(call, null));
    await served.query(
      'mutation { put(input: { it: [{ key: "a", value: true }, { key: "constructor", value: false }] }) }',
    );
    expect(requestOf(served.calls[0])).toEqual({ body: { it: { a: true, constructor: false } } });
    const { errors } = await served.query(
      'mutation { put(input: { it: [{ key: "a", value: true }, { key: "a", value: true }] }) }',
    );
    expect(errors?.[0]?.extensions.code).toBe('INVALID_ARGUMENT');
  });
});
