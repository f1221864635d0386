// The routes that documents answer, as the REST door and the registry meet them.
import type { FastifyReply } from 'fastify';
import type { Problem } from '../../../core/problem.ts';
import type { RouteTable } from '../../../schema/routes/route-table.ts';
import type { Aggregate } from './aggregate.ts';
import { AggregateRoutes } from './aggregate-routes.ts';
import { type AggregateExchange, type AggregateOptions, answerAggregate } from './answer-aggregate.ts';

export interface AggregateDoor {
  /** What may be found on the REST door: routes of services and of documents. */
  tableOf(routes: RouteTable): RouteTable;
  /** Undefined if the route is a service's. */
  answer(exchange: AggregateExchange): Promise<FastifyReply> | undefined;
  /** Routes that a candidate claims and a document has. */
  prepare(routes: RouteTable): readonly Problem[];
}

export interface AggregateDoorOptions extends AggregateOptions {
  readonly aggregates: readonly Aggregate[];
  readonly reservedPaths: readonly string[];
}

export function createAggregateDoor(options: AggregateDoorOptions): AggregateDoor {
  const routes = new AggregateRoutes(options.aggregates, options.reservedPaths);
  return {
    tableOf: (table) => routes.tableOf(table),
    prepare: (table) => routes.prepare(table),
    answer: (exchange) => {
      const aggregate = routes.find(exchange.match.route.operation);
      return aggregate && answerAggregate(aggregate, exchange, options);
    },
  };
}
