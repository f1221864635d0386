// A Problem is a fault found in what somebody registers or configures: a source, a rule, a setting.
// Faults of a request are GatewayErrors; the two are not mixed.

export interface Problem {
  /** `error` refuses the publish; `warning` and `note` are listed beside a success. */
  readonly severity: 'error' | 'warning' | 'note';
  /** What is wrong and what would be right, in one sentence. */
  readonly message: string;
  /** Stable kebab-case name of the rule that found it, such as `route-conflict` or `compile`. */
  readonly rule: string;
  /** File as the registrant named it, when the fault has a place. */
  readonly path?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based. */
  readonly column?: number;
}

/** Where a thing was declared. Lines and columns are 1-based. */
export interface Position {
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
}

/** `path:line:column: message (rule)`, the form compilers and editors understand. */
export function formatProblem(problem: Problem): string {
  return `${formatPosition(problem)}${problem.message} (${problem.rule})`;
}

function formatPosition({ path, line, column }: Problem): string {
  if (path === undefined) return '';
  if (line === undefined) return `${path}: `;
  return column === undefined ? `${path}:${line}: ` : `${path}:${line}:${column}: `;
}

/** Sorted by place, so that the same faults always print in the same order. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return [...problems].sort(
    (a, b) =>
      compare(a.path ?? '', b.path ?? '') ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0) ||
      compare(a.message, b.message),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What a parser of strangers' input returns: a value with remarks, or every problem found. */
export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}
