// JSON text on its way to wire bytes: what is read, how far, and what is written. Module variables, since fields of an
// object would cost more; reading never waits, so there is only one text at a time.
import type { MessagePlan } from './message-plan.ts';
import { BEYOND } from './varint.ts';
import { WireOutput } from './wire-output.ts';

/** Reads the value of a message: messages hold values, and these are in another file. */
type MessageReader = (plan: MessagePlan, depth: number) => void;

export const out = new WireOutput();
export let text = '';
/** Where the walk is in the text. */
export let at = 0;
export let readInner: MessageReader = () => {
  throw BEYOND;
};

export function begin(json: string, reader: MessageReader): void {
  text = json;
  at = 0;
  readInner = reader;
}

/** The text is not kept until the next one. */
export function clear(): void {
  text = '';
}

export function moveTo(place: number): void {
  at = place;
}

export function end(): void {
  skipSpace();
  if (at !== text.length) throw BEYOND;
}

/** A key without escapes, its colon, and the space after it. */
export function readKey(): string {
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

/** A string without escapes. */
export function readPlainString(): string {
  expect(34);
  const end = text.indexOf('"', at);
  if (end === -1) throw BEYOND;
  const value = text.slice(at, end);
  if (value.includes('\\') || hasControl(value)) throw BEYOND;
  at = end + 1;
  return value;
}

export function hasControl(key: string): boolean {
  for (let index = 0; index < key.length; index += 1) {
    if (key.charCodeAt(index) < 0x20) return true;
  }
  return false;
}

export function expect(code: number): void {
  if (text.charCodeAt(at) !== code) throw BEYOND;
  at += 1;
}

export function take(code: number): boolean {
  if (text.charCodeAt(at) !== code) return false;
  at += 1;
  return true;
}

export function skipSpace(): void {
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
    at += 1;
  }
}
