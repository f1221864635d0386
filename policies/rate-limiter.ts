// Holds requests to their limits. The operator's are charged once for what a request plans, by whichever door; those of
// a service and of its operations for each call. What is checked together is taken together.
import type { CallOrigin, LimitNotice } from '../core/call-origin.ts';
import type { GatewayError } from '../core/error.ts';
import type { Operation } from '../core/operation.ts';
import type { RateLimit } from '../core/rate-limit.ts';
import { nearestField, policiesField } from './limit-fields.ts';
import { type KeyWriter, keyWriter } from './limit-key.ts';
import { type LimitOutcome, limitRefusal } from './limit-refusal.ts';
import type { LimitStore } from './stores/limit-store.ts';

export interface RateLimiterOptions {
  /** The operator's, for every caller. */
  readonly limits: readonly RateLimit[];
  readonly store: LimitStore;
  /** Told of each limit that a request has broken, shadow limits included; must not throw. */
  readonly onBroken: (limit: RateLimit) => void;
}

/** Limits that are checked together. */
interface LimitSet {
  readonly entries: readonly { readonly limit: RateLimit; readonly keyOf: KeyWriter }[];
  /** `RateLimit-Policy`; empty if all of them are in the shadow. */
  readonly policies: string;
}

export interface Charge {
  readonly cost: number;
  readonly origin: CallOrigin | undefined;
  /** Undefined: a document of many. */
  readonly operation: Operation | undefined;
}

export class RateLimiter {
  readonly #options: RateLimiterOptions;
  readonly #caller: LimitSet;
  /** Of a service and an operation alone, and with the operator's. */
  readonly #own = new WeakMap<readonly RateLimit[], LimitSet>();
  readonly #all = new WeakMap<readonly RateLimit[], LimitSet>();
  #isActive: boolean;

  constructor(options: RateLimiterOptions) {
    this.#options = options;
    this.#caller = limitSet(options.limits);
    this.#isActive = this.chargesRequests;
    options.store.configure(options.limits);
  }

  /** Whether anything is limited at the moment. */
  get isActive(): boolean {
    return this.#isActive;
  }

  /** Whether requests are charged as a whole. */
  get chargesRequests(): boolean {
    return this.#caller.entries.length > 0;
  }

  /** Whether a call of it would be counted: else nobody needs to know where it comes from. */
  concerns({ rateLimits }: Operation): boolean {
    return rateLimits !== undefined || this.chargesRequests;
  }

  /** The operations in force from now on, whose limits count; a limit that has changed keeps its counts. */
  published(operations: Iterable<Operation>): void {
    const limits = new Map(this.#options.limits.map((limit) => [limit.id, limit]));
    for (const { rateLimits = [] } of operations) {
      for (const limit of rateLimits) limits.set(limit.id, limit);
    }
    this.#isActive = limits.size > 0;
    this.#options.store.configure(limits.values());
  }

  /** Charges the operator's limits for a request as a whole. @throws GatewayError `quota-exceeded`; nothing is taken then. */
  async chargeRequest(cost: number, origin: CallOrigin): Promise<void> {
    if (this.chargesRequests) await this.#charge(this.#caller, { cost, origin, operation: undefined });
  }

  /** Charges one call, for the request too unless that is done. @throws GatewayError `quota-exceeded` */
  async chargeCall(operation: Operation, origin: CallOrigin | undefined): Promise<void> {
    const limits = this.#limitsOf(operation, origin?.isCharged === true);
    if (limits !== undefined) await this.#charge(limits, { cost: 1, origin, operation });
  }

  #limitsOf({ rateLimits }: Operation, isCharged: boolean): LimitSet | undefined {
    if (rateLimits === undefined) return isCharged || !this.chargesRequests ? undefined : this.#caller;
    const known = isCharged ? this.#own : this.#all;
    let limits = known.get(rateLimits);
    if (limits === undefined) {
      limits = limitSet(isCharged ? rateLimits : [...this.#options.limits, ...rateLimits]);
      known.set(rateLimits, limits);
    }
    return limits;
  }

  async #charge({ entries, policies }: LimitSet, charge: Charge): Promise<void> {
    const { cost, origin, operation } = charge;
    const demands = entries.map(({ limit, keyOf }) => ({ limit, key: keyOf(charge), cost }));
    const standings = await this.#options.store.take(demands);
    const outcomes: LimitOutcome[] = [];
    let isRefused = false;
    for (const [index, standing] of standings.entries()) {
      const limit = entries[index]?.limit;
      if (limit === undefined) continue;
      if (standing.waitMs > 0) this.#options.onBroken(limit);
      if (limit.shadow) continue;
      outcomes.push({ limit, standing });
      isRefused ||= standing.waitMs > 0;
    }
    if (outcomes.length === 0) return;
    const notice: LimitNotice = { policies, nearest: nearestField(outcomes) };
    if (isRefused) throw refusal(outcomes, cost, notice);
    // Of a request that is charged as a whole, what is left of that is told, not what is left of each of its calls.
    if (operation === undefined || origin?.isCharged !== true) origin?.tell(notice);
  }
}

function refusal(outcomes: readonly LimitOutcome[], cost: number, notice: LimitNotice): GatewayError {
  const broken = outcomes.filter(({ standing }) => standing.waitMs > 0);
  return limitRefusal(broken, cost, notice);
}

function limitSet(limits: readonly RateLimit[]): LimitSet {
  return {
    entries: limits.map((limit) => ({ limit, keyOf: keyWriter(limit.by) })),
    policies: policiesField(limits.filter(({ shadow }) => !shadow)),
  };
}
