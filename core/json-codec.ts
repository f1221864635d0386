// The codec of operations that no proto describes: their messages are JSON, so wire and text are one.
import type { Codec } from './codec.ts';
import { GatewayError } from './error.ts';
import type { JsonValue } from './json.ts';

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
  const text = UTF8.decode(wire);
  return LONG_NUMBER.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function keepDigits(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return /^-?\d+$/.test(source) ? source : value;
}
