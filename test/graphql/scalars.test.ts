// Custom scalars, each way in. Source: graphql reference, section 3.3.
import { describe, expect, test } from '@jest/globals';
import { parseConstValue } from 'graphql';
import type { CustomScalar } from '../../core/graph.ts';
import { createScalars } from '../../translators/graphql/scalars.ts';

const scalars = createScalars();

const asVariable = (name: CustomScalar, value: unknown): unknown => scalars[name].coerceInputValue(value);
const asLiteral = (name: CustomScalar, text: string): unknown =>
  scalars[name].coerceInputLiteral?.(parseConstValue(text));

describe('as variables', () => {
  test.each<[CustomScalar, unknown, unknown]>([
    ['Int64', '9223372036854775807', '9223372036854775807'],
    ['Int64', '-9223372036854775808', '-9223372036854775808'],
    ['Int64', 9007199254740991, '9007199254740991'],
    ['Int64', -9007199254740991, '-9007199254740991'],
    ['Int64', 0, '0'],
    ['Int64', -0, '0'],
    ['Int64', '-0', '0'],
    ['Int64', '007', '7'],
    ['UInt64', '18446744073709551615', '18446744073709551615'],
    ['UInt64', '0', '0'],
    ['UInt32', 0, 0],
    ['UInt32', 4_000_000_000, 4_000_000_000],
    ['UInt32', 4_294_967_295, 4_294_967_295],
    ['Bytes', '+/8=', '+/8='],
    ['Bytes', '+/8', '+/8='],
    ['Bytes', '-_8=', '+/8='],
    ['Bytes', '-_8', '+/8='],
    ['Bytes', '', ''],
    ['DateTime', '2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
    ['DateTime', '0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
    ['DateTime', '9999-12-31T23:59:59.999999999Z', '9999-12-31T23:59:59.999999999Z'],
    ['DateTime', '2024-02-29T00:00:00+05:30', '2024-02-29T00:00:00+05:30'],
    ['Duration', '1.5s', '1.5s'],
    ['Duration', '-0.000000001s', '-0.000000001s'],
    ['Duration', '315576000000s', '315576000000s'],
    ['Duration', '315576000000.000s', '315576000000.000s'],
    ['FieldMask', 'title,author.displayName', 'title,author.displayName'],
    ['JSON', null, null],
    ['JSON', [1, 'a', { b: null }], [1, 'a', { b: null }]],
    ['JSONObject', { a: 1 }, { a: 1 }],
    ['Any', { '@type': 'x/a.B', c: 1 }, { '@type': 'x/a.B', c: 1 }],
    ['Any', {}, {}],
  ])('%s takes %j as %j', (name, value, expected) => {
    expect(asVariable(name, value)).toEqual(expected);
  });

  test.each<[CustomScalar, unknown, RegExp]>([
    ['Int64', '9223372036854775808', /from -9223372036854775808 to 9223372036854775807/],
    ['Int64', '-9223372036854775809', /from -9223372036854775808/],
    ['Int64', 9007199254740992, /may have been rounded; send it as text/],
    ['Int64', 1e300, /may have been rounded/],
    ['Int64', 1.5, /must be an integer/],
    ['Int64', Number.POSITIVE_INFINITY, /must be an integer/],
    ['Int64', '1e5', /decimal digits/],
    ['Int64', '+1', /decimal digits/],
    ['Int64', ' 1', /decimal digits/],
    ['Int64', '', /decimal digits/],
    ['Int64', '9'.repeat(100_000), /decimal digits/],
    ['Int64', true, /not boolean/],
    ['Int64', ['1'], /not a list/],
    ['UInt64', '-1', /from 0 to 18446744073709551615/],
    ['UInt64', '18446744073709551616', /from 0 to 18446744073709551615/],
    ['UInt64', -1, /from 0/],
    ['UInt32', -1, /from 0 to 4294967295/],
    ['UInt32', 4_294_967_296, /from 0 to 4294967295/],
    ['UInt32', 0.5, /must be an integer/],
    ['UInt32', '1', /not string/],
    ['Bytes', 'a', /base64/],
    ['Bytes', 'ab=', /base64/],
    ['Bytes', 'ab===', /base64/],
    ['Bytes', '+_8=', /base64/],
    ['Bytes', 'a b=', /base64/],
    ['Bytes', 1, /not number/],
    ['DateTime', '2026-02-29T00:00:00Z', /RFC 3339/],
    ['DateTime', '1900-02-29T00:00:00Z', /RFC 3339/],
    ['DateTime', '2026-13-01T00:00:00Z', /RFC 3339/],
    ['DateTime', '2026-01-01T24:00:00Z', /RFC 3339/],
    ['DateTime', '2026-01-01T00:00:60Z', /RFC 3339/],
    ['DateTime', '2026-01-01T00:00:00', /with an offset/],
    ['DateTime', '0000-01-01T00:00:00Z', /years 0001 to 9999/],
    ['DateTime', '2026-01-01T00:00:00.0000000001Z', /RFC 3339/],
    ['DateTime', 0, /not number/],
    ['Duration', '1.5', /ending s/],
    ['Duration', '1.0000000001s', /nine decimals/],
    ['Duration', '315576000000.000000001s', /up to 315576000000s/],
    ['Duration', '--1s', /ending s/],
    ['FieldMask', ['a'], /not a list/],
    ['JSONObject', [], /must be a JSON object/],
    ['JSONObject', 'a', /must be a JSON object/],
    ['Any', { a: 1 }, /"@type"/],
    ['Any', 'a', /"@type"/],
  ])('%s refuses %j', (name, value, message) => {
    expect(() => asVariable(name, value)).toThrow(message);
  });
});

describe('as literals', () => {
  test.each<[CustomScalar, string, unknown]>([
    ['Int64', '9223372036854775807', '9223372036854775807'],
    ['Int64', '-9223372036854775808', '-9223372036854775808'],
    ['Int64', '9007199254740993', '9007199254740993'],
    ['Int64', '"9007199254740993"', '9007199254740993'],
    ['UInt64', '18446744073709551615', '18446744073709551615'],
    ['UInt32', '4000000000', 4_000_000_000],
    ['Bytes', '"-_8"', '+/8='],
    ['DateTime', '"2026-01-02T03:04:05Z"', '2026-01-02T03:04:05Z'],
    ['Duration', '"1.5s"', '1.5s'],
    ['FieldMask', '"a.b"', 'a.b'],
    ['JSON', '{a: [1, 2.5, "x", true, null], b: {}}', { a: [1, 2.5, 'x', true, null], b: {} }],
    ['JSON', 'null', null],
    ['JSONObject', '{a: 1}', { a: 1 }],
  ])('%s takes %s', (name, text, expected) => {
    expect(asLiteral(name, text)).toEqual(expected);
  });

  test('a JSON literal has no prototype that a key could reach', () => {
    expect(Object.getPrototypeOf(asLiteral('JSON', '{__proto__: {polluted: true}}'))).toBeNull();
  });

  test.each<[CustomScalar, string, RegExp]>([
    ['Int64', '9223372036854775808', /from -9223372036854775808/],
    ['Int64', '1.0', /not 1\.0/],
    ['Int64', 'true', /not true/],
    ['UInt32', '"1"', /not "1"/],
    ['UInt32', '4294967296', /from 0 to 4294967295/],
    ['Bytes', '1', /not 1/],
    ['DateTime', '0', /not 0/],
    ['JSONObject', '[1]', /must be a JSON object/],
    ['Any', '{a: 1}', /send it as a variable/],
  ])('%s refuses %s', (name, text, message) => {
    expect(() => asLiteral(name, text)).toThrow(message);
  });
});
