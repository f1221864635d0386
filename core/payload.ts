// A message that knows its stage (wire bytes ↔ JSON text ↔ JSON-shaped value) and moves only as far as
// somebody needs. Each stage is made at most once.
import type { Codec, Projector } from './codec.ts';
import type { JsonValue } from './json.ts';

export class Payload {
  readonly #codec: Codec;
  #wire: Uint8Array | undefined;
  #json: Uint8Array | undefined;
  #value: JsonValue | undefined;
  #make: (() => JsonValue) | undefined;

  private constructor(codec: Codec, wire: Uint8Array | undefined, value: JsonValue | undefined) {
    this.#codec = codec;
    this.#wire = wire;
    this.#value = value;
  }

  static fromWire(codec: Codec, wire: Uint8Array): Payload {
    return new Payload(codec, wire, undefined);
  }

  static fromValue(codec: Codec, value: JsonValue): Payload {
    return new Payload(codec, undefined, value);
  }

  /** `make` runs when somebody asks for the value, once; what it throws, the asker gets. */
  static lazy(codec: Codec, make: () => JsonValue): Payload {
    const payload = new Payload(codec, undefined, undefined);
    payload.#make = make;
    return payload;
  }

  /** Encoded bytes. @throws GatewayError `invalid_argument` if the value is no such message. */
  wire(): Uint8Array {
    this.#wire ??= this.#codec.valueToWire(this.#made() ?? null);
    return this.#wire;
  }

  /** Canonical ProtoJSON as UTF-8 text. Shared by all readers: treat it as frozen. */
  json(): Uint8Array {
    this.#json ??= this.#codec.wireToJson(this.wire());
    return this.#json;
  }

  /** At least the fields that `project` wants; the whole value where that is there already. Treat it as frozen. */
  projected(project: Projector): JsonValue {
    return this.#made() ?? project(this.wire());
  }

  /** Canonical ProtoJSON as a value. Shared by all readers: treat it as frozen. */
  value(): JsonValue {
    this.#value ??= this.#made() ?? this.#codec.wireToValue(this.wire());
    return this.#value;
  }

  #made(): JsonValue | undefined {
    if (this.#make !== undefined) {
      this.#value = this.#make();
      this.#make = undefined;
    }
    return this.#value;
  }
}
