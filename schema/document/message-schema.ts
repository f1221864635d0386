// A message as a schema: an object with its fields, by the rules of ProtoJSON and of google.api.field_behavior.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import type { JsonObject } from '../../core/json.ts';
import { notesOf } from '../graphql/annotations.ts';
import { commentOf } from '../proto/source-info.ts';
import type { MessageView, Schemas } from './message-view.ts';
import { mapKeySchema, nullable, scalarSchema, wellKnownKind } from './scalar-schema.ts';
import { paragraphs } from './texts.ts';

/** Whoever sends the message has to give it. */
export function isRequired(field: DescField): boolean {
  return isRequiredOnWire(field) || (notesOf(field).isRequired && field.oneof === undefined);
}

/** `required` of proto2: no message is one without it, a partial one neither. */
function isRequiredOnWire({ presence }: DescField): boolean {
  return presence === FeatureSet_FieldPresence.LEGACY_REQUIRED;
}

export function messageSchema(schemas: Schemas, message: DescMessage, view: MessageView): JsonObject {
  const given = new Set(view.without.flatMap((path) => (path.length === 1 ? path : [])));
  // What the service alone sets is of no use in a change.
  const isShown = (field: DescField): boolean =>
    !given.has(field) && !(view.isPatch && notesOf(field).isOutputOnly);
  const fields = message.fields.filter(isShown);
  const required = fields
    .filter((field) => isListed(schemas, field, view))
    .map((field) => schemas.nameOf(field));
  const description = paragraphs(commentOf(message), oneofs(schemas, message, fields));
  return {
    type: 'object',
    ...(description !== '' && { description }),
    ...(message.deprecated && { deprecated: true }),
    ...(fields.length > 0 && {
      properties: Object.fromEntries(
        fields.map((field) => [schemas.nameOf(field), fieldSchema(schemas, field, view)]),
      ),
    }),
    ...(required.length > 0 && { required }),
  };
}

/** Whether the field is among the `required` of this view of its message. */
function isListed(schemas: Schemas, field: DescField, { isPatch }: MessageView): boolean {
  if (isRequiredOnWire(field)) return true;
  if (isPatch || !isRequired(field)) return false;
  const notes = notesOf(field);
  return !notes.isOutputOnly && !(notes.isInputOnly && schemas.isInAnswers(field.parent));
}

/** JSON Schema could forbid two members at once, but generators make nothing of it; people read it. */
function oneofs(schemas: Schemas, message: DescMessage, fields: readonly DescField[]): string {
  const texts = message.oneofs.map((oneof) => {
    const members = oneof.fields.filter((field) => fields.includes(field));
    if (members.length < 2) return '';
    const names = members.map((field) => `\`${schemas.nameOf(field)}\``).join(', ');
    const comment = commentOf(oneof).replace(/\s+/g, ' ');
    return `At most one of ${names}.${comment === '' ? '' : ` ${comment}`}`;
  });
  return paragraphs(...texts);
}

export function fieldSchema(schemas: Schemas, field: DescField, view: MessageView): JsonObject {
  const notes = notesOf(field);
  const description = commentOf(field);
  const value = valueSchema(schemas, field, inside(field, view));
  const isNullable = (view.isPatch && !isRequiredOnWire(field)) || isWrapper(field);
  return {
    ...(isNullable ? nullable(value) : value),
    ...(description !== '' && { description }),
    ...(field.deprecated && { deprecated: true }),
    ...(notes.isOutputOnly && { readOnly: true }),
    ...(notes.isInputOnly && { writeOnly: true }),
  };
}

/** How the message of a field is looked at: what of it is given elsewhere, without the way to it. */
function inside(field: DescField, { isPatch, without }: MessageView): MessageView {
  const inner = without.flatMap(([first, ...rest]) => (first === field && rest.length > 0 ? [rest] : []));
  // An element of a list, or an entry of a map, is always a whole one.
  const isPart = field.fieldKind === 'message';
  return { isPatch: isPatch && isPart, without: inner };
}

function isWrapper(field: DescField): boolean {
  return field.fieldKind === 'message' && wellKnownKind(field.message) === 'wrapper';
}

/** Of the value alone, without what is said of the field. */
export function valueSchema(schemas: Schemas, field: DescField, view: MessageView): JsonObject {
  switch (field.fieldKind) {
    case 'scalar':
      return scalarSchema(field.scalar, schemas.output);
    case 'enum':
      return schemas.enum(field.enum);
    case 'message':
      return schemas.message(field.message, view);
    case 'list':
      return { type: 'array', items: itemSchema(schemas, field, view) };
    case 'map': {
      const propertyNames = mapKeySchema(field);
      return {
        type: 'object',
        ...(propertyNames !== undefined && { propertyNames }),
        additionalProperties: itemSchema(schemas, field, view),
      };
    }
  }
}

/** One element of a list, or the value of one entry of a map. */
export function itemSchema(
  schemas: Schemas,
  field: DescField & { readonly fieldKind: 'list' | 'map' },
  view: MessageView,
): JsonObject {
  if (field.message !== undefined) return schemas.message(field.message, view);
  if (field.enum !== undefined) return schemas.enum(field.enum);
  return scalarSchema(field.scalar, schemas.output);
}
