// How the comparison of graphs says what it found.
import type { Differences, Finding, Severity } from './difference.ts';

/** Says one thing of one place in the schema. */
export type Report = (
  severity: Severity,
  rule: string,
  path: string,
  message: string,
  change?: Pick<Finding, 'before' | 'after'>,
) => void;

export function graphReport(differences: Differences): Report {
  return (severity, rule, path, message, change = {}) =>
    differences.add({ severity, door: 'graphql', rule, path, message, ...change });
}
