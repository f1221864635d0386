// What all plans of one graph are made with: its schema, and what reads and writes its values.
import type { GraphQLSchema } from 'graphql';
import type { Graph, RootField } from '../../../core/graph.ts';
import { type ArgumentReader, createReader } from '../../../translators/graphql/read.ts';
import { createWriter, type GraphWriter } from '../../../translators/graphql/write.ts';
import { joinedValues } from '../joined-value.ts';

export interface PlanningContext {
  readonly graph: Graph;
  readonly schema: GraphQLSchema;
  readonly writer: GraphWriter;
  readonly joinedValue: ReturnType<typeof joinedValues>;
  readonly reader: (root: RootField) => ArgumentReader;
  readonly queries: ReadonlyMap<string, RootField>;
  readonly mutations: ReadonlyMap<string, RootField>;
}

export function createPlanningContext(graph: Graph, schema: GraphQLSchema): PlanningContext {
  const byName = (roots: readonly RootField[]) => new Map(roots.map((root) => [root.name, root]));
  return {
    graph,
    schema,
    writer: createWriter(graph),
    joinedValue: joinedValues(graph),
    reader: createReader(graph),
    queries: byName(graph.queries),
    mutations: byName(graph.mutations),
  };
}
