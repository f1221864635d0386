// The types with a JSON form of their own, both ways. Source: transcoding reference, section 6, "Well-known types".
import { fromJsonString, toBinary } from '@bufbuild/protobuf';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type CompiledTypes, compileTypes } from '../harness/compile-types.ts';
import { compileKinds } from './kinds.ts';

let types: CompiledTypes;
let anys: CompiledTypes;
beforeAll(async () => {
  types = await compileKinds();
  anys = await compileTypes([{ path: 'anys.proto', content: ANYS }]);
});

const ANYS = `
syntax = "proto2";
package anys.v1;
import "google/protobuf/any.proto";
message Holder {
  repeated google.protobuf.Any anys = 1;
  map<int32, google.protobuf.Any> any_map = 2;
  oneof choice { google.protobuf.Any chosen_any = 3; }
  extensions 100 to 200;
}
extend Holder {
  optional google.protobuf.Any more = 100;
  repeated google.protobuf.Any many = 101;
}
message Kind { optional int32 number = 1; }
service Takes { rpc Take(Holder) returns (Holder); }
`;

const NAME = 'kinds.v1.Kinds';

/** Values of one field that are written as they are read, unless another form is given. */
function roundTrips(field: string, rows: readonly (string | readonly [string, string])[]): void {
  test.each(rows.map((row) => (typeof row === 'string' ? ([row, row] as const) : row)))(
    `${field}: %s`,
    (input, output) => {
      const codec = types.codec(NAME);
      const wire = codec.jsonToWire(`{"${field}":${input}}`);
      expect(codec.wireToJson(wire).toString()).toBe(`{"${field}":${output}}`);
      const canonical = fromJsonString(types.message(NAME), `{"${field}":${output}}`, {
        registry: types.registry,
      });
      expect(Buffer.from(wire)).toEqual(Buffer.from(toBinary(types.message(NAME), canonical)));
    },
  );
}

function refuses(field: string, values: readonly string[], at = field): void {
  test.each(values.map((value) => [value]))(`${field} is not %s`, (value) => {
    expect(() => types.codec(NAME).jsonToWire(`{"${field}":${value}}`)).toThrow(
      expect.objectContaining({
        code: 'invalid_argument',
        violations: [expect.objectContaining({ field: at })],
      }),
    );
  });
}

describe('Timestamp', () => {
  roundTrips('timestamp', [
    '"1970-01-01T00:00:00Z"',
    '"2024-02-29T23:59:59Z"',
    '"2000-02-29T00:00:00Z"',
    '"0001-01-01T00:00:00Z"',
    '"9999-12-31T23:59:59.999999999Z"',
    '"1969-12-31T23:59:59.500Z"',
    ['"2024-01-01T00:00:00.5Z"', '"2024-01-01T00:00:00.500Z"'],
    ['"2024-01-01T00:00:00.000Z"', '"2024-01-01T00:00:00Z"'],
    ['"2024-01-01T00:00:00.0001Z"', '"2024-01-01T00:00:00.000100Z"'],
    ['"2024-01-01T00:00:00.000000001Z"', '"2024-01-01T00:00:00.000000001Z"'],
    ['"2024-01-01T02:00:00+02:00"', '"2024-01-01T00:00:00Z"'],
    ['"2023-12-31T16:30:00-07:30"', '"2024-01-01T00:00:00Z"'],
  ]);
  refuses('timestamp', [
    '""',
    '"soon"',
    '0',
    '{}',
    '"2024-01-01"',
    '"2024-01-01T00:00:00"',
    '"2024-01-01 00:00:00Z"',
    '"2024-01-01t00:00:00z"',
    '"2024-13-01T00:00:00Z"',
    '"2024-00-01T00:00:00Z"',
    '"2024-01-32T00:00:00Z"',
    '"2024-01-00T00:00:00Z"',
    '"2024-02-30T00:00:00Z"',
    '"2023-02-29T00:00:00Z"',
    '"1900-02-29T00:00:00Z"',
    '"2024-04-31T00:00:00Z"',
    '"2024-01-01T24:00:00Z"',
    '"2024-01-01T00:60:00Z"',
    '"2024-01-01T00:00:60Z"',
    '"2024-01-01T00:00:00.1234567890Z"',
    '"2024-01-01T00:00:00.Z"',
    '"2024-01-01T00:00:00+99:99"',
    '"0000-12-31T23:59:59Z"',
    '"0001-01-01T00:00:00+01:00"',
    '"10000-01-01T00:00:00Z"',
    '"2024-01-01T00:00:00Zx"',
    '" 2024-01-01T00:00:00Z"',
  ]);
});

describe('Duration', () => {
  roundTrips('duration', [
    '"0s"',
    '"1s"',
    '"-1s"',
    '"1.500s"',
    '"-0.500s"',
    '"0.000000001s"',
    '"315576000000s"',
    '"-315576000000s"',
    ['"1.5s"', '"1.500s"'],
    ['"1.000s"', '"1s"'],
    ['"1.0000001s"', '"1.000000100s"'],
  ]);
  refuses('duration', [
    '""',
    '"s"',
    '"1"',
    '1',
    '"1.5"',
    '"1.s"',
    '".5s"',
    '"+1s"',
    '"1s "',
    '" 1s"',
    '"1.5sgarbage"',
    '"1ss"',
    '"1.0000000001s"',
    '"1e3s"',
    '"--1s"',
    '"1m"',
    '"315576000001s"',
    '"-315576000001s"',
    '"NaNs"',
  ]);
});

describe('FieldMask', () => {
  roundTrips('mask', ['""', '"a"', '"fooBar"', '"fooBar,baz.quxQuux"', '"*"']);
  refuses('mask', ['"foo_bar"', '"foo__bar"', '"a.b_c"', '5', '[]', '["a"]']);
});

describe('wrappers are their bare value', () => {
  roundTrips('wrappedDouble', ['0', '1.5', '"NaN"']);
  roundTrips('wrappedFloat', ['0', '1.5']);
  roundTrips('wrappedInt64', ['"0"', '"-9223372036854775808"']);
  roundTrips('wrappedUint64', ['"18446744073709551615"']);
  roundTrips('wrappedInt32', ['0', '-1', ['"5"', '5']]);
  roundTrips('wrappedUint32', ['4294967295']);
  roundTrips('wrappedBool', ['true', 'false']);
  roundTrips('wrappedString', ['""', '"x"']);
  roundTrips('wrappedBytes', ['""', '"AA=="', ['"AA"', '"AA=="']]);
  refuses('wrappedBool', ['"true"', '1', '{"value":true}']);
  refuses('wrappedString', ['1', '{"value":"x"}']);
  refuses('wrappedUint32', ['-1', '4294967296', '1.5']);
});

describe('Struct, Value and ListValue are plain JSON', () => {
  roundTrips('struct', ['{}', '{"a":1,"b":"x","c":true,"d":null,"e":[1,[2]],"f":{"g":{}}}']);
  roundTrips('listValue', ['[]', '[1,"x",null,[],{}]']);
  roundTrips('value', [
    'null',
    'true',
    '"x"',
    '1.5',
    '{"a":[null]}',
    '[[]]',
    // Numbers in here are doubles: there is no type that says otherwise, and no string is made of them.
    ['9007199254740993', '9007199254740992'],
    ['1e3', '1000'],
  ]);
  refuses('struct', ['[]', '"x"', '5']);
  refuses('listValue', ['{}', '5']);
  refuses('value', ['1e400', '-1e400']);
  test('the place inside is told', () => {
    expect(() => types.codec(NAME).jsonToWire('{"struct":{"a":{"b":[1,1e999]}}}')).toThrow(
      expect.objectContaining({
        violations: [{ field: 'struct.a.b[1]', description: '1e999 is out of the range of a double' }],
      }),
    );
  });
});

describe('Any', () => {
  const url = 'type.googleapis.com';
  const same = (rows: readonly string[]) => {
    test.each(rows.map((row) => [row]))('%s', (any) => {
      const codec = types.codec(NAME);
      const written = JSON.parse(codec.wireToJson(codec.jsonToWire(`{"any":${any}}`)).toString());
      expect(written).toEqual({ any: JSON.parse(any) });
    });
  };
  same([
    '{}',
    `{"@type":"${url}/kinds.v1.Kinds"}`,
    `{"@type":"${url}/kinds.v1.Kinds","int64Value":"9007199254740993","child":{"ints":[1]}}`,
    `{"int32Value":1,"@type":"${url}/kinds.v1.Kinds","stringValue":"x"}`,
    `{"int32Value":1,"@type":"${url}/kinds.v1.Kinds"}`,
    `{"@type":"${url}/google.protobuf.Duration","value":"1s"}`,
    `{"value":"1s","@type":"${url}/google.protobuf.Duration"}`,
    `{"@type":"${url}/google.protobuf.Int64Value","value":"9007199254740993"}`,
    `{"@type":"${url}/google.protobuf.Struct","value":{"a":1}}`,
    `{"@type":"${url}/google.protobuf.Value","value":[1]}`,
    `{"@type":"${url}/google.protobuf.Any","value":{"@type":"${url}/kinds.v1.Shuffled","first":"x"}}`,
    `{"@type":"${url}/google.protobuf.Empty"}`,
    // The URL is the sender's: servers of Cosmos, for one, look it up as a whole.
    '{"@type":"/kinds.v1.Kinds","int32Value":1}',
    '{"@type":"kinds.v1.Kinds"}',
    '{"@type":"https://types.example.com/a/kinds.v1.Kinds"}',
    '{"@type":"/google.protobuf.Any","value":{"@type":"x/google.protobuf.Duration","value":"1s"}}',
    `{"@type":"${url}/kinds.v1.Kinds","any":{"@type":"/kinds.v1.Shuffled","first":"x"}}`,
    `{"@type":"${url}/kinds.v1.Kinds","child":{"any":{"@type":"/kinds.v1.Shuffled","first":"x"}}}`,
  ]);
  test.each([
    ['in a list', 'anys', [{ '@type': '/anys.v1.Kind' }, {}, { '@type': `${url}/anys.v1.Kind` }]],
    ['in a map', 'anyMap', { 7: { '@type': '/anys.v1.Kind' }, 8: { '@type': 'x/anys.v1.Kind' } }],
    ['in a oneof', 'chosenAny', { '@type': '/anys.v1.Kind', number: 1 }],
    ['in an extension', '[anys.v1.more]', { '@type': '/anys.v1.Kind' }],
    ['in a list that is an extension', '[anys.v1.many]', [{ '@type': '/anys.v1.Kind' }]],
  ])('a type URL of any host stays as it is %s', (_where, field, value) => {
    const codec = anys.codec('anys.v1.Holder');
    const json = { [field]: value };
    expect(JSON.parse(codec.wireToJson(codec.jsonToWire(JSON.stringify(json))).toString())).toEqual(json);
    expect(codec.wireToValue(codec.valueToWire(json))).toEqual(json);
  });
  test('an Empty may have the form that Go writes', () => {
    const codec = types.codec(NAME);
    const any = `{"@type":"${url}/google.protobuf.Empty"`;
    expect(codec.jsonToWire(`{"any":${any},"value":{}}}`)).toEqual(codec.jsonToWire(`{"any":${any}}}`));
  });
  test('an unquoted 64-bit integer inside is exact', () => {
    const codec = types.codec(NAME);
    const any = `{"@type":"${url}/kinds.v1.Kinds","int64Value":9007199254740993}`;
    expect(codec.wireToJson(codec.jsonToWire(`{"any":${any}}`)).toString()).toContain('"9007199254740993"');
  });
  refuses('any', ['[]', '5', '"x"']);
  refuses(
    'any',
    [
      '{"a":1}',
      '{"@type":""}',
      '{"@type":5}',
      `{"@type":"${url}/"}`,
      `{"@type":"${url}/nowhere.v1.Mystery"}`,
      '{"@type":"http://127.0.0.1/nowhere.v1.Mystery"}',
    ],
    'any.@type',
  );
  test.each([
    [`{"@type":"${url}/kinds.v1.Kinds","nope":1}`, 'any.nope'],
    [`{"@type":"${url}/google.protobuf.Empty","value":{"a":1}}`, 'any.value'],
    [`{"@type":"${url}/google.protobuf.Empty","value":[]}`, 'any.value'],
    [`{"@type":"${url}/kinds.v1.Kinds","child":{"boolValue":1}}`, 'any.child.boolValue'],
    [`{"@type":"${url}/google.protobuf.Duration","value":"x"}`, 'any.value'],
    [`{"@type":"${url}/google.protobuf.Duration"}`, 'any.value'],
    [`{"@type":"${url}/google.protobuf.Duration","value":"1s","more":1}`, 'any.more'],
  ])('what is wrong inside is told: %s', (any, field) => {
    expect(() => types.codec(NAME).jsonToWire(`{"any":${any}}`)).toThrow(
      expect.objectContaining({ violations: [expect.objectContaining({ field })] }),
    );
  });
});

describe('nesting counts inside Struct and Any, too', () => {
  const nest = (levels: number, open: string, close: string) => open.repeat(levels) + close.repeat(levels);
  test.each([
    ['objects in a Struct', `{"struct":${nest(90, '{"a":', '}').replace(':}', ':1}')}}`],
    ['lists in a Value', `{"value":${nest(90, '[', ']')}}`],
  ])('%s, 90 deep, are accepted', (_name, json) => {
    expect(() => types.codec(NAME).jsonToWire(json)).not.toThrow();
  });
  test.each([
    ['objects in a Struct', `{"struct":${nest(101, '{"a":', '}').replace(':}', ':1}')}}`],
    ['lists in a Value', `{"value":${nest(101, '[', ']')}}`],
    ['messages in an Any in an Any', nestedAny(101)],
  ])('%s, 101 deep, are refused', (_name, json) => {
    expect(() => types.codec(NAME).jsonToWire(json)).toThrow(/nesting is deeper than 100 levels/);
  });

  test.each([
    ['objects in a Struct', `{"struct":${nest(98, '{"a":', '}').replace(':}', ':1}')}}`],
    ['lists in a Value', `{"value":${nest(99, '[', ']')}}`],
  ])('what a request may hold, a reply may: %s', (_name, json) => {
    const codec = types.codec(NAME);
    expect(codec.wireToJson(codec.jsonToWire(json)).toString()).toBe(json);
  });
});

function nestedAny(levels: number): string {
  const open = '{"@type":"t/google.protobuf.Any","value":';
  return `{"any":${open.repeat(levels)}{}${'}'.repeat(levels)}}`;
}
