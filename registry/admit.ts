// Which services can be served beside each other, if some of them clash: each in turn, unless it clashes with one
// before it. Asked of halves first, so that hundreds of services that fit cost one question and not hundreds.
import { hasErrors, type Problem } from '../core/problem.ts';
import type { RegisteredService } from './snapshot.ts';

export interface Admission {
  /** `before` and all that fit beside them, in order. */
  readonly services: ReadonlyMap<string, RegisteredService>;
  readonly refused: readonly Refusal[];
}

export interface Refusal {
  readonly name: string;
  /** The errors only: remarks on all the others are none of its business. */
  readonly problems: readonly Problem[];
}

/**
 * `check` finds the problems of services together. It must be monotone: of services that fit, any part fits.
 * `before` fit already.
 */
export function admit(
  before: ReadonlyMap<string, RegisteredService>,
  candidates: readonly RegisteredService[],
  check: (services: ReadonlyMap<string, RegisteredService>) => readonly Problem[],
): Admission {
  if (candidates.length === 0) return { services: before, refused: [] };
  const together = new Map(before);
  for (const service of candidates) together.set(service.name, service);
  const problems = check(together);
  if (!hasErrors(problems)) return { services: together, refused: [] };
  const [only] = candidates;
  if (candidates.length === 1 && only !== undefined) {
    const errors = problems.filter(({ severity }) => severity === 'error');
    return { services: before, refused: [{ name: only.name, problems: errors }] };
  }
  const middle = candidates.length >> 1;
  const first = admit(before, candidates.slice(0, middle), check);
  const second = admit(first.services, candidates.slice(middle), check);
  return { services: second.services, refused: [...first.refused, ...second.refused] };
}
