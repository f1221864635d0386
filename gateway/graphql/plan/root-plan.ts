// One root field of a plan: how its request is made, how its reply is decoded, and how that is written.
import type { VariableValues } from 'graphql';
import type { Projector, Selector } from '../../../core/codec.ts';
import type { RootField } from '../../../core/graph.ts';
import type { Payload } from '../../../core/payload.ts';
import type { Arguments } from '../../../translators/graphql/read.ts';
import type { ValueWriter } from '../../../translators/graphql/write.ts';
import type { Wanted } from '../../../translators/json/projections.ts';
import type { IntrospectionWriter } from '../introspection/introspection.ts';
import type { FieldPlan, ValuePlan } from './value-plan.ts';

export interface RootPlan extends Pick<FieldPlan, 'name' | 'lead' | 'constant' | 'coordinate' | 'nodes'> {
  /** Undefined where there is a constant, or the schema itself is asked. */
  readonly call: RootCall | undefined;
  /** Of `__schema` and `__type`. */
  readonly introspect: IntrospectionWriter | undefined;
}

/**
 * `none`: the one call of the request. `reads`: equal reads are one. `masks`: others ask the same operation, so that its
 * read mask is known when all have asked.
 */
export type Sharing = 'none' | 'reads' | 'masks';

export interface RootCall {
  readonly root: RootField;
  /** @throws the GraphQLError of an argument that its variable leaves without a fitting value */
  readonly readArguments: (variables: VariableValues) => Arguments;
  /** @throws GatewayError */
  readonly readRequest: (given: Arguments) => Payload;
  readonly sharing: Sharing;
  /** What is read of a reply; undefined is all. */
  readonly wanted: Wanted;
  readonly projector: Projector | undefined;
  /** From a reply at once to text, where that can be; it need not succeed. */
  readonly direct: Selector | undefined;
  /** From the decoded reply to the value of the field, as graphql-js would be given it. */
  readonly toValue: ValueWriter;
  readonly value: ValuePlan;
  /** Below `value`. */
  readonly hasJoins: boolean;
}
