// Patterns of documents run on an engine of linear time; which of them it takes is known when they are registered.
import { RE2JS } from 're2js';
import { meantByEcma } from './ecma-pattern.ts';

export interface Pattern {
  test(text: string): boolean;
  /** What it costs in time and memory, about in steps of the program that it is. */
  readonly size: number;
}

const MAX_PATTERN_LENGTH = 2_000;

/** ECMA 262 as JSON Schema has it, searched for anywhere; or why it is not served. */
export function compilePattern(
  source: string,
): { ok: true; value: Pattern } | { ok: false; message: string } {
  if (source.length > MAX_PATTERN_LENGTH) {
    return { ok: false, message: `is longer than ${MAX_PATTERN_LENGTH} characters` };
  }
  try {
    const translated = RE2JS.translateRegExp(source);
    const meant = meantByEcma(translated);
    const compiled = RE2JS.compile(meant);
    // A class is one step, and as much work as it is long.
    const size = compiled.programSize() + 2 * Math.max(0, meant.length - translated.length);
    return { ok: true, value: { test: (text) => compiled.test(text), size } };
  } catch {
    return {
      ok: false,
      message: 'is none that runs in linear time (look-around and back-references do not)',
    };
  }
}
