// How the registry says no: one place for what it throws, so that the same fault always reads the same.
import { GatewayError } from '../core/error.ts';
import { type Problem, sortProblems } from '../core/problem.ts';
import type { Difference } from '../schema/compatible/difference.ts';
import type { RegisteredService } from './snapshot.ts';

/** `source-refused`, or `route-conflict` if that is all there is. */
export function refusal(what: string, problems: readonly Problem[]): GatewayError {
  const sorted = sortProblems(problems);
  const errors = sorted.filter((problem) => problem.severity === 'error');
  const isConflict = errors.every((problem) => problem.rule === 'route-conflict');
  const count = errors.length === 1 ? '1 problem' : `${errors.length} problems`;
  return new GatewayError(isConflict ? 'already_exists' : 'invalid_argument', `${what}: ${count}`, {
    type: isConflict ? 'route-conflict' : 'source-refused',
    problems: sorted,
  });
}

/** More are told of in number only. */
const MAX_BREAKS_LISTED = 200;

/** Every breaking difference as a problem. */
export function breakingRefusal(name: string, breaking: readonly Difference[]): GatewayError {
  const count = breaking.length === 1 ? '1 breaking change' : `${breaking.length} breaking changes`;
  const problems = breaking.slice(0, MAX_BREAKS_LISTED).map(({ rule, path, message }): Problem => {
    return { severity: 'error', rule, message: `${path}: ${message}` };
  });
  const more = breaking.length - problems.length;
  if (more > 0) problems.push({ severity: 'error', rule: 'more-problems', message: `and ${more} more` });
  return new GatewayError('failed_precondition', `${name} would break its clients: ${count}`, {
    type: 'breaking-change',
    problems,
  });
}

export function ownedByFile(name: string): GatewayError {
  return new GatewayError(
    'failed_precondition',
    `${name} is declared in the configuration file; change it there`,
    { type: 'owned-by-file' },
  );
}

/** @throws GatewayError `revision-mismatch`. */
export function checkRevision(existing: RegisteredService | undefined, ifMatch: string | undefined): void {
  if (ifMatch === undefined || (ifMatch === '*' && existing !== undefined)) return;
  if (existing?.revision === ifMatch) return;
  throw new GatewayError(
    'aborted',
    existing === undefined
      ? `no service of this name is registered, so its revision cannot be ${ifMatch}`
      : `the revision in force is ${existing.revision}, not ${ifMatch}`,
    { type: 'revision-mismatch' },
  );
}

/** What a start says of a service that it cannot serve. */
export function leftOut(name: string, why: string): Problem {
  return {
    severity: 'warning',
    rule: 'left-out',
    message: `the registered service ${name} is not served: ${why}`,
  };
}
