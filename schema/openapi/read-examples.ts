// Examples of every version: one for each content, for people. They are never a reason to refuse a document, so a
// reference that leads to none is passed over in silence.
import type { JsonValue } from '../../core/json.ts';
import type { Place } from './place.ts';
import type { Reading } from './reading.ts';

/** The `example` beside a schema, or the first of `examples` that has a value. */
export function readExample(reading: Reading, place: Place): JsonValue | undefined {
  const { object } = place;
  if (object?.example !== undefined) return object.example;
  for (const [, entry] of place.get('examples')?.entries() ?? []) {
    const value = followed(reading, entry)?.object?.value;
    if (value !== undefined) return value;
  }
  return undefined;
}

/** One step within the same file, which is where examples are. */
function followed(reading: Reading, entry: Place): Place | undefined {
  const ref = entry.object?.$ref;
  if (typeof ref !== 'string') return entry;
  if (!ref.startsWith('#/')) return undefined;
  let at = reading.bundle.root(entry.file);
  for (const key of ref.slice(2).split('/')) at = at?.get(key.replaceAll('~1', '/').replaceAll('~0', '~'));
  return at;
}

/** Swagger 2.0, "Example Object": by media type. */
export function readSwaggerExample(response: Place, mediaType: string): JsonValue | undefined {
  return response.get('examples')?.object?.[mediaType];
}
