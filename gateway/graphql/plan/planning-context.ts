// What all plans of one graph are made with: its schema, and what reads and writes its values.
import { type GraphQLSchema, OperationTypeNode } from 'graphql';
import type { Graph, RootField } from '../../../core/graph.ts';
import { type ArgumentReader, createReader } from '../../../translators/graphql/read.ts';
import { createWriter, type GraphWriter } from '../../../translators/graphql/write.ts';
import { Introspection } from '../introspection/introspection.ts';
import { joinedValues } from '../joined-value.ts';

export interface PlanningContext {
  readonly graph: Graph;
  readonly schema: GraphQLSchema;
  readonly writer: GraphWriter;
  readonly introspection: Introspection;
  readonly joinedValue: ReturnType<typeof joinedValues>;
  readonly reader: (root: RootField) => ArgumentReader;
  /** By name, of the root type of this name. */
  readonly rootsOf: (typeName: string) => ReadonlyMap<string, RootField>;
}

/** `answerCharacters`: most that an answer about the schema may have. */
export function createPlanningContext(
  graph: Graph,
  schema: GraphQLSchema,
  answerCharacters: number,
): PlanningContext {
  const byType = new Map(
    [graph.queries, graph.mutations, graph.subscriptions].flatMap((roots) => {
      const [first] = roots;
      const type = first && schema.getRootType(OPERATION_OF[first.kind]);
      return type ? [[type.name, new Map(roots.map((root) => [root.name, root]))] as const] : [];
    }),
  );
  return {
    graph,
    schema,
    writer: createWriter(graph),
    introspection: new Introspection(schema, answerCharacters),
    joinedValue: joinedValues(graph),
    reader: createReader(graph),
    rootsOf: (typeName) => byType.get(typeName) ?? NO_ROOTS,
  };
}

const OPERATION_OF: Readonly<Record<RootField['kind'], OperationTypeNode>> = {
  query: OperationTypeNode.QUERY,
  mutation: OperationTypeNode.MUTATION,
  subscription: OperationTypeNode.SUBSCRIPTION,
};

const NO_ROOTS: ReadonlyMap<string, RootField> = new Map();
