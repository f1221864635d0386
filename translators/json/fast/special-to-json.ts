// Well-known types, which are written as something else than an object of their fields.

import { fromBinary } from '@bufbuild/protobuf';
import { jsonText, libraryJson } from '../library-json.ts';
import { ROOM } from './json-output.ts';
import { bytes, input, MAX_DEPTH, out, position, reserve, types } from './json-walk.ts';
import { writeList } from './list-to-json.ts';
import { writeEntryValue, writeMap } from './map-to-json.ts';
import type { FieldPlan, MessagePlan } from './message-plan.ts';
import { OUT_OF_RANGE, writeDuration, writeTimestamp } from './times.ts';
import { writeValue } from './value-to-json.ts';
import { after, BEYOND, high, low, readVarint, skipValue } from './varint.ts';

const TWO_32 = 4_294_967_296;

/** Seconds in field 1, nanoseconds in field 2. */
export function writeTime(plan: MessagePlan, start: number, end: number, at: number): number {
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
export function writeWrapper(
  plan: MessagePlan,
  start: number,
  end: number,
  at: number,
  depth: number,
): number {
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

export function writeStruct(
  plan: MessagePlan,
  start: number,
  end: number,
  at: number,
  depth: number,
): number {
  const field = plan.ordered[0] as FieldPlan;
  reserve(at, ROOM);
  const o = writeMap(field, start, end, at, depth);
  if (position !== end) throw BEYOND;
  return o;
}

export function writeListValue(
  plan: MessagePlan,
  start: number,
  end: number,
  at: number,
  depth: number,
): number {
  const field = plan.ordered[0] as FieldPlan;
  reserve(at, ROOM);
  const o = writeList(field, start, end, at, depth);
  if (position !== end) throw BEYOND;
  return o;
}

/** Exactly one member of the oneof; none, or a number JSON cannot hold, is an error that the library words. */
export function writeValueMessage(
  plan: MessagePlan,
  start: number,
  end: number,
  at: number,
  depth: number,
): number {
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

export function writeByLibrary(
  plan: MessagePlan,
  start: number,
  end: number,
  at: number,
  depth: number,
): number {
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
