// Random wire bytes of a message type, from a seed: mostly well-formed, in no particular order, with repeats, unknown
// fields, wrong wire types, broken lengths and bytes that are no UTF-8 now and then. Reads descriptors only; it shares
// nothing with the codecs that are tested with it.
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';

/** Deterministic numbers from 0 to 1 (a 32-bit xorshift). */
export function createRandom(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
}

export interface WireOptions {
  /** Chance that a record is odd: out of order, twice, unknown, of another wire type, cut short. */
  readonly oddity: number;
}

const TEXTS = [
  '',
  'a',
  'name',
  'naïve',
  '東京',
  '🐉',
  '"quoted"\\',
  '\u0000\n\u001f\u007f',
  '__proto__',
  '1',
  '007',
  'x'.repeat(70),
];
const INTEGERS = [
  0n,
  1n,
  2n,
  127n,
  128n,
  300n,
  -1n,
  2n ** 31n - 1n,
  -(2n ** 31n),
  2n ** 32n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
const DOUBLES = [
  0,
  -0,
  1,
  -1.5,
  0.1,
  1e21,
  1e-7,
  5e-324,
  Number.MAX_VALUE,
  Number.NaN,
  Number.POSITIVE_INFINITY,
];

export function randomWire(
  message: DescMessage,
  random: () => number,
  options: WireOptions,
  depth = 0,
): Uint8Array {
  const fields = message.fields.filter(() => random() < (depth > 2 ? 0.15 : 0.5));
  if (random() < options.oddity) fields.sort(() => random() - 0.5);
  else fields.sort((a, b) => a.number - b.number);
  const records = fields.flatMap((field) => fieldRecords(field, random, options, depth));
  if (random() < options.oddity) records.push(...records.slice(0, 2));
  if (random() < options.oddity)
    records.push(record(19_999, 0, varint(7n)), record(536_870_911, 2, prefixed(new Uint8Array(3))));
  const wire = Buffer.concat(records);
  if (depth === 0 && random() < options.oddity / 2) return damaged(wire, random);
  return wire;
}

function damaged(wire: Buffer, random: () => number): Uint8Array {
  if (wire.length === 0) return wire;
  const at = Math.floor(random() * wire.length);
  if (random() < 0.5) return wire.subarray(0, at);
  const copy = Buffer.from(wire);
  copy[at] = Math.floor(random() * 256);
  return copy;
}

function fieldRecords(
  field: DescField,
  random: () => number,
  options: WireOptions,
  depth: number,
): Uint8Array[] {
  const count = field.fieldKind === 'list' || field.fieldKind === 'map' ? Math.floor(random() * 4) : 1;
  const isGroup =
    (field.fieldKind === 'message' || field.fieldKind === 'list') &&
    'delimitedEncoding' in field &&
    field.delimitedEncoding;
  if (field.fieldKind === 'map') {
    return Array.from({ length: count }, () =>
      record(field.number, 2, prefixed(entry(field, random, options, depth))),
    );
  }
  const wireType = wireTypeOf(field);
  if (isGroup && field.message !== undefined) {
    const { message } = field;
    return Array.from({ length: count }, () =>
      Buffer.concat([
        varint(BigInt(field.number * 8 + 3)),
        randomWire(message, random, options, depth + 1),
        varint(BigInt(field.number * 8 + 4)),
      ]),
    );
  }
  const values = Array.from({ length: count }, () => value(field, random, options, depth));
  const isPackable = field.fieldKind === 'list' && wireType !== 2;
  if (isPackable && random() < 0.7) return [record(field.number, 2, prefixed(Buffer.concat(values)))];
  const odd = random() < options.oddity / 4 ? (wireType + 1) % 6 : wireType;
  return values.map((one) => record(field.number, odd, one));
}

function entry(
  field: DescField & { fieldKind: 'map' },
  random: () => number,
  options: WireOptions,
  depth: number,
): Uint8Array {
  const key = record(1, scalarWireType(field.mapKey), scalar(field.mapKey, random));
  const item = record(2, wireTypeOf(field), value(field, random, options, depth));
  const dice = random();
  if (dice < options.oddity / 2) return item;
  if (dice < options.oddity) return key;
  return dice < options.oddity * 1.5 ? Buffer.concat([item, key]) : Buffer.concat([key, item]);
}

function value(field: DescField, random: () => number, options: WireOptions, depth: number): Uint8Array {
  if (field.message !== undefined) {
    return prefixed(depth > 4 ? new Uint8Array() : messageBytes(field.message, random, options, depth + 1));
  }
  if (field.enum !== undefined) {
    const known = pick(field.enum.values, random).number;
    return varint(BigInt(random() < options.oddity ? 4242 : known));
  }
  return scalar(field.scalar ?? ScalarType.STRING, random);
}

/** Well-known types get values that their JSON can hold, or they would all be refused. */
function messageBytes(
  message: DescMessage,
  random: () => number,
  options: WireOptions,
  depth: number,
): Uint8Array {
  if (random() < options.oddity) return randomWire(message, random, options, depth);
  switch (message.typeName) {
    case 'google.protobuf.Timestamp': {
      const seconds = BigInt(Math.floor(random() * 315_537_897_600) - 62_135_596_800);
      return Buffer.concat([
        record(1, 0, varint(seconds)),
        record(2, 0, varint(BigInt(pick([0, 5, 120_000_000, 999_999_000], random)))),
      ]);
    }
    case 'google.protobuf.Duration':
      return Buffer.concat([record(1, 0, varint(pick([0n, 3n, -3n, 315_576_000_000n], random)))]);
    case 'google.protobuf.Value':
      return pick(
        [
          () => record(1, 0, varint(0n)),
          () => record(2, 1, double(random() * 1000)),
          () => record(3, 2, scalar(ScalarType.STRING, random)),
          () => record(4, 0, varint(1n)),
          () => (depth > 6 ? record(4, 0, varint(0n)) : randomWire(message, random, { oddity: 0 }, depth)),
        ],
        random,
      )();
    case 'google.protobuf.Any':
      return new Uint8Array();
    case 'google.protobuf.FieldMask':
      return record(1, 2, prefixed(Buffer.from(pick(['a', 'foo_bar.baz', 'x_y'], random))));
    default:
      return randomWire(message, random, options, depth);
  }
}

function scalar(type: ScalarType, random: () => number): Uint8Array {
  switch (type) {
    case ScalarType.DOUBLE:
      return double(pick(DOUBLES, random));
    case ScalarType.FLOAT: {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatLE(
        Math.fround(
          pick(
            DOUBLES.filter((one) => Math.abs(one) < 1e30),
            random,
          ),
        ),
      );
      return bytes;
    }
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32: {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(Number(BigInt.asUintN(32, pick(INTEGERS, random))));
      return bytes;
    }
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64: {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt.asUintN(64, pick(INTEGERS, random)));
      return bytes;
    }
    case ScalarType.STRING:
      return prefixed(
        random() < 0.02 ? Buffer.from([0x61, 0xed, 0xa0, 0x80]) : Buffer.from(pick(TEXTS, random)),
      );
    case ScalarType.BYTES:
      return prefixed(Buffer.from(pick(TEXTS, random)));
    case ScalarType.BOOL:
      return varint(random() < 0.5 ? 0n : 1n);
    default:
      return varint(pick(INTEGERS, random));
  }
}

function wireTypeOf(field: DescField): number {
  if (field.message !== undefined) return 2;
  return field.enum !== undefined ? 0 : scalarWireType(field.scalar ?? ScalarType.STRING);
}

function scalarWireType(type: ScalarType): number {
  switch (type) {
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return 1;
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return 5;
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return 2;
    default:
      return 0;
  }
}

function record(number: number, wireType: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([varint(BigInt(number) * 8n + BigInt(wireType)), bytes]);
}

function prefixed(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([varint(BigInt(bytes.length)), bytes]);
}

function varint(signed: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, signed);
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function double(number: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(number);
  return bytes;
}

function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)] as T;
}
