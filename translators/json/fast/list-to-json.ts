// Repeated fields, packed or not.

import { ROOM } from './json-output.ts';
import { bytes, closed, grow, out, position, readLength, setDefault, setPosition } from './json-walk.ts';
import type { FieldPlan } from './message-plan.ts';
import { writeValue } from './value-to-json.ts';
import { after, BEYOND, high, low, readVarint } from './varint.ts';

/** All neighbouring values of a repeated field, packed or not. `p` is at the first tag. */
export function writeList(field: FieldPlan, start: number, end: number, at: number, depth: number): number {
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
  setPosition(p);
  setDefault(o === at);
  return closed(91, 93, at, o);
}
