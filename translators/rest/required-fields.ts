// Whether a message can lack something. Source: protobuf language guide (proto2), "required"; editions, LEGACY_REQUIRED.
import type { DescMessage } from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';

/** Lives as long as the types do: also who asks for a part of an answer asks this. */
const known = new WeakMap<DescMessage, boolean>();

/** True if the message, or one that it may hold at any depth, has a field that must be there. */
export function requiresFields(message: DescMessage): boolean {
  let requires = known.get(message);
  if (requires === undefined) {
    requires = findsRequired(message);
    known.set(message, requires);
  }
  return requires;
}

function findsRequired(root: DescMessage): boolean {
  const seen = new Set([root]);
  // A set may grow while it is walked, and the walk reaches what is added.
  for (const { fields } of seen) {
    for (const { presence, message } of fields) {
      if (presence === FeatureSet_FieldPresence.LEGACY_REQUIRED) return true;
      if (message !== undefined) seen.add(message);
    }
  }
  return false;
}
