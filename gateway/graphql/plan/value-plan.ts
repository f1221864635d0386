// What a plan knows of each value of a response: how it is written, and whether null may stand for it. Data only;
// compile-selection.ts makes it, write-value.ts walks it.
import type { FieldNode, VariableValues } from 'graphql';
import type { FieldSource, Join } from '../../../core/graph.ts';
import type { Arguments } from '../../../translators/graphql/read.ts';
import type { FieldWriter } from '../../../translators/graphql/write.ts';
import type { JoinedValue } from '../joined-value.ts';
import type { JoinSelection } from '../joins/join-loader.ts';

export type ValuePlan = LeafPlan | ObjectValuePlan | UnionPlan | ListPlan;

interface Nullability {
  /** A null here is an error of the field, and the parent's null. */
  readonly isRequired: boolean;
}

/** JSON text of a value that is not null. @throws what graphql-js throws for a value that is none of the type. */
export type LeafWriter = (value: unknown) => string;

export interface LeafPlan extends Nullability {
  readonly kind: 'leaf';
  readonly write: LeafWriter;
}

export interface ObjectValuePlan extends Nullability {
  readonly kind: 'object';
  readonly object: ObjectPlan;
}

export interface UnionPlan extends Nullability {
  readonly kind: 'union';
  /** By name of the member. */
  readonly members: ReadonlyMap<string, ObjectPlan>;
}

export interface ListPlan extends Nullability {
  readonly kind: 'list';
  readonly item: ValuePlan;
}

/** The fields of one object type that a document selects, in the order of the response. */
export interface ObjectPlan {
  readonly typeName: string;
  readonly fields: readonly FieldPlan[];
  /** Those of `fields` that are joined. */
  readonly joined: readonly FieldPlan[];
  /** Those of `fields` that are not, but have joined fields below. */
  readonly ways: readonly FieldPlan[];
}

export interface FieldPlan {
  /** In the response. */
  readonly name: string;
  /** `"name":`, with a comma before it unless it is the first. */
  readonly lead: string;
  /** What is written whatever the parent is: `__typename`. */
  readonly constant: string | undefined;
  /** `Book.title`, as errors have it. */
  readonly coordinate: string;
  readonly nodes: readonly FieldNode[];
  readonly source: FieldSource;
  /** Of a joined field nothing: its value is not in the parent. */
  readonly get: FieldWriter;
  readonly value: ValuePlan;
  readonly joined: JoinedPlan | undefined;
}

/** How a joined field is asked for. */
export interface JoinedPlan extends JoinedValue {
  readonly join: Join;
  /** The same object each time, by which equal loads are known. */
  readonly selection: JoinSelection;
  /** @throws the GraphQLError of an argument that its variable leaves without a fitting value */
  readonly readArguments: (variables: VariableValues) => Arguments;
}

/** Whether a joined field is below a value. */
export function hasJoins(plan: ValuePlan): boolean {
  switch (plan.kind) {
    case 'leaf':
      return false;
    case 'object':
      return isWay(plan.object);
    case 'union':
      return [...plan.members.values()].some(isWay);
    case 'list':
      return hasJoins(plan.item);
  }
}

function isWay({ joined, ways }: ObjectPlan): boolean {
  return joined.length + ways.length > 0;
}
