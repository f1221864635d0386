// How often each operation may be called: what its service has for all, and what single ones have to themselves.
// These count calls, by whichever door; what a caller may do in all is the operator's, and not here.
import type { Operation } from '../core/operation.ts';
import type { Problem } from '../core/problem.ts';
import { type RateLimit, rateLimitsOf } from '../core/rate-limit.ts';
import { checkNames, isMeant } from './named-operations.ts';
import type { ServiceDefinition } from './service-definition.ts';

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
      .filter((entry) => isMeant(operation, entry.operation))
      .flatMap((entry) => rateLimitsOf(entry.policies, { api, operation: operation.method }));
    const rateLimits: readonly RateLimit[] = own.length === 0 ? common : [...common, ...own];
    return rateLimits.length === 0 ? operation : { ...operation, rateLimits };
  });
}

/** A name that is mistyped would leave the operation without the limit that it was to have. */
export function checkPolicies(
  operations: readonly Operation[],
  { name: service, operationPolicies = [] }: ServiceDefinition,
): Problem[] {
  const names = operationPolicies.map(({ operation }) => operation);
  return checkNames(operations, { service, names, what: 'policies' });
}
