// What messages look like in JSON, and which of them are beyond what tables can say.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';

/** What a message looks like in JSON. `library`: only the codec library knows. */
export const FORM = {
  plain: 0,
  timestamp: 1,
  duration: 2,
  wrapper: 3,
  struct: 4,
  value: 5,
  list: 6,
  library: 7,
  /** As `plain`, with every field that has no presence written. */
  full: 8,
  /** Chosen fields in an order and under names of their own. */
  selected: 9,
} as const;
export type Form = (typeof FORM)[keyof typeof FORM];

/** Oneofs of one message that bits of a small integer can tell apart. */
const MAX_ONEOFS = 30;

/** `library` for whatever the tables cannot say exactly. */
export function jsonForm(message: DescMessage): Form {
  switch (message.typeName) {
    case 'google.protobuf.Timestamp':
      return FORM.timestamp;
    case 'google.protobuf.Duration':
      return FORM.duration;
    case 'google.protobuf.Struct':
      return FORM.struct;
    case 'google.protobuf.Value':
      return FORM.value;
    case 'google.protobuf.ListValue':
      return FORM.list;
    case 'google.protobuf.Any':
    case 'google.protobuf.FieldMask':
      return FORM.library;
  }
  if (/^google\.protobuf\.(Double|Float|U?Int(32|64)|Bool|String|Bytes)Value$/.test(message.typeName)) {
    return FORM.wrapper;
  }
  return message.fields.some(isBeyondTables) || message.oneofs.length > MAX_ONEOFS
    ? FORM.library
    : FORM.plain;
}

function isBeyondTables(field: DescField): boolean {
  return (
    // Its absence is an error, which the library words.
    field.presence === FeatureSet_FieldPresence.LEGACY_REQUIRED ||
    // Groups end by a tag, not by a length.
    ((field.fieldKind === 'message' || (field.fieldKind === 'list' && field.listKind === 'message')) &&
      field.delimitedEncoding) ||
    // An unknown number of a closed enum counts as an unknown field.
    (field.enum !== undefined && !field.enum.open) ||
    // JavaScript orders such members before all others, and the library's order is ours.
    /^[0-9]+$/.test(field.jsonName)
  );
}
