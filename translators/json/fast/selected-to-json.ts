// The fields that somebody selected, under the names and in the order that were asked for.

import { ROOM, writeAscii } from './json-output.ts';
import { bytes, closed, out, reserve, writeKey } from './json-walk.ts';
import { writeList } from './list-to-json.ts';
import type { FieldPlan, SelectedFields } from './message-plan.ts';
import { writeValue } from './value-to-json.ts';
import { after, BEYOND, high, low, readVarint, skipValue } from './varint.ts';

/** Where the selected fields of the messages on the way from the root lie: a stack of slots. */
const slotStarts = new Int32Array(4096);
let slotsTaken = 0;

/** To be called before each message: what was thrown may have left slots taken. */
export function resetSlots(): void {
  slotsTaken = 0;
}

/** First finds where each selected field lies, since they are written in another order, some twice, some absent. */
export function writeSelected(
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
