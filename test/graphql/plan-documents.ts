// Random documents for a graph, from a seed: aliases, merged fields, fragments, conditions, variables with defaults and
// nulls. Most are valid; what is not is refused the same way by everybody. Shares nothing with the plans it tests.
import type { Graph, InputField, ObjectType, RootField, TypeRef } from '../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';

export interface GeneratedDocument {
  readonly query: string;
  readonly variables: JsonObject;
}

export type Random = () => number;

export interface DocumentOptions {
  /** Of subscriptions; else of queries and mutations. */
  readonly subscribes?: boolean;
  /** Values of scalars by name, where they are to mean something. */
  readonly scalars?: ReadonlyMap<string, readonly JsonValue[]>;
}

export function generateDocument(
  graph: Graph,
  random: Random,
  options: DocumentOptions = {},
): GeneratedDocument {
  return new Generator(graph, random, options).generate();
}

const MAX_DEPTH = 5;

class Generator {
  readonly #graph: Graph;
  readonly #random: Random;
  readonly #fragments: string[] = [];
  readonly #definitions: string[] = [];
  readonly #variables: JsonObject = {};

  readonly #options: DocumentOptions;

  constructor(graph: Graph, random: Random, options: DocumentOptions) {
    this.#graph = graph;
    this.#random = random;
    this.#options = options;
  }

  generate(): GeneratedDocument {
    return this.#options.subscribes === true ? this.#subscription() : this.#operation();
  }

  #subscription(): GeneratedDocument {
    const root = this.#pick(this.#graph.subscriptions);
    const alias = this.#chance(0.5) ? 'r0: ' : '';
    // A condition on the one field of a subscription is no document.
    const field = `${alias}${root.name}${this.#arguments(root.arguments)}${this.#subselection(root.type)}`;
    const head = this.#definitions.length > 0 ? `(${this.#definitions.join(', ')})` : '';
    return {
      query: [`subscription Op${head} { ${field} }`, ...this.#fragments].join('\n'),
      variables: this.#variables,
    };
  }

  #operation(): GeneratedDocument {
    const isMutation = this.#chance(0.15) && this.#graph.mutations.length > 0;
    const roots = isMutation ? this.#graph.mutations : this.#graph.queries;
    const parts: string[] = [];
    const count = 1 + this.#below(3);
    for (let index = 0; index < count; index++) parts.push(this.#root(this.#pick(roots), index));
    if (this.#chance(0.2)) parts.push(`kind: __typename${this.#condition()}`);
    if (this.#chance(0.1)) parts.push(`... ${isMutation ? 'on Mutation ' : ''}{ ${parts.pop()} }`);
    const head = this.#definitions.length > 0 ? `(${this.#definitions.join(', ')})` : '';
    const operation = `${isMutation ? 'mutation' : 'query'} Op${head} { ${parts.join('\n')} }`;
    return { query: [operation, ...this.#fragments].join('\n'), variables: this.#variables };
  }

  #root(root: RootField, index: number): string {
    const alias = this.#chance(0.7) ? `r${index}: ` : '';
    const field = `${alias}${root.name}${this.#arguments(root.arguments)}${this.#condition()}`;
    return `${field}${this.#subselection(root.type)}`;
  }

  /** The selection of a field of this type, if it takes one. */
  #subselection(type: TypeRef, depth = 1): string {
    const name = namedTypeOf(type);
    const named = this.#graph.types.get(name);
    if (named?.kind === 'object') return ` { ${this.#selection(named, depth)} }`;
    if (named?.kind !== 'union') return '';
    const parts = this.#chance(0.5) ? ['__typename'] : [];
    for (const member of named.members) {
      const object = this.#graph.types.get(member);
      if (object?.kind !== 'object' || this.#chance(0.3)) continue;
      parts.push(this.#fragment(member, this.#selection(object, depth + 1, member)));
    }
    if (this.#chance(0.2)) parts.push(`... on ${name} { type: __typename }`);
    return ` { ${parts.length === 0 ? '__typename' : parts.join(' ')} }`;
  }

  /** `prefix` keeps the names of different members of a union apart. */
  #selection(type: ObjectType, depth: number, prefix = ''): string {
    const parts: string[] = [];
    const chance = type.fields.length > 12 ? 0.25 : 0.6;
    for (const field of type.fields) {
      if (!this.#chance(chance)) continue;
      const times = this.#chance(0.15) ? 2 : 1;
      for (let time = 0; time < times; time++) {
        const isComposite = this.#isComposite(field.type);
        if (isComposite && depth >= MAX_DEPTH) continue;
        // One name always stands for one field, so that what is merged can be merged.
        const needsName = prefix !== '' || this.#chance(0.2);
        const alias = needsName ? `${prefix}${field.name}_${this.#chance(0.5) ? 'a' : 'b'}: ` : '';
        parts.push(
          `${alias}${field.name}${this.#arguments(field.arguments ?? [], false)}${this.#condition()}${this.#subselection(field.type, depth + 1)}`,
        );
      }
    }
    if (parts.length === 0 || this.#chance(0.15)) parts.push(`${prefix === '' ? '' : 'type: '}__typename`);
    if (parts.length > 1 && this.#chance(0.3)) {
      const some = parts.splice(this.#below(parts.length), 2);
      parts.push(this.#fragment(type.name, some.join(' ')));
    }
    return parts.join(' ');
  }

  /** Inline or spread, with or without a condition. */
  #fragment(typeName: string, selection: string): string {
    if (this.#chance(0.5)) return `... on ${typeName}${this.#condition()} { ${selection} }`;
    const name = `F${this.#fragments.length}`;
    this.#fragments.push(`fragment ${name} on ${typeName} { ${selection} }`);
    return `...${name}${this.#condition()}`;
  }

  #condition(): string {
    if (!this.#chance(0.12)) return '';
    const directive = this.#pick(['skip', 'include']);
    if (this.#chance(0.4)) return ` @${directive}(if: ${this.#chance(0.5)})`;
    const name = `c${this.#below(3)}`;
    const definition = `$${name}: Boolean!`;
    if (!this.#definitions.includes(definition)) {
      this.#definitions.push(definition);
      this.#variables[name] = this.#chance(0.5);
    }
    return ` @${directive}(if: $${name})`;
  }

  #arguments(fields: readonly InputField[], takesVariables = true): string {
    const parts: string[] = [];
    for (const field of fields) {
      if (!field.type.isRequired && this.#chance(0.5)) continue;
      parts.push(`${field.name}: ${this.#argument(field.type, takesVariables)}`);
    }
    return parts.length === 0 ? '' : `(${parts.join(', ')})`;
  }

  #argument(type: TypeRef, takesVariables: boolean): string {
    const value = this.#value(type, 0);
    if (!takesVariables || this.#chance(0.5)) return this.#literal(type, value);
    const name = `v${this.#definitions.length}`;
    const hasDefault = this.#chance(0.3);
    const isLoose = hasDefault && type.isRequired && this.#chance(0.5);
    const declared = isLoose ? printType(type).slice(0, -1) : printType(type);
    const initial = hasDefault ? ` = ${this.#literal(type, this.#value(type, 0))}` : '';
    this.#definitions.push(`$${name}: ${declared}${initial}`);
    // Left out now and then, also where it must not be.
    if (!this.#chance(0.15)) this.#variables[name] = value;
    return `$${name}`;
  }

  #value(type: TypeRef, depth: number): JsonValue {
    if (!type.isRequired && this.#chance(depth > 2 ? 0.7 : 0.1)) return null;
    if ('list' in type) {
      return Array.from({ length: depth > 2 ? 0 : this.#below(3) }, () => this.#value(type.list, depth + 1));
    }
    const named = this.#graph.types.get(type.name);
    if (named?.kind === 'enum') return this.#pick(named.values).name;
    if (named?.kind === 'input') {
      const fields = named.isOneOf ? [this.#pick(named.fields)] : named.fields;
      const object: JsonObject = {};
      for (const field of fields) {
        if (named.isOneOf) object[field.name] = this.#value({ ...field.type, isRequired: true }, depth + 1);
        else if (field.type.isRequired || this.#chance(depth > 1 ? 0.1 : 0.4))
          object[field.name] = this.#value(field.type, depth + 1);
      }
      return object;
    }
    return this.#pick(this.#options.scalars?.get(type.name) ?? SCALARS.get(type.name) ?? [null]);
  }

  #literal(type: TypeRef, value: JsonValue): string {
    if (value === null) return 'null';
    if ('list' in type) {
      return `[${(value as JsonValue[]).map((item) => this.#literal(type.list, item)).join(', ')}]`;
    }
    const named = this.#graph.types.get(type.name);
    if (named?.kind === 'enum') return String(value);
    if (named?.kind === 'input') {
      const given = value as JsonObject;
      const fields = named.fields.filter(({ name }) => name in given);
      return `{${fields.map((field) => `${field.name}: ${this.#literal(field.type, given[field.name] ?? null)}`).join(', ')}}`;
    }
    return plainLiteral(value);
  }

  #isComposite(type: TypeRef): boolean {
    const kind = this.#graph.types.get(namedTypeOf(type))?.kind;
    return kind === 'object' || kind === 'union';
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[this.#below(items.length)];
    if (item === undefined) throw new Error('there is nothing to choose from');
    return item;
  }
}

const SCALARS: ReadonlyMap<string, readonly JsonValue[]> = new Map<string, readonly JsonValue[]>([
  ['Boolean', [true, false]],
  ['Int', [0, -1, 2147483647]],
  ['UInt32', [0, 4294967295]],
  ['Float', [0, -1.5, 1e21]],
  ['Int64', ['0', '-9223372036854775808', 12]],
  ['UInt64', ['18446744073709551615', 7]],
  ['String', ['', 'text', 'a"b\\']],
  ['ID', ['books/b1', 'x', 'authors/a1']],
  ['Bytes', ['', 'AAEC']],
  ['DateTime', ['2026-01-02T03:04:05Z']],
  ['Duration', ['1.5s']],
  ['FieldMask', ['title', '']],
  ['JSON', [1, 'x', [true], { a: 'b' }]],
  ['JSONObject', [{}, { a: [1, 'x'] }]],
  ['Any', [{}]],
]);

function plainLiteral(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(plainLiteral).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}: ${plainLiteral(item)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value);
}

function namedTypeOf(type: TypeRef): string {
  return 'list' in type ? namedTypeOf(type.list) : type.name;
}

function printType(type: TypeRef): string {
  const text = 'list' in type ? `[${printType(type.list)}]` : type.name;
  return type.isRequired ? `${text}!` : text;
}
