// What is said about joins at registration: why each is there, what it costs, and why one is not.
import type { Join } from '../../../core/graph.ts';
import type { Position, Problem } from '../../../core/problem.ts';

/** `Order.customer: users.v1.UserService/BatchGetUsers, …` */
export function madeNote(join: Join, position: Position | undefined): Problem {
  return {
    severity: 'note',
    rule: 'join',
    message: `${join.name} is read by ${join.operation.method}: ${join.reason}`,
    ...position,
  };
}

/** The N+1 report; undefined for a join that is batched. */
export function costNote(join: Join, position: Position | undefined): Problem | undefined {
  if (join.form === 'batch') return undefined;
  return {
    severity: 'note',
    rule: 'join-cost',
    message:
      `${join.name}: no BatchGet, up to N calls: ${join.operation.method} answers one key, ` +
      'so that a list of N parents costs a call for each different key',
    ...position,
  };
}

export function notMade(what: string, why: string, position: Position | undefined): Problem {
  return { severity: 'note', rule: 'join-left-out', message: `${what} is not joined: ${why}`, ...position };
}

/** A join that was published stays, though it would not be made today. */
export function keptNote(join: Join, why: string, position: Position | undefined): Problem {
  return {
    severity: 'note',
    rule: 'join-kept',
    message: `${join.name} stays with ${join.operation.method} of service "${join.operation.service}", as it was published: ${why}`,
    ...position,
  };
}

/** `a`, `a and b`, `a, b and c` */
export function enumerate(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
