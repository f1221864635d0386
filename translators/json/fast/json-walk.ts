// A message on its way from wire bytes to JSON text: what is read, what is written, and how far both are. Module
// variables, since fields of an object would cost more; writing never waits, so there is only one message at a time.
import type { Registry } from '@bufbuild/protobuf';
import { ROOM } from './json-output.ts';
import type { FieldPlan, MessagePlan } from './message-plan.ts';
import { after, BEYOND, high, low, readVarint } from './varint.ts';

/** Writes a message; the fields of others, and the kinds of message, are in several files and call each other by it. */
export type MessageWriter = (
  plan: MessagePlan,
  start: number,
  end: number,
  at: number,
  depth: number,
) => number;

/**
 * transcoding reference, section 6; the library's own default. A google.protobuf.Value is no level of its own, since
 * it is none in JSON: what a request may hold must fit into the reply as well.
 */
export const MAX_DEPTH = 100;

const INITIAL_BYTES = 64 * 1024;
/** A scratch buffer larger than this is given back after the message that needed it. */
const KEPT_BYTES = 4 * 1024 * 1024;

/** What is read. */
export let bytes: Buffer = Buffer.alloc(0);
export let input: DataView = new DataView(new ArrayBuffer(0));
export let types: Registry | undefined;
export let writeInner: MessageWriter = () => {
  throw BEYOND;
};
/** The text so far lies before the position that the functions pass along. */
export let out: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
export let words: DataView = viewOf(out);

/** Position in the wire after the value written last. */
export let position = 0;
/** Whether the value written last was the default of its kind (for lists and maps: whether there was none). */
export let isDefault = false;

export function begin(wire: Uint8Array, registry: Registry, writer: MessageWriter): void {
  bytes = Buffer.isBuffer(wire) ? wire : Buffer.from(wire.buffer, wire.byteOffset, wire.length);
  input = viewOf(bytes);
  types = registry;
  writeInner = writer;
}

export function setPosition(value: number): void {
  position = value;
}

export function setDefault(value: boolean): void {
  isDefault = value;
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** A copy of what was written before `end`. */
export function take(end: number): Buffer {
  const text = Buffer.allocUnsafe(end);
  out.copy(text, 0, 0, end);
  if (out.length > KEPT_BYTES) {
    out = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    words = viewOf(out);
  }
  return text;
}

/** Makes room for `count` bytes after `at`. */
export function reserve(at: number, count: number): void {
  if (at + count > out.length) grow(at + count);
}

export function grow(needed: number): void {
  const larger = Buffer.allocUnsafeSlow(Math.max(out.length * 2, needed + ROOM));
  larger.set(out);
  out = larger;
  words = viewOf(out);
}

/** `,"name":` and room for a number after it. Words may run past the key; its value covers them. */
export function writeKey(field: FieldPlan, at: number): number {
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
export function closed(open: number, close: number, at: number, end: number): number {
  reserve(end, ROOM);
  let o = end;
  if (o === at) o += 1;
  out[at] = open;
  out[o] = close;
  return o + 1;
}

/** Reads a length, sets `position` to the end of what it counts, and returns its start. */
export function readLength(p: number, end: number): number {
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

export function within(p: number, end: number): number {
  if (p > end) throw BEYOND;
  return p;
}
