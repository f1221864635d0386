// Writes values as the text of a response, along a plan. A null where none may be, and a value that is none of its
// type, end as graphql-js ends them: an error with path and places, and null in the nearest place that may be null.
import { type GraphQLError, type GraphQLFormattedError, locatedError } from 'graphql';
import type { JsonObject } from '../../../core/json.ts';
import { UnionMember } from '../../../translators/graphql/write.ts';
import type { JoinedResults } from './joins.ts';
import type { FieldPlan, ObjectPlan, ValuePlan } from './value-plan.ts';

/** What errors tell of the field that they happen in. */
export type FailingField = Pick<FieldPlan, 'coordinate' | 'nodes'>;

const NOTHING_JOINED: JoinedResults = new Map();

type Path = NonNullable<GraphQLFormattedError['path']>;

/** Of one root field: where the writing is, and what went wrong so far. */
export class Writing {
  /** Valid up to the depth that is being written. */
  readonly path: (string | number)[];
  readonly errors: GraphQLError[] = [];
  joined: JoinedResults = NOTHING_JOINED;

  constructor(root: string) {
    this.path = [root];
  }

  /** The text of a field or item that failed. @throws the located error if null may not stand for it. */
  fail(thrown: unknown, { nodes }: FailingField, isRequired: boolean, depth: number): 'null' {
    const path: Path = this.path.slice(0, depth);
    const error = locatedError(thrown, nodes, path);
    if (isRequired) throw error;
    this.errors.push(error);
    return 'null';
  }
}

/** `depth` is the length of the object's own path. */
export function writeObject(plan: ObjectPlan, parent: JsonObject, writing: Writing, depth: number): string {
  let text = '{';
  for (const field of plan.fields) text += field.lead + writeField(field, parent, writing, depth);
  return `${text}}`;
}

function writeField(field: FieldPlan, parent: JsonObject, writing: Writing, depth: number): string {
  if (field.constant !== undefined) return field.constant;
  writing.path[depth] = field.name;
  try {
    const value = field.joined === undefined ? field.get(parent) : writing.joined.get(field)?.get(parent);
    return writeValue(field.value, value, field, writing, depth + 1);
  } catch (thrown) {
    return writing.fail(thrown, field, field.value.isRequired, depth + 1);
  }
}

/** A value of `field`, or of an item in its list. `depth` is the length of its path. @throws whatever is wrong with it */
export function writeValue(
  plan: ValuePlan,
  value: unknown,
  field: FailingField,
  writing: Writing,
  depth: number,
): string {
  if (value === null || value === undefined) {
    if (plan.isRequired) throw new Error(`Cannot return null for non-nullable field ${field.coordinate}.`);
    return 'null';
  }
  // What could not be joined.
  if (value instanceof Error) throw value;
  switch (plan.kind) {
    case 'leaf':
      return plan.write(value);
    case 'object':
      return writeObject(plan.object, value as JsonObject, writing, depth);
    case 'union':
      return writeMember(plan.members, value, writing, depth);
    case 'list':
      return writeList(plan.item, value, field, writing, depth);
  }
}

function writeMember(
  members: ReadonlyMap<string, ObjectPlan>,
  value: unknown,
  writing: Writing,
  depth: number,
): string {
  const member = value instanceof UnionMember ? members.get(value.typeName) : undefined;
  if (member === undefined) throw new Error('The value is of no type of the union.');
  return writeObject(member, (value as UnionMember).value, writing, depth);
}

function writeList(
  plan: ValuePlan,
  value: unknown,
  field: FailingField,
  writing: Writing,
  depth: number,
): string {
  if (!Array.isArray(value))
    throw new Error(`Expected Iterable, but did not find one for field "${field.coordinate}".`);
  let text = '[';
  let index = 0;
  for (const item of value) {
    if (index > 0) text += ',';
    writing.path[depth] = index;
    text += writeItem(plan, item, field, writing, depth + 1);
    index += 1;
  }
  return `${text}]`;
}

function writeItem(
  plan: ValuePlan,
  item: unknown,
  field: FailingField,
  writing: Writing,
  depth: number,
): string {
  try {
    return writeValue(plan, item, field, writing, depth);
  } catch (thrown) {
    return writing.fail(thrown, field, plan.isRequired, depth);
  }
}
