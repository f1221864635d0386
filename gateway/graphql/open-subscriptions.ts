// Every subscription that is open, whichever way it came: how many a caller has, how long one may be silent, and who
// has to end when the schema changes or the gateway shuts down. Source: graphql reference, section 10.
import { GatewayError } from '../../core/error.ts';
import type { Graph } from '../../core/graph.ts';
import type { FoundOperation } from './documents.ts';
import type { SubscriptionLimits } from './limits.ts';
import { selectionFingerprint } from './selection-fingerprint.ts';

export interface SubscriptionFacts {
  /** Whose budget it is. */
  readonly caller: string;
  /** The graph it was begun on. */
  readonly graph: Graph;
  readonly operation: FoundOperation;
}

export interface OpenSubscription {
  /** Aborts when it is to end; the reason is the GatewayError to end it with. */
  readonly ending: AbortSignal;
  /** An event has come: it is not idle. */
  touch(): void;
  close(): void;
}

interface Entry {
  readonly facts: SubscriptionFacts;
  readonly ending: AbortController;
  readonly idle: NodeJS.Timeout;
  /** Set once it is to end because of a change. */
  leaving?: NodeJS.Timeout;
}

/** Long enough for another instance to be found. */
const RESUBSCRIBE_MS = 1000;

export class OpenSubscriptions {
  readonly #limits: SubscriptionLimits;
  readonly #open = new Set<Entry>();
  readonly #counts = new Map<string, number>();
  #graph: Graph | undefined;
  #draining: GatewayError | undefined;

  constructor(limits: SubscriptionLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#open.size;
  }

  /** @throws GatewayError `resource_exhausted` if the caller has as many as are allowed, `draining`. */
  open(facts: SubscriptionFacts): OpenSubscription {
    const { caller } = facts;
    const { perCaller, idleMs } = this.#limits;
    if (this.#draining !== undefined) throw this.#draining;
    const count = this.#counts.get(caller) ?? 0;
    if (count >= perCaller) {
      throw new GatewayError(
        'resource_exhausted',
        `this client has ${perCaller} subscriptions open, which is the most; end one first`,
      );
    }
    this.#counts.set(caller, count + 1);
    const ending = new AbortController();
    const idle = setTimeout(() => ending.abort(silence(idleMs)), idleMs);
    idle.unref();
    const entry: Entry = { facts, ending, idle };
    this.#open.add(entry);
    // A change may have come between the pinning of its snapshot and now.
    if (this.#graph !== undefined) this.#compare(entry, this.#graph);
    return {
      ending: ending.signal,
      touch: () => void idle.refresh(),
      close: () => this.#close(entry),
    };
  }

  /** Ends those that the new graph touches, spread over a while: all of them will subscribe again. */
  published(graph: Graph): void {
    this.#graph = graph;
    for (const entry of this.#open) this.#compare(entry, graph);
  }

  /** Ends all of them, now. */
  drain(): void {
    this.#draining = new GatewayError('unavailable', 'the gateway is shutting down; subscribe again', {
      type: 'draining',
      retryAfterMs: RESUBSCRIBE_MS,
    });
    for (const { ending } of this.#open) ending.abort(this.#draining);
  }

  #compare(entry: Entry, graph: Graph): void {
    const { facts, ending } = entry;
    if (graph === facts.graph || entry.leaving !== undefined) return;
    const before = selectionFingerprint(facts.graph, facts.operation);
    if (before !== undefined && before === selectionFingerprint(graph, facts.operation)) return;
    const leave = (): void => ending.abort(schemaChange());
    entry.leaving = setTimeout(leave, Math.random() * this.#limits.spreadMs);
    entry.leaving.unref();
  }

  #close(entry: Entry): void {
    if (!this.#open.delete(entry)) return;
    clearTimeout(entry.idle);
    clearTimeout(entry.leaving);
    const { caller } = entry.facts;
    const count = (this.#counts.get(caller) ?? 1) - 1;
    if (count === 0) this.#counts.delete(caller);
    else this.#counts.set(caller, count);
  }
}

function silence(idleMs: number): GatewayError {
  return new GatewayError(
    'deadline_exceeded',
    `the subscription ends because nothing has happened for ${Math.round(idleMs / 1000)} seconds`,
  );
}

function schemaChange(): GatewayError {
  return new GatewayError(
    'aborted',
    'what this subscription selects has changed; subscribe again to get the new form',
    { type: 'subscription-schema-changed', retryAfterMs: RESUBSCRIBE_MS },
  );
}
