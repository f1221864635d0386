// JSON out of a GraphQL request: text that is UTF-8, values that are objects, sizes within limits.
import { isUtf8 } from 'node:buffer';
import { GatewayError } from '../../core/error.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { hasKeysTwice } from '../../translators/json/keys-twice.ts';
import { scanJson } from '../../translators/json/scan.ts';
import type { GraphqlLimits } from './limits.ts';

/** Of the text of a request. JSON may spell each character of the document with six. */
export function requestBytes({ documentBytes, variablesBytes }: GraphqlLimits): number {
  return 6 * documentBytes + variablesBytes;
}

/** @throws GatewayError `invalid-json` */
export function decodeUtf8(body: Buffer): string {
  // What checks and decodes in one step costs more than the two.
  if (isUtf8(body)) return body.toString();
  throw new GatewayError('invalid_argument', 'the body is not valid UTF-8', { type: 'invalid-json' });
}

/** Where nobody can tell which of two values counts, none does. @throws GatewayError `invalid-json` */
export function parseJson(text: string, what: string): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new GatewayError('invalid_argument', `${what} is not valid JSON`, { type: 'invalid-json', cause });
  }
  // The scanner names key and place; it is asked only when there is one to name.
  if (hasKeysTwice(text, value)) scanJson(text);
  return value;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
