// A sampled request as a GraphQL document: the same values as arguments, by the names that the graph gave them, and a
// selection of all there is, some levels deep.
import type { Graph, GraphType, InputField, RootField, TypeRef, ValueShape } from '../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isObject } from './document.ts';
import type { SampleRequest } from './sample-request.ts';

const MAX_DEPTH = 3;
const MAX_FIELDS = 250;

export interface GraphqlRequest {
  readonly query: string;
  readonly variables: JsonObject;
}

/** What cannot be said in GraphQL, in words. */
export class Inexpressible extends Error {}

export class GraphqlWriter {
  readonly #graph: Graph;
  #left = MAX_FIELDS;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** @throws Inexpressible */
  write(root: RootField, { values, body }: SampleRequest): GraphqlRequest {
    this.#left = MAX_FIELDS;
    const variables: JsonObject = {};
    for (const field of root.arguments) {
      if (field.target.kind !== 'single') continue;
      const { within, key, value } = field.target;
      const given = within === undefined ? body : values[within as keyof SampleRequest['values']]?.[key];
      if (given !== undefined) variables[field.name] = this.#input(given, value);
    }
    const used = root.arguments.filter(({ name }) => variables[name] !== undefined);
    const declared = used.map(({ name, type }) => `$${name}: ${typeText(type)}`);
    const passed = used.map(({ name }) => `${name}: $${name}`);
    const query = [
      root.kind,
      declared.length > 0 ? ` Sampled(${declared.join(', ')})` : ' Sampled',
      ` { ${root.name}`,
      passed.length > 0 ? `(${passed.join(', ')})` : '',
      this.#selection(root.result, MAX_DEPTH),
      ' }',
    ].join('');
    return { query, variables };
  }

  #input(value: JsonValue, shape: ValueShape): JsonValue {
    if (value === null) return null;
    switch (shape.kind) {
      case 'scalar':
        return shape.scalar === 'ID' ? String(value) : value;
      case 'enum': {
        const type = this.#type(shape.type);
        const found =
          type?.kind === 'enum'
            ? type.values.find((one) => (one.value ?? one.protoName) === value)
            : undefined;
        if (found === undefined) throw new Inexpressible(`${JSON.stringify(value)} is not in ${shape.type}`);
        return found.name;
      }
      case 'list':
        if (!Array.isArray(value)) throw new Inexpressible('the list is none');
        return value.map((item) => this.#input(item, shape.item));
      case 'entries':
        if (!isObject(value)) throw new Inexpressible('the entries are no object');
        return Object.entries(value).map(([key, one]) => ({ key, value: this.#input(one, shape.value) }));
      case 'message':
        return this.#object(value, shape.type);
      case 'choice':
        return this.#choice(value, shape.type);
      case 'empty':
        return true;
    }
  }

  #object(value: JsonValue, name: string): JsonObject {
    const type = this.#type(name);
    if (!isObject(value) || type?.kind !== 'input') throw new Inexpressible(`${name} has no object`);
    const constants = new Set((type.constants ?? []).map(([key]) => key));
    const result: JsonObject = {};
    for (const [key, one] of Object.entries(value)) {
      if (constants.has(key)) continue;
      const field = type.fields.find(({ target }) => target.kind === 'single' && target.key === key);
      if (field?.target.kind !== 'single') throw new Inexpressible(`${name} has no ${key}`);
      result[field.name] = this.#input(one, field.target.value);
    }
    return result;
  }

  #choice(value: JsonValue, name: string): JsonObject {
    const type = this.#type(name);
    if (type?.kind !== 'input') throw new Inexpressible(`${name} is no input`);
    for (const member of type.fields) {
      const fitting = this.#member(value, member);
      if (fitting !== undefined) return { [member.name]: fitting };
    }
    throw new Inexpressible(`no member of ${name} has the value`);
  }

  #member(value: JsonValue, { target }: InputField): JsonValue | undefined {
    if (target.kind !== 'single' || !isObject(value)) return undefined;
    const constants = new Map(target.constants ?? []);
    if ([...constants].some(([key, one]) => value[key] !== one)) return undefined;
    const rest = Object.fromEntries(Object.entries(value).filter(([key]) => !constants.has(key)));
    try {
      return this.#input(rest, target.value);
    } catch (error) {
      if (error instanceof Inexpressible) return undefined;
      throw error;
    }
  }

  #selection(shape: ValueShape, depth: number): string {
    if (shape.kind === 'list') return this.#selection(shape.item, depth);
    if (shape.kind === 'entries') return ` { key value${this.#selection(shape.value, depth - 1)} }`;
    if (shape.kind !== 'message' && shape.kind !== 'choice') return '';
    const type = this.#type(shape.type);
    if (type?.kind === 'union') {
      // Fields of the same name and other types may not stand beside each other: each member has its own names.
      const members = type.members.map(
        (member) => `... on ${member} { ${this.#fields(member, depth, `${member}_`)} }`,
      );
      return ` { __typename ${members.join(' ')} }`;
    }
    return ` { __typename ${this.#fields(shape.type, depth, '')} }`;
  }

  #fields(name: string, depth: number, prefix: string): string {
    const type = this.#type(name);
    if (type?.kind !== 'object') return '';
    const selected: string[] = [];
    for (const field of type.fields) {
      if (field.source.kind !== 'single' || this.#left <= 0) continue;
      const isLeaf = this.#isLeaf(field.source.value);
      if (!isLeaf && depth <= 1) continue;
      this.#left -= 1;
      const alias = prefix === '' ? '' : `${prefix}${field.name}: `;
      selected.push(`${alias}${field.name}${isLeaf ? '' : this.#selection(field.source.value, depth - 1)}`);
    }
    return selected.join(' ');
  }

  #isLeaf(shape: ValueShape): boolean {
    if (shape.kind === 'list') return this.#isLeaf(shape.item);
    return shape.kind === 'scalar' || shape.kind === 'enum' || shape.kind === 'empty';
  }

  #type(name: string): GraphType | undefined {
    return this.#graph.types.get(name);
  }
}

function typeText(type: TypeRef): string {
  const text = 'list' in type ? `[${typeText(type.list)}]` : type.name;
  return type.isRequired ? `${text}!` : text;
}
