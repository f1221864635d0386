// Whether JSON text has a key twice in one object, which JSON.parse does not tell: what was read has fewer keys then
// than were written. Counting both is quick; who the key is, is for the scanner to find.
import type { JsonValue } from '../../core/json.ts';
import { endOfString } from './json-text.ts';

/** `value` is what JSON.parse made of the text. */
export function hasKeysTwice(text: string, value: JsonValue): boolean {
  return countWritten(text) !== countRead(value);
}

const COLON = 0x3a;

/** Strings that a colon follows. The text is valid JSON. */
function countWritten(text: string): number {
  let count = 0;
  for (let start = text.indexOf('"'); start !== -1; ) {
    let next = endOfString(text, start);
    while (isSpace(text.charCodeAt(next))) next += 1;
    if (text.charCodeAt(next) === COLON) count += 1;
    start = text.indexOf('"', next);
  }
  return count;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Without recursion: the depth is a stranger's. */
function countRead(value: JsonValue): number {
  let count = 0;
  const open: JsonValue[] = [value];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    if (typeof item !== 'object' || item === null) continue;
    const items = Array.isArray(item) ? item : Object.values(item);
    if (!Array.isArray(item)) count += items.length;
    for (const inner of items) if (typeof inner === 'object') open.push(inner);
  }
  return count;
}
