// Varints from the wire, without BigInt and without objects: the result lies in three variables until the next read.
// Source: protobuf encoding, "Base 128 varints". A value of more than ten bytes is malformed.

/** Position after what was read last. */
export let after = 0;
/** The low and high 32 bits of what was read last, as signed integers: those need no allocation. */
export let low = 0;
export let high = 0;

/** What is not handled here is handled by the library, whose word also counts where bytes are malformed. */
export class Beyond extends Error {
  override readonly name = 'Beyond';
}
// One instance: thrown often enough that a stack trace each would be dear, and nobody reads it.
export const BEYOND = new Beyond('left to the codec library');

/** Up to 64 bits. @throws BEYOND if it does not end within ten bytes or before `end`. */
export function readVarint(bytes: Uint8Array, at: number, end: number): void {
  const first = bytes[at] as number;
  if (first < 0x80 && at < end) {
    low = first;
    high = 0;
    after = at + 1;
    return;
  }
  readLongVarint(bytes, at, end);
}

function readLongVarint(bytes: Uint8Array, start: number, end: number): void {
  let at = start;
  let lower = 0;
  let upper = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    if (at >= end) throw BEYOND;
    const byte = bytes[at++] as number;
    const bits = byte & 0x7f;
    if (shift < 28) {
      lower |= bits << shift;
    } else if (shift === 28) {
      lower |= bits << 28;
      upper = bits >>> 4;
    } else {
      // The tenth byte may hold more bits than 64 leave room for; like the library, they are dropped.
      upper |= shift === 63 ? (bits & 1) << 31 : bits << (shift - 32);
    }
    if (byte < 0x80) {
      low = lower | 0;
      high = upper | 0;
      after = at;
      return;
    }
  }
  throw BEYOND;
}

/** Position after the value of an unknown field. @throws BEYOND for groups and whatever reaches past `end`. */
export function skipValue(bytes: Uint8Array, at: number, end: number, wireType: number): number {
  let position: number;
  switch (wireType) {
    case 0:
      readVarint(bytes, at, end);
      position = after;
      break;
    case 1:
      position = at + 8;
      break;
    case 2:
      readVarint(bytes, at, end);
      if (high !== 0) throw BEYOND;
      if (low < 0) throw BEYOND;
      position = after + low;
      break;
    case 5:
      position = at + 4;
      break;
    default:
      throw BEYOND;
  }
  if (position > end) throw BEYOND;
  return position;
}
