// What google.api annotations say about a field or message, as far as the graph reads them.
import { type DescField, type DescMessage, getOption, hasOption } from '@bufbuild/protobuf';
import {
  fieldBehaviorExtension,
  resourceExtension,
  resourceReferenceExtension,
} from '../proto/google-types.ts';

/** Numbers of google.api.FieldBehavior. */
const REQUIRED = 2;
const OUTPUT_ONLY = 3;
const INPUT_ONLY = 4;
const IMMUTABLE = 5;
const IDENTIFIER = 8;

export interface FieldNotes {
  readonly isRequired: boolean;
  readonly isOutputOnly: boolean;
  readonly isInputOnly: boolean;
  readonly isImmutable: boolean;
  /** The field holds a resource name: an IDENTIFIER, the name field of a resource, or a reference to one. */
  readonly isIdentifier: boolean;
  /** As `isIdentifier`, but of the message itself, not of another one. */
  readonly isOwnName: boolean;
}

const NO_NOTES: FieldNotes = Object.freeze({
  isRequired: false,
  isOutputOnly: false,
  isInputOnly: false,
  isImmutable: false,
  isIdentifier: false,
  isOwnName: false,
});

const notesOfFields = new WeakMap<DescField, FieldNotes>();

/** Read once per field. */
export function notesOf(field: DescField): FieldNotes {
  let notes = notesOfFields.get(field);
  if (notes === undefined) {
    notes = readNotes(field);
    notesOfFields.set(field, notes);
  }
  return notes;
}

function readNotes(field: DescField): FieldNotes {
  const behaviour = behavioursOf(field);
  const isOwnName = behaviour.includes(IDENTIFIER) || field.name === resourceNameField(field.parent);
  const isIdentifier = isOwnName || isReference(field);
  if (behaviour.length === 0 && !isIdentifier) return NO_NOTES;
  return {
    isRequired: behaviour.includes(REQUIRED),
    isOutputOnly: behaviour.includes(OUTPUT_ONLY),
    isInputOnly: behaviour.includes(INPUT_ONLY),
    isImmutable: behaviour.includes(IMMUTABLE),
    isIdentifier,
    isOwnName,
  };
}

function behavioursOf(field: DescField): readonly unknown[] {
  const extension = fieldBehaviorExtension();
  if (!hasOption(field, extension)) return [];
  const value: unknown = getOption(field, extension);
  return Array.isArray(value) ? value : [];
}

function isReference(field: DescField): boolean {
  return hasOption(field, resourceReferenceExtension());
}

const nameFields = new WeakMap<DescMessage, string>();

/** Name of the field that holds the resource's name; empty for a message that is no resource. */
function resourceNameField(message: DescMessage): string {
  let name = nameFields.get(message);
  if (name === undefined) {
    name = readResourceNameField(message);
    nameFields.set(message, name);
  }
  return name;
}

function readResourceNameField(message: DescMessage): string {
  const extension = resourceExtension();
  if (!hasOption(message, extension)) return '';
  const resource: unknown = getOption(message, extension);
  const named =
    typeof resource === 'object' && resource !== null && 'nameField' in resource ? resource.nameField : '';
  // google/api/resource.proto: the field is `name` unless `name_field` says otherwise.
  return typeof named === 'string' && named !== '' ? named : 'name';
}

export function isFieldMask(field: DescField): boolean {
  return field.fieldKind === 'message' && field.message.typeName === 'google.protobuf.FieldMask';
}
