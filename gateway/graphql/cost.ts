// What an operation would cost before any of it runs: the upstream calls that it plans, with its variables.
// Source: graphql reference, section 9 ("Cost").
import {
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { GatewayError } from '../../core/error.ts';
import type { Graph, InputField, Join, OutputField, RootField, TypeRef } from '../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { FoundOperation } from './documents.ts';

const READ = 1;
const MUTATION = 5;
/** Items of a list whose page size nobody says. */
const DEFAULT_ITEMS = 100;
/** Fields that are looked at; a selection that fans out further costs more than anybody allows. */
const MAX_FIELDS = 20_000;

/** What it costs. @throws GatewayError `operation-too-costly` if that is more than is allowed. */
export function plannedCost(
  graph: Graph,
  found: FoundOperation,
  variables: JsonObject | undefined,
  most: number,
): number {
  const cost = operationCost(graph, found, variables);
  if (cost <= most) return cost;
  const shown = Number.isFinite(cost) ? String(cost) : 'far too many';
  throw new GatewayError(
    'invalid_argument',
    `the operation would make up to ${shown} upstream calls, and ${most} are allowed; ask for smaller pages, or for fewer joined fields below lists`,
    { type: 'operation-too-costly' },
  );
}

/** Costs that no variable can change, by operation: documents are kept, and so is this. */
const settled = new WeakMap<OperationDefinitionNode, number>();

/** Planned upstream calls; Infinity if they are beyond counting. Mutations count fivefold. */
export function operationCost(
  graph: Graph,
  { document, operation }: FoundOperation,
  variables: JsonObject | undefined,
): number {
  const known = settled.get(operation);
  if (known !== undefined) return known;
  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, definition.selectionSet);
  }
  const given = new Map<string, JsonValue>();
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    const value = variables !== undefined && Object.hasOwn(variables, name) ? variables[name] : undefined;
    given.set(name, value ?? literal(defaultValue) ?? null);
  }
  const costs = new Costs(indexOf(graph), fragments, given);
  const cost = costs.ofRoots(operation);
  if (!costs.dependsOnVariables) settled.set(operation, cost);
  return cost;
}

/** Fields by name, made as they are asked for: a schema may have thousands. */
interface FieldIndex {
  readonly roots: ReadonlyMap<string, ReadonlyMap<string, RootField>>;
  fieldOf(type: string, name: string): OutputField | undefined;
  membersOf(type: string): readonly string[];
}

const indices = new WeakMap<Graph, FieldIndex>();

function indexOf(graph: Graph): FieldIndex {
  const known = indices.get(graph);
  if (known !== undefined) return known;
  const byName = (roots: readonly RootField[]) => new Map(roots.map((root) => [root.name, root]));
  const fields = new Map<string, ReadonlyMap<string, OutputField>>();
  const index: FieldIndex = {
    roots: new Map([
      ['query', byName(graph.queries)],
      ['mutation', byName(graph.mutations)],
      ['subscription', byName(graph.subscriptions)],
    ]),
    fieldOf(typeName, name) {
      let byField = fields.get(typeName);
      if (byField === undefined) {
        const type = graph.types.get(typeName);
        byField = new Map(type?.kind === 'object' ? type.fields.map((field) => [field.name, field]) : []);
        fields.set(typeName, byField);
      }
      return byField.get(name);
    },
    membersOf(typeName) {
      const type = graph.types.get(typeName);
      return type?.kind === 'union' ? type.members : [];
    },
  };
  indices.set(graph, index);
  return index;
}

interface Selected {
  readonly node: FieldNode;
  readonly sets: readonly SelectionSetNode[];
}

class Costs {
  readonly #index: FieldIndex;
  readonly #fragments: ReadonlyMap<string, SelectionSetNode>;
  readonly #variables: ReadonlyMap<string, JsonValue>;
  #fields = 0;
  /** Whether a variable said something that counts. */
  dependsOnVariables = false;

  constructor(
    index: FieldIndex,
    fragments: ReadonlyMap<string, SelectionSetNode>,
    variables: ReadonlyMap<string, JsonValue>,
  ) {
    this.#index = index;
    this.#fragments = fragments;
    this.#variables = variables;
  }

  ofRoots({ operation, selectionSet }: OperationDefinitionNode): number {
    const roots = this.#index.roots.get(operation);
    let cost = 0;
    for (const { node, sets } of this.#select([selectionSet])) {
      const root = roots?.get(node.name.value);
      if (root === undefined) continue;
      const items = this.#pageSize(node, root.arguments);
      cost += (root.kind === 'mutation' ? MUTATION : READ) + this.#below(root.type, sets, 1, items);
    }
    return cost;
  }

  /** Of everything below `parents` objects of a type; a list directly in them has `items`. */
  #below(type: TypeRef, sets: readonly SelectionSetNode[], parents: number, items: number): number {
    const name = namedType(type);
    const types = [name, ...this.#index.membersOf(name)];
    let cost = 0;
    for (const { node, sets: nested } of this.#select(sets)) {
      const field = this.#fieldOf(types, node.name.value);
      if (field === undefined) continue;
      if (++this.#fields > MAX_FIELDS) return Number.POSITIVE_INFINITY;
      cost += this.#ofField(field, node, nested, parents, items);
    }
    return cost;
  }

  #ofField(
    field: OutputField,
    node: FieldNode,
    nested: readonly SelectionSetNode[],
    parents: number,
    items: number,
  ): number {
    if (field.source.kind === 'join') {
      const { join } = field.source;
      const page = this.#pageSize(node, field.arguments ?? []);
      const isMany = 'list' in field.type;
      const keys = join.cardinality === 'each' ? parents * DEFAULT_ITEMS : parents;
      const joined = join.cardinality === 'each' ? keys : isMany ? parents * page : parents;
      return callsOf(join, keys) + this.#below(field.type, nested, joined, page);
    }
    const many = 'list' in field.type ? parents * items : parents;
    return nested.length === 0 ? 0 : this.#below(field.type, nested, many, DEFAULT_ITEMS);
  }

  #fieldOf(types: readonly string[], name: string): OutputField | undefined {
    for (const type of types) {
      const field = this.#index.fieldOf(type, name);
      if (field !== undefined) return field;
    }
    return undefined;
  }

  /** As execution merges them: fields of one response name are one. */
  #select(sets: readonly SelectionSetNode[]): Iterable<Selected> {
    const fields = new Map<string, { node: FieldNode; sets: SelectionSetNode[] }>();
    const seen = new Set<string>();
    const queue = [...sets];
    for (const set of queue) {
      for (const selection of set.selections) {
        if (this.#isLeftOut(selection.directives)) continue;
        if (selection.kind === Kind.INLINE_FRAGMENT) {
          queue.push(selection.selectionSet);
        } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
          const name = selection.name.value;
          const fragment = seen.has(name) ? undefined : this.#fragments.get(name);
          seen.add(name);
          if (fragment !== undefined) queue.push(fragment);
        } else {
          const name = (selection.alias ?? selection.name).value;
          const field = fields.get(name) ?? { node: selection, sets: [] };
          if (selection.selectionSet !== undefined) field.sets.push(selection.selectionSet);
          fields.set(name, field);
        }
      }
    }
    return fields.values();
  }

  #isLeftOut(directives: FieldNode['directives']): boolean {
    return (directives ?? []).some(({ name, arguments: given }) => {
      const condition = given?.find((argument) => argument.name.value === 'if')?.value;
      const value = condition && this.#read(condition);
      return (name.value === 'skip' && value === true) || (name.value === 'include' && value === false);
    });
  }

  #pageSize(node: FieldNode, declared: readonly InputField[]): number {
    const argument = declared.find(({ target }) => 'path' in target && PAGE_SIZES.has(target.path));
    const given = argument && node.arguments?.find(({ name }) => name.value === argument.name)?.value;
    const value = Number(given === undefined ? undefined : this.#read(given));
    return Number.isInteger(value) && value > 0 ? value : DEFAULT_ITEMS;
  }

  #read(value: ValueNode): JsonValue | undefined {
    if (value.kind !== Kind.VARIABLE) return literal(value);
    this.dependsOnVariables = true;
    return this.#variables.get(value.name.value);
  }
}

/** Only what a page size or a condition can be. */
function literal(value: ValueNode | undefined): JsonValue | undefined {
  const isPlain = value?.kind === Kind.BOOLEAN || value?.kind === Kind.INT || value?.kind === Kind.STRING;
  return isPlain ? value.value : undefined;
}

/** Proto names of what limits a list: AIP-158, and what it is called in older APIs. */
const PAGE_SIZES: ReadonlySet<string> = new Set(['page_size', 'max_results', 'limit']);

function callsOf({ form, maxBatch }: Join, keys: number): number {
  return form === 'batch' ? Math.ceil(keys / Math.max(1, maxBatch)) : keys;
}

function namedType(type: TypeRef): string {
  return 'list' in type ? namedType(type.list) : type.name;
}
