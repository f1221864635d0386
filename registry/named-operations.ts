// Operations as settings of their service name them: by what they are called, or by a route of theirs.
import type { Operation } from '../core/operation.ts';
import type { Position, Problem } from '../core/problem.ts';
import { describeBinding } from './surface.ts';

/** By its name, or by a route of its own: what is set for a route could be gone around by another. */
export function isMeant(operation: Operation, name: string): boolean {
  return operation.method === name || operation.bindings.some((binding) => describeBinding(binding) === name);
}

/** What a problem with the settings of an operation has as its path. */
export function operationPlace(service: string, operation: string): Position['path'] {
  return `services.${service}.operations[${JSON.stringify(operation)}]`;
}

/**
 * A name that is mistyped would leave the operation without `what`; so might one of two that mean the same. And over REST
 * one that is not the first on its path is called as if it were the first.
 */
export function checkNames(
  operations: readonly Operation[],
  {
    service,
    names,
    what,
  }: { readonly service: string; readonly names: readonly string[]; readonly what: string },
): Problem[] {
  return names.flatMap((name, index) => {
    const meant = operations.filter((operation) => isMeant(operation, name));
    const shown = JSON.stringify(name.slice(0, 200));
    const refuse = (message: string): Problem[] => [
      { severity: 'error', rule: 'unknown-operation', message, path: operationPlace(service, name) },
    ];
    if (meant.length === 0) {
      const [first] = operations;
      const route = first?.bindings[0] && describeBinding(first.bindings[0]);
      return refuse(
        `service "${service}" has ${what} for ${shown} and no such operation; its operations have names such as ` +
          `${JSON.stringify(first?.method ?? '')}, or are meant by their routes${route === undefined ? '' : `, such as ${JSON.stringify(route)}`}`,
      );
    }
    const other = names
      .slice(0, index)
      .find((earlier) => meant.some((operation) => isMeant(operation, earlier)));
    if (other !== undefined)
      return refuse(
        `${shown} and ${JSON.stringify(other.slice(0, 200))} are one operation; keep one of them`,
      );
    const route = lostRoute(operations, meant, name);
    return route === undefined
      ? []
      : [
          {
            severity: 'warning',
            rule: 'no-effect',
            message:
              `${shown} has ${what} that REST never comes to: at its path another operation of the document is served; ` +
              `${JSON.stringify(route)} means all that are there`,
            path: operationPlace(service, name),
          },
        ];
  });
}

/** The route of an operation that REST never comes to, unless it is meant by that. */
function lostRoute(
  operations: readonly Operation[],
  meant: readonly Operation[],
  name: string,
): string | undefined {
  for (const operation of meant) {
    const route = operation.bindings.find(({ sharesPath }) => sharesPath);
    if (route === undefined) continue;
    const written = describeBinding(route);
    if (written === name) continue;
    const first = operations.find(({ bindings }) => bindings.some((one) => describeBinding(one) === written));
    if (first !== operation) return written;
  }
  return undefined;
}
