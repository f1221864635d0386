// One member of a result that is text already, found without making values of the rest: what a plan wrote is not read
// and written again.

import { endOfString } from '../../../translators/json/json-text.ts';

/** The JSON text at the end of these response names; `null` if there is nothing. `text` is JSON without white space. */
export function memberText(text: string, names: readonly string[]): string {
  if (names.length === 0) return text;
  let start = 0;
  for (const name of names) {
    const found = findMember(text, start, name);
    if (found === undefined) return 'null';
    start = found;
  }
  return text.slice(start, endOfValue(text, start));
}

/** Where the value of an object's member begins; undefined if it is no object, or has no such member. */
function findMember(text: string, start: number, name: string): number | undefined {
  if (text[start] !== '{') return undefined;
  // Response names are written as they are: none has a character that JSON would spell otherwise.
  const key = JSON.stringify(name);
  for (let at = start + 1; text[at] === '"'; ) {
    const value = endOfString(text, at) + 1;
    if (text.startsWith(key, at) && text[at + key.length] === ':') return value;
    at = endOfValue(text, value) + 1;
  }
  return undefined;
}

/** Of a string or a bracket; all else ends before one of them or a comma. */
const STRUCTURE = /["[\]{}]/g;
const END_OF_WORD = /[,\]}]|$/g;

function endOfValue(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return endOfString(text, start);
  if (first !== '{' && first !== '[') return find(END_OF_WORD, text, start);
  let depth = 0;
  for (let at = start; ; ) {
    const mark = text[at];
    if (mark === '"') {
      at = find(STRUCTURE, text, endOfString(text, at));
      continue;
    }
    depth += mark === '{' || mark === '[' ? 1 : -1;
    if (depth <= 0) return at + 1;
    at = find(STRUCTURE, text, at + 1);
  }
}

function find(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}
