// One HTTP request for a binding, and the message that must arrive for it. The message comes first: what the path,
// the query and the body can carry of it is written there, and what they cannot is taken out of it.
import { type DescField, type JsonObject, type JsonValue, type Message, toJson } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { generateMessage } from './generate.ts';
import type { Binding, Oracle } from './oracle.ts';
import { fillPath } from './path.ts';
import { writeQuery } from './query.ts';

export interface BuiltRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly path: string;
  readonly body: JsonValue | undefined;
  readonly expected: Message;
}

/** `rest`: segments of a `**`. An odd seed uses proto names and puts a value beside the path's into the body. */
export function buildRequest(oracle: Oracle, binding: Binding, seed: number, rest: number): BuiltRequest {
  const { input } = binding.method;
  const message = reflect(input, generateMessage(input, seed));
  const isOdd = seed % 2 === 1;
  const { text, variables } = fillPath(binding.template, rest, (path) => textOf(message, path));
  for (const { fieldPath, value } of variables) bind(message, fieldPath, value);
  const bound = variables.map(({ fieldPath }) => fieldPath);

  const query =
    binding.body === '*' ? '' : writeQuery(message, { bound, bodyField: binding.body, useProtoNames: isOdd });
  const json = toJson(input, message.message, { registry: oracle.types, useProtoFieldName: isOdd });
  const body = bodyOf(json as JsonObject, binding, isOdd);
  for (const path of bound) overwrite(body, path, binding.body, isOdd);
  return {
    method: binding.verb,
    path: query === '' ? text : `${text}?${query}`,
    body: binding.body === '' ? undefined : body,
    expected: message.message,
  };
}

/** The text of a generated value that is no string itself: a path has to hold a number where one is wanted. */
function textOf(message: ReflectMessage, path: readonly string[]): string | undefined {
  let at = message;
  for (const name of path.slice(0, -1)) {
    const field = fieldOf(at, name);
    if (field.fieldKind !== 'message') throw new Error(`${name} is no message`);
    at = at.get(field);
  }
  const value = at.get(fieldOf(at, path.at(-1) ?? ''));
  return typeof value === 'string' ? undefined : String(value);
}

function bind(message: ReflectMessage, [name = '', ...rest]: readonly string[], value: string): void {
  const field = fieldOf(message, name);
  if (rest.length === 0) {
    // Values of other types are those that the message has already.
    if (typeof message.get(field) === 'string') message.set(field, value);
    return;
  }
  if (field.fieldKind !== 'message') throw new Error(`${name} is no message`);
  const inner = message.get(field);
  bind(inner, rest, value);
  message.set(field, inner);
}

function bodyOf(json: JsonObject, { body, method }: Binding, useProtoNames: boolean): JsonValue {
  if (body === '' || body === '*') return json;
  const field = method.input.fields.find(({ name }) => name === body);
  if (field === undefined) throw new Error(`no field ${body}`);
  return json[useProtoNames ? field.name : field.jsonName] ?? {};
}

/** Takes the path's values out of the body, or puts others there: either way the path's arrive. */
function overwrite(body: JsonValue, path: readonly string[], bodyField: string, isOther: boolean): void {
  const inBody = bodyField === '*' ? path : path[0] === bodyField ? path.slice(1) : [];
  let at: JsonValue = body;
  for (const name of inBody.slice(0, -1)) at = isObject(at) ? (at[keyOf(at, name)] ?? null) : null;
  const last = inBody.at(-1);
  if (!isObject(at) || last === undefined) return;
  const key = keyOf(at, last);
  if (isOther && typeof at[key] === 'string') at[key] = 'not the one of the path';
  else delete at[key];
}

function keyOf(json: JsonObject, name: string): string {
  return name in json ? name : name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function isObject(json: JsonValue): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function fieldOf({ desc }: ReflectMessage, name: string): DescField {
  const field = desc.fields.find((one) => one.name === name);
  if (field === undefined) throw new Error(`no field ${name} in ${desc.typeName}`);
  return field;
}
