// How often each operation may be called: what its service has for all, and what single ones have to themselves.
// These count calls, by whichever door; what a caller may do in all is the operator's, and not here.
import type { Operation } from '../core/operation.ts';
import type { Position, Problem } from '../core/problem.ts';
import { type RateLimit, rateLimitsOf } from '../core/rate-limit.ts';
import type { OperationPolicies, ServiceDefinition } from './service-definition.ts';
import { describeBinding } from './surface.ts';

/** The operations, with the limits that they have. */
export function withRateLimits(
  operations: readonly Operation[],
  { name: api, policies = [], operationPolicies = [] }: ServiceDefinition,
): readonly Operation[] {
  if (policies.length === 0 && operationPolicies.length === 0) return operations;
  // One list for all operations that have no more: what is made of it is made once.
  const common = rateLimitsOf(policies, { api });
  return operations.map((operation) => {
    const own = operationPolicies
      .filter((entry) => isMeant(operation, entry))
      .flatMap((entry) => rateLimitsOf(entry.policies, { api, operation: operation.method }));
    const rateLimits: readonly RateLimit[] = own.length === 0 ? common : [...common, ...own];
    return rateLimits.length === 0 ? operation : { ...operation, rateLimits };
  });
}

/** A name that is mistyped would leave the operation without the limit that it was to have. */
export function checkPolicies(
  operations: readonly Operation[],
  { name, operationPolicies = [] }: ServiceDefinition,
): Problem[] {
  return operationPolicies.flatMap((entry, index) => {
    const meant = operations.filter((operation) => isMeant(operation, entry));
    const shown = JSON.stringify(entry.operation.slice(0, 200));
    const refuse = (message: string): Problem[] => [
      { severity: 'error', rule: 'unknown-operation', message, path: policiesPlace(name, entry.operation) },
    ];
    if (meant.length === 0) {
      const [first] = operations;
      const route = first?.bindings[0] && describeBinding(first.bindings[0]);
      return refuse(
        `service "${name}" has policies for ${shown} and no such operation; its operations have names such as ` +
          `${JSON.stringify(first?.method ?? '')}, or are meant by their routes${route === undefined ? '' : `, such as ${JSON.stringify(route)}`}`,
      );
    }
    const other = operationPolicies
      .slice(0, index)
      .find((earlier) => meant.some((operation) => isMeant(operation, earlier)));
    return other === undefined
      ? []
      : refuse(
          `${shown} and ${JSON.stringify(other.operation.slice(0, 200))} are one operation; keep one of them`,
        );
  });
}

/** What a problem with the policies of an operation has as its path. */
export function policiesPlace(service: string, operation: string): Position['path'] {
  return `services.${service}.operations[${JSON.stringify(operation)}]`;
}

/** By its name, or by a route of its own: a limit on a route could be gone around by another. */
function isMeant(operation: Operation, { operation: name }: OperationPolicies): boolean {
  return operation.method === name || operation.bindings.some((binding) => describeBinding(binding) === name);
}
