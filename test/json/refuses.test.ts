// What ProtoJSON does not take. Source: transcoding reference, section 6, "refuse" and "Errors of reading".
import { beforeAll, describe, expect, test } from '@jest/globals';
import { GatewayError } from '../../core/error.ts';
import type { CompiledTypes } from '../harness/compile-types.ts';
import { compileKinds } from './kinds.ts';

let types: CompiledTypes;
beforeAll(async () => {
  types = await compileKinds();
});

function refusalOf(json: string, name = 'kinds.v1.Kinds'): GatewayError {
  try {
    types.codec(name).jsonToWire(json);
  } catch (error) {
    expect(error).toBeInstanceOf(GatewayError);
    return error as GatewayError;
  }
  throw new Error(`accepted: ${json.slice(0, 200)}`);
}

/** Input, the JSON paths of all violations, and a word of the first description. */
function refuses(rows: readonly (readonly [input: string, paths: readonly string[], words: string])[]): void {
  test.each(rows)('%s', (input, paths, words) => {
    const error = refusalOf(input);
    expect(error.code).toBe('invalid_argument');
    expect(error.violations.map(({ field }) => field)).toEqual(paths);
    expect(error.violations[0]?.description).toContain(words);
    // Nothing of the codec library and no full type name reaches a client.
    expect(JSON.stringify([error.message, error.violations])).not.toMatch(/kinds\.v1|cannot decode|google\./);
  });
}

const INT32 = 'an integer from -2147483648 to 2147483647';
const INT64 = 'an integer from -2^63 to 2^63-1';
const UINT64 = 'an integer from 0 to 2^64-1';

describe('names', () => {
  refuses([
    ['{"nope":1}', ['nope'], 'there is no such field'],
    ['{"INT32VALUE":1}', ['INT32VALUE'], 'there is no such field'],
    ['{"Int32Value":1}', ['Int32Value'], 'there is no such field'],
    ['{"int32-value":1}', ['int32-value'], 'there is no such field'],
    ['{"":1}', ['[""]'], 'there is no such field'],
    ['{"a b":1}', ['["a b"]'], 'there is no such field'],
    ['{"__proto__":1}', ['__proto__'], 'there is no such field'],
    ['{"toString":1}', ['toString'], 'there is no such field'],
    ['{"child":{"children":[{},{"nope":1}]}}', ['child.children[1].nope'], 'there is no such field'],
    ['{"childMap":{"x y":{"nope":1}}}', ['childMap["x y"].nope'], 'there is no such field'],
    ['{"int32Value":1,"int32_value":1}', ['int32_value'], 'twice, as int32Value and as int32_value'],
    ['{"renamed":"a","otherName":"b"}', ['otherName'], 'twice'],
    ['{"int32Value":null,"int32_value":1}', ['int32_value'], 'twice'],
    ['{"[kinds.v2.ext_long]":1}', ['["[kinds.v2.ext_long]"]'], 'no such extension'],
  ]);
});

describe('integers of 32 bits', () => {
  const values = [
    '2147483648',
    '-2147483649',
    '1.5',
    '1e10',
    '2147483647.0000000001',
    '1e-1',
    '"+1"',
    '"01"',
    '"-01"',
    '""',
    '" 1"',
    '"1 "',
    '"1\\n"',
    '"12abc"',
    '"0x10"',
    '"0b1"',
    '"0o7"',
    '"1_000"',
    '"１"',
    '"NaN"',
    '"Infinity"',
    '".5e1"',
    '"5."',
    'true',
    'false',
    '[]',
    '{}',
    '"null"',
  ];
  refuses(
    values.map((value) => [`{"int32Value":${value}}`, ['int32Value'], `expected ${INT32}, found `] as const),
  );
  refuses([
    ['{"uint32Value":-1}', ['uint32Value'], 'an integer from 0 to 4294967295, found -1'],
    ['{"uint32Value":4294967296}', ['uint32Value'], 'an integer from 0 to 4294967295'],
    ['{"fixed32Value":"-1"}', ['fixed32Value'], 'found "-1"'],
    ['{"ints":[1,"x",3,2147483648]}', ['ints[1]', 'ints[3]'], INT32],
    ['{"ints":[null]}', ['ints[0]'], 'found null'],
    ['{"ints":{"0":1}}', ['ints'], 'expected a list, found an object'],
    ['{"ints":1}', ['ints'], 'expected a list, found 1'],
    ['{"wrappedInt32":"x"}', ['wrappedInt32'], INT32],
    ['{"wrappedInt32":{"value":1}}', ['wrappedInt32'], 'found an object'],
  ]);
});

describe('integers of 64 bits', () => {
  refuses([
    ['{"int64Value":9223372036854775808}', ['int64Value'], `${INT64}, found 9223372036854775808`],
    ['{"int64Value":-9223372036854775809}', ['int64Value'], INT64],
    ['{"int64Value":"9223372036854775808"}', ['int64Value'], INT64],
    ['{"int64Value":9007199254740993.5}', ['int64Value'], INT64],
    ['{"int64Value":1e30}', ['int64Value'], INT64],
    ['{"int64Value":1e999999999}', ['int64Value'], INT64],
    ['{"int64Value":"a"}', ['int64Value'], 'found "a"'],
    ['{"int64Value":""}', ['int64Value'], INT64],
    ['{"int64Value":"0x10"}', ['int64Value'], INT64],
    ['{"int64Value":"+5"}', ['int64Value'], INT64],
    ['{"int64Value":" 5"}', ['int64Value'], INT64],
    ['{"int64Value":"1n"}', ['int64Value'], INT64],
    ['{"int64Value":true}', ['int64Value'], INT64],
    ['{"uint64Value":-1}', ['uint64Value'], UINT64],
    ['{"uint64Value":18446744073709551616}', ['uint64Value'], UINT64],
    ['{"fixed64Value":"-1"}', ['fixed64Value'], UINT64],
    ['{"longMap":{"a":1}}', ['longMap.a'], `the key must be ${INT64}`],
    ['{"longMap":{"1":"x"}}', ['longMap["1"]'], INT64],
  ]);
});

describe('floating point', () => {
  refuses([
    ['{"doubleValue":1e400}', ['doubleValue'], 'found 1e400'],
    ['{"doubleValue":-1e400}', ['doubleValue'], 'found -1e400'],
    ['{"doubleValue":"1e400"}', ['doubleValue'], 'a number'],
    ['{"doubleValue":"nan"}', ['doubleValue'], 'a number'],
    ['{"doubleValue":"inf"}', ['doubleValue'], 'a number'],
    ['{"doubleValue":"+Infinity"}', ['doubleValue'], 'a number'],
    ['{"doubleValue":"0x10"}', ['doubleValue'], 'a number'],
    ['{"doubleValue":"+1.5"}', ['doubleValue'], 'a number'],
    ['{"doubleValue":".5"}', ['doubleValue'], 'a number'],
    ['{"doubleValue":"5."}', ['doubleValue'], 'a number'],
    ['{"doubleValue":""}', ['doubleValue'], 'a number'],
    ['{"doubleValue":" 1"}', ['doubleValue'], 'a number'],
    ['{"doubleValue":true}', ['doubleValue'], 'a number'],
    ['{"floatValue":1e39}', ['floatValue'], 'in the range of a float'],
    ['{"floatValue":"-1e39"}', ['floatValue'], 'in the range of a float'],
    ['{"wrappedFloat":1e39}', ['wrappedFloat'], 'in the range of a float'],
  ]);
});

describe('bool, string, bytes, enum', () => {
  refuses([
    ['{"boolValue":1}', ['boolValue'], 'expected true or false, found 1'],
    ['{"boolValue":0}', ['boolValue'], 'true or false'],
    ['{"boolValue":"true"}', ['boolValue'], 'true or false'],
    ['{"boolValue":"True"}', ['boolValue'], 'true or false'],
    ['{"stringValue":1}', ['stringValue'], 'expected a string, found 1'],
    ['{"stringValue":["a"]}', ['stringValue'], 'expected a string, found a list'],
    ['{"texts":["a",1]}', ['texts[1]'], 'expected a string'],
    ['{"bytesValue":"*"}', ['bytesValue'], 'expected a base64 string'],
    ['{"bytesValue":"a"}', ['bytesValue'], 'expected a base64 string'],
    ['{"bytesValue":"AA AA"}', ['bytesValue'], 'expected a base64 string'],
    ['{"bytesValue":"AAAA\\n"}', ['bytesValue'], 'expected a base64 string'],
    ['{"bytesValue":"é"}', ['bytesValue'], 'expected a base64 string'],
    ['{"bytesValue":5}', ['bytesValue'], 'expected a base64 string'],
    [
      '{"color":"PURPLE"}',
      ['color'],
      'one of COLOR_UNSPECIFIED, COLOR_RED, COLOR_CRIMSON, COLOR_NEGATIVE, found "PURPLE"',
    ],
    ['{"color":"color_red"}', ['color'], 'one of'],
    ['{"color":"1"}', ['color'], 'one of'],
    ['{"color":1.5}', ['color'], 'one of'],
    ['{"color":2147483648}', ['color'], 'one of'],
    ['{"color":1.00000000000000000001}', ['color'], 'one of'],
    ['{"color":true}', ['color'], 'one of'],
    ['{"colors":["COLOR_RED","PURPLE",null]}', ['colors[1]', 'colors[2]'], 'one of'],
    ['{"colorMap":{"a":"PURPLE"}}', ['colorMap.a'], 'one of'],
  ]);
});

describe('messages, oneofs, maps and lists', () => {
  refuses([
    ['null', [''], 'expected an object, found null'],
    ['[]', [''], 'expected an object, found a list'],
    ['5', [''], 'expected an object, found 5'],
    ['"{}"', [''], 'expected an object'],
    ['{"child":[]}', ['child'], 'expected an object, found a list'],
    ['{"child":"x"}', ['child'], 'expected an object, found "x"'],
    ['{"children":[null]}', ['children[0]'], 'expected an object, found null'],
    ['{"children":[{},[]]}', ['children[1]'], 'expected an object'],
    ['{"children":{}}', ['children'], 'expected a list'],
    ['{"choiceText":"a","choiceLong":1}', ['choiceLong'], 'only one of choiceText and choiceLong may be set'],
    ['{"choice_text":"a","choiceChild":{}}', ['choiceChild'], 'only one of'],
    ['{"choiceNull":null,"choiceLong":1}', ['choiceLong'], 'only one of choiceNull and choiceLong'],
    ['{"choice":"x"}', ['choice'], 'there is no such field'],
    ['{"textMap":[]}', ['textMap'], 'an object of keys and values'],
    ['{"textMap":{"a":null}}', ['textMap.a'], 'expected a string, found null'],
    ['{"textMap":{"a":1}}', ['textMap.a'], 'expected a string'],
    ['{"intMap":{"x":"a"}}', ['intMap.x'], 'the key must be'],
    ['{"intMap":{"":"a"}}', ['intMap[""]'], 'the key must be'],
    ['{"intMap":{"01":"a"}}', ['intMap["01"]'], 'the key must be'],
    ['{"intMap":{"0x1":"a"}}', ['intMap["0x1"]'], 'the key must be'],
    ['{"intMap":{"2147483648":"a"}}', ['intMap["2147483648"]'], 'the key must be'],
    ['{"intMap":{"1":"a","1.0":"b"}}', ['intMap["1.0"]'], 'the key is there twice'],
    ['{"intMap":{"0":"a","-0":"b"}}', ['intMap["-0"]'], 'the key is there twice'],
    ['{"boolMap":{"True":true}}', ['boolMap.True'], 'the key must be true or false'],
    ['{"boolMap":{"1":true}}', ['boolMap["1"]'], 'the key must be true or false'],
    ['{"ulongMap":{"-1":"a"}}', ['ulongMap["-1"]'], 'the key must be'],
    ['{"childMap":{"a":null}}', ['childMap.a'], 'expected an object, found null'],
  ]);
});

describe('all violations at once, in JSON paths', () => {
  test('of different kinds and depths', () => {
    const error = refusalOf(
      '{"nope":1,"int32Value":"x","child":{"boolValue":1,"children":[{"color":"X"}]},"ints":[1,"y"],"textMap":{"k":2},"timestamp":"soon"}',
    );
    expect(error.violations.map(({ field }) => field).sort()).toEqual([
      'child.boolValue',
      'child.children[0].color',
      'int32Value',
      'ints[1]',
      'nope',
      'textMap.k',
      'timestamp',
    ]);
    expect(error.message).toMatch(/ \(and 6 more\)$/);
  });

  test('up to 20', () => {
    const bad = Array.from({ length: 50 }, () => '"x"').join(',');
    expect(refusalOf(`{"ints":[${bad}]}`).violations).toHaveLength(20);
  });

  test('each field once', () => {
    const error = refusalOf('{"children":[{"int64Value":"x","boolValue":"x"}]}');
    expect(error.violations.map(({ field }) => field)).toEqual([
      'children[0].int64Value',
      'children[0].boolValue',
    ]);
  });

  test('a long value is not repeated whole', () => {
    expect(refusalOf(`{"int32Value":"${'x'.repeat(100_000)}"}`).message.length).toBeLessThan(250);
    expect(refusalOf(`{"color":"${'x'.repeat(100_000)}"}`).message.length).toBeLessThan(250);
    expect(refusalOf(`{"${'x'.repeat(100_000)}":1}`).message.length).toBeLessThan(300);
  });
});

describe('nesting of messages', () => {
  const nested = (levels: number): string => `${'{"child":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
  test('100 levels are accepted', () => {
    expect(() => types.codec('kinds.v1.Kinds').jsonToWire(nested(100))).not.toThrow();
  });
  test.each([[101], [150], [200]])('%i are refused, and the place is told', (levels) => {
    const error = refusalOf(nested(levels));
    expect(error.violations).toEqual([
      {
        field: Array.from({ length: 100 }, () => 'child').join('.'),
        description: 'nesting is deeper than 100 levels',
      },
    ]);
  });
  test('through lists and maps, too', () => {
    const list = `${'{"children":['.repeat(100)}{}${']}'.repeat(100)}`;
    expect(refusalOf(list).violations[0]?.description).toBe('nesting is deeper than 100 levels');
    const map = `${'{"childMap":{"a":'.repeat(100)}{}${'}}'.repeat(100)}`;
    expect(refusalOf(map).violations[0]?.description).toBe('nesting is deeper than 100 levels');
  });
});

// Half a mebibyte: what takes quadratic time takes minutes already; processor time, since machines are shared.
describe('a refusal takes bounded time, whatever the body holds (security class 13)', () => {
  const size = 512 * 1024;
  test.each([
    ['zeros before the last digit of an int64', `{"int64Value":0.${'0'.repeat(size)}1}`],
    ['digits of an int64', `{"int64Value":${'9'.repeat(size)}}`],
    ['digits of a quoted int64', `{"int64Value":"${'9'.repeat(size)}"}`],
    ['digits of an int32', `{"int32Value":"${'1'.repeat(size)}"}`],
    ['digits of a double', `{"doubleValue":"${'9'.repeat(size)}"}`],
    ['zeros and ones in turn', `{"int64Value":${'10'.repeat(size / 2)}.5}`],
    ['one bad integer behind many good ones', `{"ints":[${'1,'.repeat(size / 2 - 10)}"x"]}`],
    ['one bad text behind many good ones', `{"texts":[${'"a",'.repeat(size / 4 - 10)}5]}`],
    ['one bad enum behind many good ones', `{"colors":[${'0,'.repeat(size / 2 - 10)}"X"]}`],
    ['one bad map value behind many', `{"textMap":{${manyEntries(30_000)},"last":5}}`],
    ['many messages and one bad', `{"children":[${'{},'.repeat(20_000)}{"boolValue":5}]}`],
    ['more messages than can be', `{"children":[${'{},'.repeat(170_000)}{}]}`],
    ['more messages than can be, deeper', `{"child":{"children":[${'{},'.repeat(170_000)}{}]}}`],
    ['more free values than can be', `{"struct":{"a":[${'1,'.repeat(1_000_001)}1]}}`],
    ['a long bad duration', `{"duration":"${'1'.repeat(size)}"}`],
    ['a long bad timestamp', `{"timestamp":"${'2'.repeat(size)}"}`],
    ['long bad bytes', `{"bytesValue":"${'A'.repeat(size)}*"}`],
  ])('%s', (_name, json) => {
    const start = process.cpuUsage();
    refusalOf(json);
    const { user } = process.cpuUsage(start);
    expect(user / 1e6).toBeLessThan(5);
  });
});

function manyEntries(count: number): string {
  return Array.from({ length: count }, (_, index) => `"k${index}":"v"`).join(',');
}
