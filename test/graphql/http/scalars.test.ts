// Values of HTTP services that are not of the type that their document promises: an error at their own place, by the
// upstream's fault, and never the value. Every document runs as graphql-js executes it and from its plan; answers are
// text, as a server has written it.
import { afterEach, describe, expect, test } from '@jest/globals';
import { JSON_CODEC } from '../../../core/json-codec.ts';
import { Payload } from '../../../core/payload.ts';
import { type Executed, type Served, serve, unary } from '../door.ts';
import { answering } from './document.ts';

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

async function ask(schemas: string, answer: string, query: string): Promise<readonly Executed[]> {
  const source = answering(schemas);
  const payload = Payload.fromWire(JSON_CODEC, Buffer.from(answer));
  served = await serve([source], (call) => ({ ...unary(call, null), payload }));
  return [await served.query(query), await served.query(query), await served.query(query)];
}

const thing = (schema: string): string =>
  `Thing: { type: object, properties: { it: ${schema}, other: { type: string } } }`;

const SAID = 'where its document promises';
const INT = 'a whole number from -(2^31) to 2^31-1';
const SAFE = 'a whole number from -(2^53-1) to 2^53-1';
const INT64 = 'a whole number from -(2^63) to 2^63-1';
const UINT64 = 'a whole number from 0 to 2^64-1';
const DOUBLE = 'a number that a double holds';

describe.each<[string, string, string, readonly string[]]>([
  [
    'int32',
    '{ type: integer, format: int32 }',
    INT,
    ['"x"', '"5"', '""', 'true', '1.5', '2147483648', '-2147483649', '1e400', '{}', '[1]'],
  ],
  [
    'uint32',
    '{ type: integer, format: uint32 }',
    'a whole number from 0 to 2^32-1',
    ['"5"', 'false', '0.5', '-1', '4294967296'],
  ],
  ['bounds', '{ type: integer, minimum: 0, maximum: 9 }', INT, ['"5"', 'true', '99999999999999999999']],
  [
    'integer',
    '{ type: integer }',
    SAFE,
    ['"x"', '"5"', 'true', '0.5', '9007199254740993', '1e300', '1e400', '[]'],
  ],
  [
    'int64',
    '{ type: integer, format: int64 }',
    INT64,
    [
      '"x"',
      '""',
      '"1.5"',
      '"0x10"',
      '" 5"',
      'true',
      '1.5',
      '1e20',
      '9223372036854775808',
      '-9223372036854775809',
      '{}',
    ],
  ],
  [
    'uint64',
    '{ type: integer, format: uint64 }',
    UINT64,
    ['"x"', 'false', '-1', '"-1"', '18446744073709551616', '0.1'],
  ],
  [
    'double',
    '{ type: number }',
    DOUBLE,
    ['"x"', '"1.5"', '"NaN"', '"Infinity"', 'true', '1e400', '-1e400', '{}', '[1.5]'],
  ],
  ['float', '{ type: number, format: float }', DOUBLE, ['"NaN"', 'false']],
  ['boolean', '{ type: boolean }', 'true or false', ['"true"', '"0"', '2', '0.5', '""', '{}']],
  ['text', '{ type: string }', 'text', ['{}', '["a"]']],
  ['date-time', '{ type: string, format: date-time }', 'text', ['0', 'true', '{}']],
  ['date', '{ type: string, format: date }', 'text', ['20260102', '[]']],
  ['byte', '{ type: string, format: byte }', 'text', ['1', '[1,2]']],
  ['free form', '{ type: object }', 'an object', ['[]', '"x"', '1']],
  ['enum', '{ type: string, enum: [a, b] }', 'one of the values that it lists', ['true', '{}', '["a"]']],
])('%s', (_name, schema, expected, wrong) => {
  test.each(wrong)('%s is an error at its field', async (value) => {
    const answers = await ask(thing(schema), `{"it":${value},"other":"x"}`, '{ thing { it other } }');
    for (const { data, errors } of answers) {
      expect(data).toEqual({ thing: { it: null, other: 'x' } });
      expect(errors).toEqual([
        {
          message: expect.stringMatching(/^the upstream sent an? \w+ where its document promises /),
          path: ['thing', 'it'],
          locations: [expect.anything()],
          extensions: { code: 'INTERNAL', source: 'upstream', requestId: expect.any(String) },
        },
      ]);
      expect(errors?.[0]?.message.split(`${SAID} `)[1]).toBe(expected);
    }
  });
});

describe('what is of the type goes on', () => {
  test.each<[string, string, unknown]>([
    ['{ type: integer, format: int32 }', '-2147483648', -2147483648],
    ['{ type: integer, format: int32 }', '5.0', 5],
    ['{ type: integer, format: uint32 }', '4294967295', 4294967295],
    ['{ type: integer }', '-9007199254740991', -9007199254740991],
    ['{ type: integer, format: int64 }', '9223372036854775807', '9223372036854775807'],
    ['{ type: integer, format: int64 }', '-9223372036854775808', '-9223372036854775808'],
    ['{ type: integer, format: int64 }', '"5"', '5'],
    ['{ type: integer, format: int64 }', '"-0"', '0'],
    ['{ type: integer, format: int64 }', '"007"', '7'],
    ['{ type: integer, format: uint64 }', '0', '0'],
    ['{ type: integer, format: uint64 }', '18446744073709551615', '18446744073709551615'],
    ['{ type: number }', '1e308', 1e308],
    ['{ type: number }', '12345678901234567890', 12345678901234567000],
    ['{ type: boolean }', '1', true],
    ['{ type: boolean }', '0', false],
    ['{ type: string }', '5', '5'],
    ['{ type: string }', 'false', 'false'],
    ['{ type: string, format: date-time }', '"yesterday"', 'yesterday'],
    ['{ type: string, enum: [a, b] }', '"c"', null],
    ['{ type: object }', '{"a":[1]}', { a: [1] }],
  ])('%s: %s', async (schema, value, expected) => {
    const answers = await ask(thing(schema), `{"it":${value}}`, '{ thing { it } }');
    expect(answers).toEqual([1, 2, 3].map(() => ({ data: { thing: { it: expected } } })));
  });
});

describe('a wrong value elsewhere', () => {
  const INTEGERS = '{ type: array, items: { type: [integer, "null"], format: int64 } }';
  test.each<[string, string, string, string, unknown, readonly (string | number)[]]>([
    [
      'an item of a list',
      thing(INTEGERS),
      '{"it":[1,"x",3]}',
      '{ thing { it } }',
      { it: ['1', null, '3'] },
      ['thing', 'it', 1],
    ],
    [
      'an item of a list within a list',
      thing(`{ type: array, items: ${INTEGERS} }`),
      '{"it":[[1],[2,true]]}',
      '{ thing { it } }',
      { it: [['1'], ['2', null]] },
      ['thing', 'it', 1, 1],
    ],
    [
      'a value of an entry',
      thing('{ type: object, additionalProperties: { type: [integer, "null"], format: int64 } }'),
      '{"it":{"a":1,"b":1.5}}',
      '{ thing { it { key value } } }',
      {
        it: [
          { key: 'a', value: '1' },
          { key: 'b', value: null },
        ],
      },
      ['thing', 'it', 1, 'value'],
    ],
    ['the whole answer', 'Thing: { type: integer, format: int64 }', '"x"', '{ thing }', null, ['thing']],
  ])('%s', async (_what, schemas, answer, query, expected, path) => {
    for (const { data, errors } of await ask(schemas, answer, query)) {
      expect(data).toEqual({ thing: expected });
      expect(errors?.map((error) => [error.path, error.extensions.source])).toEqual([[path, 'upstream']]);
    }
  });

  test('one that is always promised takes its object with it', async () => {
    const schemas = 'Thing: { type: object, required: [it], properties: { it: { type: boolean } } }';
    for (const { data, errors } of await ask(schemas, '{"it":"no"}', '{ thing { it } }')) {
      expect(data).toEqual({ thing: null });
      expect(errors?.map((error) => [error.path, error.extensions.source])).toEqual([
        [['thing', 'it'], 'upstream'],
      ]);
    }
  });
});
