// The order of a map's entries in JSON: as they came, but for what a JavaScript object does to its keys, since the
// codec library keeps maps in objects. Keys that look like array indexes come first, in ascending order; a key that
// comes again takes the place of its first and the value of its last.
import type { FieldPlan } from './message-plan.ts';
import { high, low, readVarint } from './varint.ts';

/** `spans` holds key start, value start and end of each entry; the answer lists the spans to write, or undefined for all as they came. */
export function orderEntries(
  bytes: Buffer,
  spans: readonly number[],
  keyField: FieldPlan,
): number[] | undefined {
  if (spans.length <= 3) return undefined;
  const latest: Record<string, number> = Object.create(null);
  for (let span = 0; span < spans.length; span += 3) latest[keyText(bytes, spans, span, keyField)] = span;
  return Object.keys(latest).map((key) => latest[key] as number);
}

/** The key as the property name that it becomes. */
function keyText(bytes: Buffer, spans: readonly number[], span: number, field: FieldPlan): string {
  const at = spans[span] as number;
  if (at === -1) return field.kind === 15 ? '' : field.kind === 7 ? 'false' : '0';
  switch (field.kind) {
    case 9: // fixed32
      return String(bytes.readUInt32LE(at));
    case 10: // sfixed32
      return String(bytes.readInt32LE(at));
    case 12: // fixed64
      return String(bytes.readBigUInt64LE(at));
    case 13: // sfixed64
      return String(bytes.readBigInt64LE(at));
  }
  readVarint(bytes, at, bytes.length);
  const unsigned = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  switch (field.kind) {
    case 1: // int32
      return String(low | 0);
    case 2: // uint32
      return String(low >>> 0);
    case 3: // sint32
      return String((low >>> 1) ^ -(low & 1));
    case 4: // int64
      return String(BigInt.asIntN(64, unsigned));
    case 6: // sint64
      return String((unsigned >> 1n) ^ -(unsigned & 1n));
    case 7: // bool
      return String(unsigned !== 0n);
    case 15: {
      // string
      const start = at + varintLength(bytes, at);
      return bytes.toString('utf8', start, start + low);
    }
    default: // uint64
      return String(unsigned);
  }
}

function varintLength(bytes: Buffer, at: number): number {
  let length = 1;
  while ((bytes[at + length - 1] as number) >= 0x80) length += 1;
  return length;
}
