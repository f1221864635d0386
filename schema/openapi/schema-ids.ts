// Schemas that say by `$id` what they are called: references may name them so, and those inside of them count from them
// (JSON Schema Core 2020-12, sections 8.2 and 9.1). Names alone: whatever they look like, nothing is fetched from there.
import type { Place } from './place.ts';

/** What holds values, not schemas. */
const DATA = new Set(['enum', 'const', 'default', 'example', 'examples']);
/** Where files lie that have no name of their own; nobody's address. */
const SENT = 'sent://files/';
/** Relative names grow with each schema that they are in; longer ones are nobody's. */
const MAX_LENGTH = 4_096;

/** The nearest schema with a name of its own that a place is in, or is. Undefined: none but the file. */
export function namedSchema(place: Place): Place | undefined {
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) if (isNamed(at)) return at;
  return undefined;
}

/** What a reference at a place names in full, without its fragment. Undefined if it is no name at all. */
export function nameFrom(place: Place, reference: string): string | undefined {
  const named = namedSchema(place);
  return resolved(reference, named === undefined ? fileName(place) : nameOf(named));
}

export class SchemaIds {
  readonly #schemas = new Map<string, Place>();

  /** All of a file. The first of a name has it. */
  add(root: Place): void {
    for (const place of schemasIn(root, true)) {
      const name = isNamed(place) ? nameOf(place) : undefined;
      if (name !== undefined && !this.#schemas.has(name)) this.#schemas.set(name, place);
    }
  }

  find(name: string): Place | undefined {
    return this.#schemas.get(name);
  }
}

/** The place and all in it that may be a schema; what has a name of its own, and all in that, if it is to be entered. */
export function* schemasIn(root: Place, entersNamed: boolean): Generator<Place> {
  const waiting = [root];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (place !== root && !entersNamed && isNamed(place)) continue;
    yield place;
    const isMap = place.key === 'properties' || place.key === '$defs' || place.key === 'schemas';
    const members = place.entries().filter(([key]) => isMap || !DATA.has(key));
    // From the last on, so that the first is next.
    const inner = [...members.map(([, one]) => one), ...place.items()];
    for (const one of inner.reverse()) if (typeof one.value === 'object') waiting.push(one);
  }
}

/** A fragment alone is an anchor of an older dialect, and no name. */
function isNamed(place: Place): boolean {
  const id = place.text('$id');
  return id !== '' && !id.startsWith('#');
}

/** Schemas are asked for by all that is in them. */
const known = new WeakMap<Place, { readonly name: string | undefined }>();

function nameOf(place: Place): string | undefined {
  const told = known.get(place);
  if (told !== undefined) return told.name;
  const outer = place.parent && namedSchema(place.parent);
  const name = resolved(place.text('$id'), outer === undefined ? fileName(place) : nameOf(outer));
  known.set(place, { name });
  return name;
}

function fileName({ file }: Place): string {
  return SENT + file.toWellFormed().split('/').map(encodeURIComponent).join('/');
}

function resolved(reference: string, base: string | undefined): string | undefined {
  if (!URL.canParse(reference, base)) return undefined;
  const url = new URL(reference, base);
  url.hash = '';
  return url.href.length > MAX_LENGTH ? undefined : url.href;
}
