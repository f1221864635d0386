// The codec of operations that no proto describes: their messages are JSON, so wire and text are one.
import { isUtf8 } from 'node:buffer';
import type { Codec } from './codec.ts';
import { GatewayError } from './error.ts';
import type { JsonValue } from './json.ts';
import { isDecimalInteger } from './json-number.ts';

/** Integers that a double cannot hold come as text of their digits, never rounded. */
export const JSON_CODEC: Codec = Object.freeze({
  wireToJson: (wire: Uint8Array) => wire,
  wireToValue: parse,
  projector: () => parse,
  valueToWire: (value: JsonValue) => Buffer.from(JSON.stringify(value)),
  jsonToWire: (json: string) => {
    try {
      JSON.parse(json);
    } catch (cause) {
      throw new GatewayError('invalid_argument', 'the body is not valid JSON', {
        type: 'invalid-json',
        cause,
      });
    }
    return Buffer.from(json);
  },
});

const LONG_NUMBER = /\d{16}/;

function parse(wire: Uint8Array): JsonValue {
  const text = decodeUtf8(wire);
  return LONG_NUMBER.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
}

/** RFC 8259 §8.1: a byte order mark may be ignored. */
const BOM = 0xfeff;

function decodeUtf8(wire: Uint8Array): string {
  // What checks and decodes in one step costs more than the two.
  if (!isUtf8(wire)) throw new TypeError('the text is not valid UTF-8');
  const text = Buffer.from(wire.buffer, wire.byteOffset, wire.byteLength).toString();
  return text.charCodeAt(0) === BOM ? text.slice(1) : text;
}

function keepDigits(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return isDecimalInteger(source) ? source : value;
}
