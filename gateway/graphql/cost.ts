// What an operation would cost before any of it runs: the upstream calls that it plans, with its variables.
// Source: graphql reference, section 9 ("Cost").
import {
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { GatewayError } from '../../core/error.ts';
import type { Graph, InputField, Join, OutputField, TypeRef } from '../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Operation } from '../../core/operation.ts';
import type { FoundOperation } from './documents.ts';
import { type FieldIndex, indexOf } from './field-index.ts';
import { declaredMaximum, fixedPage, isPageSize } from './page-size.ts';
import { literal, SettledCosts, type VariableReader } from './settled-costs.ts';

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

/** Costs that are known, by operation: documents are kept, and so is this. */
const settled = new WeakMap<OperationDefinitionNode, SettledCosts>();

/** Planned upstream calls; Infinity if they are beyond counting. Mutations count fivefold. */
export function operationCost(
  graph: Graph,
  { document, operation }: FoundOperation,
  variables: JsonObject | undefined,
): number {
  let known = settled.get(operation);
  if (known === undefined) {
    known = new SettledCosts(operation);
    settled.set(operation, known);
  }
  const values = known.reader(variables);
  const found = known.find(values);
  if (found !== undefined) return found;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const asked = new Map<string, JsonValue>();
  const cost = new Costs(indexOf(graph), fragments, (name) => {
    const value = values(name);
    asked.set(name, value);
    return value;
  }).ofRoots(operation);
  known.add(asked, cost);
  return cost;
}

interface Selected {
  readonly node: FieldNode;
  readonly sets: readonly SelectionSetNode[];
}

class Costs {
  readonly #index: FieldIndex;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #variables: VariableReader;
  #fields = 0;

  constructor(
    index: FieldIndex,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    variables: VariableReader,
  ) {
    this.#index = index;
    this.#fragments = fragments;
    this.#variables = variables;
  }

  ofRoots({ operation, selectionSet }: OperationDefinitionNode): number {
    const roots = this.#index.roots.get(operation);
    let cost = 0;
    for (const { node, sets } of this.#select([selectionSet], undefined)) {
      const root = roots?.get(node.name.value);
      if (root === undefined) continue;
      const { type, gather } = root;
      const items = this.#pageSize(node, root.arguments, root.operation, gather?.limit);
      const call = root.cost ?? (root.kind === 'mutation' ? MUTATION : READ);
      const inLists = 'list' in type ? DEFAULT_ITEMS : items;
      cost += call + this.#below(type, sets, countOf(type, 1, items), inLists);
    }
    return cost;
  }

  /** Of everything below `parents` objects of a type; a list directly in them has `items`. */
  #below(type: TypeRef, sets: readonly SelectionSetNode[], parents: number, items: number): number {
    const name = namedType(type);
    const members = this.#index.membersOf(name);
    if (members.length === 0) return this.#ofObjects(name, sets, parents, items);
    // Each object is one of the members, and nobody knows of how many each there are: they cost no more than if all were
    // of every kind, batched together, and no more than if each were of the most expensive kind, asked for alone.
    const ofOne = members.map((member) => this.#ofObjects(member, sets, 1, items));
    const alone = parents * Math.max(...ofOne);
    if (parents === 1 || alone === 0) return alone;
    const ofAll = members.map((member) => this.#ofObjects(member, sets, parents, items));
    return Math.min(
      alone,
      ofAll.reduce((sum, cost) => sum + cost, 0),
    );
  }

  #ofObjects(type: string, sets: readonly SelectionSetNode[], parents: number, items: number): number {
    let cost = 0;
    for (const { node, sets: nested } of this.#select(sets, type)) {
      const field = this.#index.fieldOf(type, node.name.value);
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
    if (field.source.kind === 'join') return this.#ofJoin(field, field.source.join, node, nested, parents);
    if (nested.length === 0) return 0;
    const many = countOf(field.type, parents, items);
    // The page of a reply that wraps it lies deeper; other lists in there have nothing to do with its size.
    const within = 'list' in field.type ? DEFAULT_ITEMS : Math.max(items, DEFAULT_ITEMS);
    return this.#below(field.type, nested, many, within);
  }

  #ofJoin(
    field: OutputField,
    join: Join,
    node: FieldNode,
    nested: readonly SelectionSetNode[],
    parents: number,
  ): number {
    const page = this.#pageSize(node, field.arguments ?? [], join.operation, fixedPage(join));
    const keys = join.cardinality === 'each' ? parents * DEFAULT_ITEMS : parents;
    const joined = join.cardinality === 'each' ? keys : countOf(field.type, parents, page);
    const call = join.operation.cost ?? READ;
    return callsOf(join, keys) * call + this.#below(field.type, nested, joined, page);
  }

  /** As execution merges them: fields of one response name are one. `type`: of which objects; undefined: of the root. */
  #select(sets: readonly SelectionSetNode[], type: string | undefined): Iterable<Selected> {
    const fields = new Map<string, { node: FieldNode; sets: SelectionSetNode[] }>();
    const seen = new Set<string>();
    const queue = [...sets];
    for (const set of queue) {
      for (const selection of set.selections) {
        if (this.#isLeftOut(selection.directives)) continue;
        if (selection.kind === Kind.INLINE_FRAGMENT) {
          if (this.#applies(selection.typeCondition, type)) queue.push(selection.selectionSet);
        } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
          const name = selection.name.value;
          const fragment = seen.has(name) ? undefined : this.#fragments.get(name);
          seen.add(name);
          if (fragment !== undefined && this.#applies(fragment.typeCondition, type))
            queue.push(fragment.selectionSet);
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

  #applies(condition: NamedTypeNode | undefined, type: string | undefined): boolean {
    if (condition === undefined || type === undefined || condition.name.value === type) return true;
    return this.#index.membersOf(condition.name.value).includes(type);
  }

  #isLeftOut(directives: FieldNode['directives']): boolean {
    return (directives ?? []).some(({ name, arguments: given }) => {
      const condition = given?.find((argument) => argument.name.value === 'if')?.value;
      const value = condition && this.#read(condition);
      return (name.value === 'skip' && value === true) || (name.value === 'include' && value === false);
    });
  }

  /** What the client asks for, as far as that is more than the operation gives; else the most that it gives. */
  #pageSize(
    node: FieldNode,
    declared: readonly InputField[],
    { http }: Operation,
    fixed: number | undefined,
  ): number {
    const most = fixed ?? (http && declaredMaximum(http));
    const argument = declared.find(({ target }) => 'path' in target && isPageSize(target.path));
    const given = argument && node.arguments?.find(({ name }) => name.value === argument.name)?.value;
    const value = Number(given === undefined ? undefined : this.#read(given));
    if (Number.isInteger(value) && value > 0) return Math.min(value, most ?? value);
    return most ?? DEFAULT_ITEMS;
  }

  #read(value: ValueNode): JsonValue | undefined {
    return value.kind === Kind.VARIABLE ? this.#variables(value.name.value) : literal(value);
  }
}

/** Objects of a field of `parents`; lists in lists have as many as nobody says. */
function countOf(type: TypeRef, parents: number, items: number): number {
  return 'list' in type ? countOf(type.list, parents * items, DEFAULT_ITEMS) : parents;
}

function callsOf({ form, maxBatch }: Join, keys: number): number {
  return form === 'batch' ? Math.ceil(keys / Math.max(1, maxBatch)) : keys;
}

function namedType(type: TypeRef): string {
  return 'list' in type ? namedType(type.list) : type.name;
}
