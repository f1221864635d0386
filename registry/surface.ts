// What one service puts before clients: its routes, its GraphQL root fields and all joined fields, as plain lines.
// Two surfaces compared answer "what does this registration add, remove or change".
import type { Graph, RootField } from '../core/graph.ts';
import type { HttpBinding, Operation } from '../core/operation.ts';
import { shapeKey } from '../schema/routes/template-shape.ts';
import type { SnapshotDraft } from './build-snapshot.ts';
import { joinedFields } from './joined-fields.ts';

export interface SurfaceDifference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** What clients call it → the line for people and what it means. The same with another meaning has changed. */
export type Surface = ReadonlyMap<string, { readonly line: string; readonly meaning: string }>;

/** `GET /v1/{name=books/*}` */
export function describeBinding(binding: HttpBinding): string {
  return `${binding.method} ${binding.template}`;
}

/** Operation id → `Query.book`, for every operation that is in the graph. */
export function graphqlFields(graph: Graph): ReadonlyMap<string, string> {
  const named = (type: string, fields: readonly RootField[]): [string, string][] =>
    fields.map((field) => [field.operation.id, `${type}.${field.name}`]);
  return new Map([
    ...named('Query', graph.queries),
    ...named('Mutation', graph.mutations),
    ...named('Subscription', graph.subscriptions),
  ]);
}

export function surfaceOf(
  draft: Pick<SnapshotDraft, 'routes' | 'graph' | 'services'>,
  service: string,
): Surface {
  const surface = new Map<string, { line: string; meaning: string }>();
  for (const { operation, binding, template } of draft.routes.routes) {
    if (operation.service !== service) continue;
    // How a variable is called is no client's business.
    surface.set(`${binding.method} ${shapeKey(template)}`, {
      line: describeBinding(binding),
      meaning: meaning(operation, [binding.body, binding.responseBody]),
    });
  }
  const fields = graphqlFields(draft.graph);
  for (const operation of draft.services.get(service)?.operations ?? []) {
    const field = fields.get(operation.id);
    if (field !== undefined) surface.set(field, { line: field, meaning: meaning(operation, []) });
  }
  // Whosever they are: a service that comes or goes gives fields to the types of others, and takes them.
  for (const { name, join } of joinedFields(draft.graph)) {
    const { operation, form, cardinality, result } = join;
    surface.set(name, { line: name, meaning: meaning(operation, [form, cardinality, result]) });
  }
  return surface;
}

export function compareSurfaces(before: Surface, after: Surface): SurfaceDifference {
  const added: string[] = [];
  const changed: string[] = [];
  for (const [key, { line, meaning }] of after) {
    const was = before.get(key);
    if (was === undefined) added.push(line);
    else if (was.meaning !== meaning) changed.push(line);
  }
  return {
    added,
    removed: [...before].flatMap(([key, { line }]) => (after.has(key) ? [] : [line])),
    changed,
  };
}

function meaning(operation: Operation, rest: readonly unknown[]): string {
  const { method, shape, effect, input, output } = operation;
  return JSON.stringify([method, shape, effect, input.name, output.name, ...rest]);
}
