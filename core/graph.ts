// The GraphQL side of everything registered, as plain immutable data: which types there are, which root field
// calls which operation, and where each field's value lies in ProtoJSON. Made by schema/graphql, read by
// translators/graphql (values) and gateway/graphql (the executable schema). Knows nothing of graphql-js.
import type { JsonValue } from './json.ts';
import type { Operation } from './operation.ts';

export interface Graph {
  /** All named types except the built-in scalars and the three root types; by GraphQL name, sorted. */
  readonly types: ReadonlyMap<string, GraphType>;
  /** In order of registration. The schema's writer adds `_empty` to a Query without fields. */
  readonly queries: readonly RootField[];
  readonly mutations: readonly RootField[];
  readonly subscriptions: readonly RootField[];
}

export type RootKind = 'query' | 'mutation' | 'subscription';

export type GraphType = ObjectType | InputType | EnumType | UnionType | ScalarType;

interface NamedType {
  readonly name: string;
  /** Leading comment; empty if there is none. */
  readonly description: string;
  /** Full proto name of what it stands for, for people and tools; of the holder for derived types. */
  readonly origin: string;
}

export interface ObjectType extends NamedType {
  readonly kind: 'object';
  readonly fields: readonly OutputField[];
}

export interface InputType extends NamedType {
  readonly kind: 'input';
  /** Exactly one field is to be set: the `@oneOf` directive. */
  readonly isOneOf: boolean;
  readonly fields: readonly InputField[];
}

export interface EnumType extends NamedType {
  readonly kind: 'enum';
  readonly values: readonly EnumValue[];
}

export interface EnumValue {
  readonly name: string;
  /** The name in ProtoJSON. */
  readonly protoName: string;
  readonly number: number;
  readonly description: string;
  readonly deprecation: string | undefined;
}

export interface UnionType extends NamedType {
  readonly kind: 'union';
  /** Names of object types, each once, in order of declaration. */
  readonly members: readonly string[];
}

export interface ScalarType extends NamedType {
  readonly kind: 'scalar';
  readonly name: CustomScalar;
}

export type BuiltInScalar = 'Boolean' | 'Int' | 'Float' | 'String' | 'ID';
export const CUSTOM_SCALARS = [
  'Int64',
  'UInt64',
  'UInt32',
  'Bytes',
  'DateTime',
  'Duration',
  'FieldMask',
  'JSON',
  'JSONObject',
  'Any',
] as const;
export type CustomScalar = (typeof CUSTOM_SCALARS)[number];
export type GraphScalar = BuiltInScalar | CustomScalar;

/** `Name`, `Name!`, `[Name!]!` and so on. */
export type TypeRef =
  | { readonly name: string; readonly isRequired: boolean }
  | { readonly list: TypeRef; readonly isRequired: boolean };

/** Which form one value (not a list or map) has in ProtoJSON. */
export type ValueShape =
  | { readonly kind: 'scalar'; readonly scalar: GraphScalar }
  /** `type` names an EnumType. */
  | { readonly kind: 'enum'; readonly type: string }
  /** `type` names an ObjectType (outputs) or an InputType (inputs). */
  | { readonly kind: 'message'; readonly type: string }
  /** A message without fields as a Boolean: true is `{}`. */
  | { readonly kind: 'empty' };

/** Form of a map's keys, which are always text in ProtoJSON. */
export type MapKey = 'String' | 'Int' | 'UInt32' | 'Int64' | 'UInt64' | 'Boolean';

export interface OutputField {
  readonly name: string;
  readonly type: TypeRef;
  readonly description: string;
  readonly deprecation: string | undefined;
  readonly source: FieldSource;
}

/** Where an output field's value lies in the ProtoJSON of its parent. `key` is a JSON name, `path` the proto name. */
export type FieldSource =
  /** `absent` is the ProtoJSON value that absence stands for: a default with implicit presence, else null. */
  | {
      readonly kind: 'single';
      readonly key: string;
      readonly path: string;
      readonly value: ValueShape;
      readonly absent: JsonValue;
    }
  | { readonly kind: 'list'; readonly key: string; readonly path: string; readonly item: ValueShape }
  /** `entry` names the ObjectType of the entries, whose fields are `key` and `value`. */
  | {
      readonly kind: 'map';
      readonly key: string;
      readonly path: string;
      readonly entry: string;
      readonly mapKey: MapKey;
    }
  | { readonly kind: 'oneof'; readonly union: string; readonly members: readonly OneofMember[] }
  /** The placeholder `_empty`: always null. */
  | { readonly kind: 'none' };

export interface OneofMember {
  readonly key: string;
  readonly path: string;
  /** The object type that stands for the member in the union. */
  readonly type: string;
  /** The member is not an object of its own: it is the field `value` of `type`. */
  readonly isWrapped: boolean;
}

export interface InputField {
  readonly name: string;
  readonly type: TypeRef;
  readonly description: string;
  readonly deprecation: string | undefined;
  readonly target: FieldTarget;
}

/** Where an input field's value goes in the ProtoJSON of its parent. `key` is a JSON name, `path` the proto name. */
export type FieldTarget =
  | { readonly kind: 'single'; readonly key: string; readonly path: string; readonly value: ValueShape }
  | { readonly kind: 'list'; readonly key: string; readonly path: string; readonly item: ValueShape }
  | {
      readonly kind: 'map';
      readonly key: string;
      readonly path: string;
      /** Names the InputType of the entries, whose fields are `key` and `value`. */
      readonly entry: string;
      readonly mapKey: MapKey;
      readonly value: ValueShape;
    }
  /** `input` names the `@oneOf` type; the chosen member is written into the parent itself. */
  | { readonly kind: 'oneof'; readonly input: string }
  /** The placeholder `_empty`: ignored. */
  | { readonly kind: 'none' };

export interface RootField {
  readonly kind: RootKind;
  readonly name: string;
  readonly operation: Operation;
  readonly description: string;
  readonly deprecation: string | undefined;
  readonly arguments: readonly InputField[];
  /** `fields`: each argument is a field of the request. `value`: the one argument is the request (a well-known type). */
  readonly request: 'fields' | 'value';
  /** An update whose mask is made from what the client gave, if it gave no mask. */
  readonly implicitMask: ImplicitMask | undefined;
  /** Always nullable, so that one failure does not blank the others. */
  readonly type: TypeRef;
  /** `empty` is google.protobuf.Empty: true when the call succeeded. */
  readonly result: ValueShape;
}

/** Source: graphql reference, section 3.5; AIP-134. */
export interface ImplicitMask {
  /** JSON name of the request's FieldMask. */
  readonly key: string;
  /** The argument that holds the resource. */
  readonly resource: string;
  /** Proto paths below the resource that say which one it is; they are never changed. */
  readonly identifying: readonly string[];
}

/** The graph of nothing registered. */
export const EMPTY_GRAPH: Graph = Object.freeze({
  types: new Map<string, GraphType>(),
  queries: Object.freeze([]),
  mutations: Object.freeze([]),
  subscriptions: Object.freeze([]),
});
