// Numbers of JSON: integers in all spellings that are exact, and doubles.
import { numberEnd } from '../../../core/json-number.ts';
import { exactInteger } from '../integers.ts';
import { BEYOND } from './varint.ts';
import { at, moveTo, readPlainString, text } from './wire-walk.ts';

/** An integer of up to 15 digits, plain or quoted; undefined, and nothing read, for any other spelling. */
export function smallInteger(): number | undefined {
  let index = at;
  const isQuoted = text.charCodeAt(index) === 34;
  if (isQuoted) index += 1;
  const isNegative = text.charCodeAt(index) === 45;
  if (isNegative) index += 1;
  const first = index;
  let value = 0;
  for (;;) {
    const digit = text.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    value = value * 10 + digit;
    index += 1;
    if (index - first > 15) return undefined;
  }
  const count = index - first;
  if (count === 0 || (count > 1 && text.charCodeAt(first) === 48)) return undefined;
  const next = text.charCodeAt(index);
  if (isQuoted) {
    if (next !== 34) return undefined;
    index += 1;
  } else if (next === 46 || next === 101 || next === 69) {
    return undefined;
  }
  moveTo(index);
  return isNegative && value !== 0 ? -value : value;
}

export function readInteger(lowest: number, highest: number): number {
  const value = smallInteger() ?? Number(readBigInteger(BigInt(lowest), BigInt(highest)));
  if (value < lowest || value > highest) throw BEYOND;
  return value;
}

export function readBigInteger(lowest: bigint, highest: bigint): bigint {
  const digits = exactInteger(text.charCodeAt(at) === 34 ? readPlainString() : readNumberText());
  if (digits === undefined) throw BEYOND;
  const value = BigInt(digits);
  if (value < lowest || value > highest) throw BEYOND;
  return value;
}

export function readDouble(): number {
  // Quoted numbers and the names of NaN and the infinities are the slow reader's.
  const value = Number(readNumberText());
  if (!Number.isFinite(value)) throw BEYOND;
  return value;
}

function readNumberText(): string {
  const end = numberEnd(text, at);
  if (end === at) throw BEYOND;
  const found = text.slice(at, end);
  moveTo(end);
  return found;
}
