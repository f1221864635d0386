// JSON text to wire bytes in one walk over the text, without an object in between. It takes what clients send as a
// rule; whatever is rare, wrong or merely doubtful is left to the slow reader, which also words every refusal.
import { exactInteger } from '../integers.ts';
import { MAX_DEPTH, MAX_MESSAGES } from '../lead.ts';
import type { FieldPlan, MessagePlan } from './message-plan.ts';
import { readDurationText, readTimestampText } from './time-texts.ts';
import { BEYOND, Beyond } from './varint.ts';
import { WireOutput } from './wire-output.ts';

const out = new WireOutput();
let text = '';
let at = 0;
let messages = 0;

/** Wire bytes, or undefined: the slow reader must say. */
export function jsonToWire(plan: MessagePlan, json: string): Buffer | undefined {
  return writeWire(() => appendJson(plan, json));
}

/** Wire bytes of all that `append` appends, or undefined: the slow reader must say. */
export function writeWire(append: () => void): Buffer | undefined {
  out.reset();
  try {
    append();
    return out.take();
  } catch (error) {
    if (error instanceof Beyond) return undefined;
    throw error;
  } finally {
    text = '';
  }
}

/** Within `writeWire`: the fields of a message from its JSON. */
export function appendJson(plan: MessagePlan, json: string): void {
  begin(json);
  skipSpace();
  if (plan.form !== 0) throw BEYOND;
  readMessage(plan, 1);
  end();
}

/** Within `writeWire`: one field of a message from the JSON of its value. */
export function appendField(field: FieldPlan, json: string): void {
  begin(json);
  skipSpace();
  if (text.charCodeAt(at) === 110) throw BEYOND;
  readField(field, 1);
  end();
}

/**
 * Within `writeWire`: a field from a bare text, as path variables and query parameters are. `path` leads to it
 * through the messages that hold it. What comes later on the wire wins over what came earlier.
 */
export function appendLeaf(path: readonly FieldPlan[], leaf: string, depth = 0): void {
  const field = path[depth] as FieldPlan;
  if (depth < path.length - 1) {
    out.uint32(field.tag);
    const mark = out.open();
    appendLeaf(path, leaf, depth + 1);
    out.close(mark);
    return;
  }
  // Written even if it is the default: it has to win over whatever came before.
  out.uint32(((field.number << 3) | field.wireType) >>> 0);
  switch (field.kind) {
    case 15: // string
      out.text(leaf, 0, leaf.length, false);
      break;
    case 1: // int32
    case 2: // uint32
    case 3: // sint32
    case 4: // int64
    case 5: // uint64
    case 6: // sint64
    case 7: {
      // bool
      // Quotes belong to JSON; in a path or a query they are part of the value, and no number has them.
      if (leaf.startsWith('"')) throw BEYOND;
      begin(leaf);
      readValue(field, 1);
      if (at !== text.length) throw BEYOND;
      break;
    }
    case 8: {
      // enum
      const value = field.enumNumbers?.get(leaf);
      if (value === undefined) throw BEYOND;
      out.int32(value);
      break;
    }
    default:
      throw BEYOND;
  }
}

function begin(json: string): void {
  text = json;
  at = 0;
  messages = 0;
}

function end(): void {
  skipSpace();
  if (at !== text.length) throw BEYOND;
}

function readMessage(plan: MessagePlan, depth: number): void {
  messages += 1;
  if (depth > MAX_DEPTH || messages > MAX_MESSAGES) throw BEYOND;
  expect(123);
  skipSpace();
  if (take(125)) return;
  let seenLow = 0;
  let seenMore: Set<number> | undefined;
  let oneofs = 0;
  for (;;) {
    const key = readKey();
    const field = plan.byName.get(key);
    if (field === undefined) throw BEYOND;
    if (field.index < 31) {
      const bit = 1 << field.index;
      if ((seenLow & bit) !== 0) throw BEYOND;
      seenLow |= bit;
    } else {
      seenMore ??= new Set();
      if (seenMore.has(field.index)) throw BEYOND;
      seenMore.add(field.index);
    }
    if (text.charCodeAt(at) === 110) {
      // null is unset; for the few types where it is a value the slow reader knows.
      if (field.isNull || field.message?.form === 5 || !text.startsWith('null', at)) throw BEYOND;
      at += 4;
    } else {
      if ((oneofs & field.oneofBit) !== 0) throw BEYOND;
      oneofs |= field.oneofBit;
      readField(field, depth);
    }
    skipSpace();
    if (take(125)) return;
    expect(44);
    skipSpace();
  }
}

/** A key without escapes, its colon, and the space after it. */
function readKey(): string {
  expect(34);
  const end = text.indexOf('"', at);
  if (end === -1) throw BEYOND;
  const key = text.slice(at, end);
  if (key.includes('\\')) throw BEYOND;
  at = end + 1;
  skipSpace();
  expect(58);
  skipSpace();
  return key;
}

function readField(field: FieldPlan, depth: number): void {
  if (field.cardinality === 1) {
    readList(field, depth);
  } else if (field.cardinality === 2) {
    readMap(field, depth);
  } else {
    const before = out.length;
    out.uint32(field.tag);
    const isDefault = readValue(field, depth);
    if (isDefault && field.isImplicit) out.truncate(before);
  }
}

function readList(field: FieldPlan, depth: number): void {
  expect(91);
  skipSpace();
  if (take(93)) return;
  let mark = -1;
  if (field.isPacked) {
    out.uint32(field.tag);
    mark = out.open();
  }
  for (;;) {
    if (!field.isPacked) out.uint32(field.tag);
    readValue(field, depth);
    skipSpace();
    if (take(93)) break;
    expect(44);
    skipSpace();
  }
  if (mark !== -1) out.close(mark);
}

function readMap(field: FieldPlan, depth: number): void {
  const keyField = field.mapKey as FieldPlan;
  const valueField = field.mapValue as FieldPlan;
  // Other keys have several spellings of one value ("1", "1.0"), which the slow reader compares.
  if (keyField.kind !== 15) throw BEYOND;
  expect(123);
  skipSpace();
  if (take(125)) return;
  const seen = new Set<string>();
  for (;;) {
    const key = readKey();
    if (seen.has(key) || hasControl(key) || !key.isWellFormed()) throw BEYOND;
    seen.add(key);
    out.uint32(field.tag);
    const mark = out.open();
    out.uint32(keyField.tag);
    out.text(key, 0, key.length, false);
    out.uint32(valueField.tag);
    readValue(valueField, depth);
    out.close(mark);
    skipSpace();
    if (take(125)) return;
    expect(44);
    skipSpace();
  }
}

function hasControl(key: string): boolean {
  for (let index = 0; index < key.length; index += 1) {
    if (key.charCodeAt(index) < 0x20) return true;
  }
  return false;
}

/** Writes one value, its tag already written; true if it is the default of its kind. */
function readValue(field: FieldPlan, depth: number): boolean {
  switch (field.kind) {
    case 1: // int32
      return writeInt32(readInteger(-2_147_483_648, 2_147_483_647));
    case 2: // uint32
      return writeUint32(readInteger(0, 4_294_967_295));
    case 3: {
      // sint32
      const value = readInteger(-2_147_483_648, 2_147_483_647);
      out.uint32(((value << 1) ^ (value >> 31)) >>> 0);
      return value === 0;
    }
    case 4: // int64
      return writeInt64(-0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn);
    case 5: // uint64
      return writeInt64(0n, 0xffff_ffff_ffff_ffffn);
    case 6: {
      // sint64
      const value = readBigInteger(-0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn);
      out.varint64((value << 1n) ^ (value >> 63n));
      return value === 0n;
    }
    case 7: // bool
      return readBool();
    case 8: // enum
      return readEnum(field);
    case 9: {
      // fixed32
      const value = readInteger(0, 4_294_967_295);
      out.fixed32(value);
      return value === 0;
    }
    case 10: {
      // sfixed32
      const value = readInteger(-2_147_483_648, 2_147_483_647);
      out.fixed32(value >>> 0);
      return value === 0;
    }
    case 11: {
      // float
      const value = readDouble();
      if (!Number.isFinite(Math.fround(value))) throw BEYOND;
      out.float(value);
      return Object.is(value, 0);
    }
    case 12: // fixed64
      return writeFixed64(0n, 0xffff_ffff_ffff_ffffn);
    case 13: // sfixed64
      return writeFixed64(-0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn);
    case 14: {
      // double
      const value = readDouble();
      out.double(value);
      return Object.is(value, 0);
    }
    case 15: // string
      return readString();
    case 16: // bytes
      return readBytes();
    default: {
      const mark = out.open();
      readMessageValue(field.message as MessagePlan, depth + 1);
      out.close(mark);
      return false;
    }
  }
}

function readMessageValue(plan: MessagePlan, depth: number): void {
  switch (plan.form) {
    case 0: // plain
      readMessage(plan, depth);
      break;
    case 1: // timestamp
      writeTime(readTimestampText(readPlainString()));
      break;
    case 2: // duration
      writeTime(readDurationText(readPlainString()));
      break;
    case 3: {
      // wrapper
      const inner = plan.ordered[0] as FieldPlan;
      const before = out.length;
      out.uint32(inner.tag);
      if (readValue(inner, depth)) out.truncate(before);
      break;
    }
    default:
      throw BEYOND;
  }
}

function writeTime(time: { readonly seconds: number; readonly nanos: number } | undefined): void {
  if (time === undefined) throw BEYOND;
  const { seconds, nanos } = time;
  if (seconds !== 0) {
    out.uint32(8);
    if (seconds > 0) out.safeInteger(seconds);
    else out.varint64(BigInt(seconds));
  }
  if (nanos !== 0) {
    out.uint32(16);
    out.int32(nanos);
  }
}

function writeInt32(value: number): boolean {
  out.int32(value);
  return value === 0;
}

function writeUint32(value: number): boolean {
  out.uint32(value);
  return value === 0;
}

function writeInt64(lowest: bigint, highest: bigint): boolean {
  const small = smallInteger();
  if (small !== undefined) {
    if (small < 0 && lowest === 0n) throw BEYOND;
    if (small >= 0) out.safeInteger(small);
    else out.varint64(BigInt(small));
    return small === 0;
  }
  const value = readBigInteger(lowest, highest);
  out.varint64(value);
  return value === 0n;
}

function writeFixed64(lowest: bigint, highest: bigint): boolean {
  const value = readBigInteger(lowest, highest);
  out.fixed64(value);
  return value === 0n;
}

function readBool(): boolean {
  if (text.startsWith('true', at)) {
    at += 4;
    out.uint32(1);
    return false;
  }
  if (!text.startsWith('false', at)) throw BEYOND;
  at += 5;
  out.uint32(0);
  return true;
}

function readEnum(field: FieldPlan): boolean {
  if (field.isNull) throw BEYOND;
  let value: number | undefined;
  if (text.charCodeAt(at) === 34) value = field.enumNumbers?.get(readPlainString());
  else value = readInteger(-2_147_483_648, 2_147_483_647);
  if (value === undefined) throw BEYOND;
  out.int32(value);
  return value === field.enumDefault;
}

function readString(): boolean {
  expect(34);
  const start = at;
  let bits = 0;
  let index = at;
  for (;;) {
    const code = text.charCodeAt(index);
    if (code === 34) break;
    // An escape, a control character, or the end of the text.
    if (code === 92 || !(code >= 0x20)) return readEscapedString(start);
    bits |= code;
    index += 1;
  }
  const isAscii = bits < 0x80;
  // Half a surrogate pair is no text; the slow reader says so.
  if (!isAscii && !text.slice(start, index).isWellFormed()) throw BEYOND;
  out.text(text, start, index, isAscii);
  at = index + 1;
  return index === start;
}

function readEscapedString(start: number): boolean {
  let index = start;
  for (;;) {
    const code = text.charCodeAt(index);
    if (code === 34) break;
    if (!(code >= 0x20)) throw BEYOND;
    index += code === 92 ? 2 : 1;
  }
  let value: string;
  try {
    value = JSON.parse(text.slice(start - 1, index + 1));
  } catch {
    throw BEYOND;
  }
  if (!value.isWellFormed()) throw BEYOND;
  out.text(value, 0, value.length, false);
  at = index + 1;
  return value === '';
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Standard base64 with padding; the other spellings are the slow reader's. */
function readBytes(): boolean {
  const value = readPlainString();
  if (!BASE64.test(value)) throw BEYOND;
  out.bytes(Buffer.from(value, 'base64'));
  return value === '';
}

/** A string without escapes. */
function readPlainString(): string {
  expect(34);
  const end = text.indexOf('"', at);
  if (end === -1) throw BEYOND;
  const value = text.slice(at, end);
  if (value.includes('\\') || hasControl(value)) throw BEYOND;
  at = end + 1;
  return value;
}

/** An integer of up to 15 digits, plain or quoted; undefined, and nothing read, for any other spelling. */
function smallInteger(): number | undefined {
  let index = at;
  const isQuoted = text.charCodeAt(index) === 34;
  if (isQuoted) index += 1;
  const isNegative = text.charCodeAt(index) === 45;
  if (isNegative) index += 1;
  const first = index;
  let value = 0;
  for (;;) {
    const digit = text.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    value = value * 10 + digit;
    index += 1;
    if (index - first > 15) return undefined;
  }
  const count = index - first;
  if (count === 0 || (count > 1 && text.charCodeAt(first) === 48)) return undefined;
  const next = text.charCodeAt(index);
  if (isQuoted) {
    if (next !== 34) return undefined;
    index += 1;
  } else if (next === 46 || next === 101 || next === 69) {
    return undefined;
  }
  at = index;
  return isNegative && value !== 0 ? -value : value;
}

function readInteger(lowest: number, highest: number): number {
  const value = smallInteger() ?? Number(readBigInteger(BigInt(lowest), BigInt(highest)));
  if (value < lowest || value > highest) throw BEYOND;
  return value;
}

function readBigInteger(lowest: bigint, highest: bigint): bigint {
  const digits = exactInteger(text.charCodeAt(at) === 34 ? readPlainString() : readNumberText());
  if (digits === undefined) throw BEYOND;
  const value = BigInt(digits);
  if (value < lowest || value > highest) throw BEYOND;
  return value;
}

function readDouble(): number {
  // Quoted numbers and the names of NaN and the infinities are the slow reader's.
  const value = Number(readNumberText());
  if (!Number.isFinite(value)) throw BEYOND;
  return value;
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

function readNumberText(): string {
  NUMBER.lastIndex = at;
  const found = NUMBER.exec(text)?.[0];
  if (found === undefined) throw BEYOND;
  at += found.length;
  return found;
}

function expect(code: number): void {
  if (text.charCodeAt(at) !== code) throw BEYOND;
  at += 1;
}

function take(code: number): boolean {
  if (text.charCodeAt(at) !== code) return false;
  at += 1;
  return true;
}

function skipSpace(): void {
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
    at += 1;
  }
}
