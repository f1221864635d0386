// JSON-shaped values: what a decoded message looks like between doors and backends.

/**
 * Canonical ProtoJSON as a value: 64-bit integers as strings, bytes as base64, enums by name.
 * Objects may have a null prototype; keys from outside are data and never looked up on a prototype.
 */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}
