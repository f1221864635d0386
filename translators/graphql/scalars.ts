// The custom scalars at run time (graphql reference, section 3.3). Outputs arrive in canonical ProtoJSON and pass;
// inputs are brought into it: exactly, or with an error that says what would be right.
import { GraphQLError, GraphQLScalarType, Kind, print, type ValueNode, valueFromASTUntyped } from 'graphql';
import type { CustomScalar } from '../../core/graph.ts';
import type { JsonValue } from '../../core/json.ts';
import { isDecimalInteger } from '../../core/json-number.ts';

interface Integers {
  readonly name: string;
  readonly least: bigint;
  readonly most: bigint;
}

const INT64: Integers = { name: 'Int64', least: -(2n ** 63n), most: 2n ** 63n - 1n };
const UINT64: Integers = { name: 'UInt64', least: 0n, most: 2n ** 64n - 1n };
const UINT32_MOST = 2 ** 32 - 1;

/** One instance per scalar and call: a schema owns its scalars. */
export function createScalars(): Record<CustomScalar, GraphQLScalarType> {
  return {
    Int64: bigIntegerScalar(INT64),
    UInt64: bigIntegerScalar(UINT64),
    UInt32: uint32Scalar(),
    Bytes: textScalar('Bytes', readBytes),
    DateTime: textScalar('DateTime', readDateTime),
    Duration: textScalar('Duration', readDuration),
    FieldMask: textScalar('FieldMask', (text) => text),
    JSON: jsonScalar('JSON', (value) => value),
    JSONObject: jsonScalar('JSONObject', readJsonObject),
    Any: jsonScalar('Any', readAny),
    SafeInteger: safeIntegerScalar(),
    Date: textScalar('Date', readDate),
  };
}

function bigIntegerScalar(range: Integers): GraphQLScalarType {
  return new GraphQLScalarType({
    name: range.name,
    coerceOutputValue: (value) => {
      // An HTTP service has numbers; beyond 2^53-1 they arrive as their digits.
      if (typeof value === 'string' || Number.isSafeInteger(value)) return readInteger(String(value), range);
      throw wrong(range.name, 'an integer', value);
    },
    coerceInputValue: (value) => {
      if (typeof value === 'string') return readInteger(value, range);
      if (typeof value !== 'number') throw wrong(range.name, 'decimal text or an integer', value);
      if (Number.isSafeInteger(value)) return readInteger(String(value), range);
      throw new GraphQLError(
        Number.isInteger(value)
          ? `${range.name} cannot take a JSON number beyond 2^53-1, which may have been rounded; send it as text`
          : `${range.name} must be an integer`,
      );
    },
    coerceInputLiteral: (node) => {
      if (node.kind === Kind.INT || node.kind === Kind.STRING) return readInteger(node.value, range);
      throw wrongLiteral(range.name, 'an integer or decimal text', node);
    },
  });
}

/** Longer text cannot be in range; the bound comes before BigInt, whose cost grows with the square of the length. */
const MAX_DIGITS = 40;

function readInteger(text: string, { name, least, most }: Integers): string {
  if (text.length > MAX_DIGITS || !/^-?\d+$/.test(text)) {
    throw new GraphQLError(`${name} must be an integer in decimal digits from ${least} to ${most}`);
  }
  const value = BigInt(text);
  if (value < least || value > most) throw new GraphQLError(`${name} must be from ${least} to ${most}`);
  return value.toString();
}

function uint32Scalar(): GraphQLScalarType {
  const read = (value: number): number => {
    if (Number.isInteger(value) && value >= 0 && value <= UINT32_MOST) return value;
    throw new GraphQLError(`UInt32 must be an integer from 0 to ${UINT32_MOST}`);
  };
  return new GraphQLScalarType({
    name: 'UInt32',
    coerceOutputValue: (value) => Number(value),
    coerceInputValue: (value) => {
      if (typeof value === 'number') return read(value);
      throw wrong('UInt32', 'a number', value);
    },
    coerceInputLiteral: (node) => {
      if (node.kind === Kind.INT) return read(Number(node.value));
      throw wrongLiteral('UInt32', 'an integer', node);
    },
  });
}

function safeIntegerScalar(): GraphQLScalarType {
  const read = (value: number): number => {
    if (Number.isSafeInteger(value)) return value;
    throw new GraphQLError('SafeInteger must be a whole number from -(2^53-1) to 2^53-1');
  };
  const readNumber = (value: unknown): number => {
    // Digits are what a number beyond the range arrives as.
    if (typeof value === 'number') return read(value);
    if (typeof value === 'string' && /^-?\d{16}/.test(value) && isDecimalInteger(value))
      return read(Number.NaN);
    throw wrong('SafeInteger', 'a number', value);
  };
  return new GraphQLScalarType({
    name: 'SafeInteger',
    coerceOutputValue: readNumber,
    coerceInputValue: (value) => {
      if (typeof value === 'number') return read(value);
      throw wrong('SafeInteger', 'a number', value);
    },
    coerceInputLiteral: (node) => {
      if (node.kind === Kind.INT) return read(Number(node.value));
      throw wrongLiteral('SafeInteger', 'a whole number', node);
    },
  });
}

function textScalar(name: CustomScalar, read: (text: string) => string): GraphQLScalarType {
  return new GraphQLScalarType({
    name,
    // What a service has written is not judged, as long as it is text.
    coerceOutputValue: (value) => {
      if (typeof value === 'string') return value;
      throw wrong(name, 'text', value);
    },
    coerceInputValue: (value) => {
      if (typeof value === 'string') return read(value);
      throw wrong(name, 'text', value);
    },
    coerceInputLiteral: (node) => {
      if (node.kind === Kind.STRING) return read(node.value);
      throw wrongLiteral(name, 'text', node);
    },
  });
}

/** Both alphabets of RFC 4648, with or without padding; goes on in the standard form. */
function readBytes(text: string): string {
  const digits = text.replace(/={1,2}$/, '');
  const isPadded = digits.length !== text.length;
  const isWhole = isPadded ? text.length % 4 === 0 : text.length % 4 !== 1;
  if (!isWhole || !/^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)$/.test(digits)) {
    throw new GraphQLError('Bytes must be base64, in the standard or the URL-safe alphabet');
  }
  return Buffer.from(digits, 'base64').toString('base64');
}

const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

function readDateTime(text: string): string {
  const [, year, month, day] = DATE_TIME.exec(text) ?? [];
  if (year !== undefined && isDate(Number(year), Number(month), Number(day))) return text;
  throw new GraphQLError(
    'DateTime must be an RFC 3339 instant with an offset, such as 2026-01-02T03:04:05.678Z, of the years 0001 to 9999',
  );
}

function readDate(text: string): string {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (year !== undefined && isDate(Number(year), Number(month), Number(day))) return text;
  throw new GraphQLError('Date must be a day of RFC 3339, such as 2026-01-02');
}

function isDate(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= (lengths[month - 1] ?? 0);
}

/** google/protobuf/duration.proto: about 10,000 years each way. */
const MAX_DURATION_SECONDS = 315_576_000_000;

function readDuration(text: string): string {
  const [, seconds, fraction = ''] = /^-?(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(text) ?? [];
  const whole = Number(seconds);
  if (whole < MAX_DURATION_SECONDS || (whole === MAX_DURATION_SECONDS && /^0*$/.test(fraction))) return text;
  throw new GraphQLError(
    `Duration must be seconds with at most nine decimals and the ending s, such as 1.5s, up to ${MAX_DURATION_SECONDS}s either way`,
  );
}

function jsonScalar(name: CustomScalar, read: (value: JsonValue) => JsonValue): GraphQLScalarType {
  return new GraphQLScalarType({
    name,
    coerceOutputValue: (value) => value,
    // Variables come out of JSON.parse, so that nothing but JSON can arrive.
    coerceInputValue: (value) => read(value as JsonValue),
    coerceInputLiteral: (node) => read(valueFromASTUntyped(node) as JsonValue),
  });
}

function readJsonObject(value: JsonValue): JsonValue {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new GraphQLError('JSONObject must be a JSON object');
}

function readAny(value: JsonValue): JsonValue {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isObject && (Object.keys(value).length === 0 || typeof value['@type'] === 'string')) return value;
  throw new GraphQLError(
    'Any must be a JSON object whose "@type" names the message, such as type.googleapis.com/google.protobuf.Duration; send it as a variable',
  );
}

function wrong(name: string, expected: string, value: unknown): GraphQLError {
  const actual = value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
  return new GraphQLError(`${name} must be ${expected}, not ${actual}`);
}

function wrongLiteral(name: string, expected: string, node: ValueNode): GraphQLError {
  return new GraphQLError(`${name} must be ${expected}, not ${print(node).slice(0, 40)}`, { nodes: node });
}
