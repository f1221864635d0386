// Requests of joins on the wire. The oracle is the codec that takes values, which is the library's.
import { describe, expect, test } from '@jest/globals';
import type { JsonValue } from '../../../core/json.ts';
import type { Operation } from '../../../core/operation.ts';
import { encodeRequest } from '../../../gateway/graphql/joins/encode-request.ts';
import { compile, operationsOf, proto3 } from '../sources.ts';

const SHOP = proto3(
  `service Shop { rpc Get(Asked) returns (Asked); }
  message Asked {
    repeated string names = 1;
    string parent_name = 2;
    optional string note = 3;
    oneof way { string by = 4; string via = 5; }
    int64 number = 6;
    bytes raw = 7;
    google.protobuf.FieldMask mask = 8;
    repeated Asked inner = 9;
    map<string, string> labels = 10;
  }`,
  'shop.v1',
);

const [get] = operationsOf('shop', compile({ 'shop.proto': SHOP }), ['shop.proto']) as readonly [Operation];

const nothing = (entries: object): JsonValue => Object.assign(Object.create(null), entries) as JsonValue;

describe('bytes are those of the value', () => {
  test.each<[string, JsonValue]>([
    ['keys', { names: ['a', 'ß', '😀', '"\\\n\u0000', ''] }],
    ['no keys', { names: [] }],
    ['a text beside them', { names: ['a'], parentName: 'shelves/s1' }],
    ['an empty text, of no presence and of some', { parentName: '', note: '' }],
    ['a member of a oneof, empty', { by: '' }],
    ['an object without a prototype', nothing({ names: ['a'] })],
    ['a number, bytes, a mask, messages and a map', { number: '7', raw: 'AAE=', mask: 'by,parentName' }],
    ['messages and a map', { inner: [{ names: ['a'] }], labels: { a: 'b' } }],
    ['null for a text', { parentName: null, names: ['a'] }],
  ])('%s', (_what, request) => {
    const { codec } = get.input;
    const encoded = encodeRequest(get, request);
    expect([...encoded.wire()]).toEqual([...codec.valueToWire(request)]);
  });
});

describe('what is no such message is refused as its value is', () => {
  test.each<[string, JsonValue]>([
    ['half a character', { names: ['\ud800'] }],
    ['both members of a oneof', { by: 'a', via: 'b' }],
    ['a number for a text', { names: [7] }],
    ['a text for a list', { names: 'a' }],
    ['a list for a text', { parentName: ['a'] }],
    ['a field that it does not have', { constructor: 'a' }],
    ['no object', ['a']],
  ])('%s', (_what, request) => {
    const refusal = (encode: () => unknown): unknown => {
      try {
        return { bytes: encode() };
      } catch (error) {
        return error;
      }
    };
    const expected = refusal(() => get.input.codec.valueToWire(request));
    expect(expected).toBeInstanceOf(Error);
    expect(refusal(() => encodeRequest(get, request).wire())).toEqual(expected);
  });
});
