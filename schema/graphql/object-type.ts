// A message as a GraphQL object type: fields, their nullability, and where their values lie (graphql reference,
// section 3.1). Adds the types that no message declares: unions of oneofs, wrappers, map entries.
import type { DescEnum, DescField, DescMessage, DescOneof } from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import type { FieldSource, OneofMember, OutputField, TypeRef, ValueShape } from '../../core/graph.ts';
import type { JsonValue } from '../../core/json.ts';
import { commentOf } from '../proto/source-info.ts';
import { notesOf } from './annotations.ts';
import { deprecationOf, typeDescription } from './docs.ts';
import { zeroEnumValue } from './enum-type.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { lowerCamelCase, pascalCase, validName } from './names.ts';
import type { ServiceMapping } from './service-mapping.ts';
import { graphScalar, isLossy, mapKeyOf, namedType, wellKnownScalar, zeroOf } from './value-shapes.ts';

export function buildObject(message: DescMessage, builder: GraphBuilder): void {
  const fields = new Map<string, { field: OutputField; member: DescField | DescOneof }>();
  for (const member of builder.mapping.outputMembers(message)) {
    const field = member.kind === 'oneof' ? oneofField(member, builder) : outputField(member, builder);
    const holder = fields.get(field.name);
    if (holder === undefined) fields.set(field.name, { field, member });
    else builder.reportFieldClash(field.name, holder.member, member);
  }
  const own = [...fields.values()].map(({ field }) => field);
  const all =
    showsExtensions(message, builder) && !fields.has(EXTENSIONS) ? [...own, extensions(builder)] : own;
  builder.add({
    kind: 'object',
    name: builder.objectName(message),
    description: typeDescription(message),
    origin: message.typeName,
    fields: all.length === 0 ? [EMPTY_FIELD] : all,
  });
}

/** GraphQL has no object without fields. */
const EMPTY_FIELD = Object.freeze<OutputField>({
  name: '_empty',
  type: { name: 'Boolean', isRequired: false },
  description: 'Always null: the type has no fields.',
  deprecation: undefined,
  source: { kind: 'none' },
});

const EXTENSIONS = '_extensions';

function showsExtensions(message: DescMessage, { mapping }: GraphBuilder): boolean {
  return mapping.options.extensions && message.proto.extensionRange.length > 0;
}

function extensions(builder: GraphBuilder): OutputField {
  builder.useScalar('JSONObject');
  return {
    name: EXTENSIONS,
    type: { name: 'JSONObject', isRequired: false },
    description: 'What other files have added to the message, by full names.',
    deprecation: undefined,
    source: { kind: 'extensions' },
  };
}

function outputField(field: DescField, builder: GraphBuilder): OutputField {
  return {
    name: fieldName(field, builder),
    description: commentOf(field),
    deprecation: deprecationOf(field),
    ...placed(field, builder),
  };
}

function placed(field: DescField, builder: GraphBuilder): { type: TypeRef; source: FieldSource } {
  if (builder.mapping.isJsonMap(field)) return jsonMap(field, builder);
  const value = outputValue(field, builder);
  const isNonNull = builder.mapping.entryOf(field).nonNull === true;
  const place = { key: field.jsonName, path: field.name };
  switch (field.fieldKind) {
    case 'list':
      return {
        type: listOf(namedType(value, isNonNull || !isNullable(value))),
        source: { kind: 'list', ...place, item: value },
      };
    case 'map': {
      const entry = addEntry(field, value, builder);
      return {
        type: listOf({ name: entry, isRequired: true }),
        source: { kind: 'map', ...place, entry, mapKey: mapKeyOf(field) },
      };
    }
    default:
      return {
        type: namedType(value, isNonNull || isAlwaysThere(field, value)),
        source: { kind: 'single', ...place, value, absent: absentValue(field, builder.mapping) },
      };
  }
}

/** The name of a field, put out or put in. */
export function fieldName(field: DescField, builder: GraphBuilder): string {
  return builder.mapping.entryOf(field).rename ?? validName(field.jsonName);
}

export function oneofName(oneof: DescOneof, builder: GraphBuilder): string {
  return builder.mapping.entryOf(oneof).rename ?? validName(lowerCamelCase(oneof.name));
}

/** A map without entries is an empty object, as it is an empty list. */
function jsonMap(field: DescField, builder: GraphBuilder): { type: TypeRef; source: FieldSource } {
  builder.useScalar('JSONObject');
  const value = { kind: 'scalar', scalar: 'JSONObject' } as const;
  return {
    type: namedType(value, true),
    source: { kind: 'single', key: field.jsonName, path: field.name, value, absent: NO_ENTRIES },
  };
}

const NO_ENTRIES: JsonValue = Object.freeze({});

/** Implicit presence always has a value; so has a proto2 `required` field. Lossy values stay nullable. */
function isAlwaysThere(field: DescField, value: ValueShape): boolean {
  if (isNullable(value)) return false;
  return field.presence === FeatureSet_FieldPresence.LEGACY_REQUIRED || hasImplicitPresence(field);
}

function hasImplicitPresence(field: DescField): boolean {
  return field.presence === FeatureSet_FieldPresence.IMPLICIT && field.oneof === undefined;
}

function absentValue(field: DescField, mapping: ServiceMapping): JsonValue {
  if (!hasImplicitPresence(field)) return null;
  if (field.fieldKind === 'scalar') return zeroOf(field.scalar);
  return field.fieldKind === 'enum' ? zeroEnumValue(field.enum, mapping) : null;
}

/** Enums may hold numbers that have no name, floats NaN, a google.protobuf.Value null. */
function isNullable(value: ValueShape): boolean {
  return value.kind === 'enum' || (value.kind === 'scalar' && isLossy(value.scalar));
}

function outputValue(field: DescField, builder: GraphBuilder): ValueShape {
  if (field.enum !== undefined) return enumValue(field.enum, builder);
  if (field.message !== undefined) return messageValue(field.message, builder);
  const scalar = notesOf(field).isIdentifier && isIdentifying(field) ? 'ID' : graphScalar(field.scalar);
  builder.useScalar(scalar);
  return { kind: 'scalar', scalar };
}

/** A resource name is text, an identifier also a number; anything else that is so annotated stays what it is. */
export function isIdentifying(field: DescField): boolean {
  if (field.scalar === undefined || field.fieldKind === 'map') return false;
  const scalar = graphScalar(field.scalar);
  return scalar !== 'Boolean' && scalar !== 'Bytes' && scalar !== 'Float';
}

function enumValue(desc: DescEnum, builder: GraphBuilder): ValueShape {
  return { kind: 'enum', type: builder.enumName(desc) };
}

function messageValue(message: DescMessage, builder: GraphBuilder): ValueShape {
  const scalar = wellKnownScalar(message);
  if (scalar === undefined) return { kind: 'message', type: builder.objectName(message) };
  builder.useScalar(scalar);
  return { kind: 'scalar', scalar };
}

function addEntry(field: DescField & { fieldKind: 'map' }, value: ValueShape, builder: GraphBuilder): string {
  const name = builder.claimDerived(
    `${builder.stemOf(field.parent)}${pascalCase(field.name)}Entry`,
    'Pair',
    field,
  );
  const key = mapKeyOf(field);
  builder.useScalar(key);
  builder.add({
    kind: 'object',
    name,
    description: '',
    origin: `${field.parent.typeName}.${field.name}`,
    fields: [entryField('key', { kind: 'scalar', scalar: key }), entryField('value', value)],
  });
  return name;
}

/** A field of a map entry or wrapper: such objects are made by the gateway and have all their fields. */
function entryField(name: string, value: ValueShape, deprecation?: string): OutputField {
  return {
    name,
    type: namedType(value, !isNullable(value)),
    description: '',
    deprecation,
    source: { kind: 'single', key: name, path: name, value, absent: null },
  };
}

function oneofField(oneof: DescOneof, builder: GraphBuilder): OutputField {
  const stem = builder.stemOf(oneof.parent);
  const union = builder.claimDerived(`${stem}${pascalCase(oneof.name)}`, 'Union', oneof);
  const shown = builder.mapping.shownFields(oneof);
  const members = shown.map((field) => oneofMember(field, shown, stem, builder));
  builder.add({
    kind: 'union',
    name: union,
    description: '',
    origin: `${oneof.parent.typeName}.${oneof.name}`,
    members: members.map((member) => member.type),
  });
  return {
    name: oneofName(oneof, builder),
    type: { name: union, isRequired: builder.mapping.entryOf(oneof).nonNull === true },
    description: commentOf(oneof),
    deprecation: undefined,
    source: { kind: 'oneof', union, members },
  };
}

/** A message type that only one member has is itself a member of the union; everything else is wrapped. */
function oneofMember(
  field: DescField,
  all: readonly DescField[],
  stem: string,
  builder: GraphBuilder,
): OneofMember {
  const place = { key: field.jsonName, path: field.name };
  const value = outputValue(field, builder);
  const isOnlyOne = all.filter((other) => other.message?.typeName === field.message?.typeName).length === 1;
  if (value.kind === 'message' && isOnlyOne) return { ...place, type: value.type, isWrapped: false };
  const type = builder.claimDerived(`${stem}${pascalCase(field.name)}`, 'Value', field);
  builder.add({
    kind: 'object',
    name: type,
    description: commentOf(field),
    origin: `${field.parent.typeName}.${field.name}`,
    fields: [entryField('value', value, deprecationOf(field))],
  });
  return { ...place, type, isWrapped: true };
}

function listOf(item: TypeRef): TypeRef {
  return { list: item, isRequired: true };
}
