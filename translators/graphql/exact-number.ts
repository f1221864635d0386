// Whole numbers of any length as JSON numbers: what a double cannot hold is kept as the digits that JSON.stringify
// writes as they are (ECMAScript, JSON.rawJSON).
import type { JsonValue } from '../../core/json.ts';

type RawJson = (text: string) => JsonValue;

/** TypeScript's library does not know it yet. */
const rawJson = (JSON as unknown as { readonly rawJSON: RawJson }).rawJSON;

/** `digits` is the decimal text of an integer, which the caller has made sure of. */
export function exactNumber(digits: string): JsonValue {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : rawJson(digits);
}
