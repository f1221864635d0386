// Finds the field that a JSON key means: by its JSON name or its proto name, as ProtoJSON allows both.
import type { DescExtension, DescField, DescMessage } from '@bufbuild/protobuf';

const tables = new WeakMap<DescMessage, ReadonlyMap<string, DescField>>();

/** Undefined if the message has no such field. Where one field's proto name is another's JSON name, the JSON name wins. */
export function findField(message: DescMessage, key: string): DescField | undefined {
  let table = tables.get(message);
  if (table === undefined) {
    table = new Map([
      ...message.fields.map((field) => [field.name, field] as const),
      ...message.fields.map((field) => [field.jsonName, field] as const),
    ]);
    tables.set(message, table);
  }
  return table.get(key);
}

/** The field that an http rule means: rules are written in proto names, so there the proto name wins. */
export function findRuleField(message: DescMessage, name: string): DescField | undefined {
  return message.fields.find((field) => field.name === name) ?? findField(message, name);
}

/** True if the proto name is another key than the JSON name, and means this field and no other. */
export function hasOwnName(field: DescField): boolean {
  return field.name !== field.jsonName && findField(field.parent, field.name) === field;
}

/** The key under which an object has the field; the JSON name if it has it under neither. */
export function presentKey(object: ReadonlyMap<string, unknown>, field: DescField): string {
  const { name, jsonName } = field;
  return !object.has(jsonName) && object.has(name) && hasOwnName(field) ? name : jsonName;
}

/** null is a value of its own for google.protobuf.Value and NullValue; for every other field it means "unset". */
export function isNullAValue(field: DescField | DescExtension): boolean {
  if (field.fieldKind === 'message') return field.message.typeName === 'google.protobuf.Value';
  return field.fieldKind === 'enum' && field.enum.typeName === 'google.protobuf.NullValue';
}
