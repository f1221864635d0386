// A message that knows its stage (wire bytes ↔ JSON text ↔ JSON-shaped value) and moves only as far as
// somebody needs. Each stage is made at most once.
import type { Codec } from './codec.ts';
import type { JsonValue } from './json.ts';

export class Payload {
  readonly #codec: Codec;
  #wire: Uint8Array | undefined;
  #json: string | undefined;
  #value: JsonValue | undefined;

  private constructor(codec: Codec, wire?: Uint8Array, json?: string, value?: JsonValue) {
    this.#codec = codec;
    this.#wire = wire;
    this.#json = json;
    this.#value = value;
  }

  static fromWire(codec: Codec, wire: Uint8Array): Payload {
    return new Payload(codec, wire);
  }

  /** `json` must be canonical; text of strangers goes through `codec.jsonToWire` first. */
  static fromJson(codec: Codec, json: string): Payload {
    return new Payload(codec, undefined, json);
  }

  static fromValue(codec: Codec, value: JsonValue): Payload {
    return new Payload(codec, undefined, undefined, value);
  }

  /** Encoded bytes. @throws GatewayError `invalid_argument` if the value is no such message. */
  wire(): Uint8Array {
    if (this.#wire === undefined) {
      this.#wire =
        this.#value !== undefined
          ? this.#codec.valueToWire(this.#value)
          : this.#codec.jsonToWire(this.#json ?? 'null');
    }
    return this.#wire;
  }

  /** Canonical ProtoJSON text. */
  json(): string {
    this.#json ??= this.#codec.wireToJson(this.wire());
    return this.#json;
  }

  /** Canonical ProtoJSON as a value. Shared by all readers: treat it as frozen. */
  value(): JsonValue {
    this.#value ??= this.#codec.wireToValue(this.wire());
    return this.#value;
  }
}
