// The checker of values against ajv, which knows JSON Schema from another source: equal verdicts over many values.
// Schemas here are ours, so ajv may compile them.
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import type { JsonSchema } from '../../core/http-operation.ts';
import type { JsonValue } from '../../core/json.ts';
import { createSchemaCheck } from '../../translators/http/schema-check.ts';

const COMPONENTS: Record<string, JsonSchema> = {
  Tree: {
    type: 'object',
    required: ['v'],
    properties: {
      v: { type: 'integer' },
      kids: { type: 'array', items: { $ref: '#/components/schemas/Tree' } },
    },
    additionalProperties: false,
  },
  Word: { type: 'string', minLength: 1, maxLength: 3, pattern: '^[a-c]*$' },
};
const condition = JSON.parse(
  '{"if":{"type":"object","required":["a"]},"then":{"required":["b"]},"else":{"maxProperties":1}}',
);
const SCHEMAS: readonly (readonly [string, JsonSchema])[] = [
  ['a type', { type: 'integer' }],
  ['several types', { type: ['string', 'null', 'array'] }],
  ['bounds', { type: 'number', minimum: -1, exclusiveMaximum: 3 }],
  ['exclusive bounds', { exclusiveMinimum: 0, maximum: 2 }],
  ['multiples', { type: 'number', multipleOf: 0.5 }],
  ['an enum', { enum: [1, 'a', null, { a: 1 }, [1]] }],
  ['a constant', { const: { a: [1, null] } }],
  ['text', { $ref: '#/components/schemas/Word' }],
  ['lists', { type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 3, uniqueItems: true }],
  ['tuples', { prefixItems: [{ type: 'string' }, { type: 'integer' }], items: false }],
  ['contents', { contains: { type: 'string' }, minContains: 2, maxContains: 2 }],
  ['contents of none', { contains: { const: 1 }, minContains: 0 }],
  [
    'members',
    {
      type: 'object',
      properties: { a: { type: 'integer' }, b: false },
      required: ['a'],
      additionalProperties: { type: 'string' },
    },
  ],
  ['members by pattern', { patternProperties: { '^a': { type: 'integer' } }, additionalProperties: false }],
  ['names of members', { propertyNames: { maxLength: 1 } }],
  ['numbers of members', { minProperties: 1, maxProperties: 2 }],
  ['recursion', { $ref: '#/components/schemas/Tree' }],
  ['all of', { allOf: [{ required: ['a'] }, { properties: { a: { type: 'integer' } } }] }],
  ['any of', { anyOf: [{ type: 'integer' }, { type: 'string', maxLength: 1 }] }],
  ['one of', { oneOf: [{ type: 'integer' }, { type: 'number', minimum: 1 }, { type: 'string' }] }],
  ['not', { not: { type: ['object', 'integer'] } }],
  ['conditions', condition],
  ['dependencies', { dependentRequired: { a: ['b'] }, dependentSchemas: { b: { required: ['c'] } } }],
  ['beside a reference', { $ref: '#/components/schemas/Tree', required: ['kids'] }],
  ['nothing', false],
  ['anything', true],
];

/** Literals with a member of that name would pass for promises. */
function when(condition: JsonSchema, consequence: JsonSchema): JsonSchema {
  return Object.fromEntries([
    ['if', condition],
    ['then', consequence],
  ]);
}

/** Values that meet these schemas now and then. */
const leaf = fc.oneof(
  fc.constantFrom<JsonValue>(null, true, false, 0, 1, 2, 3, -1, 0.5, 1.5, '', 'a', 'b', 'abc', 'abcd', 'é'),
  fc.integer({ min: -3, max: 5 }),
);
const { value: values } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', 'v', 'kids', 'ab'), tie('value'), { maxKeys: 3 }),
  ) as fc.Arbitrary<JsonValue>,
}));

test.each(SCHEMAS)('%s', (_name, schema) => {
  const ajv = new Ajv2020({ strict: false });
  const validate = ajv.compile({
    components: { schemas: COMPONENTS },
    ...(typeof schema === 'object' ? schema : { not: schema === true ? false : {} }),
  });
  const check = createSchemaCheck(schema, new Map(Object.entries(COMPONENTS)), 'request');
  fc.assert(
    fc.property(values, (value) => {
      expect(check(value).length === 0).toBe(validate(value));
    }),
    { numRuns: 300, seed: 7 },
  );
});

describe('multiples are those of the decimals', () => {
  test.each([
    [4_000_000_001, 2, false],
    [4_000_000_001.5, 1, false],
    [12_345_678_901.01, 0.05, false],
    [0.07, 0.01, true],
    [19.99, 0.01, true],
    [0.00751, 0.0001, false],
    [-3.3, 1.1, true],
    [1.0000000000001, 1, false],
    [1e22, 3, false],
    [1e308, 0.5, true],
    [1e308, 0.123456789, false],
    [5e-324, 1e-323, false],
    [0, 0.3, true],
    [Number.POSITIVE_INFINITY, 1, false],
    [Number.NEGATIVE_INFINITY, 0.1, false],
    [1, Number.POSITIVE_INFINITY, false],
  ])('%d of %d: %s', (value, multipleOf, expected) => {
    const check = createSchemaCheck({ multipleOf }, new Map(), 'request');
    expect(check(value).length === 0).toBe(expected);
  });
});

describe('what is wrong has its place', () => {
  const schemas = new Map(Object.entries(COMPONENTS));
  test.each<readonly [JsonSchema, JsonValue, string, string]>([
    [{ properties: { a: { items: { type: 'string' } } } }, { a: ['x', 1] }, '/a/1', 'must be string'],
    [
      { $ref: '#/components/schemas/Tree' },
      { v: 1, kids: [{ v: 2 }, { v: 'x' }] },
      '/kids/1/v',
      'must be integer',
    ],
    [{ properties: { 'a/b~c': false } }, { 'a/b~c': 1 }, '/a~1b~0c', 'is not allowed here'],
    [{ required: ['a'] }, {}, '', 'must have "a"'],
  ])('%j of %j', (schema, value, pointer, message) => {
    expect(createSchemaCheck(schema, schemas, 'request')(value)).toEqual([{ pointer, message }]);
  });

  test('an alternative that a discriminator names is the one that is spoken of', () => {
    const pets = new Map<string, JsonSchema>([
      [
        'Cat',
        {
          type: 'object',
          required: ['lives'],
          properties: { kind: { const: 'cat' }, lives: { type: 'integer' } },
        },
      ],
      [
        'Dog',
        {
          type: 'object',
          required: ['bark'],
          properties: { kind: { const: 'dog' }, bark: { type: 'string' } },
        },
      ],
    ]);
    const schema: JsonSchema = {
      oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }],
      discriminator: {
        propertyName: 'kind',
        mapping: { cat: '#/components/schemas/Cat', dog: '#/components/schemas/Dog' },
      },
    };
    expect(createSchemaCheck(schema, pets, 'request')({ kind: 'cat', lives: 'nine' })).toEqual([
      { pointer: '/lives', message: 'must be integer' },
    ]);
  });
});

test('alternatives within alternatives end', () => {
  const deep = (depth: number): JsonSchema =>
    depth === 0 ? { type: 'string' } : { anyOf: [deep(depth - 1), deep(depth - 1)] };
  const startedAt = process.cpuUsage();
  const findings = createSchemaCheck(deep(16), new Map(), 'request')(1);
  expect(findings).toHaveLength(1);
  // Of the processor, which others may be busy with: seconds by the clock say nothing.
  expect(process.cpuUsage(startedAt).user / 1_000).toBeLessThan(5_000);
});

test('a schema that is nothing but itself ends', () => {
  const schemas = new Map<string, JsonSchema>([['A', { $ref: '#/components/schemas/A' }]]);
  expect(createSchemaCheck({ $ref: '#/components/schemas/A' }, schemas, 'request')(1)).toHaveLength(1);
});

describe('what would take too many steps is refused, though only a part that may fail takes them', () => {
  const bad: JsonSchema = { const: 'bad' };
  const many: JsonValue = [...Array<JsonValue>(200_000).fill(0), 'bad'];
  const fault = {
    pointer: expect.stringMatching(/^\/(?:list\/)?\d+$/),
    message: 'has too much, nested too deeply or in too many ways, to be checked',
  };

  test.each<readonly [string, JsonSchema]>([
    ['not', { type: 'array', not: { contains: bad } }],
    ['not of each', { not: { items: { const: 0 } } }],
    ['if', when({ contains: bad }, false)],
    ['if, that would not hold', when({ items: { const: 0 } }, false)],
    ['contains', { contains: bad, maxContains: 0, minContains: 0 }],
    ['oneOf', { oneOf: [{ contains: bad }, true] }],
    ['anyOf', { anyOf: [{ contains: bad }, { maxItems: 1_000_000 }] }],
    ['allOf', { allOf: [{ not: { contains: bad } }] }],
  ])('%s', (_keyword, schema) => {
    expect(createSchemaCheck(schema, new Map(), 'request')(many)).toEqual([fault]);
  });

  test('dependentSchemas', () => {
    const schema: JsonSchema = {
      dependentSchemas: { list: { properties: { list: { not: { contains: bad } } } } },
    };
    expect(createSchemaCheck(schema, new Map(), 'request')({ list: many })).toEqual([fault]);
  });

  test.each<readonly [string, JsonSchema]>([
    ['not', { not: { $ref: '#/components/schemas/Nest' } }],
    ['if', when({ $ref: '#/components/schemas/Nest' }, false)],
    ['oneOf', { oneOf: [{ $ref: '#/components/schemas/Nest' }, true] }],
    ['anyOf', { anyOf: [{ $ref: '#/components/schemas/Nest' }, true] }],
  ])('%s, of what is nested too deeply', (_keyword, schema) => {
    const schemas = new Map<string, JsonSchema>([
      ['Nest', { type: 'array', items: { $ref: '#/components/schemas/Nest' } }],
    ]);
    let deep: JsonValue = [];
    for (let depth = 0; depth < 300; depth += 1) deep = [deep];
    expect(createSchemaCheck(schema, schemas, 'request')(deep)).toEqual([
      { pointer: expect.stringMatching(/^(?:\/0)+$/), message: fault.message },
    ]);
  });
});
