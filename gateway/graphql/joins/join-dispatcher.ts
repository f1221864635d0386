// Joined fields one by one in, loads out: what is asked in one turn is loaded together.
import type { Join } from '../../../core/graph.ts';
import type { JsonObject } from '../../../core/json.ts';
import { afterTurn } from '../after-turn.ts';
import type { JoinLoad, JoinLoader, JoinOutcome, JoinSelection } from './join-loader.ts';

/** What one field of one parent asks. */
export interface JoinAsked {
  readonly join: Join;
  readonly parent: JsonObject;
  readonly given: JsonObject;
  /** The same object for the same selection: then parents are loaded as one. */
  readonly selection: JoinSelection;
}

interface Pending extends JoinLoad {
  readonly parents: JsonObject[];
  readonly waiting: { resolve(outcome: JoinOutcome): void; reject(fault: unknown): void }[];
}

export class JoinDispatcher {
  readonly #loader: JoinLoader;
  #pending: Pending[] = [];
  #bySelection = new Map<JoinSelection, Pending[]>();

  constructor(loader: JoinLoader) {
    this.#loader = loader;
  }

  /** Rejects only for faults of ours. */
  ask({ join, parent, given, selection }: JoinAsked): Promise<JoinOutcome> {
    const pending = this.#pendingOf(join, given, selection);
    return new Promise((resolve, reject) => {
      pending.parents.push(parent);
      pending.waiting.push({ resolve, reject });
    });
  }

  #pendingOf(join: Join, given: JsonObject, selection: JoinSelection): Pending {
    const known = this.#bySelection.get(selection) ?? [];
    const same = known.find((one) => one.join === join && isSame(one.given, given));
    if (same !== undefined) return same;
    const pending: Pending = { join, given, selection, parents: [], waiting: [] };
    this.#bySelection.set(selection, [...known, pending]);
    if (this.#pending.push(pending) === 1) afterTurn(() => this.#flush());
    return pending;
  }

  #flush(): void {
    const loads = this.#pending;
    this.#pending = [];
    this.#bySelection = new Map();
    for (const [index, outcomes] of this.#loader.loadAll(loads).entries()) {
      const waiting = loads[index]?.waiting ?? [];
      outcomes.then(
        (all) => {
          for (const [parent, { resolve }] of waiting.entries()) resolve(all[parent] ?? null);
        },
        (fault) => {
          for (const { reject } of waiting) reject(fault);
        },
      );
    }
  }
}

/** Both were written by the same reader, in the order of its arguments. */
function isSame(a: JsonObject, b: JsonObject): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
