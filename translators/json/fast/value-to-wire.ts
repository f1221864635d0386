// Single values of JSON to those of the wire: numbers, texts, bytes, names of enums, and the way into messages.
import type { FieldPlan, MessagePlan } from './message-plan.ts';
import { readBigInteger, readDouble, readInteger, smallInteger } from './number-from-json.ts';
import { BEYOND } from './varint.ts';
import { at, expect, moveTo, out, readInner, readPlainString, text } from './wire-walk.ts';

/** Writes one value, its tag already written; true if it is the default of its kind. */
export function readValue(field: FieldPlan, depth: number): boolean {
  switch (field.kind) {
    case 1: // int32
      return writeInt32(readInteger(-2_147_483_648, 2_147_483_647));
    case 2: // uint32
      return writeUint32(readInteger(0, 4_294_967_295));
    case 3: {
      // sint32
      const value = readInteger(-2_147_483_648, 2_147_483_647);
      out.uint32(((value << 1) ^ (value >> 31)) >>> 0);
      return value === 0;
    }
    case 4: // int64
      return writeInt64(-0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn);
    case 5: // uint64
      return writeInt64(0n, 0xffff_ffff_ffff_ffffn);
    case 6: {
      // sint64
      const value = readBigInteger(-0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn);
      out.varint64((value << 1n) ^ (value >> 63n));
      return value === 0n;
    }
    case 7: // bool
      return readBool();
    case 8: // enum
      return readEnum(field);
    case 9: {
      // fixed32
      const value = readInteger(0, 4_294_967_295);
      out.fixed32(value);
      return value === 0;
    }
    case 10: {
      // sfixed32
      const value = readInteger(-2_147_483_648, 2_147_483_647);
      out.fixed32(value >>> 0);
      return value === 0;
    }
    case 11: {
      // float
      const value = readDouble();
      if (!Number.isFinite(Math.fround(value))) throw BEYOND;
      out.float(value);
      return Object.is(value, 0);
    }
    case 12: // fixed64
      return writeFixed64(0n, 0xffff_ffff_ffff_ffffn);
    case 13: // sfixed64
      return writeFixed64(-0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn);
    case 14: {
      // double
      const value = readDouble();
      out.double(value);
      return Object.is(value, 0);
    }
    case 15: // string
      return readString();
    case 16: // bytes
      return readBytes();
    default: {
      const mark = out.open();
      readInner(field.message as MessagePlan, depth + 1);
      out.close(mark);
      return false;
    }
  }
}

function writeInt32(value: number): boolean {
  out.int32(value);
  return value === 0;
}

function writeUint32(value: number): boolean {
  out.uint32(value);
  return value === 0;
}

function writeInt64(lowest: bigint, highest: bigint): boolean {
  const small = smallInteger();
  if (small !== undefined) {
    if (small < 0 && lowest === 0n) throw BEYOND;
    if (small >= 0) out.safeInteger(small);
    else out.varint64(BigInt(small));
    return small === 0;
  }
  const value = readBigInteger(lowest, highest);
  out.varint64(value);
  return value === 0n;
}

function writeFixed64(lowest: bigint, highest: bigint): boolean {
  const value = readBigInteger(lowest, highest);
  out.fixed64(value);
  return value === 0n;
}

function readBool(): boolean {
  if (text.startsWith('true', at)) {
    moveTo(at + 4);
    out.uint32(1);
    return false;
  }
  if (!text.startsWith('false', at)) throw BEYOND;
  moveTo(at + 5);
  out.uint32(0);
  return true;
}

function readEnum(field: FieldPlan): boolean {
  if (field.isNull) throw BEYOND;
  let value: number | undefined;
  if (text.charCodeAt(at) === 34) value = field.enumNumbers?.get(readPlainString());
  else value = readInteger(-2_147_483_648, 2_147_483_647);
  if (value === undefined) throw BEYOND;
  out.int32(value);
  return value === field.enumDefault;
}

function readString(): boolean {
  expect(34);
  const start = at;
  let bits = 0;
  let index = at;
  for (;;) {
    const code = text.charCodeAt(index);
    if (code === 34) break;
    // An escape, a control character, or the end of the text.
    if (code === 92 || !(code >= 0x20)) return readEscapedString(start);
    bits |= code;
    index += 1;
  }
  const isAscii = bits < 0x80;
  // Half a surrogate pair is no text; the slow reader says so.
  if (!isAscii && !text.slice(start, index).isWellFormed()) throw BEYOND;
  out.text(text, start, index, isAscii);
  moveTo(index + 1);
  return index === start;
}

function readEscapedString(start: number): boolean {
  let index = start;
  for (;;) {
    const code = text.charCodeAt(index);
    if (code === 34) break;
    if (!(code >= 0x20)) throw BEYOND;
    index += code === 92 ? 2 : 1;
  }
  let value: string;
  try {
    value = JSON.parse(text.slice(start - 1, index + 1));
  } catch {
    throw BEYOND;
  }
  if (!value.isWellFormed()) throw BEYOND;
  out.text(value, 0, value.length, false);
  moveTo(index + 1);
  return value === '';
}

/** Standard base64 with padding; the other spellings are the slow reader's. */
function readBytes(): boolean {
  const value = readPlainString();
  const bytes = Buffer.from(value, 'base64');
  // No pattern: of megabytes it would have to remember each step.
  if (bytes.toString('base64') !== value) throw BEYOND;
  out.bytes(bytes);
  return value === '';
}
