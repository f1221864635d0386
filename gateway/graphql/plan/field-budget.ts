// How large a plan may be, and how the making of one is given up.

/** Thrown while a plan is made of what plans do not cover; nothing has run by then. */
export class Uncovered extends Error {}

/**
 * Most fields of one plan. Fragments that spread each other select a number of fields that doubles with each; executed
 * bit by bit only those are met that the data has.
 */
const MAX_FIELDS = 2000;

export class FieldBudget {
  #left = MAX_FIELDS;

  /** @throws Uncovered */
  take(): void {
    this.#left -= 1;
    if (this.#left < 0) throw new Uncovered('the selection has too many fields');
  }
}
