// Messages whose fields do not come one after the other, each once, or whose absent fields are written as well.

import { ROOM } from './json-output.ts';
import { bytes, closed, isDefault, out, position, reserve, setDefault, writeKey } from './json-walk.ts';
import { writeList } from './list-to-json.ts';
import { writeMap } from './map-to-json.ts';
import type { FieldPlan, MessagePlan } from './message-plan.ts';
import { writeValue } from './value-to-json.ts';
import { after, BEYOND, high, low, readVarint, skipValue } from './varint.ts';

/**
 * The same message with its fields sorted first: for fields out of order, repeated fields in several places, and
 * singular ones that come more than once, of which the last counts.
 */
export function writeUnordered(
  plan: MessagePlan,
  start: number,
  end: number,
  at: number,
  depth: number,
): number {
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
  setDefault(o === at);
  return closed(91, 93, at, o);
}
