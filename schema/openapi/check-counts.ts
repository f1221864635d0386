// How much a document declares, counted as it lies there: before references are followed, and before anything is made
// of what would be refused in the end.
import type { DocumentLimits } from './document-limits.ts';
import type { Place } from './place.ts';
import { METHODS } from './read-paths.ts';
import type { Remarks } from './remarks.ts';

/** Whether it is little enough; what is not was remarked. Path items that are references count when they are read. */
export function checkCounts(
  root: Place,
  components: Place | undefined,
  limits: DocumentLimits,
  remarks: Remarks,
): boolean {
  const refuse = (place: Place, message: string): false => {
    remarks.error(place, 'too-large', message);
    return false;
  };
  const schemas = sizeOf(components);
  if (components !== undefined && schemas > limits.schemas) {
    return refuse(components, `there are ${schemas} schemas, more than ${limits.schemas}`);
  }
  const paths = root.get('paths');
  let operations = 0;
  for (const [path, item] of paths?.entries() ?? []) {
    if (path.length > limits.pathLength) {
      return refuse(
        paths ?? root,
        `a path is ${path.length} characters long, more than ${limits.pathLength}`,
      );
    }
    const shared = sizeOf(item.get('parameters'));
    if (shared > limits.parameters) return refuse(item, tooManyParameters(shared, limits));
    for (const method of METHODS) {
      const operation = item.get(method);
      if (operation === undefined) continue;
      operations += 1;
      const parameters = shared + sizeOf(operation.get('parameters'));
      if (parameters > limits.parameters) return refuse(operation, tooManyParameters(parameters, limits));
    }
  }
  if (operations <= limits.operations) return true;
  return refuse(paths ?? root, `there are ${operations} operations, more than ${limits.operations}`);
}

function tooManyParameters(count: number, { parameters }: DocumentLimits): string {
  return `there are ${count} parameters, more than ${parameters}`;
}

function sizeOf(place: Place | undefined): number {
  const { value } = place ?? {};
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}
