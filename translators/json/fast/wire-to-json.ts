// Wire bytes to JSON text in one walk, without an object in between. What is not exactly what the codec library
// would write is left to it: whole messages by throwing BEYOND, single types by calling it for their bytes.
import { fromBinary, type Registry } from '@bufbuild/protobuf';
import { jsonText, libraryJson } from '../library-json.ts';
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
import { orderEntries } from './map-entries.ts';
import type { FieldPlan, MessagePlan, SelectedFields } from './message-plan.ts';
import { OUT_OF_RANGE, writeDuration, writeTimestamp } from './times.ts';
import { after, BEYOND, Beyond, high, low, readVarint, skipValue } from './varint.ts';

/**
 * transcoding reference, section 6; the library's own default. A google.protobuf.Value is no level of its own, since
 * it is none in JSON: what a request may hold must fit into the reply as well.
 */
const MAX_DEPTH = 100;

const INITIAL_BYTES = 64 * 1024;
/** A scratch buffer larger than this is given back after the message that needed it. */
const KEPT_BYTES = 4 * 1024 * 1024;

// Of the message being written. Set on entry: writing never waits, so there is only one at a time.
let bytes: Buffer = Buffer.alloc(0);
let input: DataView = new DataView(new ArrayBuffer(0));
let types: Registry | undefined;
// The text so far lies before the position that the functions pass along.
let out: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
let words: DataView = viewOf(out);

/** UTF-8 JSON text of a message, or undefined: the library must say. */
export function wireToJson(plan: MessagePlan, wire: Uint8Array, registry: Registry): Buffer | undefined {
  bytes = Buffer.isBuffer(wire) ? wire : Buffer.from(wire.buffer, wire.byteOffset, wire.length);
  input = viewOf(bytes);
  types = registry;
  slotsTaken = 0;
  try {
    return take(writeMessage(plan, 0, wire.length, 0, 1));
  } catch (error) {
    if (error instanceof Beyond) return undefined;
    throw error;
  }
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** A copy of what was written before `end`. */
function take(end: number): Buffer {
  const text = Buffer.allocUnsafe(end);
  out.copy(text, 0, 0, end);
  if (out.length > KEPT_BYTES) {
    out = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    words = viewOf(out);
  }
  return text;
}

/** Makes room for `count` bytes after `at`. */
function reserve(at: number, count: number): void {
  if (at + count > out.length) grow(at + count);
}

function grow(needed: number): void {
  const larger = Buffer.allocUnsafeSlow(Math.max(out.length * 2, needed + ROOM));
  larger.set(out);
  out = larger;
  words = viewOf(out);
}

function writeMessage(plan: MessagePlan, start: number, end: number, at: number, depth: number): number {
  if (depth > MAX_DEPTH) throw BEYOND;
  switch (plan.form) {
    case 0: // plain
      return writePlain(plan, start, end, at, depth);
    case 1: // timestamp
    case 2: // duration
      return writeTime(plan, start, end, at);
    case 3: // wrapper
      return writeWrapper(plan, start, end, at, depth);
    case 4: // struct
      return writeStruct(plan, start, end, at, depth);
    case 5: // value
      return writeValueMessage(plan, start, end, at, depth);
    case 6: // list
      return writeListValue(plan, start, end, at, depth);
    case 8: // full
      return writeUnordered(plan, start, end, at, depth);
    case 9: // selected
      return writeSelected(plan.selected as SelectedFields, start, end, at, depth);
    default:
      return writeByLibrary(plan, start, end, at, depth);
  }
}

function writePlain(plan: MessagePlan, start: number, end: number, at: number, depth: number): number {
  const from = bytes;
  const { dense } = plan;
  let p = start;
  let o = at;
  let last = 0;
  let oneofs = 0;
  while (p < end) {
    const record = p;
    let tag = from[p] as number;
    if (tag < 0x80) {
      p += 1;
    } else {
      readVarint(from, p, end);
      if (high !== 0) throw BEYOND;
      tag = low;
      p = after;
    }
    const number = tag >>> 3;
    const field = number < 256 ? dense[number] : plan.sparse.get(number);
    if (field === undefined) {
      if (plan.isExtendable || number === 0) throw BEYOND;
      p = skipValue(from, p, end, tag & 7);
      continue;
    }
    // Out of order, or a second time: the fields have to be sorted first.
    if (number <= last || (oneofs & field.oneofBit) !== 0) return writeUnordered(plan, start, end, at, depth);
    last = number;
    oneofs |= field.oneofBit;
    if (field.cardinality === 0) {
      if ((tag & 7) !== field.wireType) throw BEYOND;
      if (field.kind === 15) {
        // Strings are most of what most messages hold: they go without the detour of writeValue.
        const text = readLength(p, end);
        p = position;
        if (p === text && field.isImplicit) continue;
        const most = o + field.keyLength + (p - text) * 6 + ROOM;
        if (most > out.length) grow(most);
        o = writeString(out, words, from, input, text, p, writeKey(field, o));
        if (o === NOT_UTF8) throw BEYOND;
        continue;
      }
      const value = writeKey(field, o);
      const written = writeValue(field, p, end, value, depth);
      if (!(isDefault && field.isImplicit)) o = written;
    } else {
      const value = writeKey(field, o);
      const written =
        field.cardinality === 1
          ? writeList(field, record, end, value, depth)
          : writeMap(field, record, end, value, depth);
      if (!isDefault) o = written;
    }
    p = position;
  }
  return closed(123, 125, at, o);
}

/** `,"name":` and room for a number after it. Words may run past the key; its value covers them. */
function writeKey(field: FieldPlan, at: number): number {
  const { keyLength } = field;
  if (at + keyLength + ROOM > out.length) grow(at + keyLength + ROOM);
  const to = words;
  to.setInt32(at, field.key0, true);
  to.setInt32(at + 4, field.key1, true);
  if (keyLength > 8) {
    to.setInt32(at + 8, field.key2, true);
    to.setInt32(at + 12, field.key3, true);
    if (keyLength > 16) {
      to.setInt32(at + 16, field.key4, true);
      to.setInt32(at + 20, field.key5, true);
      if (keyLength > 24) out.set(field.key.subarray(24), at + 24);
    }
  }
  return at + keyLength;
}

/** Members and items are written with a comma before each; the first comma becomes the opening bracket. */
function closed(open: number, close: number, at: number, end: number): number {
  reserve(end, ROOM);
  let o = end;
  if (o === at) o += 1;
  out[at] = open;
  out[o] = close;
  return o + 1;
}

/** Position in the wire after the value written last. */
let position = 0;
/** Whether the value written last was the default of its kind (for lists and maps: whether there was none). */
let isDefault = false;

/** One value, its tag already read. There is room for a number; whatever may be longer makes its own. */
function writeValue(field: FieldPlan, p: number, end: number, at: number, depth: number): number {
  switch (field.kind) {
    case 1: // int32
      readVarint(bytes, p, end);
      position = after;
      isDefault = low === 0;
      return writeSigned(out, low, at);
    case 2: // uint32
      readVarint(bytes, p, end);
      position = after;
      isDefault = low === 0;
      return writeUnsigned(out, low >>> 0, at);
    case 3: // sint32
      readVarint(bytes, p, end);
      position = after;
      isDefault = low === 0;
      return writeSigned(out, (low >>> 1) ^ -(low & 1), at);
    case 4: // int64
      readVarint(bytes, p, end);
      position = after;
      return writeInt64(low, high, at);
    case 5: // uint64
      readVarint(bytes, p, end);
      position = after;
      return writeUint64(low, high, at);
    case 6: {
      // sint64
      readVarint(bytes, p, end);
      position = after;
      const sign = -(low & 1);
      return writeInt64(((low >>> 1) | (high << 31)) ^ sign, (high >>> 1) ^ sign, at);
    }
    case 7: // bool
      readVarint(bytes, p, end);
      position = after;
      isDefault = low === 0 && high === 0;
      return writeAscii(out, isDefault ? 'false' : 'true', at);
    case 8: // enum
      readVarint(bytes, p, end);
      position = after;
      return writeEnum(field, low, at);
    case 9: {
      // fixed32
      position = within(p + 4, end);
      const value = input.getUint32(p, true);
      isDefault = value === 0;
      return writeUnsigned(out, value, at);
    }
    case 10: {
      // sfixed32
      position = within(p + 4, end);
      const value = input.getInt32(p, true);
      isDefault = value === 0;
      return writeSigned(out, value, at);
    }
    case 11: {
      // float
      position = within(p + 4, end);
      const value = input.getFloat32(p, true);
      isDefault = Object.is(value, 0);
      return writeFloat(out, value, at);
    }
    case 12: // fixed64
      position = within(p + 8, end);
      return writeUint64(input.getInt32(p, true), input.getInt32(p + 4, true), at);
    case 13: // sfixed64
      position = within(p + 8, end);
      return writeInt64(input.getInt32(p, true), input.getInt32(p + 4, true), at);
    case 14: {
      // double
      position = within(p + 8, end);
      const value = input.getFloat64(p, true);
      isDefault = Object.is(value, 0);
      return writeDouble(out, value, at);
    }
    case 15: {
      // string
      const start = readLength(p, end);
      const stop = position;
      isDefault = stop === start;
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
      isDefault = position === start;
      return writeBase64(start, position, at);
    }
    case 18: // bareInt64
      readVarint(bytes, p, end);
      position = after;
      return writeBareInt64(low, high, at);
    case 19: // bareUint64
      readVarint(bytes, p, end);
      position = after;
      return writeBareUint64(low, high, at);
    case 20: {
      // bareSint64
      readVarint(bytes, p, end);
      position = after;
      const sign = -(low & 1);
      return writeBareInt64(((low >>> 1) | (high << 31)) ^ sign, (high >>> 1) ^ sign, at);
    }
    case 21: // bareFixed64
      position = within(p + 8, end);
      return writeBareUint64(input.getInt32(p, true), input.getInt32(p + 4, true), at);
    case 22: // bareSfixed64
      position = within(p + 8, end);
      return writeBareInt64(input.getInt32(p, true), input.getInt32(p + 4, true), at);
    default: {
      // message
      const start = readLength(p, end);
      const stop = position;
      const inner = field.message as MessagePlan;
      const o = writeMessage(inner, start, stop, at, inner.form === 5 /* value */ ? depth : depth + 1);
      position = stop;
      isDefault = false;
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

/** Reads a length, sets `position` to the end of what it counts, and returns its start. */
function readLength(p: number, end: number): number {
  const first = bytes[p] as number;
  if (first < 0x80) {
    position = within(p + 1 + first, end);
    return p + 1;
  }
  readVarint(bytes, p, end);
  if (high !== 0 || low < 0) throw BEYOND;
  position = within(after + low, end);
  return after;
}

function within(p: number, end: number): number {
  if (p > end) throw BEYOND;
  return p;
}

function writeEnum(field: FieldPlan, value: number, at: number): number {
  isDefault = value === field.enumDefault;
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
  isDefault = lower === 0 && upper === 0;
  return writeUnsigned64(out, lower, upper, at);
}

function writeBareInt64(lower: number, upper: number, at: number): number {
  if (upper >= 0) return writeBareUint64(lower, upper, at);
  isDefault = false;
  out[at] = 45;
  // The two's complement of a negative number is its amount.
  const amountLow = -lower | 0;
  const amountHigh = (~upper + (amountLow === 0 ? 1 : 0)) | 0;
  return writeUnsigned64(out, amountLow, amountHigh, at + 1);
}

/** All neighbouring values of a repeated field, packed or not. `p` is at the first tag. */
function writeList(field: FieldPlan, start: number, end: number, at: number, depth: number): number {
  let p = start;
  let o = at;
  while (p < end) {
    let tag = bytes[p] as number;
    let value = p + 1;
    if (tag >= 0x80) {
      readVarint(bytes, p, end);
      if (high !== 0) throw BEYOND;
      tag = low;
      value = after;
    }
    if (tag >>> 3 !== field.number) break;
    if ((tag & 7) === field.wireType) {
      if (o + ROOM > out.length) grow(o + ROOM);
      out[o] = 44;
      o = writeValue(field, value, end, o + 1, depth);
      p = position;
    } else if ((tag & 7) === 2 && field.wireType !== 2) {
      p = readLength(value, end);
      const stop = position;
      while (p < stop) {
        if (o + ROOM > out.length) grow(o + ROOM);
        out[o] = 44;
        o = writeValue(field, p, stop, o + 1, depth);
        p = position;
      }
    } else {
      throw BEYOND;
    }
  }
  position = p;
  isDefault = o === at;
  return closed(91, 93, at, o);
}

/** More keys than this are compared through an object rather than with each other. */
const FEW_KEYS = 8;
const keyStarts = new Int32Array(FEW_KEYS);

/**
 * A map of strings to scalars as most are: few entries, key before value, no key that repeats or looks like a
 * number. Returns -1 for any other, which `writeMap` then writes from the start.
 */
function writeSmallMap(field: FieldPlan, start: number, end: number, at: number): number {
  const from = bytes;
  const valueField = field.mapValue as FieldPlan;
  const valueTag = 0x10 | valueField.wireType;
  let p = start;
  let o = at;
  let count = 0;
  while (p < end) {
    let tag = from[p] as number;
    let entry = p + 1;
    if (tag >= 0x80) {
      readVarint(from, p, end);
      if (high !== 0) throw BEYOND;
      tag = low;
      entry = after;
    }
    if (tag >>> 3 !== field.number) break;
    if ((tag & 7) !== 2) throw BEYOND;
    const content = readLength(entry, end);
    const stop = position;
    const length = from[content + 1] as number;
    const key = content + 2;
    if (count === FEW_KEYS || from[content] !== 0x0a || length >= 0x80 || key + length + 1 >= stop) return -1;
    if (isNumberLike(from[key] as number, length) || isKnownKey(from, key, length, count)) return -1;
    if (from[key + length] !== valueTag) return -1;
    keyStarts[count] = key;
    count += 1;
    if (o + length * 6 + ROOM > out.length) grow(o + length * 6 + ROOM);
    out[o] = 44;
    o = writeString(out, words, from, input, key, key + length, o + 1);
    if (o === NOT_UTF8) throw BEYOND;
    out[o] = 58;
    o = writeValue(valueField, key + length + 1, stop, o + 1, 0);
    if (position !== stop) return -1;
    p = stop;
  }
  position = p;
  isDefault = o === at;
  return closed(123, 125, at, o);
}

/** JavaScript orders keys that are array indexes before all others. */
function isNumberLike(first: number, length: number): boolean {
  return length === 0 || (first >= 48 && first <= 57);
}

function isKnownKey(from: Buffer, key: number, length: number, count: number): boolean {
  for (let index = 0; index < count; index += 1) {
    const other = keyStarts[index] as number;
    // The byte before a key is its length.
    if (from[other - 1] !== length) continue;
    let same = 0;
    while (same < length && from[other + same] === from[key + same]) same += 1;
    if (same === length) return true;
  }
  return false;
}

/** All neighbouring entries of a map. `p` is at the first tag. */
function writeMap(field: FieldPlan, start: number, end: number, at: number, depth: number): number {
  if (field.isSmallMap) {
    const o = writeSmallMap(field, start, end, at);
    if (o !== -1) return o;
  }
  const keyField = field.mapKey as FieldPlan;
  const valueField = field.mapValue as FieldPlan;
  const spans: number[] = [];
  let p = start;
  while (p < end) {
    readVarint(bytes, p, end);
    if (low >>> 3 !== field.number || high !== 0) break;
    if ((low & 7) !== 2) throw BEYOND;
    p = readLength(after, end);
    const stop = position;
    let key = -1;
    let value = -1;
    while (p < stop) {
      readVarint(bytes, p, stop);
      const tag = low;
      if (high !== 0) throw BEYOND;
      p = after;
      if (tag >>> 3 === 1) {
        if (key !== -1 || (tag & 7) !== keyField.wireType) throw BEYOND;
        key = p;
      } else if (tag >>> 3 === 2) {
        if (value !== -1 || (tag & 7) !== valueField.wireType) throw BEYOND;
        value = p;
      } else if (tag >>> 3 === 0) {
        throw BEYOND;
      }
      p = skipValue(bytes, p, stop, tag & 7);
    }
    spans.push(key, value, stop);
  }
  const stopped = p;
  let o = at;
  const order = orderEntries(bytes, spans, keyField);
  // An entry that another replaces must still be well-formed, which the library sees to.
  if (order !== undefined && order.length * 3 < spans.length && valueField.wireType === 2) throw BEYOND;
  for (let index = 0; index < (order ?? spans).length; index += order === undefined ? 3 : 1) {
    const span = order === undefined ? index : (order[index] as number);
    const stop = spans[span + 2] as number;
    reserve(o, ROOM);
    out[o] = 44;
    o = writeMapKey(keyField, spans[span] as number, stop, o + 1, depth);
    reserve(o, ROOM);
    out[o] = 58;
    o = writeEntryValue(valueField, spans[span + 1] as number, stop, o + 1, depth);
  }
  position = stopped;
  isDefault = o === at;
  return closed(123, 125, at, o);
}

/** Keys are strings in JSON, whatever they are in the schema. `p` is -1 for an absent one. */
function writeMapKey(field: FieldPlan, p: number, end: number, at: number, depth: number): number {
  const isQuoted =
    field.kind === 15 ||
    field.kind === 4 ||
    field.kind === 5 ||
    field.kind === 6 ||
    field.kind === 12 ||
    field.kind === 13;
  if (p === -1) return writeAscii(out, field.kind === 15 ? '""' : field.kind === 7 ? '"false"' : '"0"', at);
  if (isQuoted) return writeValue(field, p, end, at, depth);
  out[at] = 34;
  const o = writeValue(field, p, end, at + 1, depth);
  out[o] = 34;
  return o + 1;
}

function writeEntryValue(field: FieldPlan, p: number, end: number, at: number, depth: number): number {
  if (p !== -1) return writeValue(field, p, end, at, depth);
  switch (field.kind) {
    case 4: // int64
    case 5: // uint64
    case 6: // sint64
    case 12: // fixed64
    case 13: // sfixed64
      return writeAscii(out, '"0"', at);
    case 7: // bool
      return writeAscii(out, 'false', at);
    case 8: // enum
      return writeEnum(field, field.enumDefault, at);
    case 15: // string
    case 16: // bytes
      return writeAscii(out, '""', at);
    case 17: // message: an empty one
      return writeMessage(field.message as MessagePlan, end, end, at, depth + 1);
    default:
      return writeAscii(out, '0', at);
  }
}

/**
 * The same message with its fields sorted first: for fields out of order, repeated fields in several places, and
 * singular ones that come more than once, of which the last counts.
 */
function writeUnordered(plan: MessagePlan, start: number, end: number, at: number, depth: number): number {
  /** Field number → start of each of its records, at the tag. */
  const records = new Map<number, number[]>();
  /** Oneof bit → number of the member that came last. */
  const members = new Map<number, number>();
  let p = start;
  while (p < end) {
    readVarint(bytes, p, end);
    const record = p;
    const tag = low;
    const number = tag >>> 3;
    const field = number < 256 ? plan.dense[number] : plan.sparse.get(number);
    if (high !== 0 || number === 0 || (field === undefined && plan.isExtendable)) throw BEYOND;
    p = skipValue(bytes, after, end, tag & 7);
    if (field === undefined) continue;
    const known = records.get(number);
    if (known === undefined) records.set(number, [record]);
    else known.push(record);
    if (field.oneofBit !== 0) {
      // Another member between two of the same would unset the first: only the library merges that right.
      if (members.get(field.oneofBit) !== undefined && known !== undefined) throw BEYOND;
      members.set(field.oneofBit, number);
    }
  }
  let o = at;
  for (const field of plan.ordered) {
    const starts = records.get(field.number);
    if (starts === undefined) {
      if (field.absent !== null) o = writeAbsent(field, field.absent, o);
      continue;
    }
    if (field.oneofBit !== 0 && members.get(field.oneofBit) !== field.number) {
      passOver(field, starts, starts.length, end);
      continue;
    }
    reserve(o, field.keyLength + ROOM);
    const key = o;
    o = writeKey(field, o);
    o =
      field.cardinality === 0
        ? writeLast(field, starts, end, o, depth)
        : writeScattered(field, starts, end, o, depth);
    if (isDefault && field.absent === null && (field.isImplicit || field.cardinality !== 0)) o = key;
  }
  return closed(123, 125, at, o);
}

function writeAbsent(field: FieldPlan, value: Uint8Array, at: number): number {
  reserve(at, field.keyLength + value.length + ROOM);
  const o = writeKey(field, at);
  out.set(value, o);
  return o + value.length;
}

/** Records that count for nothing must still be well-formed: texts are left to the library, and merging messages too. */
function passOver(field: FieldPlan, starts: readonly number[], count: number, end: number): void {
  if (count > 0 && field.wireType === 2) throw BEYOND;
  for (let index = 0; index < count; index += 1) {
    readVarint(bytes, starts[index] as number, end);
    if ((low & 7) !== field.wireType) throw BEYOND;
  }
}

function writeLast(
  field: FieldPlan,
  starts: readonly number[],
  end: number,
  at: number,
  depth: number,
): number {
  passOver(field, starts, starts.length - 1, end);
  readVarint(bytes, starts[starts.length - 1] as number, end);
  if ((low & 7) !== field.wireType) throw BEYOND;
  return writeValue(field, after, end, at, depth);
}

function writeScattered(
  field: FieldPlan,
  starts: readonly number[],
  end: number,
  at: number,
  depth: number,
): number {
  // A map's entries may repeat a key across the places; the library knows which counts.
  if (field.cardinality === 2) {
    const first = starts[0] as number;
    const o = writeMap(field, first, end, at, depth);
    if ((starts[starts.length - 1] as number) >= position) throw BEYOND;
    return o;
  }
  let o = at;
  let covered = -1;
  for (const start of starts) {
    if (start < covered) continue;
    const list = o;
    o = writeList(field, start, end, o, depth);
    covered = position;
    // The list closed itself; the next one goes on where its bracket stands.
    o = isDefault ? list : o - 1;
    if (list !== at && !isDefault) out[list] = 44;
  }
  isDefault = o === at;
  return closed(91, 93, at, o);
}

/** Where the selected fields of the messages on the way from the root lie: a stack of slots. */
const slotStarts = new Int32Array(4096);
let slotsTaken = 0;

/** First finds where each selected field lies, since they are written in another order, some twice, some absent. */
function writeSelected(
  { slots, slotOf, dense, read, written }: SelectedFields,
  start: number,
  end: number,
  at: number,
  depth: number,
): number {
  const base = slotsTaken;
  if (base + slots > slotStarts.length) throw BEYOND;
  slotsTaken = base + slots;
  slotStarts.fill(-1, base, slotsTaken);
  const from = bytes;
  let p = start;
  let last = 0;
  while (p < end) {
    const record = p;
    readVarint(from, p, end);
    const tag = low;
    const number = tag >>> 3;
    if (high !== 0 || number === 0) throw BEYOND;
    p = skipValue(from, after, end, tag & 7);
    const slot = number < 256 ? (dense[number] as number) : (slotOf.get(number) ?? -1);
    if (slot !== -1) {
      const field = read[slot] as FieldPlan;
      const isKnown = slotStarts[base + slot] !== -1;
      if (field.cardinality === 0) {
        // Of two numbers the last counts; two messages are merged, and a text that does not count must be one still.
        if ((tag & 7) !== field.wireType || (isKnown && field.wireType === 2)) throw BEYOND;
        slotStarts[base + slot] = record;
      } else if (!isKnown) {
        slotStarts[base + slot] = record;
      } else if (last !== number) {
        throw BEYOND;
      }
    }
    last = number;
  }
  let o = at;
  for (const { field, slot, absent } of written) {
    const record = slot === -1 ? -1 : (slotStarts[base + slot] as number);
    o = writeKey(field, o);
    if (record === -1) {
      reserve(o, absent.length + ROOM);
      for (let index = 0; index < absent.length; index += 1) out[o + index] = absent[index] as number;
      o += absent.length;
    } else if (field.cardinality === 1) {
      o = writeList(field, record, end, o, depth);
    } else {
      readVarint(from, record, end);
      const value = o;
      o = writeValue(field, after, end, value, depth);
      if (field.kind === 8 || field.kind === 11 || field.kind === 14) o = nullable(field.kind, value, o);
    }
  }
  slotsTaken = base;
  return closed(123, 125, at, o);
}

/** An enum's number without a name, and a number without digits, are null; and GraphQL has one zero. */
function nullable(kind: number, at: number, end: number): number {
  const isText = out[at] === 34;
  if (isText !== (kind === 8)) return writeAscii(out, 'null', at);
  return end === at + 2 && out[at] === 45 && out[at + 1] === 48 ? writeAscii(out, '0', at) : end;
}

const TWO_32 = 4_294_967_296;

/** Seconds in field 1, nanoseconds in field 2. */
function writeTime(plan: MessagePlan, start: number, end: number, at: number): number {
  let p = start;
  let seconds = 0;
  let nanos = 0;
  while (p < end) {
    readVarint(bytes, p, end);
    const tag = low;
    p = after;
    if (tag === 8 && high === 0) {
      readVarint(bytes, p, end);
      // Beyond 2^53 the value is out of range whatever its last bits are.
      seconds = high * TWO_32 + (low >>> 0);
      p = after;
    } else if (tag === 16 && high === 0) {
      readVarint(bytes, p, end);
      nanos = low;
      p = after;
    } else {
      if (high !== 0 || tag < 24) throw BEYOND;
      p = skipValue(bytes, p, end, tag & 7);
    }
  }
  const o =
    plan.form === 1 ? writeTimestamp(out, seconds, nanos, at) : writeDuration(out, seconds, nanos, at);
  if (o === OUT_OF_RANGE) throw BEYOND;
  return o;
}

/** The bare value of field 1, or its default. */
function writeWrapper(plan: MessagePlan, start: number, end: number, at: number, depth: number): number {
  const field = plan.ordered[0] as FieldPlan;
  let p = start;
  let value = -1;
  while (p < end) {
    readVarint(bytes, p, end);
    const tag = low;
    if (high !== 0) throw BEYOND;
    p = after;
    if (tag >>> 3 === 1) {
      if ((tag & 7) !== field.wireType) throw BEYOND;
      value = p;
    } else if (tag >>> 3 === 0) {
      throw BEYOND;
    }
    p = skipValue(bytes, p, end, tag & 7);
  }
  reserve(at, ROOM);
  return writeEntryValue(field, value, end, at, depth);
}

function writeStruct(plan: MessagePlan, start: number, end: number, at: number, depth: number): number {
  const field = plan.ordered[0] as FieldPlan;
  reserve(at, ROOM);
  const o = writeMap(field, start, end, at, depth);
  if (position !== end) throw BEYOND;
  return o;
}

function writeListValue(plan: MessagePlan, start: number, end: number, at: number, depth: number): number {
  const field = plan.ordered[0] as FieldPlan;
  reserve(at, ROOM);
  const o = writeList(field, start, end, at, depth);
  if (position !== end) throw BEYOND;
  return o;
}

/** Exactly one member of the oneof; none, or a number JSON cannot hold, is an error that the library words. */
function writeValueMessage(plan: MessagePlan, start: number, end: number, at: number, depth: number): number {
  if (start === end) throw BEYOND;
  readVarint(bytes, start, end);
  const field = plan.dense[low >>> 3];
  if (field === undefined || high !== 0 || (low & 7) !== field.wireType) throw BEYOND;
  reserve(at, ROOM);
  const first = after;
  if (field.kind === 14 && first + 8 <= end && !Number.isFinite(input.getFloat64(first, true))) throw BEYOND;
  const o = writeValue(field, first, end, at, depth);
  if (position !== end) throw BEYOND;
  return o;
}

function writeByLibrary(plan: MessagePlan, start: number, end: number, at: number, depth: number): number {
  let text: string;
  try {
    const message = fromBinary(plan.descriptor, bytes.subarray(start, end), {
      recursionLimit: MAX_DEPTH - depth + 1,
    });
    text = jsonText(libraryJson(plan.descriptor, message, types, plan.output));
  } catch {
    // The library is asked once more for the whole message, so that the error is its own.
    throw BEYOND;
  }
  const length = Buffer.byteLength(text);
  reserve(at, length + ROOM);
  return at + out.write(text, at);
}
