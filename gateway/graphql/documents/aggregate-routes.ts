// Aggregates among the routes of a snapshot: one table, one set of rules for what is claimed twice.
import type { Operation } from '../../../core/operation.ts';
import type { Problem } from '../../../core/problem.ts';
import { buildRouteTable, type RouteClaim, type RouteTable } from '../../../schema/routes/route-table.ts';
import { AGGREGATES_OWNER, type Aggregate } from './aggregate.ts';

export class AggregateRoutes {
  readonly #aggregates: readonly Aggregate[];
  readonly #reservedPaths: readonly string[];
  readonly #byOperation: ReadonlyMap<Operation, Aggregate>;
  /** By the services' own table: it goes when its snapshot goes. */
  readonly #tables = new WeakMap<RouteTable, RouteTable>();

  constructor(aggregates: readonly Aggregate[], reservedPaths: readonly string[]) {
    this.#aggregates = aggregates;
    this.#reservedPaths = reservedPaths;
    this.#byOperation = new Map(aggregates.map((aggregate) => [aggregate.route.operation, aggregate]));
  }

  /** For the registry's last check before a swap: routes that a service and an aggregate both claim. */
  prepare(routes: RouteTable): readonly Problem[] {
    if (this.#aggregates.length === 0) return [];
    const { table, problems } = buildRouteTable(this.#claims(routes), { reserved: this.#reservedPaths });
    this.#tables.set(routes, table);
    // What the services' routes say of each other has been said.
    return problems
      .filter(({ message }) => message.includes(`service ${AGGREGATES_OWNER}`))
      .map((problem) => ({ ...problem, severity: 'error', rule: 'route-conflict' }));
  }

  /** The services' routes and the aggregates'. */
  tableOf(routes: RouteTable): RouteTable {
    if (this.#aggregates.length === 0) return routes;
    const known = this.#tables.get(routes);
    if (known !== undefined) return known;
    this.prepare(routes);
    return this.#tables.get(routes) ?? routes;
  }

  find(operation: Operation): Aggregate | undefined {
    return this.#byOperation.get(operation);
  }

  /** Aggregates first: the file was there before whatever is registered. */
  *#claims({ routes }: RouteTable): Generator<RouteClaim> {
    for (const { route } of this.#aggregates) yield route;
    for (const { operation, binding } of routes)
      yield { operation, binding, fullyDecodeReserved: binding.fullyDecodeReserved === true };
  }
}
