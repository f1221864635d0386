// Requests of joins on the wire. Nearly all hold nothing but texts, which mean the same as a value and as JSON, and the
// codec that walks JSON is several times as quick as the one that takes values.
import { type DescField, ScalarType } from '@bufbuild/protobuf';
import type { JsonValue } from '../../../core/json.ts';
import type { Operation } from '../../../core/operation.ts';
import { Payload } from '../../../core/payload.ts';

export function encodeRequest(operation: Operation, request: JsonValue): Payload {
  const { codec } = operation.input;
  // Without a proto, the value is what is sent.
  if (operation.http !== undefined || !isTexts(operation, request)) return Payload.fromValue(codec, request);
  try {
    return Payload.fromWire(codec, codec.jsonToWire(JSON.stringify(request)));
  } catch {
    // Whoever sends it hears why it is no such message, in the words of all others.
    return Payload.fromValue(codec, request);
  }
}

/** Fields of the request that are texts: whether each is a list of them. */
type TextFields = ReadonlyMap<string, boolean>;

const textFields = new WeakMap<Operation, TextFields>();

function isTexts(operation: Operation, request: JsonValue): boolean {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) return false;
  let fields = textFields.get(operation);
  if (fields === undefined) {
    fields = new Map(operation.input.descriptor.fields.flatMap(textField));
    textFields.set(operation, fields);
  }
  for (const [key, value] of Object.entries(request)) {
    const isList = fields.get(key);
    if (isList === undefined) return false;
    if (isList ? !(Array.isArray(value) && value.every(isText)) : !isText(value)) return false;
  }
  return true;
}

function textField(field: DescField): [string, boolean][] {
  const isList = field.fieldKind === 'list';
  const scalar = isList || field.fieldKind === 'scalar' ? field.scalar : undefined;
  return scalar === ScalarType.STRING ? [[field.jsonName, isList]] : [];
}

function isText(value: JsonValue | undefined): boolean {
  return typeof value === 'string';
}
