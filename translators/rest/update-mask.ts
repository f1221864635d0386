// The FieldMask of a PATCH that names none: the paths that its body has. A null that was said clears a field; what
// was not said stays as it is. Source: transcoding reference, section 11; google.api.HttpRule and AIP-134.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { GatewayError } from '../../core/error.ts';
import type { HttpBinding } from '../../core/operation.ts';
import { findField } from '../json/fields.ts';
import type { JsonNode, JsonNodeObject } from '../json/scan.ts';
import { jsonFormOf } from '../json/well-known.ts';
import { lengthDelimited, messageRecord } from './wire-parts.ts';

/** A mask that names more is no longer short for anything; and a deep body must not become a long list of long paths. */
const MAX_PATHS = 1000;

export interface UpdateMask {
  /** Proto paths that the body has, sorted. Asked before the path is filled in, which is no part of the update. */
  paths(root: JsonNode): readonly string[];
  /** The mask as part of the request; undefined if the query gave one. Asked after all is filled in. */
  write(root: JsonNode, paths: readonly string[]): Uint8Array | undefined;
}

/** Undefined where the rule is no PATCH of one field, or the request has no mask, several, or one from the path. */
export function createUpdateMask(
  message: DescMessage,
  binding: Pick<HttpBinding, 'method'>,
  bodyField: DescField | undefined,
  variables: readonly (readonly DescField[])[],
): UpdateMask | undefined {
  const resource = bodyField?.fieldKind === 'message' ? bodyField.message : undefined;
  if (binding.method !== 'PATCH' || bodyField === undefined || resource === undefined) return undefined;
  if (jsonFormOf(resource) !== 'message' || resource.typeName === 'google.api.HttpBody') return undefined;
  // `read_mask` is about the answer (AIP-157).
  const masks = message.fields.filter((field) => isMask(field) && field.name !== 'read_mask');
  const [mask] = masks;
  if (mask === undefined || masks.length > 1 || variables.some(([first]) => first === mask)) return undefined;
  return {
    paths: (root) => {
      const body = root instanceof Map ? root.get(bodyField.jsonName) : undefined;
      return body instanceof Map ? presentPaths(body, resource, [], '').sort() : [];
    },
    write: (root, paths) => {
      if (paths.length === 0 || !(root instanceof Map) || root.has(mask.jsonName)) return undefined;
      if (paths.length > MAX_PATHS) throw tooManyPaths(mask);
      return maskField(mask, paths);
    },
  };
}

export function isMask(field: DescField): boolean {
  return field.fieldKind === 'message' && field.message.typeName === 'google.protobuf.FieldMask';
}

/** Wire bytes of a request's field that is a FieldMask of proto paths. */
export function maskField(field: DescField, paths: readonly string[]): Uint8Array {
  return messageRecord(field, Buffer.concat(paths.map((path) => lengthDelimited(1, Buffer.from(path)))));
}

/** Lists, maps and well-known types count as a whole, and so does a message of which nothing is said. */
function presentPaths(body: JsonNodeObject, message: DescMessage, paths: string[], before: string): string[] {
  for (const [key, value] of body) {
    const field = findField(message, key);
    // Where unknown fields are not refused, they are not there.
    if (field === undefined || paths.length > MAX_PATHS) continue;
    const path = before + field.name;
    const isEntered =
      field.fieldKind === 'message' &&
      jsonFormOf(field.message) === 'message' &&
      value instanceof Map &&
      value.size > 0;
    if (isEntered) presentPaths(value, field.message, paths, `${path}.`);
    else paths.push(path);
  }
  return paths;
}

function tooManyPaths({ jsonName }: DescField): GatewayError {
  const description = `must be given for a body of more than ${MAX_PATHS} fields`;
  return new GatewayError('invalid_argument', `${jsonName} ${description}`, {
    violations: [{ field: jsonName, description }],
  });
}
