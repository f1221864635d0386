// Patterns of schemas, compiled when a value first meets them and kept with the schema that holds them.
import type { JsonObject } from '../../core/json.ts';
import { compilePattern, type Pattern } from '../../core/pattern.ts';

const patterns = new WeakMap<JsonObject, Map<string, Pattern | undefined>>();

/** Undefined for a pattern that is not checked. Kept with its schema, and gone with it. */
export function patternOf(holder: JsonObject, source: string): Pattern | undefined {
  let known = patterns.get(holder);
  if (known === undefined) {
    known = new Map();
    patterns.set(holder, known);
  }
  if (!known.has(source)) {
    const compiled = compilePattern(source);
    known.set(source, compiled.ok ? compiled.value : undefined);
  }
  return known.get(source);
}
