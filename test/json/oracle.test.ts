// The codec library's own JSON reader and writer as oracle, on generated messages and on damaged texts.
// Documented differences: integers of 64 bits are exact from any spelling, numbers and keys have JSON's form only,
// times are of the calendar, members of a oneof may be null, and floats are written shorter.
import { fromBinary, fromJsonString, toBinary, toJsonString } from '@bufbuild/protobuf';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GatewayError } from '../../core/error.ts';
import type { CompiledTypes } from '../harness/compile-types.ts';
import { asLibrary } from './as-library.ts';
import { compileKinds } from './kinds.ts';

const SEED = 20260801;
const NAME = 'kinds.v1.Kinds';
let types: CompiledTypes;
beforeAll(async () => {
  types = await compileKinds();
});

function oracle(json: string): Uint8Array | undefined {
  try {
    return toBinary(
      types.message(NAME),
      fromJsonString(types.message(NAME), json, { registry: types.registry }),
    );
  } catch {
    return undefined;
  }
}

function ours(json: string): Uint8Array | undefined {
  try {
    return types.codec(NAME).jsonToWire(json);
  } catch (error) {
    expect(error).toBeInstanceOf(GatewayError);
    return undefined;
  }
}

const int32 = fc.integer();
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const int64 = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String);
const uint64 = fc.bigInt(0n, 2n ** 64n - 1n).map(String);
const float = fc.float().map((value) => special(value));
const double = fc.double().map((value) => special(value));
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const bytes = fc.uint8Array({ maxLength: 12 }).map((value) => Buffer.from(value).toString('base64'));
const color = fc.constantFrom('COLOR_UNSPECIFIED', 'COLOR_RED', 'COLOR_NEGATIVE', 7);
const timestamp = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((value) => value.toISOString());
const duration = fc.integer({ min: -1e9, max: 1e9 }).map((seconds) => `${seconds}s`);
const free = fc.jsonValue({ maxDepth: 3 }).map(withoutNegativeZero);
const object = fc.dictionary(text, free, { maxKeys: 4 });

function special(value: number): number | string {
  if (Object.is(value, -0)) return 0;
  return Number.isFinite(value) ? value : String(value);
}

function withoutNegativeZero(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

const kinds = fc.letrec((tie) => ({
  kinds: fc.record(
    {
      int32Value: int32,
      sint32Value: int32,
      sfixed32Value: int32,
      uint32Value: uint32,
      fixed32Value: uint32,
      int64Value: int64,
      sint64Value: int64,
      sfixed64Value: int64,
      uint64Value: uint64,
      fixed64Value: uint64,
      floatValue: float,
      doubleValue: double,
      boolValue: fc.boolean(),
      stringValue: text,
      bytesValue: bytes,
      color,
      child: fc.option(tie('kinds'), { maxDepth: 2, depthIdentifier: 'kinds' }),
      optionalInt: int32,
      otherName: text,
      ints: fc.array(int32, { maxLength: 4 }),
      longs: fc.array(int64, { maxLength: 4 }),
      texts: fc.array(text, { maxLength: 4 }),
      colors: fc.array(color, { maxLength: 4 }),
      textMap: fc.dictionary(text, text, { maxKeys: 4 }),
      longMap: fc.dictionary(int64, int64, { maxKeys: 4 }),
      colorMap: fc.dictionary(text, color, { maxKeys: 4 }),
      choiceLong: int64,
      timestamp,
      duration,
      struct: object,
      value: free,
      listValue: fc.array(free, { maxLength: 4 }),
      wrappedInt64: int64,
      wrappedString: text,
      wrappedBytes: bytes,
      values: fc.array(free, { maxLength: 3 }),
      timestamps: fc.array(timestamp, { maxLength: 3 }),
    },
    { requiredKeys: [] },
  ),
})).kinds;

describe('the codec agrees with the library', () => {
  test('on every message it can read: the same bytes, and the same text back', () => {
    fc.assert(
      fc.property(kinds, (value) => {
        const json = JSON.stringify(value);
        const expected = oracle(json);
        const wire = ours(json);
        expect(expected).toBeDefined();
        expect(Buffer.from(wire ?? [])).toEqual(Buffer.from(expected ?? []));
        const message = fromBinary(types.message(NAME), wire ?? new Uint8Array());
        const theirs = toJsonString(types.message(NAME), message, { registry: types.registry });
        const back = types
          .codec(NAME)
          .wireToJson(wire ?? new Uint8Array())
          .toString();
        expect(JSON.parse(asLibrary(back, theirs))).toEqual(JSON.parse(theirs));
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  test('on unquoted 64-bit integers, once they are quoted for it', () => {
    fc.assert(
      fc.property(int64, uint64, (signed, unsigned) => {
        expect(ours(`{"int64Value":${signed},"uint64Value":${unsigned}}`)).toEqual(
          oracle(`{"int64Value":"${signed}","uint64Value":"${unsigned}"}`),
        );
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('on damaged texts: what it refuses, we refuse; what both accept has the same bytes', () => {
    const damaged = fc
      .tuple(kinds, fc.nat(), fc.constantFrom('', '"', '{', ']', ',', '5', 'null', '\\', 'e', '-', '\u0001'))
      .map(([value, at, mark]) => {
        const json = JSON.stringify(value);
        const index = at % (json.length + 1);
        return json.slice(0, index) + mark + json.slice(index + 1);
      });
    fc.assert(
      fc.property(damaged, (json) => {
        const expected = oracle(json);
        const wire = ours(json);
        const isAllowed =
          wire === undefined || (expected !== undefined && Buffer.compare(wire, expected) === 0);
        expect({ json, isAllowed: isAllowed || isDocumented(json) }).toEqual({ json, isAllowed: true });
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  test('and throws nothing but GatewayErrors for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (json) => {
        ours(json);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });
});

/** The library rounds unquoted integers of 64 bits, and refuses their exponents and fractions in strings. */
function isDocumented(json: string): boolean {
  return /[0-9]{16,}|[0-9]e-?[0-9]|null/.test(json);
}
