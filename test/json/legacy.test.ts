// proto2 and editions. Source: transcoding reference, section 6: groups, required, extensions, closed enums.
import { create, fromBinary, toBinary, toJson } from '@bufbuild/protobuf';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { CompiledTypes } from '../harness/compile-types.ts';
import { compileKinds } from './kinds.ts';

let types: CompiledTypes;
beforeAll(async () => {
  types = await compileKinds();
});

function roundTrip(name: string, json: string): string {
  const codec = types.codec(name);
  return codec.wireToJson(codec.jsonToWire(json)).toString();
}

function violationsOf(name: string, json: string): unknown {
  try {
    types.codec(name).jsonToWire(json);
  } catch (error) {
    return (error as { violations?: unknown }).violations;
  }
  return 'accepted';
}

describe('proto2', () => {
  test.each([
    ['presence is kept', '{"id":0,"shade":"LIGHT"}', '{"id":0,"shade":"LIGHT"}'],
    ['a default is not written', '{"id":1}', '{"id":1}'],
    ['a group goes by its lower-case name', '{"id":1,"box":{"width":3}}', '{"id":1,"box":{"width":3}}'],
    [
      'an extension',
      '{"id":1,"[kinds.v2.ext_long]":9007199254740993}',
      '{"id":1,"[kinds.v2.ext_long]":"9007199254740993"}',
    ],
    ['a repeated extension', '{"id":1,"[kinds.v2.ext_ints]":[1,2]}', '{"id":1,"[kinds.v2.ext_ints]":[1,2]}'],
    [
      'an extension declared inside a message',
      '{"id":1,"[kinds.v2.Scope.inner]":"x"}',
      '{"id":1,"[kinds.v2.Scope.inner]":"x"}',
    ],
    [
      'an extension that is a message',
      '{"id":1,"[kinds.v2.ext_legacy]":{"id":2}}',
      '{"id":1,"[kinds.v2.ext_legacy]":{"id":2}}',
    ],
  ])('%s', (_name, input, output) => {
    expect(roundTrip('kinds.v2.Legacy', input)).toBe(output);
  });

  test.each([
    ['a required field is missing', '{}', 'id', 'the field is required'],
    ['a required field is null', '{"id":null}', 'id', 'the field is required'],
    ['in a nested message', '{"id":1,"next":{"next":{"id":1}}}', 'next.id', 'the field is required'],
    ['in a list', '{"id":1,"more":[{"id":1},{}]}', 'more[1].id', 'the field is required'],
    [
      'in an extension',
      '{"id":1,"[kinds.v2.ext_legacy]":{}}',
      '["[kinds.v2.ext_legacy]"].id',
      'the field is required',
    ],
    [
      'a closed enum takes its own numbers only',
      '{"id":1,"shade":7}',
      'shade',
      'expected one of LIGHT, DARK, found 7',
    ],
    ['in a list, too', '{"id":1,"shades":[1,7]}', 'shades[1]', 'expected one of LIGHT, DARK, found 7'],
    ['in a map, too', '{"id":1,"byName":{"a":7}}', 'byName.a', 'expected one of LIGHT, DARK, found 7'],
    ['a group by its type name', '{"id":1,"Box":{}}', 'Box', 'there is no such field'],
    [
      'an unknown extension',
      '{"id":1,"[kinds.v2.nope]":1}',
      '["[kinds.v2.nope]"]',
      'there is no such extension of this message',
    ],
    [
      'an extension of another message',
      '{"id":1,"[kinds.v2.not_for_legacy]":1}',
      '["[kinds.v2.not_for_legacy]"]',
      'there is no such extension of this message',
    ],
    [
      'an extension without its brackets',
      '{"id":1,"kinds.v2.ext_long":1}',
      '["kinds.v2.ext_long"]',
      'there is no such field',
    ],
    [
      'a wrong value of an extension',
      '{"id":1,"[kinds.v2.ext_long]":"x"}',
      '["[kinds.v2.ext_long]"]',
      'expected an integer from -2^63 to 2^63-1, found "x"',
    ],
  ])('refused: %s', (_name, json, field, description) => {
    expect(violationsOf('kinds.v2.Legacy', json)).toEqual([{ field, description }]);
  });

  test('every missing required field is named at once', () => {
    expect(violationsOf('kinds.v2.Legacy', '{"more":[{},{}]}')).toHaveLength(3);
  });

  test('a reply without its required field is no such message', () => {
    expect(() => types.codec('kinds.v2.Legacy').wireToJson(new Uint8Array())).toThrow();
  });

  test('an unknown number of a closed enum stays an unknown field', () => {
    // id = 1, shade (field 2) = 7
    const wire = Uint8Array.of(0x08, 0x01, 0x10, 0x07);
    expect(types.codec('kinds.v2.Legacy').wireToJson(wire).toString()).toBe('{"id":1}');
  });
});

describe('editions', () => {
  const name = 'kinds.e2023.Modern';
  test.each([
    ['explicit and implicit presence', '{"explicit":0,"implicit":0,"needed":0}', '{"explicit":0,"needed":0}'],
    ['a delimited message', '{"needed":1,"delimited":{"needed":2}}', '{"needed":1,"delimited":{"needed":2}}'],
    ['an expanded list', '{"needed":1,"expanded":[1,2]}', '{"needed":1,"expanded":[1,2]}'],
    ['a closed enum', '{"needed":1,"closed":"CLOSED_ONE"}', '{"needed":1,"closed":"CLOSED_ONE"}'],
  ])('%s', (_name, input, output) => {
    expect(roundTrip(name, input)).toBe(output);
  });

  test('a delimited message is a group on the wire', () => {
    const wire = types.codec(name).jsonToWire('{"needed":1,"delimited":{"needed":2}}');
    // needed = 3: 0x18; delimited = 4, start group 0x23, end group 0x24
    expect([...wire]).toEqual([0x18, 0x01, 0x23, 0x18, 0x02, 0x24]);
  });

  test('an expanded list has a tag per item', () => {
    const wire = types.codec(name).jsonToWire('{"needed":1,"expanded":[7,8]}');
    expect([...wire]).toEqual([0x18, 0x01, 0x28, 0x07, 0x28, 0x08]);
  });

  test.each([
    ['{}', [{ field: 'needed', description: 'the field is required' }]],
    ['{"needed":1,"closed":5}', [{ field: 'closed', description: 'expected one of CLOSED_ONE, found 5' }]],
  ])('refused: %s', (json, violations) => {
    expect(violationsOf(name, json)).toEqual(violations);
  });
});

describe('the order of what is written', () => {
  test('is that of field numbers, not of declaration', () => {
    const type = types.message('kinds.v1.Shuffled');
    const wire = toBinary(type, create(type, { third: 'c', first: 'a', second: 'b' }));
    expect(types.codec('kinds.v1.Shuffled').wireToJson(wire).toString()).toBe(
      '{"first":"a","second":"b","third":"c"}',
    );
  });

  test('does not depend on the order of arrival', () => {
    const codec = types.codec('kinds.v1.Shuffled');
    expect(codec.wireToJson(codec.jsonToWire('{"third":"c","second":"b","first":"a"}'))).toEqual(
      codec.wireToJson(codec.jsonToWire('{"first":"a","second":"b","third":"c"}')),
    );
  });
});

describe('what is written', () => {
  const name = 'kinds.v1.Kinds';
  test('unknown fields are dropped', () => {
    // int32_value = 1, field 9999 varint 5
    const wire = Uint8Array.of(0x08, 0x01, 0xf8, 0xf0, 0x04, 0x05);
    expect(types.codec(name).wireToJson(wire).toString()).toBe('{"int32Value":1}');
  });

  test('text and value agree', () => {
    const type = types.message(name);
    const codec = types.codec(name);
    const json =
      '{"int64Value":"5","doubleValue":"NaN","bytesValue":"AA==","struct":{"a":[1]},"color":"COLOR_RED"}';
    const wire = codec.jsonToWire(json);
    expect(JSON.parse(codec.wireToJson(wire).toString())).toEqual(codec.wireToValue(wire));
    expect(codec.wireToValue(wire)).toEqual(
      toJson(type, fromBinary(type, wire), { registry: types.registry }),
    );
    expect(codec.valueToWire(codec.wireToValue(wire))).toEqual(wire);
  });

  test.each([
    ['a truncated field', [0x08]],
    ['an over-long varint', [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ['a length beyond the end', [0x72, 0x7f, 0x61]],
    ['a group that is not closed', [0x0b]],
    ['field number 0', [0x00, 0x01]],
    ['wire type 7', [0x0f]],
  ])('bytes that are no message are refused: %s', (_name, bytes) => {
    expect(() => types.codec(name).wireToJson(Uint8Array.from(bytes))).toThrow();
  });

  test('messages nested 101 deep are refused', () => {
    let wire = new Uint8Array();
    // child = 17, length-delimited: tag 0x8a 0x01
    for (let level = 1; level < 101; level += 1) {
      const length = wire.length < 128 ? [wire.length] : [(wire.length & 0x7f) | 0x80, wire.length >> 7];
      wire = Uint8Array.from([0x8a, 0x01, ...length, ...wire]);
    }
    expect(() => types.codec(name).wireToJson(wire)).toThrow();
    expect(() => types.codec(name).wireToJson(wire.subarray(4))).not.toThrow();
  });
});
