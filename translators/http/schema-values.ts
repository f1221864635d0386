// JSON values as JSON Schema sees them: which type they have, and which are equal.
import type { JsonSchema } from '../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';

export function isOfType(value: JsonValue, type: JsonValue): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

/** By the decimals that both are written as: a quotient of doubles makes 4000000001.5 a multiple of 1, or 0.07 none of 0.01. */
export function isMultiple(value: number, of: number): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(of)) return value % of === 0;
  // `1e999` is JSON, and beyond what a double can say.
  if (!Number.isFinite(value) || !Number.isFinite(of)) return false;
  const step = decimalOf(of);
  const { digits, exponent } = step;
  const scale = 10 ** -exponent;
  // Of all numbers with as many decimals only the nearest can be it, and a division gives its very double.
  if (exponent <= 0 && exponent >= -MAX_EXACT_POWER && Math.abs(value * scale) < MAX_ROUNDED) {
    const count = Math.round(value * scale);
    return count / scale === value && count % Number(digits) === 0;
  }
  const whole = decimalOf(value);
  const least = Math.min(whole.exponent, exponent);
  return scaled(whole, least) % scaled(step, least) === 0n;
}

/** The last power of ten that a double holds exactly. */
const MAX_EXACT_POWER = 22;
/** Below it a product is off by less than a half. */
const MAX_ROUNDED = 2 ** 51;

interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** The shortest that is read as the same double; no more than 17 digits. */
function decimalOf(value: number): Decimal {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

function scaled({ digits, exponent }: Decimal, to: number): bigint {
  return digits * powerOfTen(exponent - to);
}

/** Exponents of doubles are some hundreds apart at most. */
const powers: bigint[] = [];

function powerOfTen(exponent: number): bigint {
  const known = powers[exponent] ?? 10n ** BigInt(exponent);
  powers[exponent] = known;
  return known;
}

/** Lists of a million small values are compared by their text. */
export function isUnique(values: readonly JsonValue[]): boolean {
  return new Set(values.map(canonical)).size === values.length;
}

export function isEqual(one: JsonValue, other: JsonValue): boolean {
  return (
    one === other ||
    (typeof one === 'object' && typeof other === 'object' && canonical(one) === canonical(other))
  );
}

function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`);
  return `{${members.join()}}`;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isSchema(value: JsonValue | undefined): value is JsonSchema {
  return typeof value === 'boolean' || isObject(value);
}
