// How much may be looked at to tell what the schemas of one document mean. Alternatives within alternatives, and parts
// that are merged from parts, multiply: a page of text can ask for more than any machine could do.

/** Public documents of several megabytes take a twentieth of it; all of it is about a third of a second. */
const MAX_UNITS = 500_000;

export const TOO_MUCH = 'its alternatives and merged parts multiply to more than can be looked at';

export class Effort {
  #left: number;

  constructor(units = MAX_UNITS) {
    this.#left = units;
  }

  /** Whether there was so much left. */
  spend(units: number): boolean {
    this.#left -= units;
    return this.#left >= 0;
  }
}
