// Which operations are held against their document: as their service says, unless it says otherwise of single ones.
import type { Operation } from '../core/operation.ts';
import type { Problem } from '../core/problem.ts';
import { checkNames, isMeant, operationPlace } from './named-operations.ts';
import type { ServiceDefinition } from './service-definition.ts';

/** The operations, each with what is said of it alone before what is said of all. */
export function withOwnValidation(
  operations: readonly Operation[],
  { operationValidation = [] }: ServiceDefinition,
): readonly Operation[] {
  if (operationValidation.length === 0) return operations;
  return operations.map((operation) => {
    const own = operationValidation.find((entry) => isMeant(operation, entry.operation));
    if (own === undefined || operation.http === undefined) return operation;
    return {
      ...operation,
      http: { ...operation.http, validate: { ...operation.http.validate, ...own.validate } },
    };
  });
}

/** A name that is mistyped would leave the operation unchecked; so would a service without a document. */
export function checkValidation(
  operations: readonly Operation[],
  { name: service, source, operationValidation = [] }: ServiceDefinition,
): Problem[] {
  const names = operationValidation.map(({ operation }) => operation);
  if (source.kind === 'openapi') return checkNames(operations, { service, names, what: 'validate' });
  return names.map((name) => ({
    severity: 'error',
    rule: 'validate',
    message:
      `service "${service}" has validate for ${JSON.stringify(name.slice(0, 200))} and no OpenAPI document to hold ` +
      'its requests against; leave it out',
    path: operationPlace(service, name),
  }));
}
