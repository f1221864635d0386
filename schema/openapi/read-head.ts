// What an OpenAPI document says beside its operations: its name, what it demands of callers, its tags.
import type { HttpDocument, HttpSecurityRequirement } from '../../core/http-operation.ts';
import { type Place, textOf } from './place.ts';
import { securitySchemeOf } from './read-bodies.ts';
import type { SchemaReader } from './read-schema.ts';
import type { Reading } from './reading.ts';

/** The alternatives that a document or an operation demands. */
export function readSecurity(list: Place | undefined): readonly HttpSecurityRequirement[] {
  return (list?.items() ?? []).map(
    (item) =>
      new Map(
        item
          .entries()
          .map(([name, scopes]) => [
            name,
            scopes.items().flatMap(({ value }) => (typeof value === 'string' ? value : [])),
          ]),
      ),
  );
}

/** All that is said once for all operations. */
export function readHead(reading: Reading, root: Place, schemas: SchemaReader): HttpDocument {
  const info = root.get('info');
  const schemes =
    reading.version === '2.0'
      ? root.get('securityDefinitions')
      : root.get('components')?.get('securitySchemes');
  return {
    title: info?.text('title') ?? '',
    version: textOf(info?.get('version')?.value),
    description: info?.text('description') ?? '',
    // Grows while operations are read, complete when the document is.
    schemas: schemas.schemas,
    securitySchemes: new Map(
      (schemes?.entries() ?? []).flatMap(([name, entry]) => {
        const place = reading.bundle.resolve(entry);
        return place === undefined ? [] : [[name, securitySchemeOf(reading, place)]];
      }),
    ),
    tags: (root.get('tags')?.items() ?? []).map((tag) => ({
      name: tag.text('name'),
      description: tag.text('description'),
    })),
  };
}
