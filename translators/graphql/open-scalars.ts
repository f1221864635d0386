// Scalars of services that no codec stands before: an HTTP service may answer anything, whatever its document says.
// What is not of the type is an error at its own field, by the upstream's fault, and never goes on to clients.
import type { GatewayError } from '../../core/error.ts';
import type { GraphScalar } from '../../core/graph.ts';
import type { JsonValue } from '../../core/json.ts';
import { notOfItsType, untrueValue } from './wrong-value.ts';

/** What graphql-js is to be given: the value, another form of it, or the error that it is. */
type Written = (value: JsonValue) => unknown;

/** Undefined if the value is none of the type. */
type Read = (value: JsonValue) => JsonValue | undefined;

/** Integers beyond 2^53-1 come as text of their digits (core/json-codec.ts). */
const LONG_INTEGER = /^-?\d{16,400}$/;
const INTEGER = /^-?\d{1,20}$/;

/** Each has room for all safe integers above its least. */
function integer(least: bigint, most: bigint): Read {
  const leastNumber = Number(least);
  return (value) => {
    if (typeof value === 'number') {
      return Number.isSafeInteger(value) && value >= leastNumber ? value : undefined;
    }
    if (!isDigits(value)) return undefined;
    const number = BigInt(value);
    return number >= least && number <= most ? String(number) : undefined;
  };
}

/** A service may write what a number of JSON cannot hold for all readers as text. */
function isDigits(value: JsonValue): value is string {
  return typeof value === 'string' && INTEGER.test(value);
}

function text(value: JsonValue): JsonValue | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** GraphQL has no other form for them than text, and nothing is lost by it. */
function plain(value: JsonValue): JsonValue | undefined {
  return typeof value === 'object' ? undefined : String(value);
}

/** Databases without flags have these two numbers, and so have the services before them. */
function flag(value: JsonValue): JsonValue | undefined {
  if (value === 0 || value === 1) return value === 1;
  return typeof value === 'boolean' ? value : undefined;
}

function double(value: JsonValue): JsonValue | undefined {
  const number = typeof value === 'string' && LONG_INTEGER.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

const OPEN_SCALARS: Partial<Record<GraphScalar, readonly [expected: string, read: Read]>> = {
  Boolean: ['true or false', flag],
  Int: ['a whole number from -(2^31) to 2^31-1', (value) => (isInt(value) ? value : undefined)],
  UInt32: ['a whole number from 0 to 2^32-1', (value) => (isUInt32(value) ? value : undefined)],
  SafeInteger: [
    'a whole number from -(2^53-1) to 2^53-1',
    (value) => (Number.isSafeInteger(value) ? value : undefined),
  ],
  Int64: ['a whole number from -(2^63) to 2^63-1', integer(-(2n ** 63n), 2n ** 63n - 1n)],
  UInt64: ['a whole number from 0 to 2^64-1', integer(0n, 2n ** 64n - 1n)],
  Float: ['a number that a double holds', double],
  String: ['text', plain],
  ID: ['text', plain],
  Bytes: ['text', text],
  DateTime: ['text', text],
  Date: ['text', text],
  JSONObject: [
    'an object',
    (value) => (Array.isArray(value) || typeof value !== 'object' ? undefined : value),
  ],
};

function isInt(value: JsonValue): boolean {
  return typeof value === 'number' && (value | 0) === value;
}

function isUInt32(value: JsonValue): boolean {
  return typeof value === 'number' && value >>> 0 === value;
}

/** Where an integer belongs, digits that are long were most likely one. */
function asSent(value: JsonValue, expected: string): JsonValue {
  const isLong = typeof value === 'string' && LONG_INTEGER.test(value);
  return isLong && expected.startsWith('a whole number') ? Number(value) : value;
}

/** Whether it is a number, or the digits of one that is too long for JSON, and one that the type holds. */
export function isNumberOf(scalar: GraphScalar, value: JsonValue): boolean {
  const isNumber = typeof value === 'number' || (typeof value === 'string' && LONG_INTEGER.test(value));
  return isNumber && OPEN_SCALARS[scalar]?.[1](value) !== undefined;
}

/** For who asks by the value, and shows it to nobody. */
export function readOpen(scalar: GraphScalar, value: JsonValue): JsonValue | GatewayError {
  const known = OPEN_SCALARS[scalar];
  if (known === undefined) return value;
  const [expected, read] = known;
  return read(value) ?? untrueValue(expected, asSent(value, expected));
}

/** Undefined for what may be anything. Null stays null: its field judges that. */
export function openScalar(scalar: GraphScalar): Written | undefined {
  const known = OPEN_SCALARS[scalar];
  if (known === undefined) return undefined;
  const [expected, read] = known;
  return (value) =>
    value === null ? null : (read(value) ?? notOfItsType(expected, asSent(value, expected)));
}
