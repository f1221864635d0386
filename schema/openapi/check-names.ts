// Names that OpenAPI has no room for, or that other tools stumble over. They are served as they are.
import type { Place } from './place.ts';
import type { SpecVersion } from './read-schema.ts';
import type { Remarks } from './remarks.ts';
import { furtherNames, remarkNames } from './repeated-faults.ts';

/** OpenAPI 3.x, "Components Object"; Swagger 2.0 has no such rule. */
const COMPONENT_NAME = /^[a-zA-Z0-9._-]+$/;
/** What needs no encoding in an address: tools make anchors and file names of operationIds. */
const URL_SAFE = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]*$/;

export function checkComponentNames(root: Place, version: SpecVersion, remarks: Remarks): void {
  if (version === '2.0') return;
  for (const [kind, section] of root.get('components')?.entries() ?? []) {
    if (kind.startsWith('x-')) continue;
    const wrong = section.entries().filter(([name]) => !COMPONENT_NAME.test(name));
    remarkNames(
      remarks,
      'name',
      wrong,
      'has other characters than A-Z, a-z, 0-9, ".", "_" and "-", which names of components have',
    );
  }
}

/** Places of operations whose operationId is used. */
export function checkOperationIds(operations: readonly Place[], remarks: Remarks): void {
  const wrong = operations.flatMap((place) => {
    const id = place.get('operationId');
    return id === undefined || typeof id.value !== 'string' || URL_SAFE.test(id.value)
      ? []
      : [[id.value, id] as const];
  });
  remarkNames(
    remarks,
    'name',
    wrong,
    'has characters that no address has as they are, which some tools do not take in an operationId',
  );
}

/** One note for all operations without an operationId, with the names that they get instead. */
export function noteUnnamed(remarks: Remarks, operations: readonly (readonly [string, Place])[]): void {
  const [first, ...others] = operations;
  if (first === undefined) return;
  const [name, place] = first;
  const message = `there is no operationId; the operation is called by its method and path, "${name}"`;
  remarks.note(place, 'operation-id', message + furtherNames('so are', others));
}
