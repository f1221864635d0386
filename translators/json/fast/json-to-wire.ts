// JSON text to wire bytes in one walk over the text, without an object in between. It takes what clients send as a
// rule; whatever is rare, wrong or merely doubtful is left to the slow reader, which also words every refusal.
import { MAX_DEPTH, MAX_MESSAGES } from '../lead.ts';
import type { FieldPlan, MessagePlan } from './message-plan.ts';
import { readDurationText, readTimestampText } from './time-texts.ts';
import { readValue } from './value-to-wire.ts';
import { BEYOND, Beyond } from './varint.ts';
import {
  at,
  begin,
  clear,
  end,
  expect,
  hasControl,
  moveTo,
  out,
  readKey,
  readPlainString,
  skipSpace,
  take,
  text,
} from './wire-walk.ts';

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
    clear();
  }
}

/** Within `writeWire`: the fields of a message from its JSON. `depth`: the message's own, 1 for the outermost. */
export function appendJson(plan: MessagePlan, json: string, depth = 1): void {
  start(json);
  skipSpace();
  if (plan.form !== 0) throw BEYOND;
  readMessage(plan, depth);
  end();
}

/** Within `writeWire`: a singular field that is a message of what `append` appends. */
export function appendMessage(field: FieldPlan, append: () => void): void {
  out.uint32(field.tag);
  const mark = out.open();
  append();
  out.close(mark);
}

/** Within `writeWire`: one field of a message from the JSON of its value. */
export function appendField(field: FieldPlan, json: string): void {
  start(json);
  skipSpace();
  if (text.charCodeAt(at) === 110) throw BEYOND;
  readField(field, 1);
  end();
}

/**
 * Within `writeWire`: a field from a bare text, as path variables and query parameters are. What comes later on the
 * wire wins over what came earlier.
 */
export function appendLeaf(field: FieldPlan, leaf: string): void {
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
      start(leaf);
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

function start(json: string): void {
  begin(json, readMessageValue);
  messages = 0;
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
      moveTo(at + 4);
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
