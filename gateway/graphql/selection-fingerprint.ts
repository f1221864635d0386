// Whether a change of the registered services touches one operation of a document: everything that decides what it
// calls and what it answers, written down and hashed. Source: graphql reference, section 10 ("Publish").
import { createHash } from 'node:crypto';
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { Kind, type SelectionSetNode } from 'graphql';
import type {
  Graph,
  GraphType,
  InputField,
  Join,
  OutputField,
  RootField,
  TypeRef,
} from '../../core/graph.ts';
import type { Operation } from '../../core/operation.ts';
import type { FoundOperation } from './documents.ts';

/** Undefined if the graph does not have the root fields of the operation. Comments and deprecations do not count. */
export function selectionFingerprint(
  graph: Graph,
  { document, operation }: FoundOperation,
): string | undefined {
  const roots = new Map<string, RootField>();
  for (const root of rootsOf(graph, operation.operation)) roots.set(root.name, root);
  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, definition.selectionSet);
  }
  const reached = new Reached(graph, fragments);
  for (const { name, nested } of reached.fieldsOf(operation.selectionSet)) {
    if (name.startsWith('__')) continue;
    const root = roots.get(name);
    if (root === undefined) return undefined;
    reached.root(root, nested);
  }
  return reached.digest();
}

function rootsOf(graph: Graph, kind: string): readonly RootField[] {
  switch (kind) {
    case 'query':
      return graph.queries;
    case 'mutation':
      return graph.mutations;
    default:
      return graph.subscriptions;
  }
}

interface SelectedField {
  readonly name: string;
  readonly nested: readonly SelectionSetNode[];
}

class Reached {
  readonly #graph: Graph;
  readonly #fragments: ReadonlyMap<string, SelectionSetNode>;
  readonly #facts = new Set<string>();
  readonly #types = new Set<string>();
  /** A selection below a type is walked once: the same fragment may be spread in many places. */
  readonly #walked = new Map<SelectionSetNode, Set<string>>();

  constructor(graph: Graph, fragments: ReadonlyMap<string, SelectionSetNode>) {
    this.#graph = graph;
    this.#fragments = fragments;
  }

  digest(): string {
    return createHash('sha256')
      .update([...this.#facts].sort().join('\n'))
      .digest('base64url');
  }

  root(root: RootField, nested: readonly SelectionSetNode[]): void {
    const { operation, description: _description, deprecation: _deprecation, ...rest } = root;
    this.#note(['root', rest]);
    this.#operation(operation);
    for (const argument of root.arguments) this.#input(argument);
    for (const set of nested) this.#walk(namedType(root.type), set, operation);
    this.#type(namedType(root.type), operation);
  }

  *fieldsOf(set: SelectionSetNode): Generator<SelectedField> {
    const seen = new Set<string>();
    const sets = [set];
    for (const current of sets) {
      for (const selection of current.selections) {
        if (selection.kind === Kind.FIELD) {
          const { name, selectionSet } = selection;
          yield { name: name.value, nested: selectionSet === undefined ? [] : [selectionSet] };
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          sets.push(selection.selectionSet);
        } else if (!seen.has(selection.name.value)) {
          seen.add(selection.name.value);
          const fragment = this.#fragments.get(selection.name.value);
          if (fragment !== undefined) sets.push(fragment);
        }
      }
    }
  }

  #walk(typeName: string, set: SelectionSetNode, operation: Operation): void {
    const walked = this.#walked.get(set) ?? new Set();
    this.#walked.set(set, walked);
    if (walked.has(typeName)) return;
    walked.add(typeName);
    const type = this.#graph.types.get(typeName);
    this.#type(typeName, operation);
    if (type?.kind === 'union') for (const member of type.members) this.#walk(member, set, operation);
    if (type?.kind !== 'object') return;
    const fields = new Map(type.fields.map((field) => [field.name, field]));
    for (const { name, nested } of this.fieldsOf(set)) {
      const field = fields.get(name);
      if (field === undefined) continue;
      this.#note(['field', typeName, field]);
      const behind = this.#field(field, operation);
      for (const inner of nested) this.#walk(namedType(field.type), inner, behind);
      this.#type(namedType(field.type), behind);
    }
  }

  /** The operation that answers what is below the field. */
  #field(field: OutputField, operation: Operation): Operation {
    for (const argument of field.arguments ?? []) this.#input(argument);
    if (field.source.kind !== 'join') return operation;
    this.#join(field.source.join);
    return field.source.join.operation;
  }

  #join(join: Join): void {
    const { operation, fallback, reason: _reason, ...rest } = join;
    this.#note(['join', rest]);
    this.#operation(operation);
    if (fallback !== undefined) this.#join(fallback);
  }

  #input(field: InputField): void {
    const name = namedType(field.type);
    if (this.#types.has(name)) return;
    this.#type(name, undefined);
    const type = this.#graph.types.get(name);
    if (type?.kind === 'input') for (const inner of type.fields) this.#input(inner);
  }

  #type(name: string, operation: Operation | undefined): void {
    const key = `${operation?.service ?? ''} ${name}`;
    if (this.#types.has(key)) return;
    this.#types.add(key);
    this.#types.add(name);
    const type = this.#graph.types.get(name);
    if (type === undefined) return;
    this.#note(['type', formOf(type)]);
    const message = operation?.types.getMessage(type.origin);
    if (message !== undefined) this.#note(['message', messageForm(message)]);
  }

  #operation(operation: Operation): void {
    const { id, method, shape, effect, upstream, limits, forwardHeaders, forwardsAuthorization } = operation;
    this.#note([
      'operation',
      { id, method, shape, effect, upstream, limits, forwardHeaders, forwardsAuthorization },
    ]);
    const { http } = operation;
    if (http !== undefined) {
      this.#note(['http', id, http.method, http.upstreamPath, http.parameters, http.requestBody?.content]);
      return;
    }
    this.#note(['input', messageForm(operation.input.descriptor)]);
    this.#note(['output', messageForm(operation.output.descriptor)]);
  }

  #note(fact: readonly unknown[]): void {
    this.#facts.add(JSON.stringify(fact, withoutProse));
  }
}

/** Joins hold operations, which hold registries; they are noted where they are walked. */
function withoutProse(key: string, value: unknown): unknown {
  return key === 'description' || key === 'deprecation' || key === 'join' ? undefined : value;
}

/** Fields of objects are noted where they are selected: a join that another service adds touches nobody. */
function formOf(type: GraphType): unknown {
  const { origin: _origin, ...form } = type;
  return form.kind === 'object' ? { name: form.name, kind: form.kind } : form;
}

/** What decides how its bytes are read: other messages than those reached may change as they like. */
function messageForm(message: DescMessage): unknown {
  return [message.typeName, message.fields.map(fieldForm)];
}

function fieldForm(field: DescField): unknown {
  const { number, name, jsonName, fieldKind, proto } = field;
  const { type, typeName, label, oneofIndex } = proto;
  return [number, name, jsonName, fieldKind, type, typeName, label, oneofIndex, field.oneof?.name];
}

function namedType(type: TypeRef): string {
  return 'list' in type ? namedType(type.list) : type.name;
}
