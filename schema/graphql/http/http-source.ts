// One HTTP service in the graph: its types, and its operations as root fields (graphql reference, section 4).

import type { GraphBuilder } from '../graph-builder.ts';
import type { PlannedField, RootFields } from '../root-fields.ts';
import type { DescribedOperation } from './described-operation.ts';
import { HttpNotes } from './http-notes.ts';
import { HttpTypes } from './http-types.ts';
import { discriminatorsOf, identifiersOf } from './read-document.ts';
import { planRootField } from './root-field.ts';
import { SchemaView } from './schema-view.ts';

/** Builds all that the service the builder is at shows in the graph. */
export function addHttpService(
  operations: readonly [DescribedOperation, ...DescribedOperation[]],
  builder: GraphBuilder,
  roots: RootFields,
): HttpTypes {
  const [first] = operations;
  const { document } = first.http;
  const described = operations.map(({ http }) => http);
  const view = new SchemaView(document);
  const notes = new HttpNotes(builder.service);
  const types = new HttpTypes({
    builder,
    view,
    notes,
    identifiers: identifiersOf(described, view),
    discriminators: discriminatorsOf(document, described),
  });
  const planned = operations.flatMap((operation): PlannedField[] => {
    const field = planRootField(operation, types);
    if (typeof field !== 'string') return [field];
    notes.leftOut(operation.name, field);
    return [];
  });
  types.finish();
  roots.addPlanned(builder.service, planned);
  return types;
}
