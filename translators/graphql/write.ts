// ProtoJSON values to GraphQL field values (graphql reference, section 3.1). Replies are read in place: an object
// type's value is the very object of the decoded reply, never a copy.
import type {
  EnumType,
  FieldSource,
  Graph,
  MapKey,
  OutputField,
  PageToken,
  TypeRef,
  UnionChoice,
  ValueShape,
} from '../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { memberChooser } from './choose-member.ts';
import { createTypeFit, type TypeFit } from './fits-type.ts';
import { openScalar } from './open-scalars.ts';
import { missingValue, notOfItsType } from './wrong-value.ts';

/** A member of a union: GraphQL must be told its type, and the decoded reply must not be written to. */
export class UnionMember {
  readonly typeName: string;
  readonly value: JsonObject;

  constructor(typeName: string, value: JsonObject) {
    this.typeName = typeName;
    this.value = value;
  }
}

/** What graphql-js is to be given for a field of `parent`. */
export type FieldWriter = (parent: JsonObject) => unknown;
/** What graphql-js is to be given for a whole reply. */
export type ValueWriter = (value: JsonValue) => unknown;

export interface WriterOptions {
  /** Hears of every enum value that the schema has no name for; it reads as null. */
  readonly onUnknownEnum?: (enumType: string) => void;
}

export interface GraphWriter {
  field(field: OutputField): FieldWriter;
  value(shape: ValueShape): ValueWriter;
}

/** Compiled once per graph; the writers it makes are run for every value. */
export function createWriter(graph: Graph, options: WriterOptions = {}): GraphWriter {
  const enums = new Map<string, ValueWriter>();
  const choices = new Map<string, ValueWriter>();
  const fits = createTypeFit(graph);
  for (const type of graph.types.values()) {
    if (type.kind === 'enum') enums.set(type.name, enumWriter(type, options));
    if (type.kind === 'union' && type.choice !== undefined)
      choices.set(type.name, choiceWriter(type.choice, fits));
  }
  const value = (shape: ValueShape): ValueWriter => {
    switch (shape.kind) {
      case 'enum':
        return enums.get(shape.type) ?? (() => null);
      case 'empty':
        return () => true;
      case 'message':
        return shape.isOpen === true ? anObject : asIs;
      case 'list':
        return listWriter(value(shape.item));
      case 'entries':
        return (entries) =>
          isObject(entries) ? mapEntries(entries, 'String') : notOfItsType('an object', entries);
      case 'choice':
        return choices.get(shape.type) ?? (() => null);
      case 'scalar':
        return scalarWriter(shape);
    }
  };
  return { value, field: (field) => promised(field, fieldWriter(field.source, value)) };
}

/** A value that is missing although the type says that it never is: the upstream's fault, and told as such. */
function promised({ type, source }: OutputField, write: FieldWriter): FieldWriter {
  const isChecked = source.kind === 'single' && source.absent === null && promisesAny(type);
  return isChecked ? (parent) => held(type, write(parent)) : write;
}

function promisesAny(type: TypeRef): boolean {
  return type.isRequired || ('list' in type && promisesAny(type.list));
}

function held(type: TypeRef, value: unknown): unknown {
  if (value === null || value === undefined) return type.isRequired ? missingValue() : value;
  if (!('list' in type) || !Array.isArray(value) || !promisesAny(type.list)) return value;
  return value.map((item) => held(type.list, item));
}

function fieldWriter(source: FieldSource, writerOf: (shape: ValueShape) => ValueWriter): FieldWriter {
  switch (source.kind) {
    case 'none':
    // Its value is not in the parent: whoever executes the graph asks for it.
    case 'join':
      return () => null;
    case 'single': {
      const write = writerOf(source.value);
      const absent = source.absent === null ? null : write(source.absent);
      const get = getterOf(source.key);
      // A null that is there is a google.protobuf.Value's own null; GraphQL says it the same way.
      return (parent) => {
        const value = get(parent);
        return value === undefined ? absent : value === null ? null : write(value);
      };
    }
    case 'list': {
      const write = writerOf(source.item);
      const get = getterOf(source.key);
      return (parent) => {
        const value = get(parent);
        if (!Array.isArray(value)) return [];
        return write === asIs ? value : value.map((item) => write(item));
      };
    }
    case 'map': {
      const get = getterOf(source.key);
      return (parent) => mapEntries(get(parent), source.mapKey);
    }
    case 'extensions':
      return extensionsOf;
    case 'edges':
      return edgesWriter(source);
    case 'pageInfo': {
      const next = tokenReader(source.token);
      return (parent) => {
        const endCursor = next(parent);
        return { hasNextPage: endCursor !== null, hasPreviousPage: false, startCursor: null, endCursor };
      };
    }
    case 'oneof':
      return oneofWriter(source);
  }
}

const asIs: ValueWriter = (value) => value;

/** An HTTP service may send anything; what is no object has no fields to read. */
const anObject: ValueWriter = (value) => (isObject(value) ? value : notOfItsType('an object', value));

function scalarWriter({ scalar, isOpen }: ValueShape & { kind: 'scalar' }): ValueWriter {
  if (isOpen === true) return openScalar(scalar) ?? asIs;
  return scalar === 'Float' ? finite : scalar === 'ID' ? text : asIs;
}

function listWriter(write: ValueWriter): ValueWriter {
  return (value) => {
    if (!Array.isArray(value)) return notOfItsType('a list', value);
    return write === asIs ? value : value.map((item) => (item === null ? null : write(item)));
  };
}

function choiceWriter(choice: UnionChoice, fits: TypeFit): ValueWriter {
  const choose = memberChooser(choice, fits);
  return (value) => {
    if (!isObject(value)) return notOfItsType('an object', value);
    const type = choose(value);
    return type === undefined ? null : new UnionMember(type, value);
  };
}

/** GraphQL has no NaN and no infinities, which ProtoJSON spells as text. */
const finite: ValueWriter = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : null);

const text: ValueWriter = (value) => String(value);

function enumWriter(type: EnumType, { onUnknownEnum }: WriterOptions): ValueWriter {
  const names = new Map<JsonValue, string>();
  for (const { protoName, value = protoName, name } of type.values) names.set(value, name);
  const expected = 'one of the values that it lists';
  return (value) => {
    const name = names.get(value);
    if (typeof value === 'boolean' || typeof value === 'object') return name ?? notOfItsType(expected, value);
    if (name === undefined) onUnknownEnum?.(type.name);
    return name ?? null;
  };
}

/** In ProtoJSON they are members in brackets, which no field can be. */
function extensionsOf(parent: JsonObject): JsonObject | null {
  const found: JsonObject = Object.create(null);
  for (const [key, value] of Object.entries(parent)) {
    if (key.startsWith('[')) found[key.slice(1, -1)] = value;
  }
  return Object.keys(found).length === 0 ? null : found;
}

function edgesWriter(source: FieldSource & { kind: 'edges' }): FieldWriter {
  const get = getterOf(source.key);
  const next = tokenReader(source.token);
  return (parent) => {
    const items = get(parent);
    if (!Array.isArray(items)) return [];
    const cursor = next(parent);
    return items.map((node, index) => ({ node, cursor: index === items.length - 1 ? cursor : null }));
  };
}

/** The token of the next page; an empty one is none. */
function tokenReader({ key }: PageToken): (parent: JsonObject) => string | null {
  const get = getterOf(key);
  return (parent) => {
    const token = get(parent);
    return typeof token === 'string' && token !== '' ? token : null;
  };
}

function oneofWriter(source: FieldSource & { kind: 'oneof' }): FieldWriter {
  const members = source.members.map((member) => ({ ...member, get: getterOf(member.key) }));
  return (parent) => {
    for (const { get, type, isWrapped } of members) {
      const value = get(parent);
      if (value === undefined) continue;
      if (isWrapped) return new UnionMember(type, { value });
      if (isObject(value)) return new UnionMember(type, value);
    }
    return null;
  };
}

function mapEntries(value: JsonValue | undefined, mapKey: MapKey): JsonObject[] {
  if (!isObject(value)) return [];
  return Object.keys(value)
    .sort(KEY_ORDERS[mapKey])
    .map((key) => ({ key: readKey(key, mapKey), value: value[key] ?? null }));
}

function readKey(key: string, mapKey: MapKey): JsonValue {
  switch (mapKey) {
    case 'Boolean':
      return key === 'true';
    case 'Int':
    case 'UInt32':
      return Number(key);
    default:
      return key;
  }
}

type Order = (a: string, b: string) => number;
const byText: Order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const byNumber: Order = (a, b) => Number(a) - Number(b);
const byBigNumber: Order = (a, b) => {
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

const KEY_ORDERS: Readonly<Record<MapKey, Order>> = {
  String: byText,
  Boolean: byText,
  Int: byNumber,
  UInt32: byNumber,
  Int64: byBigNumber,
  UInt64: byBigNumber,
};

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Field names come from strangers: `constructor` must not be found on a prototype. */
function getterOf(key: string): (parent: JsonObject) => JsonValue | undefined {
  return key in Object.prototype
    ? (parent) => (Object.hasOwn(parent, key) ? parent[key] : undefined)
    : (parent) => parent[key];
}
