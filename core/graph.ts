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
  /** What every value of it holds, whatever the client says. */
  readonly constants?: readonly Constant[];
}

/** A JSON name and its only value. */
export type Constant = readonly [key: string, value: JsonValue];

export interface EnumType extends NamedType {
  readonly kind: 'enum';
  readonly values: readonly EnumValue[];
}

export interface EnumValue {
  readonly name: string;
  /** The name in ProtoJSON. */
  readonly protoName: string;
  /** Its JSON value, where that is not the text of `protoName`: enums of OpenAPI may have numbers. */
  readonly value?: JsonValue;
  readonly number: number;
  readonly description: string;
  readonly deprecation: string | undefined;
}

export interface UnionType extends NamedType {
  readonly kind: 'union';
  /** Names of object types, each once, in order of declaration. */
  readonly members: readonly string[];
  /** How members are told apart by what they hold. Absent: each has a name of its own in its parent (a oneof). */
  readonly choice?: UnionChoice;
}

/** Source: graphql reference, section 4 ("oneOf, anyOf of objects"). */
export interface UnionChoice {
  /** A property whose text names the member. */
  readonly discriminator:
    | { readonly key: string; readonly members: readonly (readonly [value: string, type: string])[] }
    | undefined;
  /** In order of declaration. */
  readonly members: readonly UnionEvidence[];
}

/** What proves that a value is this member. All keys are JSON names. */
export interface UnionEvidence {
  readonly type: string;
  readonly required: readonly string[];
  readonly constants: readonly Constant[];
  /** All properties that it declares. */
  readonly known: readonly string[];
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
  'SafeInteger',
  'Date',
] as const;
export type CustomScalar = (typeof CUSTOM_SCALARS)[number];
export type GraphScalar = BuiltInScalar | CustomScalar;

/** `Name`, `Name!`, `[Name!]!` and so on. */
export type TypeRef =
  | { readonly name: string; readonly isRequired: boolean }
  | { readonly list: TypeRef; readonly isRequired: boolean };

/** Which form one value (not a list or map) has in ProtoJSON. */
export type ValueShape =
  /**
   * `isNumber`: in JSON it is a number where ProtoJSON has text, such as an Int64 of an HTTP service. `isOpen`: no codec
   * has made sure that it is of its type.
   */
  | {
      readonly kind: 'scalar';
      readonly scalar: GraphScalar;
      readonly isNumber?: true;
      readonly isOpen?: true;
    }
  /** `type` names an EnumType. */
  | { readonly kind: 'enum'; readonly type: string }
  /** `type` names an ObjectType (outputs) or an InputType (inputs). `isOpen`: no codec has made sure it is an object. */
  | { readonly kind: 'message'; readonly type: string; readonly isOpen?: true }
  /** A message without fields as a Boolean: true is `{}`. */
  | { readonly kind: 'empty' }
  /** Of HTTP services alone, as are all below: a list that stands where one value stands. */
  | { readonly kind: 'list'; readonly item: ValueShape }
  /** A JSON object of any keys as a list of entries. `entry` names the type of these. */
  | { readonly kind: 'entries'; readonly entry: string; readonly value: ValueShape }
  /** `type` names a UnionType with a `choice` (outputs), or a `@oneOf` InputType whose one field is the value (inputs). */
  | { readonly kind: 'choice'; readonly type: string };

/** Form of a map's keys, which are always text in ProtoJSON. */
export type MapKey = 'String' | 'Int' | 'UInt32' | 'Int64' | 'UInt64' | 'Boolean';

export interface OutputField {
  readonly name: string;
  readonly type: TypeRef;
  readonly description: string;
  readonly deprecation: string | undefined;
  readonly source: FieldSource;
  /** Only a joined field has some: what the client adds to the request. */
  readonly arguments?: readonly InputField[];
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
  /** The items of a page as edges, objects that the gateway makes: `node` is the item, the last one has the page's `cursor`. */
  | {
      readonly kind: 'edges';
      readonly key: string;
      readonly path: string;
      readonly item: ValueShape;
      readonly token: PageToken;
    }
  /** What other files have added to the message (proto2), as a JSON object by full names; null if it holds none. */
  | { readonly kind: 'extensions' }
  /** Where a page stands among the others, an object that the gateway makes of the page's token. */
  | { readonly kind: 'pageInfo'; readonly token: PageToken }
  /** Not in the parent at all: read by another operation, by keys that the parent holds. */
  | { readonly kind: 'join'; readonly join: Join }
  /** The placeholder `_empty`: always null. */
  | { readonly kind: 'none' };

/** The field of a page that asks for the page after it (AIP-158); empty in the last one. */
export interface PageToken {
  readonly key: string;
  readonly path: string;
}

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
  | {
      readonly kind: 'single';
      readonly key: string;
      readonly path: string;
      readonly value: ValueShape;
      /** An object of the parent that it goes into, such as `query`. */
      readonly within?: string;
      /** A null that the client gives is sent as one; else it is the same as nothing. */
      readonly takesNull?: true;
      /** What is added to the object that is given. */
      readonly constants?: readonly Constant[];
    }
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
  /** Filled from the selection; then no argument of the client's. */
  readonly readMask?: ReadMask;
  /** What one call counts in the cost of a document, where the overlay of its service says so. */
  readonly cost?: number;
  /** A server stream gathered into a list of at most so many messages; one more is a failure. */
  readonly gather?: { readonly limit: number };
  /** A long-running operation that is asked for until it is done; each change is an event. */
  readonly poll?: Poll;
  /** Always nullable, so that one failure does not blank the others. */
  readonly type: TypeRef;
  /** `empty` is google.protobuf.Empty: true when the call succeeded. */
  readonly result: ValueShape;
}

/** Source: AIP-151; google.longrunning.Operations. */
export interface Poll {
  /** JSON name of the request's field that says how long the upstream may wait for the end. Undefined: it never waits. */
  readonly patience: string | undefined;
}

/** A field that another operation answers. Source: graphql reference, section 5. */
export interface Join {
  /** `Order.customer`, for reports, costs and errors. */
  readonly name: string;
  readonly operation: Operation;
  /** `batch`: one call for many keys. `single`: one call for each different key. */
  readonly form: 'batch' | 'single';
  /** At least one. Several are one composite key. */
  readonly keys: readonly JoinKey[];
  /** The way from the reply to the list of items, or to the one. Undefined: the reply itself is what is joined. */
  readonly items: FieldPath | undefined;
  /** Of one item, or of the reply. */
  readonly result: ValueShape;
  /**
   * `one`: an item or null. `each`: the parent's key is a list; an item or null for each, in its order. `group`: all
   * items of the parent's key. `all`: every item of the parent's own call (form `single`).
   */
  readonly cardinality: 'one' | 'each' | 'group' | 'all';
  /** Most keys of one call. */
  readonly maxBatch: number;
  /** Asked key by key if a batch is refused as a whole because of one of them (AIP-231). */
  readonly fallback: Join | undefined;
  readonly readMask: ReadMask | undefined;
  /** A field of the request that is made from the key, a resource name; calls are parted by it (AIP-231). */
  readonly holder?: HolderName;
  /** What every request holds beside keys and arguments. */
  readonly constants?: readonly { readonly request: readonly string[]; readonly value: JsonValue }[];
  /** Why it is there, for people: the annotation that says so, or the configuration. */
  readonly reason: string;
}

export interface JoinKey {
  /** Where the value lies in the parent, a list with the cardinality `each`. A parent without it is not asked for. */
  readonly parent: KeyField;
  /** JSON names on the way to the field of the request. */
  readonly request: readonly string[];
  /** The field of the request, or a message on the way to it, takes many. False: calls are parted by this value. */
  readonly isRepeated: boolean;
  /** Which part of `request` takes many, if `isRepeated`. Default: the last. */
  readonly repeatedAt?: number;
  /** Where an item says which key it answers. Undefined where the reply is of one key alone. */
  readonly item: KeyField | undefined;
  /** A resource name: the empty text is none. Any other key may be empty, zero or false. */
  readonly isName: boolean;
  /**
   * A whole number that services write differently: compared by its digits, and written as a JSON number or as text.
   * Absent: values are compared as they are.
   */
  readonly integer?: 'number' | 'text';
}

/** Names what holds a resource (`shelves/s1`) by the name of the resource (`shelves/s1/books/b1`). */
export interface HolderName {
  /** JSON name of the request's field. */
  readonly key: string;
  /** Patterns of the resource's names, such as `shelves/{shelf}/books/{book}`. */
  readonly patterns: readonly string[];
}

/** A way down a message, by JSON names and by proto names; of the same length. */
export interface FieldPath {
  readonly keys: readonly string[];
  readonly path: readonly string[];
}

export interface KeyField extends FieldPath {
  /** ProtoJSON that absence in its message stands for: a default with implicit presence; null is no key. */
  readonly absent: JsonValue;
  /** The type of its values, of which no codec has made sure. */
  readonly open?: GraphScalar;
}

/** A field of a request that says which fields of the reply are wanted (AIP-157); filled from the selection. */
export interface ReadMask {
  /** Its JSON name. */
  readonly key: string;
  /** Proto names on the way from the reply to the resource that the mask speaks of: none for Get, the items for List. */
  readonly resource: readonly string[];
  /** Proto names that are always in the mask, such as `name`. */
  readonly always: readonly string[];
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
