// Whether a message can lack something. Source: protobuf language guide (proto2), "required"; editions, LEGACY_REQUIRED.
import type { DescMessage } from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';

/** True if the message, or one that it may hold at any depth, has a field that must be there. */
export function requiresFields(message: DescMessage, seen = new Set<DescMessage>()): boolean {
  if (seen.has(message)) return false;
  seen.add(message);
  return message.fields.some(
    (field) =>
      field.presence === FeatureSet_FieldPresence.LEGACY_REQUIRED ||
      (field.message !== undefined && requiresFields(field.message, seen)),
  );
}
