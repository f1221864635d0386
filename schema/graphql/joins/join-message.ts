// Messages as joins see them, whatever describes them: fields by the names that people write, where their values lie,
// and what of them can be a key. Of protos they are read from descriptors, of HTTP services from the graph itself.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import type {
  GraphScalar,
  GraphType,
  InputField,
  ObjectType,
  RootField,
  ValueShape,
} from '../../../core/graph.ts';
import type { JsonValue } from '../../../core/json.ts';
import { graphScalar, wellKnownScalar, zeroOf } from '../value-shapes.ts';

export interface JoinMessage {
  readonly name: string;
  readonly members: readonly JoinMember[];
  /** Undefined for HTTP services. */
  readonly descriptor: DescMessage | undefined;
  /** The object type, where only the graph knows the message. */
  readonly typeName: string | undefined;
}

export interface JoinMember {
  /** The first is the one that messages use. */
  readonly names: readonly string[];
  /** The way to its value in the message; `path` in proto names, of the same length. */
  readonly keys: readonly string[];
  readonly path: readonly string[];
  /** What two values must have in common to be compared; undefined for what cannot be a key. */
  readonly keyType: string | undefined;
  /** The type of its values, of which no codec has made sure. */
  readonly open?: GraphScalar;
  readonly takesMany: boolean;
  /** In its JSON a whole number is one, instead of text for the longer ones. */
  readonly isOfHttp: boolean;
  /** What lies below, unless that is a value of its own. */
  below(): JoinMessage | undefined;
  /** What absence stands for. `isAlone`: it is a whole key, and the empty text that is no different is none. */
  absent(isAlone: boolean): JsonValue;
}

const messages = new WeakMap<DescMessage, JoinMessage>();

export function protoMessage(descriptor: DescMessage): JoinMessage {
  const known = messages.get(descriptor);
  if (known !== undefined) return known;
  const made: JoinMessage = {
    name: descriptor.typeName,
    members: descriptor.fields.map(protoMember),
    descriptor,
    typeName: undefined,
  };
  messages.set(descriptor, made);
  return made;
}

function protoMember(field: DescField): JoinMember {
  return {
    names: [field.name, field.jsonName],
    keys: [field.jsonName],
    path: [field.name],
    keyType: protoKeyType(field),
    takesMany: field.fieldKind === 'list' || field.fieldKind === 'map',
    isOfHttp: false,
    below: () => {
      const inner = field.fieldKind === 'map' ? undefined : field.message;
      return inner === undefined || wellKnownScalar(inner) !== undefined ? undefined : protoMessage(inner);
    },
    absent: (isAlone) => absentKey(field, isAlone),
  };
}

/** What two values must have in common to be compared; undefined for what cannot be a key. */
export function protoKeyType(field: DescField): string | undefined {
  if (field.fieldKind === 'map') return undefined;
  if (field.enum !== undefined) return `the enum ${field.enum.typeName}`;
  const scalar = field.message === undefined ? graphScalar(field.scalar) : wellKnownScalar(field.message);
  return scalar !== undefined && PROTO_KEYS.has(scalar) ? scalar : undefined;
}

const PROTO_KEYS: ReadonlySet<string> = new Set([
  ...['String', 'Boolean', 'Int', 'UInt32', 'Int64', 'UInt64', 'Bytes'],
]);

function absentKey(field: DescField, isAlone: boolean): JsonValue {
  if (field.presence !== FeatureSet_FieldPresence.IMPLICIT || field.oneof !== undefined) return null;
  if (field.fieldKind === 'enum') return field.enum.values.find(({ number }) => number === 0)?.name ?? null;
  if (field.fieldKind !== 'scalar') return null;
  const zero = zeroOf(field.scalar);
  return zero === '' && isAlone ? null : zero;
}

type Types = ReadonlyMap<string, GraphType>;

/** An object type of an HTTP service. */
export function httpMessage(type: ObjectType, types: Types): JoinMessage {
  return {
    name: type.name,
    members: type.fields.flatMap(({ name, source }) =>
      source.kind === 'single' ? httpMember([source.key, name], [source.key], source.value, types) : [],
    ),
    descriptor: undefined,
    typeName: type.name,
  };
}

/** What an HTTP operation asks for: parameters by their names, and the body. */
export function httpRequest({ operation, arguments: fields }: RootField, types: Types): JoinMessage {
  return { ...requestMessage(operation.name, fields, types), typeName: undefined };
}

function requestMessage(name: string, fields: readonly InputField[], types: Types): JoinMessage {
  return {
    name,
    members: fields.flatMap((field) => {
      const { target } = field;
      if (target.kind !== 'single') return [];
      const keys = target.within === undefined ? [target.key] : [target.within, target.key];
      return httpMember([target.key, field.name], keys, target.value, types);
    }),
    descriptor: undefined,
    typeName: undefined,
  };
}

function httpMember(
  names: readonly string[],
  keys: readonly string[],
  value: ValueShape,
  types: Types,
): JoinMember {
  const shape = value.kind === 'list' ? value.item : value;
  const type = shape.kind === 'message' ? types.get(shape.type) : undefined;
  const keyType = httpKeyType(shape);
  return {
    names,
    keys,
    path: keys,
    keyType,
    // As a key any whole number will do, also one that GraphQL cannot show.
    ...(keyType !== undefined && { open: keyType === 'SafeInteger' ? 'Int64' : keyType }),
    takesMany: value.kind === 'list',
    isOfHttp: true,
    below: () => {
      if (type?.kind === 'object') return httpMessage(type, types);
      return type?.kind === 'input' ? requestMessage(type.name, type.fields, types) : undefined;
    },
    absent: () => null,
  };
}

function httpKeyType(shape: ValueShape): GraphScalar | undefined {
  if (shape.kind === 'enum') return 'String';
  if (shape.kind !== 'scalar') return undefined;
  const { scalar } = shape;
  if (scalar === 'ID' || scalar === 'DateTime' || scalar === 'Date') return 'String';
  return scalar === 'SafeInteger' || PROTO_KEYS.has(scalar) ? scalar : undefined;
}

const INTEGERS: ReadonlySet<string> = new Set(['Int', 'UInt32', 'Int64', 'UInt64', 'SafeInteger']);

/** Services of different kinds have whole numbers of different sizes. */
export function isComparable(a: JoinMember, b: JoinMember): boolean {
  if (a.keyType === undefined || b.keyType === undefined) return false;
  return a.keyType === b.keyType || isMixedInteger([a, b]);
}

/** Whole numbers of which some are written as numbers and others may be written as text. */
export function isMixedInteger(members: readonly JoinMember[]): boolean {
  return (
    members.some(({ isOfHttp }) => isOfHttp) && members.every(({ keyType }) => INTEGERS.has(keyType ?? ''))
  );
}

/** The one list of messages of a message, if there is exactly one. */
export function onlyListOf({ members }: JoinMessage): JoinMember | undefined {
  const [list, second] = members.filter((member) => member.takesMany && member.below() !== undefined);
  return second === undefined ? list : undefined;
}
