// What one service puts before clients: its routes, its GraphQL root fields and all joined fields, as plain lines.
// Two surfaces compared answer "what does this registration add, remove or change".
import type { Graph, RootField } from '../core/graph.ts';
import type { HttpBinding, Operation } from '../core/operation.ts';
import type { SnapshotDraft } from './build-snapshot.ts';
import { joinedFields } from './joined-fields.ts';

export interface SurfaceDifference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** Line → what it means. A line on both sides with another meaning has changed. */
export type Surface = ReadonlyMap<string, string>;

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
  const surface = new Map<string, string>();
  for (const { operation, binding } of draft.routes.routes) {
    if (operation.service !== service) continue;
    surface.set(describeBinding(binding), meaning(operation, [binding.body, binding.responseBody]));
  }
  const fields = graphqlFields(draft.graph);
  for (const operation of draft.services.get(service)?.operations ?? []) {
    const field = fields.get(operation.id);
    if (field !== undefined) surface.set(field, meaning(operation, []));
  }
  // Whosever they are: a service that comes or goes gives fields to the types of others, and takes them.
  for (const { name, join } of joinedFields(draft.graph)) {
    surface.set(name, meaning(join.operation, [join.form, join.cardinality, join.result]));
  }
  return surface;
}

export function compareSurfaces(before: Surface, after: Surface): SurfaceDifference {
  return {
    added: [...after.keys()].filter((line) => !before.has(line)),
    removed: [...before.keys()].filter((line) => !after.has(line)),
    changed: [...after.keys()].filter((line) => before.has(line) && before.get(line) !== after.get(line)),
  };
}

function meaning(operation: Operation, rest: readonly unknown[]): string {
  const { method, shape, effect, input, output } = operation;
  return JSON.stringify([method, shape, effect, input.name, output.name, ...rest]);
}
