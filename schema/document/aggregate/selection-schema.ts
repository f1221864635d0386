// The data that one operation of a GraphQL document answers with, as JSON Schema: exactly what is selected, under its
// response names, null where the graph allows null.
import { type DocumentNode, type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import type { Graph, ObjectType, OutputField, RootField, TypeRef, UnionType } from '../../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { type ConditionalField, type ConditionalSet, FieldCollector, innerSets } from './collect-fields.ts';
import { described, isNullable, leafSchema, nullable } from './graph-values.ts';

export interface SelectionInput {
  readonly graph: Graph;
  /** Valid on the graph. */
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Response names on the way to what is never null in an answer, nor is anything on the way. */
  readonly present: readonly string[];
}

/** @throws TooManySelections */
export function dataSchema(input: SelectionInput): JsonObject {
  const { operation, graph, present } = input;
  const isQuery = operation.operation === OperationTypeNode.QUERY;
  const root = { name: isQuery ? 'Query' : 'Mutation', fields: isQuery ? graph.queries : graph.mutations };
  const reader = new SelectionReader(graph, new FieldCollector(graph, input.document));
  return reader.object(root, [{ set: operation.selectionSet, condition: '' }], present);
}

type Holder = { readonly name: string; readonly fields: readonly (OutputField | RootField)[] };

class SelectionReader {
  readonly #graph: Graph;
  readonly #collector: FieldCollector;

  constructor(graph: Graph, collector: FieldCollector) {
    this.#graph = graph;
    this.#collector = collector;
  }

  object({ name, fields }: Holder, sets: readonly ConditionalSet[], present: readonly string[]): JsonObject {
    const properties: [string, JsonObject][] = [];
    const required: string[] = [];
    const [next, ...rest] = present;
    for (const [response, nodes] of this.#collector.collect(name, sets)) {
      const isPresent = response === next;
      properties.push([response, this.#property(name, fields, nodes, isPresent ? rest : undefined)]);
      if (isPresent || nodes.some(({ condition }) => condition === '')) required.push(response);
    }
    return {
      type: 'object',
      properties: Object.fromEntries(properties),
      ...(required.length > 0 && { required }),
    };
  }

  /** `present`: it is never null, and neither is what lies that way below it. */
  #property(
    holder: string,
    fields: Holder['fields'],
    nodes: readonly ConditionalField[],
    present: readonly string[] | undefined,
  ): JsonObject {
    const name = nodes[0]?.node.name.value;
    if (name === '__typename') return { type: 'string', const: holder };
    const field = fields.find((one) => one.name === name);
    // What tells of the schema itself is any JSON here.
    if (field === undefined) return {};
    const schema = this.#value(field.type, innerSets(nodes), present);
    // A field's own words say more than those of its type; but a root field's are of a call, not of what it answers.
    return described(schema, 'operation' in field ? { ...field, description: '' } : field);
  }

  #value(type: TypeRef, sets: readonly ConditionalSet[], present: readonly string[] | undefined): JsonObject {
    const bare =
      'list' in type
        ? { type: 'array', items: this.#value(type.list, sets, undefined) }
        : this.#named(type.name, sets, present ?? []);
    return type.isRequired || present !== undefined ? bare : nullable(bare);
  }

  #named(name: string, sets: readonly ConditionalSet[], present: readonly string[]): JsonObject {
    const type = this.#graph.types.get(name);
    if (type?.kind === 'object') return withText(this.object(type, sets, present), type);
    if (type?.kind === 'union') return this.#union(type, sets, present);
    return leafSchema(this.#graph, name, 'output') ?? {};
  }

  /** One of its members; several members of which nothing different is asked are one. */
  #union({ members }: UnionType, sets: readonly ConditionalSet[], present: readonly string[]): JsonObject {
    const byText = new Map<string, JsonObject>();
    for (const member of members) {
      const type = this.#graph.types.get(member);
      if (type?.kind !== 'object') continue;
      const schema = this.object(type, sets, present);
      byText.set(JSON.stringify(schema), schema);
    }
    const choices = [...byText.values()];
    const [only] = choices;
    if (only !== undefined && choices.length === 1) return only;
    return isTold(choices) ? { oneOf: choices } : { anyOf: choices };
  }
}

function withText(schema: JsonObject, { description }: ObjectType): JsonObject {
  const { type, ...rest } = schema;
  return description === '' ? schema : { type: type ?? 'object', description, ...rest };
}

/** Whether each choice has a name of its own in a property that is always there: the `__typename` of the document. */
function isTold(choices: readonly JsonObject[]): boolean {
  const [first] = choices;
  const names = Object.keys((first?.properties ?? {}) as JsonObject);
  return names.some((name) =>
    choices.every(({ properties, required }) => {
      const property = (properties as JsonObject)[name];
      return (
        isObject(property) &&
        property.const !== undefined &&
        Array.isArray(required) &&
        required.includes(name)
      );
    }),
  );
}

/** What lies at these response names, read as the gateway does: null if anything on the way is not there. */
export function schemaAt(schema: JsonObject, [name, ...rest]: readonly string[]): JsonObject {
  if (name === undefined) return schema;
  for (const keyword of ['oneOf', 'anyOf'] as const) {
    const list = schema[keyword];
    if (!Array.isArray(list)) continue;
    const found = list.map((one) => schemaAt(one as JsonObject, [name, ...rest]));
    const distinct = [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
    const [only] = distinct;
    return only !== undefined && distinct.length === 1 ? only : { anyOf: distinct };
  }
  const { properties, required } = schema;
  const inner = isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (!isObject(inner)) return { type: 'null' };
  const found = schemaAt(inner, rest);
  const isThere = Array.isArray(required) && required.includes(name) && !isNullable(schema);
  const isNullOnTheWay = rest.length > 0 && isNullable(inner);
  return isThere && !isNullOnTheWay ? found : nullable(found);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
