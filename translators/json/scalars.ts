// Reads numbers, bytes and times more strictly than the codec library, which takes "0x10" for 16, rounds
// 2147483647.0000000001, and 30 February for the first of March. What is left to it, it reads by the rules.
// Source: ProtoJSON; transcoding reference, section 6.
import { type DescEnum, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import type { JsonValue } from '../../core/json.ts';
import { isJsonNumber } from '../../core/json-number.ts';
import { describeEnum, describeMessage, describeScalar, expectedText } from './expected.ts';
import { exactInteger } from './integers.ts';
import { type JsonNode, JsonNumber, plainJson } from './scan.ts';
import { type Trail, trailText, type Violations } from './violations.ts';

/** Where a value stands, and where to say that it is wrong. */
export interface Spot {
  readonly path: Trail | undefined;
  readonly violations: Violations;
}

const INT32 = { least: -(2n ** 31n), most: 2n ** 31n - 1n, isLong: false };
const UINT32 = { least: 0n, most: 2n ** 32n - 1n, isLong: false };
const INT64 = { least: -(2n ** 63n), most: 2n ** 63n - 1n, isLong: true };
const UINT64 = { least: 0n, most: 2n ** 64n - 1n, isLong: true };

/** Integers of so many digits fit every type, but for their sign; they need no exact arithmetic. */
const MAX_SMALL_DIGITS = 9;

const INTEGERS: ReadonlyMap<ScalarType, typeof INT32> = new Map([
  [ScalarType.INT32, INT32],
  [ScalarType.SINT32, INT32],
  [ScalarType.SFIXED32, INT32],
  [ScalarType.UINT32, UINT32],
  [ScalarType.FIXED32, UINT32],
  [ScalarType.INT64, INT64],
  [ScalarType.SINT64, INT64],
  [ScalarType.SFIXED64, INT64],
  [ScalarType.UINT64, UINT64],
  [ScalarType.FIXED64, UINT64],
]);

/** The value for the codec library; null, with a violation, for what the type does not take. */
export function readScalar(node: JsonNode, scalar: ScalarType | undefined, spot: Spot): JsonValue {
  const text = node instanceof JsonNumber ? node.text : node;
  if (typeof text !== 'string' || scalar === undefined) return plainJson(node);
  if (INTEGERS.has(scalar)) {
    const exact = integerIn(scalar, text);
    if (exact === undefined) return refuse(node, describeScalar(scalar), spot);
    return INTEGERS.get(scalar)?.isLong === true ? exact : Number(exact);
  }
  if (scalar === ScalarType.DOUBLE || scalar === ScalarType.FLOAT) return readFloat(node, text, scalar, spot);
  if (scalar === ScalarType.BYTES && typeof node === 'string' && /[^A-Za-z0-9+/_=-]/.test(node)) {
    return refuse(node, describeScalar(scalar), spot);
  }
  return plainJson(node);
}

function readFloat(node: JsonNode, text: string, scalar: ScalarType, spot: Spot): JsonValue {
  if (typeof node === 'string' && (text === 'NaN' || text === 'Infinity' || text === '-Infinity'))
    return text;
  const number = isJsonNumber(text) ? Number(text) : Number.NaN;
  const fits =
    Number.isFinite(number) && (scalar === ScalarType.DOUBLE || Number.isFinite(Math.fround(number)));
  return fits ? number : refuse(node, describeScalar(scalar), spot);
}

/** A name as it stands, or a number that is one without rounding. */
export function readEnum(node: JsonNode, type: DescEnum, spot: Spot): JsonValue {
  if (!(node instanceof JsonNumber)) return plainJson(node);
  const exact = integerIn(ScalarType.INT32, node.text);
  return exact === undefined ? refuse(node, describeEnum(type), spot) : Number(exact);
}

/** The one text of a map key, so that `1` and `1.0` are seen to be one key; undefined if the type has no such key. */
export function canonicalKey(key: string, type: ScalarType): string | undefined {
  if (INTEGERS.has(type)) return integerIn(type, key);
  return type !== ScalarType.BOOL || key === 'true' || key === 'false' ? key : undefined;
}

function integerIn(scalar: ScalarType, text: string): string | undefined {
  const range = INTEGERS.get(scalar);
  if (range === undefined) return undefined;
  const small = text.length <= MAX_SMALL_DIGITS ? Number(text) : Number.NaN;
  if (String(small) === text && small >= range.least && Number.isInteger(small)) return text;
  const exact = exactInteger(text);
  if (exact === undefined) return undefined;
  const value = BigInt(exact);
  return value >= range.least && value <= range.most ? exact : undefined;
}

const DURATION = /^-?[0-9]+(?:\.[0-9]{1,9})?s$/;
/** Far more than any has: what is as long as a body asks too much of a pattern. */
const MAX_DURATION = 1_000;
const DAY_AND_HOUR = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):/;

/** A well-known type that is written as one string; the library reads the rest of its form. */
export function readText(node: JsonNode, message: DescMessage, spot: Spot): JsonValue {
  if (typeof node !== 'string') return plainJson(node);
  const isSound =
    message.typeName === 'google.protobuf.Duration'
      ? node.length <= MAX_DURATION && DURATION.test(node)
      : message.typeName !== 'google.protobuf.Timestamp' || isInCalendar(node);
  return isSound ? node : refuse(node, describeMessage(message), spot);
}

/** False for a day that its month does not have, and for hour 24, which RFC 3339 §5.6 does not know. */
function isInCalendar(text: string): boolean {
  const [, year, month, day, hour] = DAY_AND_HOUR.exec(text) ?? [];
  // Day 0 of the next month is the last of this one.
  return Number(day) <= new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate() && Number(hour) <= 23;
}

function refuse(node: JsonNode, what: string, { path, violations }: Spot): null {
  const found = node instanceof JsonNumber ? node.text : JSON.stringify(String(node).slice(0, 100));
  violations.add(trailText(path), expectedText(what, found));
  return null;
}
