// Puts path variables into the request's tree. The path wins over the body: authorisation is decided on the path.
// Where a service wants it, a body that says something else there is refused. Source: transcoding reference, section 5.
import { type DescField, type DescMessage, type Registry, ScalarType } from '@bufbuild/protobuf';
import { hasOwnName, presentKey } from '../json/fields.ts';
import { nodeToWire } from '../json/library-codec.ts';
import { readEnum, readScalar } from '../json/scalars.ts';
import type { JsonNode, JsonNodeObject } from '../json/scan.ts';
import { Violations } from '../json/violations.ts';
import { type LeafRules, readLeaf } from './leaf.ts';

/** A variable's way to its field, and the text that the path holds there. */
export interface BoundText {
  readonly path: readonly DescField[];
  readonly text: string;
}

/** What the path goes through must be objects. */
export function bindVariable(
  root: JsonNodeObject,
  { path, text }: BoundText,
  rules: LeafRules,
  violations: Violations,
): void {
  let object = root;
  path.forEach((field, index) => {
    if (index === path.length - 1) {
      const reading = readLeaf(text, field, rules);
      if (!reading.ok) violations.add(dotted(path), reading.refusal);
      deleteOtherName(object, field);
      object.set(field.jsonName, reading.ok ? reading.node : text);
      return;
    }
    const present = object.get(presentKey(object, field));
    if (present !== undefined && present !== null && !(present instanceof Map)) {
      violations.add(dotted(path.slice(0, index + 1)), 'expected an object');
    }
    const child = present instanceof Map ? present : new Map<string, JsonNode>();
    deleteOtherName(object, field);
    object.set(field.jsonName, child);
    object = child;
  });
}

/** For services that do not want the path to win in silence. `body` is the tree without path and query. */
export function findConflicts(
  body: JsonNodeObject,
  bound: readonly BoundText[],
  { leaves, types }: { readonly leaves: LeafRules; readonly types: Registry },
  violations: Violations,
): void {
  for (const { path, text } of bound) {
    const field = path.at(-1);
    const given = field === undefined ? undefined : valueAt(body, path);
    if (field === undefined || given === undefined || given === null) continue;
    const asked = readLeaf(text, field, leaves);
    // A path that is no such value is refused as such.
    if (!asked.ok || isSameValue(given, asked.node, field, types)) continue;
    violations.add(
      dotted(path),
      'the path gives this field another value; leave it out of the body, or send the same',
    );
  }
}

function valueAt(root: JsonNodeObject, path: readonly DescField[]): JsonNode | undefined {
  let at: JsonNode | undefined = root;
  for (const field of path) at = at instanceof Map ? at.get(presentKey(at, field)) : undefined;
  return at;
}

/** However each is spelled. What is no value of the field is another than any. */
function isSameValue(one: JsonNode, other: JsonNode, field: DescField, types: Registry): boolean {
  const key = canonical(one, field, types);
  return key !== undefined && key === canonical(other, field, types);
}

function canonical(node: JsonNode, field: DescField, types: Registry): string | undefined {
  const violations = new Violations();
  if (field.message !== undefined) return canonicalMessage(node, field.message, types);
  if (field.enum !== undefined) {
    const value = readEnum(node, field.enum, { path: undefined, violations });
    const number = field.enum.values.find(({ name }) => name === value)?.number ?? value;
    return violations.isEmpty ? String(number) : undefined;
  }
  const value = readScalar(node, field.scalar, { path: undefined, violations });
  if (!violations.isEmpty || typeof value === 'object') return undefined;
  if (field.scalar === ScalarType.BYTES) return Buffer.from(String(value), 'base64').toString('hex');
  return String(field.scalar === ScalarType.FLOAT ? Math.fround(Number(value)) : value);
}

function canonicalMessage(node: JsonNode, message: DescMessage, types: Registry): string | undefined {
  try {
    return Buffer.from(nodeToWire(node, message, types)).toString('hex');
  } catch {
    return undefined;
  }
}

function dotted(path: readonly DescField[]): string {
  return path.map(({ jsonName }) => jsonName).join('.');
}

function deleteOtherName(object: JsonNodeObject, field: DescField): void {
  if (hasOwnName(field)) object.delete(field.name);
}
