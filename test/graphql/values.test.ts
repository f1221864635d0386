// Values through the whole door and the production codec, both ways: what the upstream would read, and what the
// client gets of what the upstream sent. Source: graphql reference, sections 3.1 to 3.3 and 13.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { requestOf, type Served, serve, unary } from './door.ts';
import { compile, operationsOf, ROOT } from './sources.ts';

const everything = readFileSync(join(ROOT, 'test/fixtures/graphql/everything.proto'), 'utf8');
let served: Served;
/** What the upstream answers with, as ProtoJSON; by default what it was sent. */
let reply: JsonValue | undefined;

beforeAll(async () => {
  const operations = operationsOf('every', compile({ 'every.proto': everything }), ['every.proto']);
  served = await serve([{ name: 'every', operations }], (call) => unary(call, reply ?? requestOf(call)));
});
afterAll(() => served.close());
beforeEach(() => {
  reply = undefined;
  served.calls.length = 0;
});

const SCALARS = `doubleField floatField int32Field sint32Field sfixed32Field uint32Field fixed32Field int64Field
  sint64Field sfixed64Field uint64Field fixed64Field boolField stringField bytesField colour level maybeInt32
  maybeString int64List doubleList colourList bytesList fixed32List`;

/** The one root field of an answer without errors. */
async function data(query: string, variables?: JsonObject): Promise<JsonObject> {
  const { data: found, errors } = await served.query(query, variables);
  expect(errors).toBeUndefined();
  return Object.values(found ?? {})[0] as JsonObject;
}

/** What the upstream read when the query was answered. */
async function sent(query: string, variables?: JsonObject): Promise<JsonValue> {
  await data(query, variables);
  expect(served.calls.length).toBe(1);
  return requestOf(served.calls[0]);
}

describe('scalars out', () => {
  test('every scalar at zero is its zero, not null; an unspecified enum and an unset optional are null', async () => {
    reply = {};
    expect(await data(`{ echo { ${SCALARS} } }`)).toEqual({
      doubleField: 0,
      floatField: 0,
      int32Field: 0,
      sint32Field: 0,
      sfixed32Field: 0,
      uint32Field: 0,
      fixed32Field: 0,
      int64Field: '0',
      sint64Field: '0',
      sfixed64Field: '0',
      uint64Field: '0',
      fixed64Field: '0',
      boolField: false,
      stringField: '',
      bytesField: '',
      colour: null,
      level: 'LOW',
      maybeInt32: null,
      maybeString: null,
      int64List: [],
      doubleList: [],
      colourList: [],
      bytesList: [],
      fixed32List: [],
    });
  });

  test('a zero that was said is a zero with explicit presence', async () => {
    reply = { maybeInt32: 0, maybeString: '' };
    expect(await data('{ echo { maybeInt32 maybeString } }')).toEqual({ maybeInt32: 0, maybeString: '' });
  });

  test('extremes are exact', async () => {
    reply = {
      int32Field: -2147483648,
      sint32Field: 2147483647,
      uint32Field: 4_000_000_000,
      fixed32Field: 4_294_967_295,
      int64Field: '9223372036854775807',
      sint64Field: '-9223372036854775808',
      sfixed64Field: '9007199254740993',
      uint64Field: '18446744073709551615',
      fixed64Field: '9223372036854775808',
      doubleField: 5e-324,
      int64List: ['-9223372036854775808', '9223372036854775807'],
      fixed32List: [4_000_000_000],
    };
    expect(
      await data(
        '{ echo { int32Field sint32Field uint32Field fixed32Field int64Field sint64Field sfixed64Field uint64Field fixed64Field doubleField int64List fixed32List } }',
      ),
    ).toEqual(reply);
  });

  test('NaN and infinities are null at their own place', async () => {
    reply = { doubleField: 'NaN', floatField: '-Infinity', doubleList: [1.5, 'NaN', 'Infinity', -0.5] };
    expect(await data('{ echo { doubleField floatField doubleList int32Field } }')).toEqual({
      doubleField: null,
      floatField: null,
      doubleList: [1.5, null, null, -0.5],
      int32Field: 0,
    });
  });

  test('an enum number without a name is null at its own place', async () => {
    reply = { colour: 99, colourList: ['COLOUR_RED', 99, 'COLOUR_UNSPECIFIED', 2], level: 7 };
    expect(await data('{ echo { colour colourList level } }')).toEqual({
      colour: null,
      colourList: ['RED', null, null, 'BLUE'],
      level: null,
    });
  });

  test('all bytes from 0 to 255 are standard base64', async () => {
    const all = Buffer.from(Uint8Array.from({ length: 256 }, (_, i) => i)).toString('base64');
    reply = { bytesField: all, bytesList: ['', 'AA==', all] };
    expect(await data('{ echo { bytesField bytesList } }')).toEqual(reply);
  });
});

describe('scalars in', () => {
  const ALL = {
    doubleField: 1.5,
    floatField: -2.5,
    int32Field: -2147483648,
    sint32Field: 2147483647,
    sfixed32Field: -1,
    uint32Field: 4_000_000_000,
    fixed32Field: 4_294_967_295,
    int64Field: '9223372036854775807',
    sint64Field: '-9223372036854775808',
    sfixed64Field: '9007199254740993',
    uint64Field: '18446744073709551615',
    fixed64Field: '1',
    boolField: true,
    stringField: 'ä\u0000"\\\n𝄞',
    bytesField: 'AP8=',
    colour: 'BLUE',
    level: 'HIGH',
    maybeInt32: 0,
    maybeString: '',
    int64List: ['1', '-9223372036854775808'],
    doubleList: [0, 1.25],
    colourList: ['RED', 'BLUE'],
    bytesList: ['', 'AA=='],
    fixed32List: [0, 4_294_967_295],
  };
  const declared = `$doubleField: Float, $floatField: Float, $int32Field: Int, $sint32Field: Int, $sfixed32Field: Int,
    $uint32Field: UInt32, $fixed32Field: UInt32, $int64Field: Int64, $sint64Field: Int64, $sfixed64Field: Int64,
    $uint64Field: UInt64, $fixed64Field: UInt64, $boolField: Boolean, $stringField: String, $bytesField: Bytes,
    $colour: Colour, $level: Level, $maybeInt32: Int, $maybeString: String, $int64List: [Int64!],
    $doubleList: [Float!], $colourList: [Colour!], $bytesList: [Bytes!], $fixed32List: [UInt32!]`;
  const passed = Object.keys(ALL)
    .map((name) => `${name}: $${name}`)
    .join(', ');

  test('variables of every kind arrive, and come back the same', async () => {
    const back = await data(`query (${declared}) { echo(${passed}) { ${SCALARS} } }`, ALL);
    expect(back).toEqual(ALL);
    expect(requestOf(served.calls[0])).toMatchObject({
      int64Field: '9223372036854775807',
      uint32Field: 4_000_000_000,
      bytesField: 'AP8=',
      colour: 'COLOUR_BLUE',
      level: 'LEVEL_HIGH',
      maybeInt32: 0,
      maybeString: '',
      colourList: ['COLOUR_RED', 'COLOUR_BLUE'],
    });
  });

  test('integer literals of 64 bits are exact', async () => {
    expect(
      await sent('{ echo(int64Field: 9007199254740993, uint64Field: 18446744073709551615) { level } }'),
    ).toEqual({
      int64Field: '9007199254740993',
      uint64Field: '18446744073709551615',
    });
  });

  test('omitted and null are both unset', async () => {
    expect(
      await sent(
        'query ($text: String) { echo(stringField: $text, maybeInt32: null, int64List: null) { level } }',
      ),
    ).toEqual({});
  });

  test('a JSON number that may have been rounded is refused before any call', async () => {
    const response = await fetch(served.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"query ($n: Int64) { echo(int64Field: $n) { level } }","variables":{"n":9007199254740993}}',
    });
    expect(await response.json()).toMatchObject({
      errors: [
        {
          message: expect.stringContaining('send it as text') as unknown,
          extensions: { code: 'INVALID_ARGUMENT', source: 'gateway' },
        },
      ],
    });
    expect(served.calls.length).toBe(0);
  });

  test('nested inputs keep their own fields', async () => {
    expect(
      await sent('{ echo(inner: {int32Field: 1, inner: {colour: RED, int64List: [2]}}) { level } }'),
    ).toEqual({ inner: { int32Field: 1, inner: { colour: 'COLOUR_RED', int64List: ['2'] } } });
  });
});

describe('well-known types', () => {
  const ANY = { '@type': 'type.googleapis.com/google.protobuf.Duration', value: '1.500s' };
  /** GraphQL type, value; as ProtoJSON has it, in and out. */
  const rows: readonly (readonly [field: string, type: string, value: JsonValue])[] = [
    ['timestamp', 'DateTime', '2026-01-02T03:04:05.678Z'],
    ['duration', 'Duration', '-1.500s'],
    ['fieldMask', 'FieldMask', 'title,author.displayName'],
    ['struct', 'JSONObject', { a: [1, null, { b: 'c' }], __proto: true, constructor: 'x' }],
    ['value', 'JSON', [1.5, 'a', null, { b: false }]],
    ['listValue', 'JSON', [1, [2], null]],
    ['any', 'Any', ANY],
    ['doubleValue', 'Float', 0],
    ['floatValue', 'Float', 1.5],
    ['int64Value', 'Int64', '9223372036854775807'],
    ['uint64Value', 'UInt64', '18446744073709551615'],
    ['int32Value', 'Int', 0],
    ['uint32Value', 'UInt32', 4_000_000_000],
    ['boolValue', 'Boolean', false],
    ['stringValue', 'String', ''],
    ['bytesValue', 'Bytes', 'AP8='],
    ['timestamps', '[DateTime!]', ['2026-01-02T03:04:05Z', '1969-12-31T23:59:59.999Z']],
    ['durations', '[Duration!]', ['0s', '-0.500s']],
    ['fieldMasks', '[FieldMask!]', ['a', 'b.c']],
    ['structs', '[JSONObject!]', [{}, { a: 1 }]],
    ['values', '[JSON]', [null, 1, 'a', [], {}]],
    ['listValues', '[JSON]', [[], [null]]],
    ['anys', '[Any!]', [ANY]],
    ['int64Values', '[Int64!]', ['0', '-9223372036854775808']],
    ['stringValues', '[String!]', ['', 'a']],
    ['bytesValues', '[Bytes!]', ['', 'AA==']],
  ];

  test.each(rows)('%s goes in and comes out as %s', async (field, type, value) => {
    const found = await data(`query ($v: ${type}) { echoKnown(${field}: $v) { ${field} } }`, { v: value });
    expect(found[field]).toEqual(value);
    expect(requestOf(served.calls[0])).toEqual({ [field]: value });
  });

  test('unset ones are null, and lists empty', async () => {
    reply = {};
    const found = await data(`{ echoKnown { ${rows.map(([field]) => field).join(' ')} empty { _empty } } }`);
    const expected = rows.map(([field, type]) => [field, type.startsWith('[') ? [] : null]);
    expect(found).toEqual({ ...Object.fromEntries(expected), empty: null });
  });

  test('an empty message that is there is an object', async () => {
    expect(await data('{ echoKnown(empty: {}) { empty { _empty } } }')).toEqual({ empty: { _empty: null } });
    expect(requestOf(served.calls[0])).toEqual({ empty: {} });
  });

  test('a null that is a value comes out as null', async () => {
    reply = { value: null };
    expect(await data('{ echoKnown { value } }')).toEqual({ value: null });
  });

  test('a wrapper as request and result is its value; without one it is the default', async () => {
    expect((await served.query('{ echoText(value: "x") }')).data).toEqual({ echoText: 'x' });
    expect((await served.query('{ echoText }')).data).toEqual({ echoText: '' });
  });

  test('google.protobuf.Empty as a result is true', async () => {
    expect((await served.query('mutation { ping }')).data).toEqual({ ping: true });
  });
});

describe('oneofs', () => {
  const PICK = `{ echoChoice(pick: $pick) { pick { __typename
    ... on ChoiceText { text: value } ... on ChoiceBig { big: value } ... on ChoiceCircle { circle: value { radius } }
    ... on ChoiceOtherCircle { other: value { radius } } ... on Square { side } ... on Nothing { _empty }
    ... on ChoiceAt { at: value } ... on ChoiceColour { colour: value } } } }`;

  test.each<[member: JsonObject, upstream: JsonObject, out: JsonObject]>([
    [{ text: '' }, { text: '' }, { __typename: 'ChoiceText', text: '' }],
    [
      { big: '-9223372036854775808' },
      { big: '-9223372036854775808' },
      { __typename: 'ChoiceBig', big: '-9223372036854775808' },
    ],
    [
      { circle: { radius: 2 } },
      { circle: { radius: 2 } },
      { __typename: 'ChoiceCircle', circle: { radius: 2 } },
    ],
    [{ otherCircle: {} }, { otherCircle: {} }, { __typename: 'ChoiceOtherCircle', other: { radius: 0 } }],
    [{ square: { side: 3 } }, { square: { side: 3 } }, { __typename: 'Square', side: 3 }],
    [{ nothing: true }, { nothing: {} }, { __typename: 'Nothing', _empty: null }],
    [
      { at: '2026-01-02T03:04:05Z' },
      { at: '2026-01-02T03:04:05Z' },
      { __typename: 'ChoiceAt', at: '2026-01-02T03:04:05Z' },
    ],
    [{ colour: 'RED' }, { colour: 'COLOUR_RED' }, { __typename: 'ChoiceColour', colour: 'RED' }],
  ])('%j goes in and comes out as its own type', async (member, upstream, out) => {
    const found = await data(`query ($pick: ChoicePickInput) ${PICK}`, { pick: member });
    expect(requestOf(served.calls[0])).toEqual(upstream);
    expect(found).toEqual({ pick: out });
  });

  test('unset is null', async () => {
    expect(await data(`query ($pick: ChoicePickInput) ${PICK}`)).toEqual({ pick: null });
  });

  test('an unknown enum number in a oneof leaves the member there, its value null', async () => {
    reply = { colour: 77 };
    expect(await data(`query ($pick: ChoicePickInput) ${PICK}`)).toEqual({
      pick: { __typename: 'ChoiceColour', colour: null },
    });
  });

  test.each<[string, JsonObject]>([
    ['two members', { text: 'a', big: '1' }],
    ['no member', {}],
    ['a null member', { text: null }],
  ])('%s are refused before any call', async (_what, pick) => {
    const { data: found, errors } = await served.query(`query ($pick: ChoicePickInput) ${PICK}`, { pick });
    expect(found).toBeUndefined();
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_ARGUMENT', source: 'gateway' });
    expect(served.calls.length).toBe(0);
  });

  test('two members in the document are refused before any call', async () => {
    const { errors } = await served.query('{ echoChoice(pick: {text: "a", big: 1}) { __typename } }');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
    expect(served.calls.length).toBe(0);
  });

  test('a member without fields cannot be chosen by false', async () => {
    const { errors } = await served.query('{ echoChoice(pick: {nothing: false}) { __typename } }');
    expect(errors).toMatchObject([
      {
        path: ['echoChoice'],
        extensions: {
          code: 'INVALID_ARGUMENT',
          violations: [
            {
              field: 'nothing',
              argument: ['pick', 'nothing'],
              description: expect.stringContaining('true') as unknown,
            },
          ],
        },
      },
    ]);
    expect(served.calls.length).toBe(0);
  });
});

describe('maps', () => {
  test('entries go in as a map and come out sorted by key, as numbers where keys are numbers', async () => {
    reply = {
      texts: { b: '2', B: '3', a: '1', '': '0' },
      circles: { '10': { radius: 1 }, '9': {}, '-1': {} },
      doubles: { '9223372036854775807': 1, '-5': 'NaN' },
      blobs: { '18446744073709551615': 'AA==' },
      colours: { true: 'COLOUR_RED', false: 99 },
      values: { a: null, b: [1] },
    };
    const entries = '{ key value }';
    expect(
      await data(
        `{ echoMaps { texts ${entries} circles { key value { radius } } doubles ${entries} blobs ${entries} colours ${entries} values ${entries} } }`,
      ),
    ).toEqual({
      texts: [
        { key: '', value: '0' },
        { key: 'B', value: '3' },
        { key: 'a', value: '1' },
        { key: 'b', value: '2' },
      ],
      circles: [
        { key: -1, value: { radius: 0 } },
        { key: 9, value: { radius: 0 } },
        { key: 10, value: { radius: 1 } },
      ],
      doubles: [
        { key: '-5', value: null },
        { key: '9223372036854775807', value: 1 },
      ],
      blobs: [{ key: '18446744073709551615', value: 'AA==' }],
      colours: [
        { key: false, value: null },
        { key: true, value: 'RED' },
      ],
      values: [
        { key: 'a', value: null },
        { key: 'b', value: [1] },
      ],
    });
  });

  test('keys of every kind arrive', async () => {
    expect(
      await sent(`{ echoMaps(
        texts: [{key: "constructor", value: "a"}, {key: "", value: "b"}]
        circles: [{key: -1, value: {radius: 2}}]
        doubles: [{key: 9007199254740993, value: 1.5}]
        blobs: [{key: 18446744073709551615, value: "AA"}]
        colours: [{key: true, value: RED}]
        values: [{key: "n", value: null}]) { __typename } }`),
    ).toEqual({
      texts: { constructor: 'a', '': 'b' },
      circles: { '-1': { radius: 2 } },
      doubles: { '9007199254740993': 1.5 },
      blobs: { '18446744073709551615': 'AA==' },
      colours: { true: 'COLOUR_RED' },
      values: { n: null },
    });
  });

  test('a key that is given twice is refused before any call', async () => {
    const { errors } = await served.query(
      '{ echoMaps(doubles: [{key: 1, value: 1}, {key: "01", value: 2}]) { __typename } }',
    );
    expect(errors).toMatchObject([
      {
        message: 'doubles has the key "1" more than once',
        extensions: { code: 'INVALID_ARGUMENT', violations: [{ field: 'doubles', argument: ['doubles'] }] },
      },
    ]);
    expect(served.calls.length).toBe(0);
  });

  test('of keys given twice many times over the first twenty are told, and how many there are', async () => {
    const entries = '{key: 1, value: 1} '.repeat(100);
    const { errors } = await served.query(`{ echoMaps(doubles: [${entries}]) { __typename } }`);
    expect(errors).toMatchObject([{ message: 'doubles has the key "1" more than once (and 98 more)' }]);
    expect(errors?.[0]?.extensions).toMatchObject({ violations: { length: 20 } });
  });
});

test('names that JavaScript objects have by birth are names like others', async () => {
  expect(
    await sent(
      'mutation { odd(constructor: "a", hasOwnProperty: 1, _odd_name: "b", _2nd: "c", x__typename: "d") { constructor } }',
    ),
  ).toEqual({ constructor: 'a', hasOwnProperty: 1, '@odd-name': 'b', '2nd': 'c', __typename: 'd' });
  reply = {};
  expect(
    await data(
      'mutation { odd { constructor toString hasOwnProperty valueOf { key } _odd_name _2nd x__typename } }',
    ),
  ).toEqual({
    constructor: '',
    toString: '',
    hasOwnProperty: 0,
    valueOf: [],
    _odd_name: '',
    _2nd: '',
    x__typename: '',
  });
});

test('annotated fields: required must be given, input-only cannot be asked for, output-only cannot be given', async () => {
  const refusals = await Promise.all([
    served.query('{ echoNotes(tags: [], circle: {}) { name } }'),
    served.query('{ echoNotes(must: "a", tags: [], circle: {}) { secret } }'),
    served.query('{ echoNotes(must: "a", tags: [], circle: {}, shown: "b") { name } }'),
  ]);
  expect(refusals.map(({ errors }) => errors?.[0]?.message)).toEqual([
    expect.stringContaining('must:'),
    expect.stringContaining('"secret"'),
    expect.stringContaining('shown'),
  ]);
  expect(served.calls.length).toBe(0);
  expect(
    await data(
      '{ echoNotes(name: "notes/1", number: 7, must: "a", tags: [], circle: {}, secret: "s") { name number owner } }',
    ),
  ).toEqual({
    name: 'notes/1',
    number: '7',
    owner: '',
  });
  expect(requestOf(served.calls[0])).toEqual({
    name: 'notes/1',
    number: '7',
    must: 'a',
    circle: {},
    secret: 's',
  });
});
