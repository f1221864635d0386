// One operation of a document under one combination of its conditions: its root fields, ready to run.
import {
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import type { Graph, RootField } from '../../../core/graph.ts';
import { type ArgumentReader, createReader } from '../../../translators/graphql/read.ts';
import { createWriter, type GraphWriter } from '../../../translators/graphql/write.ts';
import { joinedValues } from '../joined-value.ts';
import { collectFields, selectionSets } from './collect-fields.ts';
import { type CompileContext, compileValue, FieldBudget, Uncovered } from './compile-selection.ts';
import type { ConditionValues, Fragments } from './conditions.ts';
import { projectValue } from './projection.ts';
import { type RootPlan, requestReaders } from './root-plan.ts';
import { hasJoins } from './value-plan.ts';

export interface OperationPlan {
  /** Mutations: one root field after the other. */
  readonly isSerial: boolean;
  readonly roots: readonly RootPlan[];
}

/** What all plans of one graph are made with; made once. */
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

/** Undefined if the operation has something in it that plans do not cover. The document has been validated. */
export function planOperation(
  operation: OperationDefinitionNode,
  fragments: Fragments,
  conditions: ConditionValues,
  planning: PlanningContext,
): OperationPlan | undefined {
  const { graph, schema, writer, joinedValue } = planning;
  const isMutation = operation.operation === OperationTypeNode.MUTATION;
  const type = isMutation ? schema.getMutationType() : schema.getQueryType();
  if (!type || operation.operation === OperationTypeNode.SUBSCRIPTION) return undefined;
  const context: CompileContext = {
    graph,
    schema,
    writer,
    joinedValue,
    fragments,
    conditions,
    budget: new FieldBudget(),
  };
  try {
    const roots: RootPlan[] = [];
    for (const [name, nodes] of collectFields(context, type.name, [operation.selectionSet])) {
      context.budget.take();
      const lead = `${roots.length === 0 ? '' : ','}${JSON.stringify(name)}:`;
      roots.push({ name, lead, nodes, ...planRoot(type, nodes, context, planning) });
    }
    return { isSerial: isMutation, roots };
  } catch (error) {
    if (error instanceof Uncovered) return undefined;
    throw error;
  }
}

function planRoot(
  type: GraphQLObjectType,
  nodes: readonly [FieldNode, ...FieldNode[]],
  context: CompileContext,
  { queries, mutations, reader, writer }: PlanningContext,
): Omit<RootPlan, 'name' | 'lead' | 'nodes'> {
  const [node] = nodes;
  const fieldName = node.name.value;
  const coordinate = `${type.name}.${fieldName}`;
  const sets = selectionSets(nodes);
  if (fieldName === '__typename') {
    return { coordinate, constant: JSON.stringify(type.name), call: undefined };
  }
  const root = (type === context.schema.getMutationType() ? mutations : queries).get(fieldName);
  const field = type.getFields()[fieldName];
  if (root === undefined || field === undefined) {
    if (fieldName === '_empty') return { coordinate, constant: 'null', call: undefined };
    throw new Uncovered(`${coordinate} is answered by the schema itself`);
  }
  if (root.readMask !== undefined && root.request === 'value')
    throw new Uncovered(`${coordinate} has no mask`);
  if (root.type.isRequired) throw new Uncovered(`${coordinate} may not be null`);
  const value = compileValue(root.type, sets, context);
  const wanted = projectValue(value);
  return {
    coordinate,
    constant: undefined,
    call: {
      root,
      ...requestReaders(root, reader(root), field, node),
      wanted,
      projector: wanted && root.operation.output.codec.projector(wanted),
      toValue: writer.value(root.result),
      value,
      hasJoins: hasJoins(value),
    },
  };
}
