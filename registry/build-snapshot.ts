// Compiled services in, one candidate snapshot out: routes and graph over all of them, and every clash between them.
import type { Graph } from '../core/graph.ts';
import type { Operation } from '../core/operation.ts';
import type { Problem } from '../core/problem.ts';
import { buildGraph } from '../schema/graphql/build-graph.ts';
import type { JoinSettings } from '../schema/graphql/joins/join-settings.ts';
import { NO_NAMES } from '../schema/graphql/name-book.ts';
import { buildRouteTable, type RouteTable } from '../schema/routes/route-table.ts';
import { snapshotRevision } from './revision.ts';
import type { RegisteredService } from './snapshot.ts';

/** Everything of a snapshot but the backends behind it. */
export interface SnapshotDraft {
  readonly revision: string;
  readonly services: ReadonlyMap<string, RegisteredService>;
  readonly operations: readonly Operation[];
  readonly routes: RouteTable;
  readonly graph: Graph;
}

export interface SnapshotOptions {
  readonly reservedPaths: readonly string[];
  /** Services that change now: they yield their names in the graph to all others. */
  readonly newcomers?: ReadonlySet<string> | undefined;
  /** Default: what annotations say is joined. */
  readonly joins?: JoinSettings | undefined;
}

/** `services` in order of first registration. With an error among the problems, the draft must not be published. */
export function buildSnapshot(
  services: ReadonlyMap<string, RegisteredService>,
  { reservedPaths, newcomers = new Set(), joins }: SnapshotOptions,
): { draft: SnapshotDraft; problems: Problem[] } {
  const list = [...services.values()];
  const operations = list.flatMap((service) => service.operations);
  const routes = buildRouteTable(claimsOf(operations), { reserved: reservedPaths });
  const graph = buildGraph(
    list.map(({ name, operations, definition, graphNames }) => ({
      name,
      operations,
      settings: definition.graphql,
      names: graphNames,
      isNewcomer: newcomers.has(name),
    })),
    joins,
  );
  const named = list.map((service): [string, RegisteredService] => {
    const graphNames = graph.namesByService.get(service.name) ?? NO_NAMES;
    return [service.name, { ...service, graphNames }];
  });
  return {
    draft: {
      revision: snapshotRevision(list),
      services: new Map(named),
      operations,
      routes: routes.table,
      graph: graph.graph,
    },
    problems: [...routes.problems, ...graph.problems],
  };
}

function* claimsOf(operations: readonly Operation[]) {
  for (const operation of operations) {
    for (const binding of operation.bindings) {
      yield { operation, binding, fullyDecodeReserved: binding.fullyDecodeReserved === true };
    }
  }
}
