// A start that failed for a reason its operator can mend: a port in use, a broken service in the file.
import type { Problem } from '../../core/problem.ts';

/** The command prints it without a stack and exits 1. Anything else thrown at start is a fault of ours. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
  readonly problems: readonly Problem[];

  constructor(message: string, problems: readonly Problem[] = [], options?: { readonly cause: unknown }) {
    super(message, options);
    this.problems = problems;
  }
}
