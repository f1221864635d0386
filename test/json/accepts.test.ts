// What ProtoJSON takes for each kind, and what it means. Source: transcoding reference, section 6, "Reading".
// The meaning is written by hand as canonical JSON; its wire bytes come from the codec library.
import { fromJsonString, toBinary } from '@bufbuild/protobuf';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { CompiledTypes } from '../harness/compile-types.ts';
import { compileKinds } from './kinds.ts';

let types: CompiledTypes;
beforeAll(async () => {
  types = await compileKinds();
});

const MAX_INT64 = '9223372036854775807';
const MIN_INT64 = '-9223372036854775808';
const MAX_UINT64 = '18446744073709551615';

/** Input and its canonical form, which is also what the codec must write for it. */
function accepts(rows: readonly (readonly [input: string, canonical: string])[]): void {
  test.each(rows)('%s', (input, canonical) => {
    const name = 'kinds.v1.Kinds';
    const codec = types.codec(name);
    const wire = codec.jsonToWire(input);
    const expected = fromJsonString(types.message(name), canonical, { registry: types.registry });
    expect(Buffer.from(wire)).toEqual(Buffer.from(toBinary(types.message(name), expected)));
    expect(codec.wireToJson(wire).toString()).toBe(canonical);
  });
}

describe('names: JSON name and proto name', () => {
  accepts([
    ['{"int32Value":1}', '{"int32Value":1}'],
    ['{"int32_value":1}', '{"int32Value":1}'],
    ['{"otherName":"x"}', '{"otherName":"x"}'],
    ['{"renamed":"x"}', '{"otherName":"x"}'],
    ['{"_leading":"AA=="}', '{"Leading":"AA=="}'],
    ['{"Leading":"AA=="}', '{"Leading":"AA=="}'],
    ['{"with2Digits":"x"}', '{"with2Digits":"x"}'],
    ['{"with_2_digits":"x"}', '{"with2Digits":"x"}'],
    ['{"int32\\u0056alue":1}', '{"int32Value":1}'],
    ['{}', '{}'],
  ]);
});

describe('32-bit integers: number or string, integral in any spelling', () => {
  accepts([
    ['{"int32Value":2147483647}', '{"int32Value":2147483647}'],
    ['{"int32Value":-2147483648}', '{"int32Value":-2147483648}'],
    ['{"int32Value":"2147483647"}', '{"int32Value":2147483647}'],
    ['{"int32Value":1e5}', '{"int32Value":100000}'],
    ['{"int32Value":"1e5"}', '{"int32Value":100000}'],
    ['{"int32Value":100000.0}', '{"int32Value":100000}'],
    ['{"int32Value":"100000.0"}', '{"int32Value":100000}'],
    ['{"int32Value":1.5e1}', '{"int32Value":15}'],
    ['{"int32Value":120E-1}', '{"int32Value":12}'],
    ['{"int32Value":-0}', '{}'],
    ['{"int32Value":0e999999}', '{}'],
    ['{"sint32Value":-2147483648}', '{"sint32Value":-2147483648}'],
    ['{"sfixed32Value":2147483647}', '{"sfixed32Value":2147483647}'],
    ['{"uint32Value":4294967295}', '{"uint32Value":4294967295}'],
    ['{"uint32Value":"4294967295"}', '{"uint32Value":4294967295}'],
    ['{"fixed32Value":4.294967295e9}', '{"fixed32Value":4294967295}'],
    ['{"optionalInt":0}', '{"optionalInt":0}'],
  ]);
});

describe('64-bit integers: exact, quoted or not, and written as strings', () => {
  accepts([
    [`{"int64Value":${MAX_INT64}}`, `{"int64Value":"${MAX_INT64}"}`],
    [`{"int64Value":"${MAX_INT64}"}`, `{"int64Value":"${MAX_INT64}"}`],
    [`{"int64Value":${MIN_INT64}}`, `{"int64Value":"${MIN_INT64}"}`],
    ['{"int64Value":9007199254740993}', '{"int64Value":"9007199254740993"}'],
    ['{"int64Value":"9007199254740993"}', '{"int64Value":"9007199254740993"}'],
    ['{"int64Value":9007199254740993.0}', '{"int64Value":"9007199254740993"}'],
    ['{"int64Value":"9007199254740993.0"}', '{"int64Value":"9007199254740993"}'],
    ['{"int64Value":9.007199254740993e15}', '{"int64Value":"9007199254740993"}'],
    ['{"int64Value":90071992547409930e-1}', '{"int64Value":"9007199254740993"}'],
    ['{"int64Value":1e3}', '{"int64Value":"1000"}'],
    ['{"int64Value":"1e3"}', '{"int64Value":"1000"}'],
    ['{"int64Value":-0}', '{}'],
    [`{"sint64Value":${MIN_INT64}}`, `{"sint64Value":"${MIN_INT64}"}`],
    [`{"sfixed64Value":${MAX_INT64}}`, `{"sfixed64Value":"${MAX_INT64}"}`],
    [`{"uint64Value":${MAX_UINT64}}`, `{"uint64Value":"${MAX_UINT64}"}`],
    [`{"uint64Value":"${MAX_UINT64}"}`, `{"uint64Value":"${MAX_UINT64}"}`],
    [`{"fixed64Value":${MAX_UINT64}.000}`, `{"fixed64Value":"${MAX_UINT64}"}`],
    ['{"longs":[9007199254740993,"9007199254740993"]}', '{"longs":["9007199254740993","9007199254740993"]}'],
    [
      '{"longMap":{"9007199254740993":9007199254740993}}',
      '{"longMap":{"9007199254740993":"9007199254740993"}}',
    ],
    ['{"choiceLong":9007199254740993}', '{"choiceLong":"9007199254740993"}'],
    ['{"wrappedInt64":9007199254740993}', '{"wrappedInt64":"9007199254740993"}'],
    ['{"wrappedUint64":18446744073709551615}', '{"wrappedUint64":"18446744073709551615"}'],
    ['{"wrappedLongs":[9007199254740993]}', '{"wrappedLongs":["9007199254740993"]}'],
    [
      '{"children":[{"child":{"int64Value":9007199254740993}}]}',
      '{"children":[{"child":{"int64Value":"9007199254740993"}}]}',
    ],
  ]);
});

describe('floating point: number, quoted number, NaN and the infinities by name', () => {
  accepts([
    ['{"doubleValue":1.7976931348623157e308}', '{"doubleValue":1.7976931348623157e+308}'],
    // Its bits are not those of the default, and it comes back as it went.
    ['{"doubleValue":-0.0}', '{"doubleValue":-0}'],
    ['{"floatValue":"-0"}', '{"floatValue":-0}'],
    ['{"doubles":[0,-0,-0.0e5,"-0"]}', '{"doubles":[0,-0,-0,-0]}'],
    ['{"wrappedDouble":-0}', '{"wrappedDouble":-0}'],
    ['{"struct":{"a":-0,"b":[-0.0]},"value":-0}', '{"struct":{"a":-0,"b":[-0]},"value":-0}'],
    ['{"doubleValue":5e-324}', '{"doubleValue":5e-324}'],
    ['{"doubleValue":"1.5"}', '{"doubleValue":1.5}'],
    ['{"doubleValue":"1e-5"}', '{"doubleValue":0.00001}'],
    ['{"doubleValue":"NaN"}', '{"doubleValue":"NaN"}'],
    ['{"doubleValue":"Infinity"}', '{"doubleValue":"Infinity"}'],
    ['{"doubleValue":"-Infinity"}', '{"doubleValue":"-Infinity"}'],
    ['{"floatValue":1.5}', '{"floatValue":1.5}'],
    ['{"floatValue":"NaN"}', '{"floatValue":"NaN"}'],
    ['{"floatValue":"-Infinity"}', '{"floatValue":"-Infinity"}'],
    ['{"doubles":[0.1,"0.2"]}', '{"doubles":[0.1,0.2]}'],
    ['{"wrappedDouble":"NaN"}', '{"wrappedDouble":"NaN"}'],
  ]);
});

describe('bool, string, bytes, enum', () => {
  accepts([
    ['{"boolValue":true}', '{"boolValue":true}'],
    ['{"boolValue":false}', '{}'],
    ['{"stringValue":"é😀\\u0000\\ud83d\\ude00"}', '{"stringValue":"é😀\\u0000😀"}'],
    ['{"bytesValue":"+/8="}', '{"bytesValue":"+/8="}'],
    ['{"bytesValue":"+/8"}', '{"bytesValue":"+/8="}'],
    ['{"bytesValue":"-_8="}', '{"bytesValue":"+/8="}'],
    ['{"bytesValue":"-_8"}', '{"bytesValue":"+/8="}'],
    ['{"bytesValue":""}', '{}'],
    ['{"color":"COLOR_RED"}', '{"color":"COLOR_RED"}'],
    ['{"color":"COLOR_CRIMSON"}', '{"color":"COLOR_RED"}'],
    ['{"color":1}', '{"color":"COLOR_RED"}'],
    ['{"color":1.0}', '{"color":"COLOR_RED"}'],
    ['{"color":-1}', '{"color":"COLOR_NEGATIVE"}'],
    ['{"color":99}', '{"color":99}'],
    ['{"color":2147483647}', '{"color":2147483647}'],
    ['{"colors":["COLOR_RED",0,7]}', '{"colors":["COLOR_RED","COLOR_UNSPECIFIED",7]}'],
  ]);
});

describe('null is unset, but a value for Value and NullValue', () => {
  accepts([
    [
      '{"int32Value":null,"stringValue":null,"color":null,"child":null,"ints":null,"textMap":null,"wrappedInt32":null,"timestamp":null,"struct":null,"any":null,"bytesValue":null,"optionalInt":null}',
      '{}',
    ],
    ['{"choiceText":null}', '{}'],
    ['{"choiceText":null,"choiceLong":1}', '{"choiceLong":"1"}'],
    ['{"choiceLong":1,"choiceText":null}', '{"choiceLong":"1"}'],
    ['{"choiceChild":null,"choiceLong":1}', '{"choiceLong":"1"}'],
    ['{"choiceColor":null,"choiceLong":1}', '{"choiceLong":"1"}'],
    ['{"choiceNull":null}', '{"choiceNull":null}'],
    ['{"choiceValue":null}', '{"choiceValue":null}'],
    ['{"value":null}', '{"value":null}'],
    ['{"values":[null,1]}', '{"values":[null,1]}'],
    ['{"nullValue":null}', '{}'],
  ]);
});

describe('maps, lists and nested messages', () => {
  accepts([
    ['{"intMap":{"-1":"a","2":"b"}}', '{"intMap":{"2":"b","-1":"a"}}'],
    ['{"boolMap":{"true":true,"false":false}}', '{"boolMap":{"true":true,"false":false}}'],
    ['{"ulongMap":{"18446744073709551615":"x"}}', '{"ulongMap":{"18446744073709551615":"x"}}'],
    ['{"textMap":{"\\u0061":"x"}}', '{"textMap":{"a":"x"}}'],
    ['{"intMap":{"\\u0031":"x"}}', '{"intMap":{"1":"x"}}'],
    ['{"colorMap":{"a":"COLOR_RED","b":5}}', '{"colorMap":{"a":"COLOR_RED","b":5}}'],
    [
      '{"childMap":{"a":{"childMap":{"b":{"ints":[1]}}}}}',
      '{"childMap":{"a":{"childMap":{"b":{"ints":[1]}}}}}',
    ],
    ['{"ints":[]}', '{}'],
    ['{"children":[{},{"children":[{"ints":[1,2]}]}]}', '{"children":[{},{"children":[{"ints":[1,2]}]}]}'],
    ['{"child":{}}', '{"child":{}}'],
    ['{"empty":{}}', '{"empty":{}}'],
  ]);
});

describe('names that could touch a prototype are data', () => {
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];
  accepts(
    names.flatMap((name) => [
      [`{"textMap":{"${name}":"x"}}`, `{"textMap":{"${name}":"x"}}`] as const,
      [`{"childMap":{"${name}":{"int32Value":1}}}`, `{"childMap":{"${name}":{"int32Value":1}}}`] as const,
      [`{"struct":{"${name}":{"polluted":true}}}`, `{"struct":{"${name}":{"polluted":true}}}`] as const,
    ]),
  );
  test('and nothing was polluted', () => {
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
