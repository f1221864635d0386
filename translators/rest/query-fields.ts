// Puts query parameters into the request's tree. What a query may not touch is refused, never applied:
// an attacker must not re-aim a path that was authorised. Source: transcoding reference, sections 4 and 5.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { findField } from '../json/fields.ts';
import type { JsonNode, JsonNodeObject } from '../json/scan.ts';
import type { Violations } from '../json/violations.ts';
import { jsonFormOf } from '../json/well-known.ts';
import { enumRefusal, isLeaf, leafNode } from './leaf.ts';
import type { NameTest } from './name-test.ts';
import type { QueryParameter } from './query.ts';

export interface QueryRules {
  readonly message: DescMessage;
  /** Fields that path variables bind. */
  readonly bound: readonly (readonly DescField[])[];
  /** The field that the body fills. */
  readonly bodyField: DescField | undefined;
  /** The body is the whole message, so no parameter is left. */
  readonly isBodyWhole: boolean;
  /** Names of parameters that are dropped where they would be refused. */
  readonly isIgnored: NameTest;
}

interface Aim {
  readonly path: readonly DescField[];
  /** Key of a map entry, for `m[key]`. */
  readonly mapKey: string | undefined;
}

export function applyQuery(
  root: JsonNodeObject,
  parameters: readonly QueryParameter[],
  rules: QueryRules,
  violations: Violations,
): void {
  for (const { name, value } of parameters) {
    if (rules.isIgnored(name) && isForeign(name, rules)) continue;
    const refusal = applyOne(root, name, value, rules);
    if (refusal !== undefined) violations.add(name, refusal);
  }
}

/** What names a field is never dropped: it is used or refused, whatever a service wants ignored. */
function isForeign(name: string, rules: QueryRules): boolean {
  return typeof findAim(rules.message, name) === 'string';
}

function applyOne(root: JsonNodeObject, name: string, value: string, rules: QueryRules): string | undefined {
  if (rules.isBodyWhole) return 'this route takes no query parameters: its body is the whole request';
  const aim = findAim(rules.message, name);
  if (typeof aim === 'string') return aim;
  return forbidden(aim.path, rules) ?? put(root, aim, value);
}

function findAim(message: DescMessage, name: string): Aim | string {
  const [, fieldPath = name, mapKey] = /^([^[\]]+)\[(.*)\]$/s.exec(name) ?? [];
  const path: DescField[] = [];
  let at: DescMessage | undefined = message;
  for (const part of fieldPath.split('.')) {
    const field: DescField | undefined = at === undefined ? undefined : findField(at, part);
    if (field === undefined) return 'there is no such parameter';
    path.push(field);
    // The inside of a Struct, Value or Any is not reached: its JSON form has no such fields.
    at = field.fieldKind === 'message' && jsonFormOf(field.message) === 'message' ? field.message : undefined;
  }
  const last = path.at(-1);
  if (last === undefined) return 'there is no such parameter';
  if (last.fieldKind === 'map') return findMapAim(last, path, mapKey);
  if (mapKey !== undefined) return 'only a map takes a key in brackets';
  if (!isLeaf(last)) return 'a message cannot be a parameter; name one of its fields, separated by a dot';
  return { path, mapKey: undefined };
}

function findMapAim(field: DescField, path: readonly DescField[], mapKey: string | undefined): Aim | string {
  if (mapKey === undefined) return `a map is written as ${field.jsonName}[key]=value`;
  if (field.message !== undefined) return 'a map of messages cannot be a parameter';
  return { path, mapKey };
}

function forbidden(path: readonly DescField[], rules: QueryRules): string | undefined {
  if (rules.bodyField !== undefined && path[0] === rules.bodyField) return 'this field comes from the body';
  for (const bound of rules.bound) {
    // The shared beginning of both paths; where they part may be two members of one oneof.
    const parting = path.findIndex((field, index) => field !== bound[index]);
    if (parting === -1 || parting === bound.length) return 'this field comes from the path';
    const oneof = path[parting]?.oneof;
    if (oneof !== undefined && oneof === bound[parting]?.oneof) {
      return `it excludes ${bound[parting]?.jsonName}, which comes from the path`;
    }
  }
  return undefined;
}

function put(root: JsonNodeObject, aim: Aim, value: string): string | undefined {
  let object = root;
  for (const field of aim.path.slice(0, -1)) object = child(object, field.jsonName);
  const field = aim.path.at(-1) as DescField;
  const refusal = enumRefusal(value, field);
  if (refusal !== undefined) return refusal;
  if (aim.mapKey !== undefined) {
    const entries = child(object, field.jsonName);
    if (entries.has(aim.mapKey)) return 'the key is there twice';
    entries.set(aim.mapKey, leafNode(value, field));
  } else if (field.fieldKind === 'list') {
    const present = object.get(field.jsonName);
    const items: JsonNode[] = Array.isArray(present) ? present : [];
    items.push(leafNode(value, field));
    object.set(field.jsonName, items);
  } else {
    if (object.has(field.jsonName)) return 'the parameter is there twice';
    object.set(field.jsonName, leafNode(value, field));
  }
  return undefined;
}

function child(object: JsonNodeObject, key: string): JsonNodeObject {
  const present = object.get(key);
  if (present instanceof Map) return present;
  const made: JsonNodeObject = new Map();
  object.set(key, made);
  return made;
}
