// A `float` is written as the shortest number that reads back as it, a `double` as the shortest of its own.
// Sources: transcoding reference, section 6; rows as protobuf's Go, Java and C++ print them.
import { create, toBinary, toJson } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, test } from '@jest/globals';
import { DEFAULT_OUTPUT } from '../../core/rest-options.ts';
import { createCodec } from '../../translators/json/codec.ts';
import { createFieldWriter, createJsonWriter } from '../../translators/json/json-writer.ts';
import { createLibraryCodec } from '../../translators/json/library-codec.ts';
import { shortestFloat } from '../../translators/json/shortest-float.ts';
import { asLibrary } from './as-library.ts';
import { compileKinds } from './kinds.ts';
import { shortestByTrial } from './shortest-by-trial.ts';
import { createRandom } from './wire-generator.ts';

const kinds = await compileKinds();
const type = kinds.message('kinds.v1.Kinds');
const codec = createCodec(type, kinds.registry);
const library = createLibraryCodec(type, kinds.registry);

function floatOf(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0] ?? 0;
}

const ROWS: readonly (readonly [written: string, shown: string])[] = [
  ['0.1', '0.1'],
  ['-0.1', '-0.1'],
  ['0.10000000149011612', '0.1'],
  ['3.14159274', '3.1415927'],
  ['16777217', '16777216'],
  // As short as 1073741800, and nearer.
  ['1073741824', '1073741824'],
  ['1e10', '10000000000'],
  ['1.8446744e19', '18446744073709552000'],
  ['1e21', '1e+21'],
  ['123456.7', '123456.7'],
  ['0.00001', '0.00001'],
  ['1e-7', '1e-7'],
  ['3.4028234663852886e38', '3.4028235e+38'],
  ['1.17549435e-38', '1.1754944e-38'],
  ['1.401298464324817e-45', '1e-45'],
  ['2097152.25', '2097152.2'],
  ['9.5367431640625e-7', '9.536743e-7'],
  ['-0', '-0'],
  ['"NaN"', '"NaN"'],
  ['"-Infinity"', '"-Infinity"'],
];

describe.each(ROWS)('%s as a float is shown as %s', (written, shown) => {
  test('in a field, by the tables', () => {
    expect(codec.wireToJson(codec.jsonToWire(`{"floatValue":${written}}`)).toString()).toBe(
      `{"floatValue":${shown}}`,
    );
  });

  test('in a field and in a wrapper, by the library', () => {
    const json = `{"floatValue":${written},"wrappedFloat":${written}}`;
    expect(library.wireToJson(library.jsonToWire(json)).toString()).toBe(
      `{"floatValue":${shown},"wrappedFloat":${shown}}`,
    );
  });

  test('and what is shown reads back as the same float', () => {
    const wire = codec.jsonToWire(`{"floatValue":${written}}`);
    expect(codec.jsonToWire(`{"floatValue":${shown}}`)).toEqual(wire);
    expect(library.jsonToWire(`{"floatValue":${shown}}`)).toEqual(wire);
  });
});

describe('what is no float keeps its digits', () => {
  const json =
    '{"doubleValue":0.10000000149011612,"doubles":[0.10000000149011612],"struct":{"a":0.10000000149011612},' +
    '"wrappedDouble":0.10000000149011612}';

  test('by the tables', () => {
    expect(codec.wireToJson(codec.jsonToWire(json)).toString()).toBe(json);
  });

  test('by the library', () => {
    expect(library.wireToJson(library.jsonToWire(json)).toString()).toBe(json);
  });
});

describe('wherever it stands', () => {
  const inner = toBinary(AnySchema, {
    ...create(AnySchema, { typeUrl: 'type.googleapis.com/kinds.v1.Kinds' }),
    value: codec.jsonToWire('{"floatValue":0.1,"doubleValue":0.1}'),
  });
  const any = createLibraryCodec(AnySchema, kinds.registry);

  test('inside of an Any', () => {
    expect(JSON.parse(any.wireToJson(inner).toString())).toEqual({
      '@type': 'type.googleapis.com/kinds.v1.Kinds',
      floatValue: 0.1,
      doubleValue: 0.1,
    });
  });

  test('as a wrapper inside of an Any', () => {
    const json = { '@type': 'type.googleapis.com/google.protobuf.FloatValue', value: 0.1 };
    expect(JSON.parse(any.wireToJson(any.jsonToWire(JSON.stringify(json))).toString())).toEqual(json);
  });

  test('alone, as a whole answer', () => {
    const field = type.fields.find(({ name }) => name === 'float_value');
    const options = { types: kinds.registry, output: DEFAULT_OUTPUT };
    const write = field && createFieldWriter(type, field, options);
    expect(write?.(codec.jsonToWire('{"floatValue":0.1}')).toString()).toBe('0.1');
  });

  test('under every choice of output', () => {
    const output = { defaults: true, protoNames: true, enumsAsNumbers: true, int64AsNumbers: true };
    const write = createJsonWriter(type, { types: kinds.registry, output });
    const json = write(codec.jsonToWire('{"floatValue":0.1,"int64Value":"9007199254740993"}')).toString();
    expect(json).toContain('"float_value":0.1,');
    expect(json).toContain('"int64_value":9007199254740993,');
  });

  test('as a value for GraphQL', () => {
    expect(codec.wireToValue(codec.jsonToWire('{"floatValue":0.1}'))).toEqual({ floatValue: 0.1 });
    expect(library.wireToValue(codec.jsonToWire('{"floatValue":0.1}'))).toEqual({ floatValue: 0.1 });
  });
});

describe('against other ways to find it', () => {
  const random = createRandom(20_261_121);
  const patterns = [
    // Powers of two, whose neighbours are not equally far, and what is beside them.
    ...Array.from({ length: 255 }, (_, exponent) =>
      [-1, 0, 1].map((beside) => Math.max(1, exponent * 2 ** 23 + beside)),
    ).flat(),
    ...Array.from({ length: 2_000 }, () => 1 + Math.floor(random() * (255 * 2 ** 23 - 2))),
    // Amounts, percentages, degrees.
    ...Array.from(
      { length: 1_000 },
      (_, index) => new Uint32Array(Float32Array.of((index + 1) * 0.37).buffer)[0] ?? 0,
    ),
  ];

  test('trying every number of digits in exact arithmetic gives the same', () => {
    const differences = patterns
      .map(floatOf)
      // Integers without an exponent are as long whatever their digits are.
      .filter((value) => !Number.isInteger(value) || value >= 1e21)
      .filter((value) => !Object.is(shortestFloat(value), shortestByTrial(value)));
    expect(differences).toEqual([]);
  });

  test('the library writes the same float, and never shorter', () => {
    for (const bits of patterns) {
      const value = floatOf(bits);
      const message = create(type, { floatValue: value });
      const theirs = JSON.stringify(toJson(type, message));
      const ours = codec.wireToJson(toBinary(type, message)).toString();
      expect(asLibrary(ours, theirs)).toBe(theirs);
      expect(ours.length).toBeLessThanOrEqual(theirs.length);
    }
  });
});
