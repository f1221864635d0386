// Names for schemas that references lead to: components keep theirs, others are named for where they stand.
// The same document always gives the same names.
import type { Place } from './place.ts';

export class SchemaNames {
  readonly #byPlace = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** Components of the entry document come first, so that nobody takes their names. */
  claim(place: Place, name: string): void {
    this.#byPlace.set(keyOf(place), name);
    this.#taken.add(name);
  }

  find(place: Place): string | undefined {
    return this.#byPlace.get(keyOf(place));
  }

  /** A new name for a place that has none. */
  create(place: Place): string {
    const wanted = wantedName(place);
    let name = wanted;
    for (let number = 2; this.#taken.has(name); number++) name = `${wanted}_${number}`;
    this.claim(place, name);
    return name;
  }

  get size(): number {
    return this.#byPlace.size;
  }
}

function keyOf(place: Place): string {
  return `${place.file} ${place.pointer}`;
}

/** Words that say what kind of thing a part is and not what it means. */
const SILENT = new Set([
  'schema',
  'items',
  'properties',
  'definitions',
  '$defs',
  'schemas',
  'components',
  'content',
]);

/** The last part that says something: `#/components/schemas/Pet` and `pet.yaml` are both a pet. */
function wantedName({ path, file }: Place): string {
  const told = path.findLast((part) => !SILENT.has(part) && /[A-Za-z]/.test(part));
  const text = told ?? (file.split('/').at(-1) ?? '').replace(/\.[^.]*$/, '');
  return text.replaceAll(/[^A-Za-z0-9._-]+/g, '_').slice(0, 100) || 'Schema';
}
