// What no other keyword has looked at (unevaluatedProperties, unevaluatedItems): of listed members, small schemas by
// the hundred against ajv; by hand what ajv takes otherwise than the specification, which is items, and
// what stands in alternatives of alternatives that do not hold.
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import type { JsonSchema } from '../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { createSchemaCheck } from '../../translators/http/schema-check.ts';

const COMPONENTS: Record<string, JsonSchema> = {
  A: { properties: { a: { type: 'integer' } } },
  B: { type: 'object', required: ['b'], properties: { b: true } },
  Pair: { prefixItems: [true, true] },
};
const SCHEMAS = new Map(Object.entries(COMPONENTS));

/** Literals with a member named `then` would pass for promises. */
const conditional = (condition: JsonSchema, consequence: JsonSchema, otherwise: JsonSchema): JsonObject =>
  Object.fromEntries([
    ['if', condition],
    ['then', consequence],
    ['else', otherwise],
  ]);

const rest = fc.constantFrom<JsonSchema>(false, { type: 'integer' }, true);
const leaf = fc.constantFrom<JsonSchema>(
  true,
  { properties: { a: true } },
  { required: ['a'] },
  { required: ['b'], properties: { b: { type: 'integer' } } },
  { patternProperties: { '^c': true } },
  { maxProperties: 1 },
  { $ref: '#/components/schemas/A' },
  { $ref: '#/components/schemas/B' },
);
const leaves = fc.array(leaf, { minLength: 1, maxLength: 3 });
const choice = fc.oneof(
  leaf,
  fc.record({ allOf: leaves }),
  fc.record({ anyOf: leaves }),
  fc.record({ oneOf: leaves }),
  fc.record({ not: leaf }),
  fc.record({ dependentSchemas: fc.record({ a: leaf }) }),
) as fc.Arbitrary<JsonSchema>;
const parts = fc.oneof(
  choice,
  fc.record({ allOf: fc.array(choice, { minLength: 2, maxLength: 3 }) }),
  fc.record({ properties: fc.record({ a: choice }) }),
) as fc.Arbitrary<JsonSchema>;
const scalar = fc.constantFrom<JsonValue>(1, 'x', null);
const member = fc.oneof(scalar, fc.dictionary(fc.constantFrom('a', 'b'), scalar, { maxKeys: 2 }));
const values = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'cc', 'd'), member, { maxKeys: 3 });

test('members: schemas of any kind say what ajv says', () => {
  const ajv = new Ajv2020({ strict: false });
  ajv.addKeyword('components');
  const verdicts = { right: 0, wrong: 0 };
  fc.assert(
    fc.property(parts, rest, fc.array(values, { minLength: 12, maxLength: 12 }), (part, last, candidates) => {
      const schema: JsonSchema = { allOf: [part], unevaluatedProperties: last };
      const validate = ajv.compile({ components: { schemas: COMPONENTS }, ...schema });
      const check = createSchemaCheck(schema, SCHEMAS, 'request');
      for (const value of candidates) {
        const isRight = check(value).length === 0;
        expect([value, isRight]).toEqual([value, validate(value)]);
        verdicts[isRight ? 'right' : 'wrong'] += 1;
      }
    }),
    { numRuns: 300, seed: 11 },
  );
  // Both happen often, or nothing has been shown.
  expect(Math.min(verdicts.right, verdicts.wrong)).toBeGreaterThan(500);
});

describe('by hand', () => {
  const word: JsonSchema = { type: 'string' };
  test.each<readonly [string, JsonSchema, JsonValue, readonly string[]]>([
    [
      'members that a part knows',
      { allOf: [{ properties: { a: true } }], unevaluatedProperties: false },
      { a: 1 },
      [],
    ],
    [
      'others',
      { allOf: [{ properties: { a: true } }], unevaluatedProperties: false },
      { a: 1, b: 1, 'c/d': 1 },
      ['/b', '/c~1d'],
    ],
    [
      'others that may be words',
      { properties: { a: true }, unevaluatedProperties: word },
      { a: 1, b: 'x', c: 1 },
      ['/c'],
    ],
    [
      'what an alternative knew that does not hold',
      { anyOf: [{ required: ['z'], properties: { a: true } }, true], unevaluatedProperties: false },
      { a: 1 },
      ['/a'],
    ],
    [
      'what is in a not',
      { not: { not: { properties: { a: true } } }, unevaluatedProperties: false },
      { a: 1 },
      ['/a'],
    ],
    [
      'members of members, which are other values',
      { properties: { a: { properties: { b: true } } }, unevaluatedProperties: false },
      { a: {}, b: 1 },
      ['/b'],
    ],
    [
      'members that an inner rest has taken',
      { allOf: [{ additionalProperties: word }], unevaluatedProperties: false },
      { a: 'x' },
      [],
    ],
    [
      'members of a condition that takes the rest',
      { ...conditional({ additionalProperties: word }, true, true), unevaluatedProperties: false },
      { a: 'x' },
      [],
    ],
    [
      'members of a condition in an alternative that does not hold',
      {
        oneOf: [conditional({ patternProperties: { '^c': true } }, { required: ['b'] }, true), true],
        unevaluatedProperties: false,
      },
      { c: 1 },
      ['/c'],
    ],
    [
      'members that an inner rest, in vain, has taken',
      { anyOf: [{ unevaluatedProperties: word }, true], unevaluatedProperties: false },
      { a: 1 },
      ['/a'],
    ],
    [
      'members of both of which one is to hold',
      {
        anyOf: [{ oneOf: [{ patternProperties: { '^c': true } }, true] }, true],
        unevaluatedProperties: false,
      },
      { c: 1 },
      ['/c'],
    ],
    ['items that contains has found', { contains: word, unevaluatedItems: false }, ['x', 'y'], []],
    [
      'items that contains has not found',
      { contains: word, unevaluatedItems: false },
      ['x', 1, 'y', 2],
      ['/1', '/3'],
    ],
    [
      'items behind those that have a place',
      { prefixItems: [word], unevaluatedItems: false },
      ['x', 1],
      ['/1'],
    ],
    [
      'items of an alternative that holds',
      { anyOf: [{ maxItems: 0, items: true }, { prefixItems: [true] }], unevaluatedItems: false },
      [1, 2],
      ['/1'],
    ],
    [
      'items of one that does not',
      { oneOf: [{ items: word }, { prefixItems: [{ type: 'integer' }] }], unevaluatedItems: false },
      [1, 'x'],
      ['/1'],
    ],
    [
      'items of a condition',
      {
        ...conditional({ prefixItems: [word] }, { prefixItems: [true, true] }, { items: true }),
        unevaluatedItems: false,
      },
      ['x', 1, 2],
      ['/2'],
    ],
    [
      'items of what holds otherwise',
      {
        ...conditional({ prefixItems: [word] }, true, { prefixItems: [true, true] }),
        unevaluatedItems: false,
      },
      [1, 1, 2],
      ['/2'],
    ],
    [
      'items of what does not hold otherwise',
      { ...conditional(false, { items: true }, true), unevaluatedItems: false },
      [1],
      ['/0'],
    ],
    [
      'items of all parts',
      { allOf: [{ prefixItems: [true] }, { prefixItems: [true, true] }], unevaluatedItems: false },
      [1, 2, 3],
      ['/2'],
    ],
    [
      'items by a reference',
      { $ref: '#/components/schemas/Pair', unevaluatedItems: false },
      [1, 2, 3],
      ['/2'],
    ],
    [
      'items that an inner rest has taken',
      { allOf: [{ prefixItems: [true], unevaluatedItems: word }], unevaluatedItems: false },
      [1, 'x'],
      [],
    ],
    [
      'items that an inner rest, in vain, has taken',
      { anyOf: [{ unevaluatedItems: word }, true], unevaluatedItems: false },
      [1],
      ['/0'],
    ],
    [
      'items of parts that depend',
      { dependentSchemas: { a: { items: true } }, unevaluatedItems: false },
      [1],
      ['/0'],
    ],
    ['what is neither', { unevaluatedItems: false, unevaluatedProperties: false }, 'text', []],
    [
      'names of the prototype',
      { unevaluatedProperties: false },
      JSON.parse('{"__proto__":1,"constructor":1}'),
      ['/__proto__', '/constructor'],
    ],
  ])('%s', (_what, schema, value, pointers) => {
    const findings = createSchemaCheck(schema, SCHEMAS, 'request')(value);
    expect(findings.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  test('the alternative that a discriminator names is the one that knows', () => {
    const schema: JsonSchema = {
      oneOf: [{ $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' }],
      discriminator: { propertyName: 'kind' },
      properties: { kind: true },
      unevaluatedProperties: false,
    };
    const check = createSchemaCheck(schema, SCHEMAS, 'request');
    expect(check({ kind: 'B', b: 1 })).toEqual([]);
    expect(check({ kind: 'B', b: 1, a: 1 })).toEqual([{ pointer: '/a', message: 'is not known here' }]);
  });

  test('what is read-only is known though it is not judged', () => {
    const schema: JsonSchema = {
      allOf: [{ properties: { id: { type: 'integer', readOnly: true } } }],
      unevaluatedProperties: false,
    };
    expect(createSchemaCheck(schema, new Map(), 'request')({ id: 'x' })).toEqual([]);
  });

  test('schemas in circles and alternatives within alternatives end with a refusal', () => {
    const nest = (depth: number): JsonSchema =>
      depth === 0
        ? { properties: { a: true } }
        : { anyOf: [nest(depth - 1), nest(depth - 1)], unevaluatedProperties: false };
    const circle = new Map<string, JsonSchema>([
      ['A', { allOf: [{ $ref: '#/components/schemas/A' }], unevaluatedProperties: false }],
    ]);
    const pastBounds = [{ pointer: '', message: expect.stringContaining('too much') }];
    expect(createSchemaCheck({ $ref: '#/components/schemas/A' }, circle, 'request')({ a: 1 })).toEqual(
      pastBounds,
    );
    expect(createSchemaCheck(nest(18), new Map(), 'request')({ a: 1 })).toEqual(pastBounds);
  });
});
