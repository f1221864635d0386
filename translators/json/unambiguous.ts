// JSON whose meaning no two readers can tell apart: RFC 8259 leaves open what a key given twice, half a surrogate pair
// or a number beyond a double is, and readers differ (RFC 7493, which this holds text to).
import type { JsonValue } from '../../core/json.ts';
import { endOfString } from './json-text.ts';
import { hasKeysTwice } from './keys-twice.ts';
import { pointerStep } from './pointer.ts';

export interface JsonFlaw {
  /** JSON pointer; empty for the text as a whole. */
  readonly pointer: string;
  /** "must be …" or the like. */
  readonly message: string;
}

export type JsonReading = { readonly value: JsonValue } | { readonly flaw: JsonFlaw };

/**
 * What may be read in two ways looks like this; most texts have nothing of the kind, and are looked at no further. Digits
 * are counted from the first of them alone, or else each would be looked at two hundred times; where there are more, they
 * are suspect by themselves, and nothing is repeated without a bound, which a pattern could not step back over.
 */
const SUSPECT = /\\u[dD][89a-fA-F]|\d[eE]\+?\d{3,200}(?:[\s,\]}]|$)|(?<!\d)\d{200}/;

/** Numbers are doubles. */
export function readUnambiguous(text: string): JsonReading {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    return { flaw: { pointer: '', message: 'is not valid JSON' } };
  }
  const isSuspect = SUSPECT.test(text) || hasKeysTwice(text, value);
  const flaw = isSuspect ? findFlaw(text) : undefined;
  return flaw === undefined ? { value } : { flaw };
}

/** Where the walk is: in an object with the keys that it had so far, or at an item of a list. */
type Level =
  | { readonly keys: Set<string>; key: string; isKeyNext: boolean }
  | { readonly keys: undefined; key: number };

/** The text is valid JSON. Without recursion: the depth is a stranger's. */
function findFlaw(text: string): JsonFlaw | undefined {
  const levels: Level[] = [];
  const flaw = (message: string): JsonFlaw => ({ pointer: pointerOf(levels), message });
  for (let at = 0; at < text.length; ) {
    const level = levels.at(-1);
    const first = text[at] ?? '';
    if (first === '"') {
      const end = endOfString(text, at);
      const string: string = JSON.parse(text.slice(at, end));
      const isKey = level?.keys !== undefined && level.isKeyNext;
      if (isKey) level.key = string;
      if (!string.isWellFormed()) return flaw('has half of a surrogate pair');
      if (isKey && level.keys.has(string)) return flaw('is there twice');
      if (isKey) level.keys.add(string);
      at = end;
      continue;
    }
    if (/[-0-9]/.test(first)) {
      const [digits = first] = NUMBER.exec(text.slice(at, at + MAX_NUMBER)) ?? [];
      if (digits.length === MAX_NUMBER || !Number.isFinite(Number(digits)))
        return flaw('is beyond what a number can hold');
      at += digits.length;
      continue;
    }
    if (first === '{') levels.push({ keys: new Set(), key: '', isKeyNext: true });
    else if (first === '[') levels.push({ keys: undefined, key: 0 });
    else if (first === '}' || first === ']') levels.pop();
    else if (first === ':' && level?.keys !== undefined) level.isKeyNext = false;
    else if (first === ',' && level !== undefined) goOn(level);
    at += 1;
  }
  return undefined;
}

function goOn(level: Level): void {
  if (level.keys === undefined) level.key += 1;
  else level.isKeyNext = true;
}

const NUMBER = /^[-+.eE0-9]+/;
/** No number that a double holds needs so many characters. */
const MAX_NUMBER = 2_000;

const MAX_POINTER = 500;

function pointerOf(levels: readonly Level[]): string {
  let pointer = '';
  for (const { key } of levels) {
    pointer += pointerStep(key);
    if (pointer.length > MAX_POINTER) return `${pointer.slice(0, MAX_POINTER)}…`;
  }
  return pointer;
}
