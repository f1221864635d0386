// A message as a GraphQL input type, and a request message as a list of arguments (graphql reference, section 3.2).
import type { DescField, DescMessage, DescOneof } from '@bufbuild/protobuf';
import type { FieldTarget, InputField, TypeRef, ValueShape } from '../../core/graph.ts';
import { commentOf } from '../proto/source-info.ts';
import { notesOf } from './annotations.ts';
import { components } from './components.ts';
import { deprecationOf, typeDescription } from './docs.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { pascalCase } from './names.ts';
import { fieldName, isIdentifying, oneofName } from './object-type.ts';
import { graphScalar, mapKeyOf, namedType, wellKnownScalar } from './value-shapes.ts';

/** Says of a field that it must be given. */
export type IsRequired = (field: DescField) => boolean;

export function buildInput(message: DescMessage, isRequired: IsRequired, builder: GraphBuilder): void {
  const fields = inputFields(message, isRequired, builder);
  builder.add({
    kind: 'input',
    name: builder.inputName(message),
    description: typeDescription(message),
    origin: message.typeName,
    isOneOf: false,
    fields: fields.length === 0 ? [EMPTY_FIELD] : fields,
  });
}

/** GraphQL has no input type without fields. */
const EMPTY_FIELD = Object.freeze<InputField>({
  name: '_empty',
  type: { name: 'Boolean', isRequired: false },
  description: 'Without effect: the type has no fields.',
  deprecation: undefined,
  target: { kind: 'none' },
});

/** The settable fields and oneofs of a message; for a request message these are the arguments. */
export function inputFields(
  message: DescMessage,
  isRequired: IsRequired,
  builder: GraphBuilder,
): InputField[] {
  const fields = new Map<string, { field: InputField; member: DescField | DescOneof }>();
  for (const member of builder.mapping.inputMembers(message)) {
    const field =
      member.kind === 'oneof' ? oneofField(member, builder) : inputField(member, isRequired, builder);
    const holder = fields.get(field.name);
    if (holder === undefined) fields.set(field.name, { field, member });
    else builder.reportFieldClash(field.name, holder.member, member);
  }
  return [...fields.values()].map(({ field }) => field);
}

/** A request that is a single value has that as its one argument. */
export function valueArgument(message: DescMessage, builder: GraphBuilder): InputField {
  const value = inputValue({ message }, builder);
  return {
    name: 'value',
    type: namedType(value, false),
    description: '',
    deprecation: undefined,
    target: { kind: 'single', key: 'value', path: 'value', value },
  };
}

/**
 * REQUIRED fields that would make a type contain itself without end, so that no value of it could be written.
 * They are left nullable.
 */
export function endlessFields(inputs: Iterable<DescMessage>): ReadonlySet<DescField> {
  const required = (message: DescMessage): DescField[] =>
    message.fields.filter(
      (field) => field.fieldKind === 'message' && field.oneof === undefined && isMarkedRequired(field),
    );
  const endless = new Set<DescField>();
  const targets = (message: DescMessage): DescMessage[] =>
    required(message).flatMap((field) => field.message ?? []);
  for (const component of components(inputs, targets)) {
    const members = new Set(component);
    for (const field of component.flatMap(required)) {
      if (field.message !== undefined && members.has(field.message)) endless.add(field);
    }
  }
  return endless;
}

export function isMarkedRequired(field: DescField): boolean {
  const notes = notesOf(field);
  return notes.isRequired && !notes.isOutputOnly;
}

function inputField(field: DescField, isRequired: IsRequired, builder: GraphBuilder): InputField {
  // One of several that exclude each other cannot be asked for.
  const must = isRequired(field) && field.oneof === undefined;
  return {
    name: fieldName(field, builder),
    description: describe(field),
    // GraphQL allows no deprecated input that must be given.
    deprecation: must ? undefined : deprecationOf(field),
    ...placed(field, must, builder),
  };
}

function describe(field: DescField): string {
  const comment = commentOf(field);
  if (!notesOf(field).isImmutable) return comment;
  return `${comment}\n\nImmutable: cannot be changed once it is set.`.trim();
}

function placed(
  field: DescField,
  isRequired: boolean,
  builder: GraphBuilder,
): { type: TypeRef; target: FieldTarget } {
  const place = { key: field.jsonName, path: field.name };
  if (builder.mapping.isJsonMap(field)) {
    builder.useScalar('JSONObject');
    const value = { kind: 'scalar', scalar: 'JSONObject' } as const;
    return { type: namedType(value, isRequired), target: { kind: 'single', ...place, value } };
  }
  const value = inputValue(field, builder);
  switch (field.fieldKind) {
    case 'list': {
      // Only a google.protobuf.Value can be null inside a list.
      const item = namedType(value, !(value.kind === 'scalar' && value.scalar === 'JSON'));
      return { type: { list: item, isRequired }, target: { kind: 'list', ...place, item: value } };
    }
    case 'map': {
      const entry = addEntry(field, value, builder);
      return {
        type: { list: { name: entry, isRequired: true }, isRequired },
        target: { kind: 'map', ...place, entry, mapKey: mapKeyOf(field), value },
      };
    }
    default:
      return { type: namedType(value, isRequired), target: { kind: 'single', ...place, value } };
  }
}

function inputValue(field: DescField | { message: DescMessage }, builder: GraphBuilder): ValueShape {
  if (field.message !== undefined) {
    const scalar = wellKnownScalar(field.message);
    if (scalar === undefined) return { kind: 'message', type: builder.inputName(field.message) };
    builder.useScalar(scalar);
    return { kind: 'scalar', scalar };
  }
  if (field.enum !== undefined) return { kind: 'enum', type: builder.enumName(field.enum) };
  const scalar = notesOf(field).isIdentifier && isIdentifying(field) ? 'ID' : graphScalar(field.scalar);
  builder.useScalar(scalar);
  return { kind: 'scalar', scalar };
}

function addEntry(field: DescField & { fieldKind: 'map' }, value: ValueShape, builder: GraphBuilder): string {
  const name = builder.claimDerived(
    `${builder.stemOf(field.parent)}${pascalCase(field.name)}EntryInput`,
    'Pair',
    field,
  );
  const key = mapKeyOf(field);
  builder.useScalar(key);
  builder.add({
    kind: 'input',
    name,
    description: '',
    origin: `${field.parent.typeName}.${field.name}`,
    isOneOf: false,
    fields: [entryField('key', { kind: 'scalar', scalar: key }), entryField('value', value)],
  });
  return name;
}

function entryField(name: string, value: ValueShape): InputField {
  return {
    name,
    // A map value of google.protobuf.Value may be null; then it must be said.
    type: namedType(value, !(value.kind === 'scalar' && value.scalar === 'JSON')),
    description: '',
    deprecation: undefined,
    target: { kind: 'single', key: name, path: name, value },
  };
}

function oneofField(oneof: DescOneof, builder: GraphBuilder): InputField {
  const input = builder.claimDerived(
    `${builder.stemOf(oneof.parent)}${pascalCase(oneof.name)}Input`,
    'Choice',
    oneof,
  );
  builder.add({
    kind: 'input',
    name: input,
    description: commentOf(oneof),
    origin: `${oneof.parent.typeName}.${oneof.name}`,
    isOneOf: true,
    fields: builder.mapping.settableFields(oneof).map((field) => oneofMember(field, builder)),
  });
  return {
    name: oneofName(oneof, builder),
    type: { name: input, isRequired: false },
    description: commentOf(oneof),
    deprecation: undefined,
    target: { kind: 'oneof', input },
  };
}

/** GraphQL wants the members of a `@oneOf` type nullable. A member without anything to set is chosen by `true`. */
function oneofMember(field: DescField, builder: GraphBuilder): InputField {
  const isChoiceAlone =
    field.message !== undefined &&
    wellKnownScalar(field.message) === undefined &&
    builder.mapping.isEmptyInput(field.message);
  if (!isChoiceAlone) return inputField(field, () => false, builder);
  return {
    name: fieldName(field, builder),
    description: commentOf(field),
    deprecation: deprecationOf(field),
    type: { name: 'Boolean', isRequired: false },
    target: { kind: 'single', key: field.jsonName, path: field.name, value: { kind: 'empty' } },
  };
}
