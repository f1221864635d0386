// One root field of a plan: how its request is made, how its reply is decoded, and how that is written.
import type { FieldNode, GraphQLField, VariableValues } from 'graphql';
import type { Projector } from '../../../core/codec.ts';
import type { RootField } from '../../../core/graph.ts';
import { Payload } from '../../../core/payload.ts';
import type { ArgumentReader, Arguments } from '../../../translators/graphql/read.ts';
import type { ValueWriter } from '../../../translators/graphql/write.ts';
import type { Wanted } from '../../../translators/json/projections.ts';
import { argumentsReader, hasVariables } from './arguments.ts';
import type { FieldPlan, ValuePlan } from './value-plan.ts';

export interface RootPlan extends Pick<FieldPlan, 'name' | 'lead' | 'constant' | 'coordinate' | 'nodes'> {
  /** Undefined where there is a constant. */
  readonly call: RootCall | undefined;
}

export interface RootCall {
  readonly root: RootField;
  /** @throws the GraphQLError of an argument that its variable leaves without a fitting value */
  readonly readArguments: (variables: VariableValues) => Arguments;
  /** @throws GatewayError */
  readonly readRequest: (given: Arguments) => Payload;
  /** What is read of a reply; undefined is all. */
  readonly wanted: Wanted;
  readonly projector: Projector | undefined;
  /** From the decoded reply to the value of the field, as graphql-js would be given it. */
  readonly toValue: ValueWriter;
  readonly value: ValuePlan;
  /** Below `value`. */
  readonly hasJoins: boolean;
}

/** Of a field as the schema has it: how its arguments are read, and its request from them. */
export function requestReaders(
  root: RootField,
  read: ArgumentReader,
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
): Pick<RootCall, 'readArguments' | 'readRequest'> {
  const { codec } = root.operation.input;
  const readArguments = argumentsReader(field, node);
  const readRequest = (given: Arguments): Payload => Payload.fromValue(codec, read(given));
  if (hasVariables(node.arguments)) return { readArguments, readRequest };
  // Without variables it is the same request each time.
  let request: Payload | undefined;
  return {
    readArguments,
    readRequest: (given) => {
      request ??= readRequest(given);
      return request;
    },
  };
}
