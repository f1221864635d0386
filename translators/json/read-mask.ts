// What is wanted of a reply as the FieldMask of a request (graphql reference, section 6; AIP-157), for all doors.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { Projection } from '../../core/codec.ts';
import type { ReadMask } from '../../core/graph.ts';
import { NOTHING, projectionAt, type Wanted } from './projections.ts';
import { jsonFormOf } from './well-known.ts';

/**
 * ProtoJSON of the mask. `wanted` is of the whole reply, whose type is `reply`. Undefined if the request is better
 * sent without a mask: all is wanted, or a name has no form in the JSON of a mask.
 */
export function readMaskText(wanted: Wanted, mask: ReadMask, reply: DescMessage): string | undefined {
  const paths = readMaskPaths(wanted, mask, reply)?.map(camelPath);
  return paths?.every((path) => path !== undefined) === true ? paths.join(',') : undefined;
}

/** The mask as proto paths, sorted. Undefined if all is wanted. */
export function readMaskPaths(
  wanted: Wanted,
  mask: ReadMask,
  reply: DescMessage,
): readonly string[] | undefined {
  const resource = messageAt(reply, mask.resource);
  const fields = projectionAt(wanted, mask.resource);
  if (fields === undefined || resource === undefined) return undefined;
  const always = mask.always.filter((name) => !isWhole(fields, name));
  const paths = new Set([...pathsOf(fields, resource, ''), ...always]);
  // An empty mask would mean: all of it.
  return paths.size === 0 ? undefined : [...paths].sort();
}

function isWhole({ fields }: Projection, name: string): boolean {
  return fields.has(name) && fields.get(name) === undefined;
}

function messageAt(message: DescMessage, path: readonly string[]): DescMessage | undefined {
  let at: DescMessage | undefined = message;
  for (const name of path) at = at?.fields.find((field) => field.name === name)?.message;
  return at;
}

function* pathsOf(wanted: Projection, message: DescMessage, prefix: string): Generator<string> {
  for (const field of message.fields) {
    if (!wanted.fields.has(field.name)) continue;
    const path = prefix + field.name;
    const inner = wanted.fields.get(field.name) ?? NOTHING;
    const entered = inner.fields.size === 0 ? undefined : enteredMessage(field);
    if (entered === undefined) yield path;
    else yield* pathsOf(inner, entered, `${path}.`);
  }
}

/** google/protobuf/field_mask.proto: nothing may follow a repeated field or a map; well-known types are taken whole. */
function enteredMessage(field: DescField): DescMessage | undefined {
  if (field.fieldKind !== 'message') return undefined;
  return jsonFormOf(field.message) === 'message' ? field.message : undefined;
}

/** ProtoJSON spells masks in lowerCamel, from which a name with `_1` or a capital could not be read back. */
function camelPath(path: string): string | undefined {
  const camel = path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const back = camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return back === path && !camel.includes('_') ? camel : undefined;
}
