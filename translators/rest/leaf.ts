// Reads the text of one path variable or query parameter as the JSON of its field.
// Source: transcoding reference, section 4: ProtoJSON's lexical rules, without quotes.
import { type DescField, ScalarType } from '@bufbuild/protobuf';
import { describeEnum, expected } from '../json/expected.ts';
import { type JsonNode, JsonNumber } from '../json/scan.ts';
import { jsonFormOf } from '../json/well-known.ts';

/** True if a field of this type can be written as one text: scalars, enums and scalar well-known types. */
export function isLeaf(field: DescField): boolean {
  if (field.message === undefined) return true;
  const form = jsonFormOf(field.message);
  return form === 'string' || form === 'wrapper';
}

/** Why an enum does not take this text. Asked where the reader of messages would pass over unknown names: a query may not. */
export function enumRefusal(text: string, field: DescField): string | undefined {
  if (field.enum === undefined || INTEGER.test(text)) return undefined;
  if (field.enum.values.some(({ name }) => name === text)) return undefined;
  return expected(describeEnum(field.enum), text);
}

const INTEGER = /^-?(?:0|[1-9][0-9]*)$/;

/** What does not fit the type is passed on as text: the reader of messages refuses it and names the field. */
export function leafNode(text: string, field: DescField): JsonNode {
  if (field.enum !== undefined) return INTEGER.test(text) ? new JsonNumber(text) : text;
  const inner = field.message === undefined ? field.scalar : wrappedScalar(field);
  if (inner === ScalarType.BOOL && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function wrappedScalar(field: DescField): ScalarType | undefined {
  const { message } = field;
  return message !== undefined && jsonFormOf(message) === 'wrapper' ? message.fields[0]?.scalar : undefined;
}
