// Where counts of limits are kept. A store takes in one atomic step what it has checked: never reads, then writes.
import type { RateLimit } from '../../core/rate-limit.ts';

export interface Demand {
  readonly limit: RateLimit;
  /** Whose count it is; no two callers have the same. */
  readonly key: string;
  /** Units; 0 only asks. */
  readonly cost: number;
}

/** One count behind a demand. */
export interface Standing {
  /** Whole units that are left. */
  readonly remaining: number;
  /** Milliseconds until all is there again; if nothing is left, until the next unit is. */
  readonly resetMs: number;
  /** 0: the demand fits. Else milliseconds until it would; Infinity if it never does. */
  readonly waitMs: number;
}

export interface LimitStore {
  /**
   * Takes all demands, or none if one of them does not fit; those of shadow limits stop nobody and are taken if they
   * fit themselves. One standing for each, in order.
   */
  take(demands: readonly Demand[]): Promise<readonly Standing[]>;
  /** The limits in force from now on: one that has changed keeps what was used, what is gone is forgotten. */
  configure(limits: Iterable<RateLimit>): void;
}
