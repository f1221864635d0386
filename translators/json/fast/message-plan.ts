// What the fast codecs know of a message type: tables made once from its descriptor, walked for every message.
// No program text is made: names from a descriptor are bytes in a table and can never become code.
import { type DescEnum, type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import type { Projection } from '../../../core/codec.ts';
import { DEFAULT_OUTPUT, type OutputOptions } from '../../../core/rest-options.ts';
import { defaultJson } from '../default-json.ts';

/**
 * How a value is read and written. Numbers, because the walking switch has to compile to a jump table;
 * wire-to-json.ts repeats them beside their names.
 */
export const KIND = {
  int32: 1,
  uint32: 2,
  sint32: 3,
  int64: 4,
  uint64: 5,
  sint64: 6,
  bool: 7,
  enum: 8,
  fixed32: 9,
  sfixed32: 10,
  float: 11,
  fixed64: 12,
  sfixed64: 13,
  double: 14,
  string: 15,
  bytes: 16,
  message: 17,
  // 64-bit integers as bare numbers, by choice of the service.
  bareInt64: 18,
  bareUint64: 19,
  bareSint64: 20,
  bareFixed64: 21,
  bareSfixed64: 22,
} as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

/** What a message looks like in JSON. `library`: only the codec library knows. */
export const FORM = {
  plain: 0,
  timestamp: 1,
  duration: 2,
  wrapper: 3,
  struct: 4,
  value: 5,
  list: 6,
  library: 7,
  /** As `plain`, with every field that has no presence written. */
  full: 8,
  /** Chosen fields in an order and under names of their own. */
  selected: 9,
} as const;
export type Form = (typeof FORM)[keyof typeof FORM];

/** One field; every instance has the same members in the same order, so that all code that reads them stays monomorphic. */
export interface FieldPlan {
  readonly number: number;
  readonly kind: Kind;
  /** Ordinal among the fields of its message. */
  readonly index: number;
  /** Tag before one value, or before all of a packed list. */
  readonly tag: number;
  /** A list written as one run of values. */
  readonly isPacked: boolean;
  /** Wire type of one value: 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  readonly wireType: number;
  /** 0 singular, 1 repeated, 2 map. */
  readonly cardinality: number;
  /** Absent when it holds its default: left out of the JSON. */
  readonly isImplicit: boolean;
  /** Bit of its oneof among those of the message; 0 without one. */
  readonly oneofBit: number;
  /** `,"name":` in UTF-8: its bytes, and the first 24 of them as little-endian words. */
  readonly key: Uint8Array;
  readonly keyLength: number;
  readonly key0: number;
  readonly key1: number;
  readonly key2: number;
  readonly key3: number;
  readonly key4: number;
  readonly key5: number;
  /** Of a message or a map's message value. */
  readonly message: MessagePlan | null;
  /** Quoted names: of numbers from 0 to 63 by index, of the others by key. Null of another kind. */
  readonly enumNames: EnumNames | null;
  /** Name → number; null of another kind. */
  readonly enumNumbers: ReadonlyMap<string, number> | null;
  /** Number that an absent value of this enum means; 0 of another kind. */
  readonly enumDefault: number;
  /** Enum of google.protobuf.NullValue: always `null`. */
  readonly isNull: boolean;
  /** Of a map: its key and value as fields 1 and 2 of an entry. */
  readonly mapKey: FieldPlan | null;
  readonly mapValue: FieldPlan | null;
  /** A map of strings to something other than messages. */
  readonly isSmallMap: boolean;
  /** What is written in its absence, by choice of the service; null: nothing. */
  readonly absent: Uint8Array | null;
}

export interface EnumNames {
  readonly dense: readonly (Uint8Array | undefined)[];
  readonly sparse: ReadonlyMap<number, Uint8Array>;
}

export interface MessagePlan {
  readonly descriptor: DescMessage;
  readonly form: Form;
  /** By field number; numbers from 256 up are in `sparse`. */
  readonly dense: readonly (FieldPlan | undefined)[];
  readonly sparse: ReadonlyMap<number, FieldPlan>;
  /** In order of field number: the order of the JSON. */
  readonly ordered: readonly FieldPlan[];
  /** By JSON name and by proto name; where they clash, the JSON name wins. */
  readonly byName: ReadonlyMap<string, FieldPlan>;
  /** Unknown fields may be extensions, which only the library resolves. */
  readonly isExtendable: boolean;
  /** How its JSON is written; readers of JSON have no use for it. */
  readonly output: OutputOptions;
  /** Of the form `selected`; null of another. */
  readonly selected: SelectedFields | null;
}

/** What is written of a message whose form is `selected`. */
export interface SelectedFields {
  /** Number of different fields that are read. */
  readonly slots: number;
  /** Field number → its slot. */
  readonly slotOf: ReadonlyMap<number, number>;
  /** The same for small numbers; -1 for none. */
  readonly dense: Int16Array;
  /** What is read, by slot. */
  readonly read: readonly FieldPlan[];
  /** In the order of the text. Keys are the names in the text; `slot` is -1 where nothing is read. */
  readonly written: readonly {
    readonly field: FieldPlan;
    readonly slot: number;
    readonly absent: Uint8Array;
  }[];
}

const DENSE_NUMBERS = 256;
/** Oneofs of one message that bits of a small integer can tell apart. */
const MAX_ONEOFS = 30;

type Plans = WeakMap<DescMessage, MessagePlan>;

/** One cache for each set of choices, by the bits of `cacheIndex`. */
const caches: readonly Plans[] = Array.from({ length: 16 }, () => new WeakMap());

function cacheIndex({ defaults, protoNames, enumsAsNumbers, int64AsNumbers }: OutputOptions): number {
  return (
    Number(defaults) |
    (Number(protoNames) << 1) |
    (Number(enumsAsNumbers) << 2) |
    (Number(int64AsNumbers) << 3)
  );
}

/** The plan of a whole message, made once for each set of choices. */
export function messagePlan(message: DescMessage, output = DEFAULT_OUTPUT): MessagePlan {
  const plans = caches[cacheIndex(output)];
  return plans?.get(message) ?? compile(message, () => true, new Map(), output, plans);
}

/** A plan that knows only the wanted fields: it skips the others as if they were unknown. */
export function projectedPlan(
  message: DescMessage,
  projection: Projection,
  output = DEFAULT_OUTPUT,
): MessagePlan {
  if (jsonForm(message) !== FORM.plain) return messagePlan(message, output);
  const wantedOneofs = new Set(
    message.fields.filter((field) => projection.fields.has(field.name)).map((field) => field.oneof),
  );
  // A oneof is wanted whole: a member that comes later on the wire unsets the wanted one.
  const isWanted = (field: DescField): boolean =>
    projection.fields.has(field.name) || (field.oneof !== undefined && wantedOneofs.has(field.oneof));
  return compile(message, isWanted, projection.fields, output, undefined);
}

function compile(
  message: DescMessage,
  isWanted: (field: DescField) => boolean,
  into: ReadonlyMap<string, Projection | undefined>,
  output: OutputOptions,
  known: Plans | undefined,
): MessagePlan {
  const dense: (FieldPlan | undefined)[] = [];
  const sparse = new Map<number, FieldPlan>();
  const ordered: FieldPlan[] = [];
  const byName = new Map<string, FieldPlan>();
  const form = jsonForm(message);
  const plan: MessagePlan = {
    descriptor: message,
    form: output.defaults && form === FORM.plain ? FORM.full : form,
    dense,
    sparse,
    ordered,
    byName,
    isExtendable: message.proto.extensionRange.length > 0,
    output,
    selected: null,
  };
  // Before its fields, so that a recursive type finds itself.
  known?.set(message, plan);
  const oneofs = message.oneofs;
  const jsonNames: [string, FieldPlan][] = [];
  for (const field of [...message.fields].sort((a, b) => a.number - b.number)) {
    if (!isWanted(field)) continue;
    const oneof = field.oneof === undefined ? -1 : oneofs.indexOf(field.oneof);
    const oneofBit = oneof === -1 ? 0 : 1 << oneof;
    const one = compileField(field, ordered.length, oneofBit, into.get(field.name), output);
    ordered.push(one);
    if (!byName.has(field.name)) byName.set(field.name, one);
    jsonNames.push([field.jsonName, one]);
    if (field.number < DENSE_NUMBERS) dense[field.number] = one;
    else sparse.set(field.number, one);
  }
  for (const [name, field] of jsonNames) byName.set(name, field);
  for (let number = 0; number < dense.length; number += 1) dense[number] ??= undefined;
  return plan;
}

function compileField(
  field: DescField,
  index: number,
  oneofBit: number,
  projection: Projection | undefined,
  output: OutputOptions,
): FieldPlan {
  const isMap = field.fieldKind === 'map';
  const isPacked = field.fieldKind === 'list' && field.packed;
  const value = valuePlan(field, output);
  const nested =
    field.message === undefined
      ? null
      : projection === undefined
        ? messagePlan(field.message, output)
        : projectedPlan(field.message, projection, output);
  const key = keyWords(output.protoNames ? field.name : field.jsonName);
  const isImplicit = field.presence === FeatureSet_FieldPresence.IMPLICIT && field.oneof === undefined;
  return {
    number: field.number,
    kind: isMap ? KIND.message : value.kind,
    index,
    tag: ((field.number << 3) | (isMap || isPacked ? 2 : value.wireType)) >>> 0,
    isPacked,
    wireType: isMap ? 2 : value.wireType,
    cardinality: isMap ? 2 : field.fieldKind === 'list' ? 1 : 0,
    isImplicit: isImplicit && (field.fieldKind === 'scalar' || field.fieldKind === 'enum'),
    oneofBit,
    ...key,
    message: isMap ? null : nested,
    enumNames: value.enumNames,
    enumNumbers: field.enum === undefined ? null : enumNumbers(field.enum),
    enumDefault: field.enum?.values[0]?.number ?? 0,
    isNull: field.enum?.typeName === 'google.protobuf.NullValue',
    mapKey: isMap ? entryPlan(1, scalarKind(field.mapKey), null, field, null) : null,
    mapValue: isMap ? entryPlan(2, value.kind, nested, field, value.enumNames) : null,
    isSmallMap: isMap && field.mapKey === ScalarType.STRING && field.message === undefined,
    absent: output.defaults ? absentText(field, isImplicit, output) : null,
  };
}

/** ProtoJSON of a field without presence that holds nothing. */
function absentText(field: DescField, isImplicit: boolean, output: OutputOptions): Uint8Array | null {
  const isRepeated = field.fieldKind === 'list' || field.fieldKind === 'map';
  if (!isRepeated && (!isImplicit || field.fieldKind === 'message')) return null;
  return encoder.encode(JSON.stringify(defaultJson(field, output)));
}

/** Key or value of a map entry: always written, whatever it holds. */
function entryPlan(
  number: number,
  kind: Kind,
  message: MessagePlan | null,
  field: DescField,
  enumNames: EnumNames | null,
): FieldPlan {
  const isEnum = kind === KIND.enum;
  return {
    number,
    kind,
    index: number - 1,
    tag: (number << 3) | wireTypeOf(kind),
    isPacked: false,
    wireType: wireTypeOf(kind),
    cardinality: 0,
    isImplicit: false,
    oneofBit: 0,
    ...NO_KEY,
    message,
    enumNames,
    enumNumbers: isEnum && field.enum !== undefined ? enumNumbers(field.enum) : null,
    enumDefault: isEnum ? (field.enum?.values[0]?.number ?? 0) : 0,
    isNull: isEnum && field.enum?.typeName === 'google.protobuf.NullValue',
    mapKey: null,
    mapValue: null,
    isSmallMap: false,
    absent: null,
  };
}

function valuePlan(field: DescField, output: OutputOptions) {
  const kind =
    field.message !== undefined
      ? KIND.message
      : field.enum !== undefined
        ? KIND.enum
        : writtenKind(scalarKind(field.scalar), output);
  return {
    kind,
    wireType: wireTypeOf(kind),
    enumNames: field.enum === undefined || output.enumsAsNumbers ? null : quotedNames(field.enum),
  };
}

/** Map keys are never bare: they are strings in JSON whatever they are in the schema. */
function writtenKind(kind: Kind, { int64AsNumbers }: OutputOptions): Kind {
  if (!int64AsNumbers) return kind;
  switch (kind) {
    case KIND.int64:
      return KIND.bareInt64;
    case KIND.uint64:
      return KIND.bareUint64;
    case KIND.sint64:
      return KIND.bareSint64;
    case KIND.fixed64:
      return KIND.bareFixed64;
    case KIND.sfixed64:
      return KIND.bareSfixed64;
    default:
      return kind;
  }
}

const DENSE_ENUM_NUMBERS = 64;

function quotedNames(type: DescEnum): EnumNames {
  const names = new Map<number, Uint8Array>();
  for (const { number, name } of type.values) {
    // An alias is written by the name that the library chooses.
    names.set(number, encoder.encode(JSON.stringify(type.value[number]?.name ?? name)));
  }
  return {
    dense: Array.from({ length: DENSE_ENUM_NUMBERS }, (_, number) => names.get(number)),
    sparse: names,
  };
}

function enumNumbers(type: DescEnum): ReadonlyMap<string, number> {
  return new Map(type.values.map(({ name, number }) => [name, number]));
}

const encoder = new TextEncoder();

/** `,"name":` as bytes and as words. */
export function keyWords(jsonName: string) {
  const key = encoder.encode(`,${JSON.stringify(jsonName)}:`);
  const padded = new Uint8Array(24);
  padded.set(key.subarray(0, 24));
  const word = (index: number): number => new DataView(padded.buffer).getInt32(index * 4, true);
  return {
    key,
    keyLength: key.length,
    key0: word(0),
    key1: word(1),
    key2: word(2),
    key3: word(3),
    key4: word(4),
    key5: word(5),
  };
}

const NO_KEY = { key: new Uint8Array(0), keyLength: 0, key0: 0, key1: 0, key2: 0, key3: 0, key4: 0, key5: 0 };

function scalarKind(scalar: ScalarType | undefined): Kind {
  switch (scalar) {
    case ScalarType.DOUBLE:
      return KIND.double;
    case ScalarType.FLOAT:
      return KIND.float;
    case ScalarType.INT64:
      return KIND.int64;
    case ScalarType.UINT64:
      return KIND.uint64;
    case ScalarType.INT32:
      return KIND.int32;
    case ScalarType.FIXED64:
      return KIND.fixed64;
    case ScalarType.FIXED32:
      return KIND.fixed32;
    case ScalarType.BOOL:
      return KIND.bool;
    case ScalarType.BYTES:
      return KIND.bytes;
    case ScalarType.UINT32:
      return KIND.uint32;
    case ScalarType.SFIXED32:
      return KIND.sfixed32;
    case ScalarType.SFIXED64:
      return KIND.sfixed64;
    case ScalarType.SINT32:
      return KIND.sint32;
    case ScalarType.SINT64:
      return KIND.sint64;
    default:
      return KIND.string;
  }
}

function wireTypeOf(kind: Kind): number {
  switch (kind) {
    case KIND.fixed64:
    case KIND.sfixed64:
    case KIND.bareFixed64:
    case KIND.bareSfixed64:
    case KIND.double:
      return 1;
    case KIND.fixed32:
    case KIND.sfixed32:
    case KIND.float:
      return 5;
    case KIND.string:
    case KIND.bytes:
    case KIND.message:
      return 2;
    default:
      return 0;
  }
}

/** `library` for whatever the tables cannot say exactly. */
function jsonForm(message: DescMessage): Form {
  switch (message.typeName) {
    case 'google.protobuf.Timestamp':
      return FORM.timestamp;
    case 'google.protobuf.Duration':
      return FORM.duration;
    case 'google.protobuf.Struct':
      return FORM.struct;
    case 'google.protobuf.Value':
      return FORM.value;
    case 'google.protobuf.ListValue':
      return FORM.list;
    case 'google.protobuf.Any':
    case 'google.protobuf.FieldMask':
      return FORM.library;
  }
  if (/^google\.protobuf\.(Double|Float|U?Int(32|64)|Bool|String|Bytes)Value$/.test(message.typeName)) {
    return FORM.wrapper;
  }
  return message.fields.some(isBeyondTables) || message.oneofs.length > MAX_ONEOFS
    ? FORM.library
    : FORM.plain;
}

function isBeyondTables(field: DescField): boolean {
  return (
    // Its absence is an error, which the library words.
    field.presence === FeatureSet_FieldPresence.LEGACY_REQUIRED ||
    // Groups end by a tag, not by a length.
    ((field.fieldKind === 'message' || (field.fieldKind === 'list' && field.listKind === 'message')) &&
      field.delimitedEncoding) ||
    // An unknown number of a closed enum counts as an unknown field.
    (field.enum !== undefined && !field.enum.open) ||
    // JavaScript orders such members before all others, and the library's order is ours.
    /^[0-9]+$/.test(field.jsonName)
  );
}
