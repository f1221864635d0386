// Projections as sets of fields: united, wrapped, compared. Undefined is the whole of a message.
import type { Projection } from '../../core/codec.ts';

/** What is wanted of a message; undefined is all of it. */
export type Wanted = Projection | undefined;

export const NOTHING: Projection = Object.freeze({ fields: new Map<string, Wanted>() });

/** Everything that one of the two wants. */
export function uniteProjections(a: Wanted, b: Wanted): Wanted {
  if (a === b || a === undefined || b === undefined) return a === b ? a : undefined;
  const fields = new Map(a.fields);
  for (const [name, wanted] of b.fields) addField(fields, name, wanted);
  return { fields };
}

/** Adds to a set of fields in place: what is there already stays wanted. */
export function addField(fields: Map<string, Wanted>, name: string, wanted: Wanted): void {
  fields.set(name, fields.has(name) ? uniteProjections(fields.get(name), wanted) : wanted);
}

/** `wanted` of what lies at the end of a path of proto names. */
export function projectionBelow(path: readonly string[], wanted: Wanted): Wanted {
  return path.reduceRight<Wanted>((inner, name) => ({ fields: new Map([[name, inner]]) }), wanted);
}

/** What is wanted of that which lies at the end of a path. */
export function projectionAt(wanted: Wanted, path: readonly string[]): Wanted {
  let at = wanted;
  for (const name of path) {
    if (at === undefined) return undefined;
    if (!at.fields.has(name)) return NOTHING;
    at = at.fields.get(name);
  }
  return at;
}

/** Whether what was read for `known` answers `wanted` as well. */
export function covers(known: Wanted, wanted: Wanted): boolean {
  if (known === wanted || known === undefined) return true;
  if (wanted === undefined) return false;
  for (const [name, inner] of wanted.fields) {
    if (!known.fields.has(name) || !covers(known.fields.get(name), inner)) return false;
  }
  return true;
}
