// Frames that carry nothing for a call cost the peer little and us work: they come out of a budget, which work that
// is worth something fills up again, and time. Security reference, class 18.
import { ConnectionError, ErrorCode } from './protocol.ts';

const BUDGET = 1_000;
const REFILL_MS = 10_000;
/** Head, trailers, reset and a few windows: what a call that runs beside others may cost without any content. */
const FRAMES_PER_CALL = 16;
/** Of a thousand calls that all fail, or are given up, at once. */
const LARGEST_BUDGET = BUDGET + 1_000 * FRAMES_PER_CALL;

export class FloodGuard {
  readonly #now: () => number;
  #left = BUDGET;
  #lateBytes = 0;
  #filledAt: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#filledAt = now();
  }

  /** Something useful came or was sent. */
  refill(): void {
    if (this.#left < BUDGET) this.#left = BUDGET;
  }

  /** A call begins. If others wait for their answers, all of them may come at once. */
  earn(): void {
    if (this.#left < BUDGET) this.#left = BUDGET;
    else this.#left = Math.min(this.#left + FRAMES_PER_CALL, LARGEST_BUDGET);
  }

  /** So many bytes may still be on their way for a stream that has been given up: no fault of the peer. */
  expectLate(bytes: number): void {
    this.#lateBytes += bytes;
  }

  /** DATA came for a stream that is gone. @throws ConnectionError for more than can have been on its way. */
  takeLate(bytes: number): void {
    if (bytes === 0 || bytes > this.#lateBytes) this.spend();
    else this.#lateBytes -= bytes;
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
