// Which patterns of a document the engine takes. To compile one takes its time, and thousands of strangers' patterns
// take as long as they please: those beyond a measure are left to the requests that meet them.
import { compilePattern } from '../../core/pattern.ts';
import type { Place } from './place.ts';
import type { Remarks } from './remarks.ts';
import { quote } from './source-bundle.ts';

/** Steps of compiled patterns; about half a second's work. */
const MAX_SIZE = 500_000;
/** What the smallest pattern takes. */
const LEAST_SIZE = 20;

export class PatternCheck {
  readonly #remarks: Remarks;
  /** What is wrong with the texts seen; documents repeat their patterns. */
  readonly #known = new Map<string, string | undefined>();
  #size = 0;

  constructor(remarks: Remarks) {
    this.#remarks = remarks;
  }

  /** Patterns that stand in a schema itself. */
  check(schema: Place): void {
    const pattern = schema.get('pattern');
    if (pattern !== undefined && typeof pattern.value === 'string') this.#check(pattern, pattern.value);
    for (const [key, part] of schema.get('patternProperties')?.entries() ?? []) this.#check(part, key);
  }

  #check(place: Place, text: string): void {
    if (!this.#known.has(text)) {
      if (this.#size > MAX_SIZE) return;
      this.#known.set(text, this.#compile(text));
      if (this.#size > MAX_SIZE) {
        const message =
          'the patterns of the document are too much to try them all; those not tried yet are tried when a value meets them';
        this.#remarks.warn(place, 'pattern', message);
      }
    }
    const fault = this.#known.get(text);
    if (fault === undefined) return;
    this.#remarks.warn(place, 'pattern', `the pattern ${quote(text)} ${fault}; it is not checked`);
  }

  #compile(text: string): string | undefined {
    const compiled = compilePattern(text);
    this.#size += LEAST_SIZE + (compiled.ok ? compiled.value.size : text.length);
    return compiled.ok ? undefined : compiled.message;
  }
}
