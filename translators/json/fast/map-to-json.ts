// Maps: the small ones as they stand, all others with the keys in the order that an object gives them.

import { NOT_UTF8, ROOM, writeAscii, writeString } from './json-output.ts';
import {
  bytes,
  closed,
  grow,
  input,
  out,
  position,
  readLength,
  reserve,
  setDefault,
  setPosition,
  words,
  writeInner,
} from './json-walk.ts';
import { orderEntries } from './map-entries.ts';
import type { FieldPlan, MessagePlan } from './message-plan.ts';
import { writeEnum, writeValue } from './value-to-json.ts';
import { after, BEYOND, high, low, readVarint, skipValue } from './varint.ts';

/** All neighbouring entries of a map. `p` is at the first tag. */
export function writeMap(field: FieldPlan, start: number, end: number, at: number, depth: number): number {
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
  setPosition(stopped);
  setDefault(o === at);
  return closed(123, 125, at, o);
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
  setPosition(p);
  setDefault(o === at);
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

export function writeEntryValue(field: FieldPlan, p: number, end: number, at: number, depth: number): number {
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
      return writeInner(field.message as MessagePlan, end, end, at, depth + 1);
    default:
      return writeAscii(out, '0', at);
  }
}
