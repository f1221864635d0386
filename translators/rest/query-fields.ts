// Puts query parameters into the request's tree. What a query may not touch is refused, never applied:
// an attacker must not re-aim a path that was authorised. Source: transcoding reference, sections 4 and 5.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { findField, isNullAValue, presentKey } from '../json/fields.ts';
import type { JsonNode, JsonNodeObject } from '../json/scan.ts';
import type { Violations } from '../json/violations.ts';
import { jsonFormOf } from '../json/well-known.ts';
import { isLeaf, type LeafRules, readLeaf } from './leaf.ts';
import type { NameTest } from './name-test.ts';
import type { QueryParameter } from './query.ts';

export interface QueryRules {
  readonly message: DescMessage;
  /** Fields that path variables bind. */
  readonly bound: readonly (readonly DescField[])[];
  /** Way to the field that the body fills, and that no parameter may; empty: there is none. */
  readonly bodyPath: readonly DescField[];
  /** The body is the whole message, so no parameter is left. */
  readonly isBodyWhole: boolean;
  /** Names of parameters that are dropped where they would be refused. */
  readonly isIgnored: NameTest;
  readonly leaves: LeafRules;
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
  return typeof findAim(rules, name) === 'string';
}

function applyOne(root: JsonNodeObject, name: string, value: string, rules: QueryRules): string | undefined {
  if (rules.isBodyWhole) return 'this route takes no query parameters: its body is the whole request';
  const aim = findAim(rules, name);
  if (typeof aim === 'string') return aim;
  return forbidden(aim.path, rules) ?? put(root, aim, value, rules.leaves);
}

function findAim({ message, leaves }: QueryRules, name: string): Aim | string {
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
  if (last.fieldKind === 'map') return findMapAim(last, { path, mapKey });
  if (mapKey !== undefined) return 'only a map takes a key in brackets';
  if (!isLeaf(last, leaves)) {
    return isLeaf(last, { structInQuery: true })
      ? 'a message cannot be a parameter; send free-form JSON in a body'
      : 'a message cannot be a parameter; name one of its fields, separated by a dot';
  }
  return { path, mapKey: undefined };
}

function findMapAim(field: DescField, aim: Aim): Aim | string {
  if (aim.mapKey === undefined) return `a map is written as ${field.jsonName}[key]=value`;
  return isLeaf(field, { structInQuery: false }) ? aim : 'a map of messages cannot be a parameter';
}

function forbidden(path: readonly DescField[], { bodyPath, bound }: QueryRules): string | undefined {
  if (bodyPath.length > 0 && bodyPath.every((field, index) => field === path[index])) {
    return 'this field comes from the body';
  }
  for (const one of bound) {
    // The shared beginning of both paths; where they part may be two members of one oneof.
    const parting = path.findIndex((field, index) => field !== one[index]);
    if (parting === -1 || parting === one.length) return 'this field comes from the path';
    const oneof = path[parting]?.oneof;
    if (oneof !== undefined && oneof === one[parting]?.oneof) {
      return `it excludes ${one[parting]?.jsonName}, which comes from the path`;
    }
  }
  return undefined;
}

/** The tree may hold what the body gave, in either spelling; the reader of messages says what is wrong with that. */
function put(root: JsonNodeObject, aim: Aim, value: string, rules: LeafRules): string | undefined {
  let object: JsonNodeObject | undefined = root;
  for (const field of aim.path.slice(0, -1)) {
    object = child(object, presentKey(object, field));
    if (object === undefined) return OTHER_KIND;
  }
  const field = aim.path.at(-1) as DescField;
  const reading = readLeaf(value, field, rules);
  if (!reading.ok) return reading.refusal;
  const { node } = reading;
  const key = presentKey(object, field);
  if (aim.mapKey !== undefined) {
    const entries = child(object, key);
    if (entries === undefined) return OTHER_KIND;
    if (entries.has(aim.mapKey)) return 'the key is there twice';
    entries.set(aim.mapKey, node);
  } else if (field.fieldKind === 'list') {
    const present = object.get(key) ?? [];
    if (!Array.isArray(present)) return OTHER_KIND;
    present.push(node);
    object.set(key, present);
  } else {
    const isUnset = object.get(key) === null && !isNullAValue(field);
    if (object.has(key) && !isUnset) return 'the parameter is there twice';
    object.set(key, node);
  }
  return undefined;
}

const OTHER_KIND = 'the body has a value of another kind here';

function child(object: JsonNodeObject, key: string): JsonNodeObject | undefined {
  const present: JsonNode | undefined = object.get(key);
  if (present instanceof Map) return present;
  if (present !== undefined && present !== null) return undefined;
  const made: JsonNodeObject = new Map();
  object.set(key, made);
  return made;
}
