// Writers of single JSON values into a buffer. Positions are passed in and returned, so that they stay in registers.
// Whoever calls has made room: at least ROOM bytes for whatever is not a string, bytes or a name.
import { shortestFloat } from '../shortest-float.ts';

/** The longest number, time or constant, and a bracket or two beside it. */
export const ROOM = 64;

/** Text of ASCII characters alone. */
export function writeAscii(to: Buffer, text: string, at: number): number {
  for (let index = 0; index < text.length; index += 1) to[at + index] = text.charCodeAt(index);
  return at + text.length;
}

/** An integer from 0 to 2^53. */
export function writeUnsigned(to: Buffer, value: number, at: number): number {
  if (value < 10) {
    to[at] = 48 + value;
    return at + 1;
  }
  if (value < 1e9) return writeSmall(to, value | 0, at);
  // Two halves, so that the digits of each come from 32-bit arithmetic.
  const upper = Math.floor(value / 1e9);
  return writePadded9(to, value - upper * 1e9, writeUnsigned(to, upper, at));
}

/** An integer from 0 to 10^9 - 1. */
function writeSmall(to: Buffer, value: number, at: number): number {
  let length = 1;
  for (let bound = 10; value >= bound; bound = (bound * 10) | 0) {
    length += 1;
    if (length === 9) break;
  }
  let rest = value;
  for (let index = at + length - 1; index >= at; index -= 1) {
    const tenth = (rest / 10) | 0;
    to[index] = 48 + rest - tenth * 10;
    rest = tenth;
  }
  return at + length;
}

export function writePadded9(to: Buffer, value: number, at: number): number {
  let rest = value | 0;
  for (let index = at + 8; index >= at; index -= 1) {
    const tenth = (rest / 10) | 0;
    to[index] = 48 + rest - tenth * 10;
    rest = tenth;
  }
  return at + 9;
}

export function writePadded2(to: Buffer, value: number, at: number): number {
  const tens = (value / 10) | 0;
  to[at] = 48 + tens;
  to[at + 1] = 48 + value - tens * 10;
  return at + 2;
}

export function writeSigned(to: Buffer, value: number, at: number): number {
  if (value >= 0) return writeUnsigned(to, value, at);
  to[at] = 45;
  return writeUnsigned(to, -value, at + 1);
}

/** Decimal digits of a 64-bit integer given by its halves, each taken as unsigned. */
export function writeUnsigned64(to: Buffer, low: number, high: number, at: number): number {
  const lower = low >>> 0;
  const upper = high >>> 0;
  if (upper === 0) return writeUnsigned(to, lower, at);
  // Long division by 10^9 over 16-bit limbs: no step leaves the integers that a double holds exactly.
  let quotient = 0;
  let rest = 0;
  for (let limb = 0; limb < 4; limb += 1) {
    const bits =
      limb === 0 ? upper >>> 16 : limb === 1 ? upper & 0xffff : limb === 2 ? lower >>> 16 : lower & 0xffff;
    const step = rest * 65_536 + bits;
    const digit = Math.floor(step / 1e9);
    rest = step - digit * 1e9;
    quotient = quotient * 65_536 + digit;
  }
  return writePadded9(to, rest, writeUnsigned(to, quotient, at));
}

/** JSON has no text for NaN and infinities: ProtoJSON quotes their names. */
export function writeDouble(to: Buffer, value: number, at: number): number {
  // String(-0) is "0": the message would not be the same when it is read back.
  if (value === 0) return writeAscii(to, Object.is(value, -0) ? '-0' : '0', at);
  if (Number.isFinite(value)) return writeAscii(to, String(value), at);
  return writeAscii(to, value > 0 ? '"Infinity"' : value < 0 ? '"-Infinity"' : '"NaN"', at);
}

/** A `float` in its shortest form. */
export function writeFloat(to: Buffer, value: number, at: number): number {
  return writeDouble(to, shortestFloat(value), at);
}

/** 0: copied as it is. 1: escaped. 2: begins a sequence of several bytes. */
const CLASS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 ? 2 : byte < 0x20 || byte === 0x22 || byte === 0x5c ? 1 : 0,
);

/** What `writeString` returns for bytes that are not UTF-8. */
export const NOT_UTF8 = -1;

/**
 * A quoted JSON string of the UTF-8 bytes from `start` to `end`, escaped as JSON.stringify does.
 * The caller has made room for six bytes for each. Returns NOT_UTF8 if they are not well-formed (RFC 3629).
 */
export function writeString(
  to: Buffer,
  words: DataView,
  bytes: Buffer,
  input: DataView,
  start: number,
  end: number,
  at: number,
): number {
  let from = start;
  let o = at;
  to[o++] = 34;
  while (from < end) {
    // Four plain characters at a time: none below 0x20, none above 0x7f, no quote, no backslash. The high bit of
    // each byte of the four terms tells of one of these (a borrow may tell of one too many, never of one too few).
    while (from + 4 <= end) {
      const word = input.getInt32(from, true);
      const quote = word ^ 0x22222222;
      const backslash = word ^ 0x5c5c5c5c;
      const special =
        (word | ((word - 0x20202020) | 0) | ((quote - 0x01010101) | 0) | ((backslash - 0x01010101) | 0)) &
        -0x7f7f7f80;
      if (special !== 0) break;
      words.setInt32(o, word, true);
      from += 4;
      o += 4;
    }
    // Then one by one, at most to where four at a time may be tried again.
    for (let budget = 8; from < end && budget > 0; budget -= 1) {
      const byte = bytes[from] as number;
      const kind = CLASS[byte];
      if (kind === 0) {
        to[o++] = byte;
        from += 1;
      } else if (kind === 1) {
        o = writeEscape(to, byte, o);
        from += 1;
      } else {
        const length = sequenceLength(bytes, from, end);
        if (length === 0) return NOT_UTF8;
        for (let index = 0; index < length; index += 1) to[o++] = bytes[from++] as number;
      }
    }
  }
  to[o++] = 34;
  return o;
}

const HEX = '0123456789abcdef';

function writeEscape(to: Buffer, byte: number, at: number): number {
  let o = at;
  to[o++] = 92;
  switch (byte) {
    case 0x22:
    case 0x5c:
      to[o++] = byte;
      return o;
    case 0x08:
      to[o++] = 98;
      return o;
    case 0x09:
      to[o++] = 116;
      return o;
    case 0x0a:
      to[o++] = 110;
      return o;
    case 0x0c:
      to[o++] = 102;
      return o;
    case 0x0d:
      to[o++] = 114;
      return o;
    default:
      to[o++] = 117;
      to[o++] = 48;
      to[o++] = 48;
      to[o++] = HEX.charCodeAt(byte >> 4);
      to[o++] = HEX.charCodeAt(byte & 15);
      return o;
  }
}

/** Bytes of the well-formed sequence at `at`, 0 if there is none. Source: RFC 3629 section 4, the table of byte ranges. */
function sequenceLength(bytes: Buffer, at: number, end: number): number {
  const first = bytes[at] as number;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (at + length > end) return 0;
  const second = bytes[at + 1] as number;
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;
  for (let index = 2; index < length; index += 1) {
    if (((bytes[at + index] as number) & 0xc0) !== 0x80) return 0;
  }
  return length;
}
