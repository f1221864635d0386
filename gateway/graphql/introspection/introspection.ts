// Answers about the schema, of one graph: `__schema` and `__type` as texts, bounded by the size of the schema. What
// tools ask when they are opened is asked often, so texts that no variable changes are kept.
import {
  type FieldNode,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isObjectType,
  isUnionType,
  type VariableValues,
} from 'graphql';
import { argumentsReader, hasVariables } from '../plan/arguments.ts';
import { selectionSets } from '../plan/collect-fields.ts';
import {
  compileIntrospected,
  IntrospectionBudget,
  type IntrospectionContext,
  writeIntrospected,
} from './introspected-value.ts';
import { INTROSPECTION_FIELDS } from './meta-fields.ts';

/** @throws GatewayError if it asks for too much, GraphQLError of an argument that its variable leaves without a value */
export type IntrospectionWriter = (variables: VariableValues, budget?: IntrospectionBudget) => string;

/** Values that every operation may have: some milliseconds of work. */
const MIN_VALUES = 50_000;
/** A whole description of a field has fewer, with its type in all of its wrappers. So the standard query always fits. */
const VALUES_PER_ELEMENT = 24;

export class Introspection {
  readonly #schema: GraphQLSchema;
  readonly #texts = new KeptTexts();
  readonly #characters: number;
  #values: number | undefined;

  /** `characters`: most of one answer. */
  constructor(schema: GraphQLSchema, characters: number) {
    this.#schema = schema;
    this.#characters = characters;
  }

  /** Undefined if the root field is not about the schema. @throws Uncovered */
  compile(
    nodes: readonly [FieldNode, ...FieldNode[]],
    context: IntrospectionContext,
  ): IntrospectionWriter | undefined {
    const [node] = nodes;
    const field = INTROSPECTION_FIELDS.get(node.name.value);
    if (field === undefined) return undefined;
    const value = compileIntrospected(field.type, selectionSets(nodes), context);
    const readArguments = argumentsReader(field, node);
    const write: IntrospectionWriter = (variables, budget = this.budget()) => {
      const { name } = readArguments(variables);
      const source = typeof name === 'string' ? this.#schema.getType(name) : this.#schema;
      return writeIntrospected(value, source, budget);
    };
    if (hasVariables(node.arguments)) return write;
    return (variables, budget) => {
      const known = this.#texts.get(value);
      if (known !== undefined) return known;
      const text = write(variables, budget);
      this.#texts.keep(value, text);
      return text;
    };
  }

  /** For all that one operation asks. */
  budget(): IntrospectionBudget {
    this.#values ??= Math.max(MIN_VALUES, VALUES_PER_ELEMENT * elementsOf(this.#schema));
    return new IntrospectionBudget({ values: this.#values, characters: this.#characters });
  }
}

/** Types, fields, arguments, values of enums, members of unions. */
function elementsOf(schema: GraphQLSchema): number {
  let count = 0;
  for (const type of Object.values(schema.getTypeMap())) {
    count += 1;
    if (isObjectType(type)) {
      for (const { args } of Object.values(type.getFields())) count += 1 + args.length;
    } else if (isInputObjectType(type)) count += Object.keys(type.getFields()).length;
    else if (isEnumType(type)) count += type.getValues().length;
    else if (isUnionType(type)) count += type.getTypes().length;
  }
  return count;
}

/** In order of last use, the oldest first; together of bounded length, since strangers choose them. */
class KeptTexts {
  readonly #texts = new Map<object, string>();
  #characters = 0;

  get(key: object): string | undefined {
    const text = this.#texts.get(key);
    if (text !== undefined) {
      this.#texts.delete(key);
      this.#texts.set(key, text);
    }
    return text;
  }

  keep(key: object, text: string): void {
    this.#texts.set(key, text);
    this.#characters += text.length;
    for (const [oldest, { length }] of this.#texts) {
      if (this.#characters <= MAX_KEPT_CHARACTERS) return;
      this.#texts.delete(oldest);
      this.#characters -= length;
    }
  }
}

const MAX_KEPT_CHARACTERS = 16 * 1024 * 1024;
