// What was compared, what was found there, and how routes lead to it. Things are compared once, however many routes
// lead to them, so that the work grows with what is registered and with nothing else.
import type { Differences, Finding, SeenRoute } from './difference.ts';

export interface Pair {
  readonly parents: Set<Pair>;
  readonly routes: Set<SeenRoute>;
  readonly findings: Finding[];
}

/** How one comes to a pair: from another one, or from a route itself. */
export interface Way {
  readonly parent?: Pair | undefined;
  readonly route?: SeenRoute | undefined;
}

/** Steps back to routes, all in all; beyond it differences are listed without them. */
const MAX_STEPS = 200_000;

export class PairGraph {
  readonly #pairs = new Map<string, Pair>();

  /** The pair of a key, and whether it is met for the first time. */
  meet(key: string, { parent, route }: Way): { readonly pair: Pair; readonly isNew: boolean } {
    const known = this.#pairs.get(key);
    const pair: Pair = known ?? { parents: new Set(), routes: new Set(), findings: [] };
    if (known === undefined) this.#pairs.set(key, pair);
    if (parent !== undefined) pair.parents.add(parent);
    if (route !== undefined) pair.routes.add(route);
    return { pair, isNew: known === undefined };
  }

  /** Adds what was found, with the routes that lead there. */
  finish(differences: Differences): void {
    let steps = 0;
    for (const pair of this.#pairs.values()) {
      if (pair.findings.length === 0) continue;
      const routes = new Set<SeenRoute>();
      const seen = new Set([pair]);
      for (const one of seen) {
        if (steps > MAX_STEPS) break;
        steps += 1 + one.routes.size + one.parents.size;
        for (const route of one.routes) routes.add(route);
        for (const parent of one.parents) seen.add(parent);
      }
      for (const found of pair.findings) differences.add(found, routes);
    }
  }
}
