// What clients of an HTTP service find otherwise in one of its operations: parameters, body, answers.
import type { HttpOperation } from '../../core/http-operation.ts';
import type { Differences } from './difference.ts';
import { compareParameters } from './http-parameters.ts';

/** `route` is what people know both by. */
export function compareHttpRoutes(
  route: string,
  before: HttpOperation,
  after: HttpOperation,
  differences: Differences,
): void {
  if (before === after) return;
  compareParameters(before.parameters, after.parameters, (severity, rule, name, message) =>
    differences.add({ severity, door: 'rest', rule, path: `${route} ${name}`, message }),
  );
}
