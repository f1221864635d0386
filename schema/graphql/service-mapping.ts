// The members of a message that the graph shows, and what the settings of one service change about them.
// Which names are free, and what becomes of a clash, is decided elsewhere.
import type { DescEnum, DescEnumValue, DescField, DescMessage, DescOneof } from '@bufbuild/protobuf';
import { type GraphOptions, graphOptions, type OverlayEntry } from '../../core/graph-settings.ts';
import type { Operation } from '../../core/operation.ts';
import { notesOf } from './annotations.ts';
import { wellKnownScalar } from './value-shapes.ts';

type Element = DescMessage | DescField | DescOneof | DescEnum | DescEnumValue;

const NOTHING: OverlayEntry = Object.freeze({});

export class ServiceMapping {
  readonly options: GraphOptions;

  constructor(options: GraphOptions) {
    this.options = options;
  }

  entryOf(element: Element | Operation): OverlayEntry {
    // Most services have no overlay: no name is put together for them.
    if (this.options.overlay.size === 0) return NOTHING;
    return this.options.overlay.get(elementName(element)) ?? NOTHING;
  }

  /** Fields and oneofs a client may see, in order of declaration. */
  outputMembers(message: DescMessage): (DescField | DescOneof)[] {
    return this.#members(message, (field) => this.#isShown(field));
  }

  /** Fields and oneofs a client may set, in order of declaration. */
  inputMembers(message: DescMessage): (DescField | DescOneof)[] {
    return this.#members(message, (field) => this.#isSettable(field));
  }

  /** The members of a oneof that a client may see. */
  shownFields(oneof: DescOneof): DescField[] {
    return oneof.fields.filter((field) => this.#isShown(field));
  }

  /** The members of a oneof that a client may set. */
  settableFields(oneof: DescOneof): DescField[] {
    return oneof.fields.filter((field) => this.#isSettable(field));
  }

  /** Nothing in it can be set: as a member of a oneof it is a Boolean. */
  isEmptyInput(message: DescMessage): boolean {
    return this.inputMembers(message).length === 0;
  }

  /** The field is a member of a oneof that the graph shows as one field. */
  isChoice(field: DescField): boolean {
    return field.oneof !== undefined && this.entryOf(field.oneof).oneof !== 'fields';
  }

  /** A hidden message takes with it the fields that hold it and the methods that give or take it. */
  isHiddenMessage(message: DescMessage): boolean {
    return this.entryOf(message).hide === true;
  }

  isHiddenOperation(operation: Operation): boolean {
    if (this.options.overlay.size === 0) return false;
    const service = operation.method.slice(0, operation.method.lastIndexOf('/'));
    return (
      this.entryOf(operation).hide === true ||
      this.options.overlay.get(service)?.hide === true ||
      this.isHiddenMessage(operation.input.descriptor) ||
      this.isHiddenMessage(operation.output.descriptor)
    );
  }

  /** The values of an enum that are not hidden; all, if it would have none. */
  shownValues(desc: DescEnum): readonly DescEnumValue[] {
    const shown = desc.values.filter((value) => this.entryOf(value).hide !== true);
    return shown.length === 0 ? desc.values : shown;
  }

  /** Maps of messages stay lists of entries: their values have fields to select. */
  isJsonMap(field: DescField): boolean {
    return (
      this.options.maps === 'json' &&
      field.fieldKind === 'map' &&
      (field.mapKind !== 'message' || wellKnownScalar(field.message) !== undefined)
    );
  }

  #members(message: DescMessage, isKept: (field: DescField) => boolean): (DescField | DescOneof)[] {
    return message.members.flatMap((member): (DescField | DescOneof)[] => {
      if (member.kind === 'field') return isKept(member) ? [member] : [];
      const { hide, oneof } = this.entryOf(member);
      if (hide === true) return [];
      const kept = member.fields.filter(isKept);
      if (oneof === 'fields') return kept;
      return kept.length > 0 ? [member] : [];
    });
  }

  #isShown(field: DescField): boolean {
    return !notesOf(field).isInputOnly && !isNullValue(field) && !this.#isHidden(field);
  }

  #isSettable(field: DescField): boolean {
    return !notesOf(field).isOutputOnly && !isNullValue(field) && !this.#isHidden(field);
  }

  #isHidden(field: DescField): boolean {
    if (this.options.overlay.size === 0) return false;
    const type = field.message ?? field.enum;
    return this.entryOf(field).hide === true || (type !== undefined && this.entryOf(type).hide === true);
  }
}

export const PLAIN_MAPPING = new ServiceMapping(graphOptions(undefined));

/** The key of the overlay: the full proto name. Values of an enum are named below it. */
export function elementName(element: Element | Operation): string {
  if (!('kind' in element)) return element.method.replace('/', '.');
  switch (element.kind) {
    case 'message':
    case 'enum':
      return element.typeName;
    default:
      return `${element.parent.typeName}.${element.name}`;
  }
}

function isNullValue(field: DescField): boolean {
  return field.enum?.typeName === 'google.protobuf.NullValue';
}
