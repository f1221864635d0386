// Routes that stored documents answer, for the OpenAPI document: those that run on what is registered. A route whose
// services are missing answers 503, so there is nothing to describe.
import { getOperationAST } from 'graphql';
import type { Snapshot } from '../../registry/snapshot.ts';
import {
  aggregatePartSteps,
  type DocumentedAggregate,
} from '../../schema/document/aggregate/aggregate-part.ts';
import type { DocumentPart } from '../../schema/document/document-part.ts';
import type { Steps } from '../../schema/document/steps.ts';
import { AGGREGATES_OWNER, type Aggregate } from '../graphql/documents/aggregate.ts';
import type { GraphqlEngine } from '../graphql/engine.ts';

export type AggregateParts = (snapshot: Pick<Snapshot, 'graph'>) => Steps<readonly DocumentPart[]>;

export interface AggregatePartsOptions {
  readonly aggregates: readonly Aggregate[];
  readonly engineOf: (graph: Snapshot['graph']) => GraphqlEngine;
}

export function createAggregateParts({ aggregates, engineOf }: AggregatePartsOptions): AggregateParts {
  return function* ({ graph }) {
    if (aggregates.length === 0) return [];
    const engine = engineOf(graph);
    const served = aggregates.flatMap((aggregate): DocumentedAggregate[] => {
      const checked = engine.check(aggregate.text);
      const operation = checked.ok ? getOperationAST(checked.document, aggregate.operation) : undefined;
      if (!checked.ok || !operation) return [];
      return [{ ...aggregate, path: aggregate.document, document: checked.document, operation }];
    });
    return [yield* aggregatePartSteps(AGGREGATES_OWNER, served, graph)];
  };
}

/** Of a gateway without stored documents. */
export const NO_AGGREGATES: AggregateParts = createAggregateParts({
  aggregates: [],
  engineOf: () => {
    throw new Error('there is no document to check');
  },
});
