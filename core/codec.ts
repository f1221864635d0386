// What a message type can do with itself. The translators make codecs; the core only knows the promise.
import type { DescMessage, Registry } from '@bufbuild/protobuf';
import type { JsonValue } from './json.ts';

/** Which fields of a message are wanted, and which of theirs. Undefined stands for all of a field. */
export interface Projection {
  /** By proto field name. An empty map keeps nothing. */
  readonly fields: ReadonlyMap<string, Projection | undefined>;
}

/** Wire bytes to a JSON-shaped value that holds at least the wanted fields. Throws as `wireToValue` does. */
export type Projector = (wire: Uint8Array) => JsonValue;

/** Which fields of a message are written, in which order and under which names. */
export interface Selection {
  readonly fields: readonly SelectedField[];
}

export interface SelectedField {
  /** In the text. */
  readonly name: string;
  /** Proto field name; undefined: `absent` is written whatever the message holds. */
  readonly path: string | undefined;
  /** JSON text that stands for absence. */
  readonly absent: string;
  /** Of an enum: proto name → JSON text. Other values are null, as is a number that is not finite. */
  readonly names: ReadonlyMap<string, string> | undefined;
  /** Of a message, or of the items of a list. */
  readonly selection: Selection | undefined;
}

/** Wire bytes to the JSON text of a selection, UTF-8. Undefined: decode it another way; the bytes may be malformed. */
export type Selector = (wire: Uint8Array) => Uint8Array | undefined;

/**
 * Moves one message type between its wire bytes, its canonical JSON text and its JSON-shaped value.
 * Reading wire bytes that are no such message throws a plain Error: the caller knows whose bytes they were.
 */
export interface Codec {
  /** UTF-8. */
  wireToJson(wire: Uint8Array): Uint8Array;
  wireToValue(wire: Uint8Array): JsonValue;
  /** Made once per selection, run for every message: what is not wanted is passed over, not decoded. */
  projector(projection: Projection): Projector;
  /** Made once per selection. Undefined, or absent: there is no shorter way than a value. */
  selector?(selection: Selection): Selector | undefined;
  /** @throws GatewayError `invalid_argument` with one violation per wrong field (up to 20). */
  valueToWire(value: JsonValue): Uint8Array;
  /** As `valueToWire`, from text, lossless for 64-bit integers; duplicate keys are refused. */
  jsonToWire(json: string): Uint8Array;
}

/** A message type of a registered source. */
export interface MessageType {
  /** Full name without leading dot, such as `library.v1.Book`. */
  readonly name: string;
  readonly codec: Codec;
  /** The descriptor, when a proto describes it. */
  readonly descriptor: DescMessage;
}

/** Makes the codec of a message; `types` resolves google.protobuf.Any and extensions. */
export type CodecFactory = (message: DescMessage, types: Registry) => Codec;
