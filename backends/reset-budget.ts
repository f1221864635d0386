// How many calls may still be given up on a connection before its peer takes that for an attack. Servers count resets
// since CVE-2023-44487 and end a connection with too many of them, and with it every call that runs beside: Node's after
// 1,000 at once and 33 a second, Netty's after 200 in 30 seconds. A gateway resets whenever a client leaves.

const BURST = 100;
const PER_SECOND = 3;
/** Half of what Node's servers bear: those who run beside are at risk, and waiting for another connection is better. */
const WORN = -400;
/** Not one by one: a connection that has had its rest is good for a while. */
const RESTED = BURST / 2;

export class ResetBudget {
  readonly #now: () => number;
  #left = BURST;
  #countedAt: number;
  #isTired = false;

  constructor(now: () => number) {
    this.#now = now;
    this.#countedAt = now();
  }

  /** Below zero where more have been sent than is polite. */
  get left(): number {
    const now = this.#now();
    this.#left = Math.min(BURST, this.#left + ((now - this.#countedAt) / 1_000) * PER_SECOND);
    this.#countedAt = now;
    return this.#left;
  }

  /** Whether calls had better begin elsewhere. */
  get isTired(): boolean {
    if (this.#isTired && this.left >= RESTED) this.#isTired = false;
    return this.#isTired;
  }

  /** Whether another call given up here could be the end of all. */
  get isWorn(): boolean {
    return this.#isTired && this.left < WORN;
  }

  spend(): void {
    this.#left = this.left - 1;
    if (this.#left < 1) this.#isTired = true;
  }
}
