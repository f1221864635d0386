// A selection on a type as a plan to write it: selection sets merged, fields found in the graph, types resolved.
import { type FieldNode, type GraphQLSchema, isLeafType, isObjectType, type SelectionSetNode } from 'graphql';
import type { Graph, Join, ObjectType, OutputField, TypeRef } from '../../../core/graph.ts';
import type { GraphWriter } from '../../../translators/graphql/write.ts';
import type { joinedValues } from '../joined-value.ts';
import { argumentsReader } from './arguments.ts';
import { type CollectContext, collectFields, selectionSets } from './collect-fields.ts';
import { type FieldBudget, Uncovered } from './field-budget.ts';
import { leafWriter } from './leaf-writers.ts';
import { projectValue } from './projection.ts';
import { type FieldPlan, hasJoins, type JoinedPlan, type ObjectPlan, type ValuePlan } from './value-plan.ts';

export interface CompileContext extends CollectContext {
  readonly schema: GraphQLSchema;
  readonly writer: GraphWriter;
  readonly joinedValue: ReturnType<typeof joinedValues>;
  readonly budget: FieldBudget;
}

export function compileValue(
  type: TypeRef,
  sets: readonly SelectionSetNode[],
  context: CompileContext,
): ValuePlan {
  const { isRequired } = type;
  if ('list' in type) return { kind: 'list', isRequired, item: compileValue(type.list, sets, context) };
  const named = context.graph.types.get(type.name);
  switch (named?.kind) {
    case 'object':
      return { kind: 'object', isRequired, object: compileObject(named, sets, context) };
    case 'union': {
      const members = named.members.map(
        (name) => [name, compileObject(objectType(context.graph, name), sets, context)] as const,
      );
      return { kind: 'union', isRequired, members: new Map(members) };
    }
    default: {
      const leaf = context.schema.getType(type.name);
      if (!isLeafType(leaf)) throw new Uncovered(`${type.name} is no type of an output`);
      return { kind: 'leaf', isRequired, write: leafWriter(leaf) };
    }
  }
}

function objectType({ types }: Graph, name: string): ObjectType {
  const type = types.get(name);
  if (type?.kind !== 'object') throw new Uncovered(`${name} is no object type`);
  return type;
}

function compileObject(
  type: ObjectType,
  sets: readonly SelectionSetNode[],
  context: CompileContext,
): ObjectPlan {
  const fields: FieldPlan[] = [];
  for (const [name, nodes] of collectFields(context, type.name, sets)) {
    context.budget.take();
    const lead = `${fields.length === 0 ? '' : ','}${JSON.stringify(name)}:`;
    fields.push({ ...compileField(type, nodes, context), name, lead });
  }
  return {
    typeName: type.name,
    fields,
    joined: fields.filter(({ joined }) => joined !== undefined),
    ways: fields.filter(({ joined, value }) => joined === undefined && hasJoins(value)),
  };
}

function compileField(
  type: ObjectType,
  nodes: readonly [FieldNode, ...FieldNode[]],
  context: CompileContext,
): Omit<FieldPlan, 'name' | 'lead'> {
  const fieldName = nodes[0].name.value;
  const coordinate = `${type.name}.${fieldName}`;
  if (fieldName === '__typename') return typenameField(type.name, coordinate, nodes);
  const field = fieldOf(type, fieldName);
  const value = compileValue(field.type, selectionSets(nodes), context);
  return {
    constant: undefined,
    coordinate,
    nodes,
    source: field.source,
    get: context.writer.field(field),
    value,
    joined:
      field.source.kind === 'join'
        ? compileJoin(type, field, field.source.join, { node: nodes[0], value, context })
        : undefined,
  };
}

interface JoinedPlace {
  readonly node: FieldNode;
  readonly value: ValuePlan;
  readonly context: CompileContext;
}

function compileJoin(
  { name }: ObjectType,
  field: OutputField,
  join: Join,
  { node, value, context: { schema, joinedValue } }: JoinedPlace,
): JoinedPlan {
  const type = schema.getType(name);
  const definition = isObjectType(type) ? type.getFields()[field.name] : undefined;
  if (definition === undefined) throw new Uncovered(`${name} has no field ${field.name}`);
  const wanted = projectValue(value);
  return {
    join,
    // Conditions are settled, so what is decoded is what a mask asks for.
    selection: { wanted, masked: wanted },
    readArguments: argumentsReader(definition, node),
    ...joinedValue(field, join),
  };
}

function fieldOf({ name, fields }: ObjectType, fieldName: string): OutputField {
  const field = fields.find((one) => one.name === fieldName);
  if (field === undefined) throw new Uncovered(`${name} has no field ${fieldName}`);
  return field;
}

function typenameField(
  typeName: string,
  coordinate: string,
  nodes: readonly FieldNode[],
): Omit<FieldPlan, 'name' | 'lead'> {
  const constant = JSON.stringify(typeName);
  return {
    constant,
    coordinate,
    nodes,
    source: { kind: 'none' },
    get: () => typeName,
    value: { kind: 'leaf', isRequired: true, write: () => constant },
    joined: undefined,
  };
}
