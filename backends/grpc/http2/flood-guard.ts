// Frames that carry nothing for a call cost the peer little and us work: they come out of a budget, which work that
// is worth something fills up again, and time. Security reference, class 18.
import { ConnectionError, ErrorCode } from './protocol.ts';

const BUDGET = 1_000;
const REFILL_MS = 10_000;

export class FloodGuard {
  readonly #now: () => number;
  #left = BUDGET;
  #filledAt: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#filledAt = now();
  }

  /** Something useful came or was sent. */
  refill(): void {
    this.#left = BUDGET;
  }

  /** @throws ConnectionError for one frame too many. */
  spend(): void {
    this.#left -= 1;
    if (this.#left >= 0) return;
    // Between calls, keepalive frames of hours add up to no flood.
    const now = this.#now();
    if (now - this.#filledAt < REFILL_MS)
      throw new ConnectionError(ErrorCode.enhanceYourCalm, 'too many frames that serve no call');
    this.#filledAt = now;
    this.#left = BUDGET;
  }
}
