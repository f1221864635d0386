// Loads of joined fields that come up in one turn, handed on together, so that those that ask the same operation share
// its calls: of several root fields, and of several fields of one reply.
import { afterTurn } from '../after-turn.ts';
import type { JoinLoad, JoinOutcome } from '../joins/join-loader.ts';
import type { RequestScope } from '../request-scope.ts';

interface Waiting {
  readonly load: JoinLoad;
  resolve(outcomes: Promise<readonly JoinOutcome[]>): void;
}

export class WaveLoads {
  readonly #scope: RequestScope;
  #waiting: Waiting[] = [];

  constructor(scope: RequestScope) {
    this.#scope = scope;
  }

  /** One outcome per parent, in their order. */
  load(load: JoinLoad): Promise<readonly JoinOutcome[]> {
    return new Promise((resolve) => {
      if (this.#waiting.push({ load, resolve }) === 1) afterTurn(() => this.#flush());
    });
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const outcomes = this.#scope.loader.loadAll(waiting.map(({ load }) => load));
    for (const [index, { resolve }] of waiting.entries()) {
      resolve(outcomes[index] ?? Promise.resolve([]));
    }
  }
}
