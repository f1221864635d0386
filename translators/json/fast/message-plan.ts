// What the fast codecs know of a message type: tables made once from its descriptor (compile-plan.ts), walked for every
// message. No program text is made: names from a descriptor are bytes in a table and can never become code.
import type { DescMessage } from '@bufbuild/protobuf';
import type { OutputOptions } from '../../../core/rest-options.ts';
import type { Form } from './message-form.ts';
import type { Kind } from './value-kind.ts';

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
