// How a message is looked at when it is made into a schema, and what its fields ask of whoever collects schemas.
import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf';
import type { JsonObject } from '../../core/json.ts';
import type { OutputOptions } from '../../core/rest-options.ts';

export interface MessageView {
  /** Nothing has to be given, and null clears. */
  readonly isPatch: boolean;
  /** Ways to fields that are given elsewhere and so are not there, each by its fields. */
  readonly without: readonly (readonly DescField[])[];
}

export const PLAIN: MessageView = Object.freeze({ isPatch: false, without: [] });

export interface Schemas {
  readonly output: OutputOptions;
  /** Whether answers consist of it, as a whole or in part. */
  isInAnswers(message: DescMessage): boolean;
  /** The name under which answers have the field, and under which it is documented everywhere. */
  nameOf(field: DescField): string;
  message(message: DescMessage, view: MessageView): JsonObject;
  enum(desc: DescEnum): JsonObject;
}
