// What an operation asks of the schema itself, as a plan: the fields of graphql-js' introspection types with their own
// resolvers, which answer at once. So the text of an answer is written in one walk, and what it costs is known exactly.
import {
  type FieldNode,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { GatewayError } from '../../../core/error.ts';
import { type CollectContext, collectFields, selectionSets } from '../plan/collect-fields.ts';
import { type FieldBudget, Uncovered } from '../plan/field-budget.ts';
import { leafWriter } from '../plan/leaf-writers.ts';
import type { LeafWriter } from '../plan/value-plan.ts';
import { INCLUDE_DEPRECATED } from './meta-fields.ts';

export type IntrospectedValue =
  | { readonly kind: 'leaf'; readonly write: LeafWriter }
  | { readonly kind: 'list'; readonly item: IntrospectedValue }
  | { readonly kind: 'object'; readonly fields: readonly IntrospectedField[]; readonly characters: number };

interface IntrospectedField {
  /** `"name":`, with a comma before it unless it is the first. */
  readonly lead: string;
  /** What is written whatever the parent is: `__typename`. */
  readonly constant: string | undefined;
  readonly resolve: (parent: unknown) => unknown;
  readonly value: IntrospectedValue;
}

export interface IntrospectionContext extends CollectContext {
  readonly schema: GraphQLSchema;
  readonly budget: FieldBudget;
}

/** @throws Uncovered */
export function compileIntrospected(
  type: GraphQLOutputType,
  sets: readonly SelectionSetNode[],
  context: IntrospectionContext,
): IntrospectedValue {
  if (isNonNullType(type)) return compileIntrospected(type.ofType, sets, context);
  if (isListType(type)) return { kind: 'list', item: compileIntrospected(type.ofType, sets, context) };
  if (isLeafType(type)) return { kind: 'leaf', write: leafWriter(type) };
  if (!isObjectType(type)) throw new Uncovered(`${type.name} is no type of introspection`);
  const fields: IntrospectedField[] = [];
  for (const [name, nodes] of collectFields(context, type.name, sets)) {
    context.budget.take();
    const lead = `${fields.length === 0 ? '' : ','}${JSON.stringify(name)}:`;
    const [node] = nodes;
    const field = type.getFields()[node.name.value];
    if (node.name.value === '__typename')
      fields.push({ ...NO_FIELD, lead, constant: JSON.stringify(type.name) });
    else if (field === undefined) throw new Uncovered(`${type.name} has no field ${node.name.value}`);
    else {
      const value = compileIntrospected(field.type, selectionSets(nodes), context);
      fields.push({ lead, constant: undefined, resolve: resolver(field, node, context), value });
    }
  }
  const characters = fields.reduce((sum, { lead, constant = '' }) => sum + lead.length + constant.length, 2);
  return { kind: 'object', fields, characters };
}

const NO_FIELD: Omit<IntrospectedField, 'lead'> = {
  constant: undefined,
  resolve: () => undefined,
  value: { kind: 'leaf', write: () => 'null' },
};

function resolver(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  { schema, conditions }: IntrospectionContext,
): IntrospectedField['resolve'] {
  const { resolve } = field;
  if (resolve === undefined) throw new Uncovered(`${field.name} is no field of introspection`);
  const given = node.arguments?.find(({ name }) => name.value === INCLUDE_DEPRECATED)?.value;
  const includeDeprecated =
    given?.kind === Kind.VARIABLE
      ? conditions.get(given.name.value)
      : given?.kind === Kind.BOOLEAN && given.value;
  if (includeDeprecated === undefined) throw new Uncovered('a variable decides, and it is no condition');
  // They look at nothing else of what a resolver is told.
  const info = { schema } as unknown as GraphQLResolveInfo;
  const choice = Object.freeze({ includeDeprecated });
  return (parent) => resolve(parent, choice, undefined, info);
}

/** How much of the schema one operation may have. */
export interface IntrospectionLimits {
  readonly values: number;
  readonly characters: number;
}

export class IntrospectionBudget {
  readonly #limits: IntrospectionLimits;
  /** What has been taken. */
  #values = 0;
  #characters = 0;

  constructor(limits: IntrospectionLimits) {
    this.#limits = limits;
  }

  /** @throws GatewayError */
  take(values: number, characters: number): void {
    this.#values += values;
    this.#characters += characters;
    if (this.#values > this.#limits.values) throw tooMuch(`${this.#limits.values} values`);
    if (this.#characters > this.#limits.characters) throw tooMuch(`${this.#limits.characters} characters`);
  }
}

function tooMuch(most: string): GatewayError {
  return new GatewayError(
    'invalid_argument',
    `the operation asks for more than ${most} of the schema; ask for less of it, and for each part once`,
    { type: 'operation-too-costly' },
  );
}

/** JSON text. @throws GatewayError beyond the budget */
export function writeIntrospected(
  plan: IntrospectedValue,
  value: unknown,
  budget: IntrospectionBudget,
): string {
  if (value === null || value === undefined) return 'null';
  if (plan.kind === 'leaf') {
    const text = plan.write(value);
    budget.take(0, text.length);
    return text;
  }
  if (plan.kind === 'list') {
    let text = '[';
    for (const item of value as Iterable<unknown>)
      text += `${text === '[' ? '' : ','}${writeIntrospected(plan.item, item, budget)}`;
    return `${text}]`;
  }
  budget.take(plan.fields.length, plan.characters);
  let text = '{';
  for (const { lead, constant, resolve, value: inner } of plan.fields)
    text += lead + (constant ?? writeIntrospected(inner, resolve(value), budget));
  return `${text}}`;
}
