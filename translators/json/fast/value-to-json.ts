// Single values of fields: numbers, texts, bytes, names of enums, and the way into messages.

import {
  NOT_UTF8,
  ROOM,
  writeAscii,
  writeDouble,
  writeFloat,
  writeSigned,
  writeString,
  writeUnsigned,
  writeUnsigned64,
} from './json-output.ts';
import {
  bytes,
  grow,
  input,
  isDefault,
  out,
  position,
  readLength,
  reserve,
  setDefault,
  setPosition,
  within,
  words,
  writeInner,
} from './json-walk.ts';
import type { FieldPlan, MessagePlan } from './message-plan.ts';
import { after, BEYOND, high, low, readVarint } from './varint.ts';

/** One value, its tag already read. There is room for a number; whatever may be longer makes its own. */
export function writeValue(field: FieldPlan, p: number, end: number, at: number, depth: number): number {
  switch (field.kind) {
    case 1: // int32
      readVarint(bytes, p, end);
      setPosition(after);
      setDefault(low === 0);
      return writeSigned(out, low, at);
    case 2: // uint32
      readVarint(bytes, p, end);
      setPosition(after);
      setDefault(low === 0);
      return writeUnsigned(out, low >>> 0, at);
    case 3: // sint32
      readVarint(bytes, p, end);
      setPosition(after);
      setDefault(low === 0);
      return writeSigned(out, (low >>> 1) ^ -(low & 1), at);
    case 4: // int64
      readVarint(bytes, p, end);
      setPosition(after);
      return writeInt64(low, high, at);
    case 5: // uint64
      readVarint(bytes, p, end);
      setPosition(after);
      return writeUint64(low, high, at);
    case 6: {
      // sint64
      readVarint(bytes, p, end);
      setPosition(after);
      const sign = -(low & 1);
      return writeInt64(((low >>> 1) | (high << 31)) ^ sign, (high >>> 1) ^ sign, at);
    }
    case 7: // bool
      readVarint(bytes, p, end);
      setPosition(after);
      setDefault(low === 0 && high === 0);
      return writeAscii(out, isDefault ? 'false' : 'true', at);
    case 8: // enum
      readVarint(bytes, p, end);
      setPosition(after);
      return writeEnum(field, low, at);
    case 9: {
      // fixed32
      setPosition(within(p + 4, end));
      const value = input.getUint32(p, true);
      setDefault(value === 0);
      return writeUnsigned(out, value, at);
    }
    case 10: {
      // sfixed32
      setPosition(within(p + 4, end));
      const value = input.getInt32(p, true);
      setDefault(value === 0);
      return writeSigned(out, value, at);
    }
    case 11: {
      // float
      setPosition(within(p + 4, end));
      const value = input.getFloat32(p, true);
      setDefault(Object.is(value, 0));
      return writeFloat(out, value, at);
    }
    case 12: // fixed64
      setPosition(within(p + 8, end));
      return writeUint64(input.getInt32(p, true), input.getInt32(p + 4, true), at);
    case 13: // sfixed64
      setPosition(within(p + 8, end));
      return writeInt64(input.getInt32(p, true), input.getInt32(p + 4, true), at);
    case 14: {
      // double
      setPosition(within(p + 8, end));
      const value = input.getFloat64(p, true);
      setDefault(Object.is(value, 0));
      return writeDouble(out, value, at);
    }
    case 15: {
      // string
      const start = readLength(p, end);
      const stop = position;
      setDefault(stop === start);
      // A control character may take six bytes.
      const most = at + (stop - start) * 6 + ROOM;
      if (most > out.length) grow(most);
      const o = writeString(out, words, bytes, input, start, stop, at);
      if (o === NOT_UTF8) throw BEYOND;
      return o;
    }
    case 16: {
      // bytes
      const start = readLength(p, end);
      setDefault(position === start);
      return writeBase64(start, position, at);
    }
    case 18: // bareInt64
      readVarint(bytes, p, end);
      setPosition(after);
      return writeBareInt64(low, high, at);
    case 19: // bareUint64
      readVarint(bytes, p, end);
      setPosition(after);
      return writeBareUint64(low, high, at);
    case 20: {
      // bareSint64
      readVarint(bytes, p, end);
      setPosition(after);
      const sign = -(low & 1);
      return writeBareInt64(((low >>> 1) | (high << 31)) ^ sign, (high >>> 1) ^ sign, at);
    }
    case 21: // bareFixed64
      setPosition(within(p + 8, end));
      return writeBareUint64(input.getInt32(p, true), input.getInt32(p + 4, true), at);
    case 22: // bareSfixed64
      setPosition(within(p + 8, end));
      return writeBareInt64(input.getInt32(p, true), input.getInt32(p + 4, true), at);
    default: {
      // message
      const start = readLength(p, end);
      const stop = position;
      const inner = field.message as MessagePlan;
      const o = writeInner(inner, start, stop, at, inner.form === 5 /* value */ ? depth : depth + 1);
      setPosition(stop);
      setDefault(false);
      return o;
    }
  }
}

/** Standard base64 with padding, quoted. */
function writeBase64(start: number, end: number, at: number): number {
  const length = Math.ceil((end - start) / 3) * 4;
  reserve(at, length + ROOM);
  out[at] = 34;
  out.write(bytes.toString('base64', start, end), at + 1, 'latin1');
  out[at + 1 + length] = 34;
  return at + length + 2;
}

export function writeEnum(field: FieldPlan, value: number, at: number): number {
  setDefault(value === field.enumDefault);
  if (field.isNull) return writeAscii(out, 'null', at);
  const names = field.enumNames;
  const name =
    names === null ? undefined : value >= 0 && value < 64 ? names.dense[value] : names.sparse.get(value);
  if (name === undefined) return writeSigned(out, value, at);
  reserve(at, name.length + ROOM);
  const to = out;
  for (let index = 0; index < name.length; index += 1) to[at + index] = name[index] as number;
  return at + name.length;
}

function writeUint64(lower: number, upper: number, at: number): number {
  out[at] = 34;
  const o = writeBareUint64(lower, upper, at + 1);
  out[o] = 34;
  return o + 1;
}

function writeInt64(lower: number, upper: number, at: number): number {
  out[at] = 34;
  const o = writeBareInt64(lower, upper, at + 1);
  out[o] = 34;
  return o + 1;
}

function writeBareUint64(lower: number, upper: number, at: number): number {
  setDefault(lower === 0 && upper === 0);
  return writeUnsigned64(out, lower, upper, at);
}

function writeBareInt64(lower: number, upper: number, at: number): number {
  if (upper >= 0) return writeBareUint64(lower, upper, at);
  setDefault(false);
  out[at] = 45;
  // The two's complement of a negative number is its amount.
  const amountLow = -lower | 0;
  const amountHigh = (~upper + (amountLow === 0 ? 1 : 0)) | 0;
  return writeUnsigned64(out, amountLow, amountHigh, at + 1);
}
