// Wire bytes to JSON text in one walk, without an object in between. What is not exactly what the codec library
// would write is left to it: whole messages by throwing BEYOND, single types by calling it for their bytes.

import type { Registry } from '@bufbuild/protobuf';
import { NOT_UTF8, ROOM, writeString } from './json-output.ts';
import {
  begin,
  bytes,
  closed,
  grow,
  input,
  isDefault,
  MAX_DEPTH,
  out,
  position,
  readLength,
  take,
  words,
  writeKey,
} from './json-walk.ts';
import { writeList } from './list-to-json.ts';
import { writeMap } from './map-to-json.ts';
import type { MessagePlan, SelectedFields } from './message-plan.ts';
import { resetSlots, writeSelected } from './selected-to-json.ts';
import {
  writeByLibrary,
  writeListValue,
  writeStruct,
  writeTime,
  writeValueMessage,
  writeWrapper,
} from './special-to-json.ts';
import { writeUnordered } from './unordered-to-json.ts';
import { writeValue } from './value-to-json.ts';
import { after, BEYOND, Beyond, high, low, readVarint, skipValue } from './varint.ts';

/** UTF-8 JSON text of a message, or undefined: the library must say. */
export function wireToJson(plan: MessagePlan, wire: Uint8Array, registry: Registry): Buffer | undefined {
  begin(wire, registry, writeMessage);
  resetSlots();
  try {
    return take(writeMessage(plan, 0, wire.length, 0, 1));
  } catch (error) {
    if (error instanceof Beyond) return undefined;
    throw error;
  }
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
