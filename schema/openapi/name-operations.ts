// What the operations of a document are called: by their operationId, where it can be a name and nobody else has it.
import { checkOperationIds, noteUnnamed } from './check-names.ts';
import type { Place } from './place.ts';
import { type LinkTargets, placeKey } from './read-links.ts';
import type { DeclaredOperation } from './read-paths.ts';
import type { Remarks } from './remarks.ts';
import { quote } from './source-bundle.ts';

/** An operationId that is missing or taken is replaced by method and path, which nobody else can have. */
export function nameOperations(
  declared: readonly DeclaredOperation[],
  remarks: Remarks,
): LinkTargets & { readonly list: readonly string[] } {
  const byId = new Map<string, string>();
  const byPlace = new Map<string, string>();
  const list: string[] = [];
  const used: Place[] = [];
  const unnamed: [string, Place][] = [];
  for (const { place, method, key } of declared) {
    const id = place.text('operationId');
    const isFree = id !== '' && !byId.has(id) && isNameable(id);
    const name = isFree ? id : `${method} ${key}`;
    if (id === '') unnamed.push([name, place]);
    else if (!isFree) {
      const why = isNameable(id) ? 'is taken' : 'has characters that no name should have';
      remarks.warn(
        place,
        'operation-id',
        `the operationId ${quote(id)} ${why}; the operation is called "${name}"`,
      );
    }
    if (isFree) byId.set(id, name);
    byPlace.set(placeKey(place), name);
    if (isFree) used.push(place);
    list.push(name);
  }
  noteUnnamed(remarks, unnamed);
  checkOperationIds(used, remarks);
  return { byId, byPlace, list };
}

function isNameable(id: string): boolean {
  return id.length <= 200 && /^[\x21-\x7e\p{L}\p{N} ]+$/u.test(id);
}
