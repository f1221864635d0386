// Link Objects: from an answer to another operation of the same document.
import type { HttpLink } from '../../core/http-operation.ts';
import type { JsonValue } from '../../core/json.ts';
import type { Place } from './place.ts';
import type { Reading } from './reading.ts';
import { quote } from './source-bundle.ts';

export interface LinkTargets {
  /** Operation names by operationId. */
  readonly byId: ReadonlyMap<string, string>;
  /** Operation names by file and pointer of the Operation Object. */
  readonly byPlace: ReadonlyMap<string, string>;
}

export function placeKey(place: Place): string {
  return `${place.file} ${place.pointer}`;
}

export function readLinks(
  reading: Reading,
  links: Place | undefined,
  targets: LinkTargets,
): readonly HttpLink[] {
  return (links?.entries() ?? []).flatMap(([name, entry]) => {
    // Nobody needs a link to call anything.
    const place = reading.bundle.resolve(entry, 'warning');
    if (place === undefined) return [];
    const operation = targetOf(reading, place, targets);
    if (operation === undefined) return [];
    return [
      {
        name,
        description: place.text('description'),
        operation,
        parameters: new Map<string, JsonValue>(
          (place.get('parameters')?.entries() ?? []).map(([key, value]) => [key, value.value]),
        ),
        requestBody: place.get('requestBody')?.value,
      },
    ];
  });
}

function targetOf(reading: Reading, place: Place, { byId, byPlace }: LinkTargets): string | undefined {
  const id = place.text('operationId');
  const ref = place.text('operationRef');
  const target = ref === '' ? undefined : reading.bundle.follow(place, ref, 'warning');
  const operation =
    ref === '' ? byId.get(id) : target === undefined ? undefined : byPlace.get(placeKey(target));
  if (operation === undefined) {
    reading.remarks.warn(
      place,
      'link',
      `the link leads to no operation of this document (${quote(ref || id)}); it is ignored`,
    );
  }
  return operation;
}
