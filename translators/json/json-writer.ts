// Wire bytes to the JSON that a REST client gets: in the form its service chose, of the part it asked for. What is
// canonical, and what stays inside the gateway, goes through codec.ts instead.
import { type DescField, type DescMessage, fromBinary, type Registry } from '@bufbuild/protobuf';
import type { Projection } from '../../core/codec.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { OutputOptions } from '../../core/rest-options.ts';
import { defaultJson } from './default-json.ts';
import { messagePlan, projectedPlan } from './fast/compile-plan.ts';
import { FORM } from './fast/message-form.ts';
import { wireToJson } from './fast/wire-to-json.ts';
import { jsonText, libraryJson } from './library-json.ts';

/** UTF-8. Throws a plain Error for bytes that are no such message. */
export type JsonWriter = (wire: Uint8Array) => Uint8Array;

export interface JsonWriterOptions {
  readonly types: Registry;
  readonly output: OutputOptions;
  /** What is left out is not there. Undefined: all of the message. */
  readonly mask?: Projection | undefined;
}

export function createJsonWriter(message: DescMessage, options: JsonWriterOptions): JsonWriter {
  const { types, output, mask } = options;
  const bySlow: JsonWriter = (wire) => Buffer.from(jsonText(slowJson(message, wire, options)));
  if (mask !== undefined && !isExact(message, mask)) return bySlow;
  const plan = mask === undefined ? messagePlan(message, output) : projectedPlan(message, mask, output);
  return (wire) => wireToJson(plan, wire, types) ?? bySlow(wire);
}

/** The JSON of one field alone, of its default if it is absent. `mask` is of the field's own type. */
export function createFieldWriter(
  message: DescMessage,
  field: DescField,
  { types, output, mask }: JsonWriterOptions,
): JsonWriter {
  const name = output.protoNames ? field.name : field.jsonName;
  const absent = defaultJson(field, output);
  const alone: Projection = { fields: new Map([[field.name, mask]]) };
  const bySlow: JsonWriter = (wire) => {
    const json = slowJson(message, wire, { types, output, mask: alone });
    return Buffer.from(jsonText((json as JsonObject)[name] ?? absent));
  };
  if (!isPlain(message) || (mask !== undefined && !isExactWithin(field, mask))) return bySlow;
  const plan = projectedPlan(message, alone, output);
  const before = Buffer.from(`{${JSON.stringify(name)}:`);
  return (wire) => {
    const json = wireToJson(plan, wire, types);
    if (json === undefined) return bySlow(wire);
    // What is there instead may be another member of its oneof.
    const isThere = json.subarray(0, before.length).equals(before);
    return isThere ? json.subarray(before.length, -1) : Buffer.from(JSON.stringify(absent));
  };
}

function slowJson(
  message: DescMessage,
  wire: Uint8Array,
  { types, output, mask }: JsonWriterOptions,
): JsonValue {
  const json = libraryJson(message, fromBinary(message, wire), types, output);
  return mask === undefined ? json : masked(json, message, mask, output);
}

function masked(json: JsonValue, message: DescMessage, mask: Projection, output: OutputOptions): JsonValue {
  const members: JsonObject = Object.create(null);
  for (const field of message.fields) {
    const key = output.protoNames ? field.name : field.jsonName;
    const value = (json as JsonObject)[key];
    if (value === undefined || !mask.fields.has(field.name)) continue;
    const inner = mask.fields.get(field.name);
    const { message: type } = field;
    if (inner === undefined || type === undefined) members[key] = value;
    else if (Array.isArray(value)) members[key] = value.map((item) => masked(item, type, inner, output));
    else members[key] = masked(value, type, inner, output);
  }
  return members;
}

/** True if a projected plan writes what the mask names and nothing beside it. */
function isExact(message: DescMessage, mask: Projection): boolean {
  if (!isPlain(message)) return false;
  return [...mask.fields].every(([name, inner]) => {
    const field = message.fields.find((one) => one.name === name);
    // A oneof is read whole, so that its last member is known.
    if (field === undefined || field.oneof?.fields.some((member) => !mask.fields.has(member.name)))
      return false;
    return inner === undefined || isExactWithin(field, inner);
  });
}

function isExactWithin(field: DescField, mask: Projection): boolean {
  return field.message !== undefined && isExact(field.message, mask);
}

function isPlain(message: DescMessage): boolean {
  return messagePlan(message).form === FORM.plain;
}
