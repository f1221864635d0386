// Collects what is wrong with one declared join: all of it, each fault at the place where it was written.
import type { Position, Problem } from '../../../core/problem.ts';

export class JoinCheck {
  readonly problems: Problem[] = [];

  /** Answers undefined, so that whoever looks for a value can return it. */
  fault(position: Position, message: string): undefined {
    this.problems.push({ severity: 'error', rule: 'join', message, ...position });
    return undefined;
  }

  /** Nothing is wrong; something is not there yet. */
  waits(position: Position, message: string): undefined {
    this.problems.push({ severity: 'note', rule: 'join-waits', message, ...position });
    return undefined;
  }
}
