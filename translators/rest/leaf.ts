// Reads the text of one path variable or query parameter as the JSON of its field.
// Source: transcoding reference, section 4: ProtoJSON's lexical rules, without quotes.
import { type DescEnum, type DescField, ScalarType } from '@bufbuild/protobuf';
import { GatewayError } from '../../core/error.ts';
import type { RestOptions } from '../../core/rest-options.ts';
import { describeEnum, expected } from '../json/expected.ts';
import { type JsonNode, JsonNumber, scanJson } from '../json/scan.ts';
import { jsonFormOf } from '../json/well-known.ts';

/** What a service chose of it. */
export type LeafRules = Pick<RestOptions, 'structInQuery' | 'enumCaseInsensitive'>;

/** True if a field of this type can be written as one text: scalars, enums and scalar well-known types. */
export function isLeaf(field: DescField, { structInQuery }: Pick<LeafRules, 'structInQuery'>): boolean {
  if (field.message === undefined) return true;
  const form = jsonFormOf(field.message);
  return form === 'string' || form === 'wrapper' || (structInQuery && isFreeForm(field));
}

/** Struct, Value and ListValue: their text is JSON. */
function isFreeForm({ message }: DescField): boolean {
  const form = message === undefined ? undefined : jsonFormOf(message);
  return form === 'struct' || form === 'value' || form === 'list';
}

/** A refusal is for what the reader of messages might pass over: unknown names of enums. */
export type LeafReading =
  | { readonly ok: true; readonly node: JsonNode }
  | { readonly ok: false; readonly refusal: string };

/** What does not fit the type is passed on as text: the reader of messages refuses it and names the field. */
export function readLeaf(text: string, field: DescField, rules: LeafRules): LeafReading {
  if (field.enum !== undefined) return readEnumLeaf(text, field.enum, rules);
  if (rules.structInQuery && isFreeForm(field)) return readJsonLeaf(text);
  return { ok: true, node: leafNode(text, field) };
}

const INTEGER = /^-?(?:0|[1-9][0-9]*)$/;

function readEnumLeaf(text: string, type: DescEnum, { enumCaseInsensitive }: LeafRules): LeafReading {
  if (INTEGER.test(text)) return { ok: true, node: new JsonNumber(text) };
  if (type.values.some(({ name }) => name === text)) return { ok: true, node: text };
  const names = enumCaseInsensitive ? namesLike(text, type) : [];
  const [name] = names;
  if (name === undefined) return { ok: false, refusal: expected(describeEnum(type), text) };
  if (names.length === 1) return { ok: true, node: name };
  return { ok: false, refusal: `could be any of ${names.join(', ')}; write it in the right letter case` };
}

/** Names that differ from the text in letter case alone, one for each number. */
function namesLike(text: string, { values }: DescEnum): readonly string[] {
  const wanted = text.toLowerCase();
  const byNumber = new Map<number, string>();
  for (const { name, number } of values) {
    if (name.toLowerCase() === wanted) byNumber.set(number, name);
  }
  return [...byNumber.values()];
}

function readJsonLeaf(text: string): LeafReading {
  try {
    return { ok: true, node: scanJson(text) };
  } catch (error) {
    const { message } = GatewayError.from(error);
    return { ok: false, refusal: `must be JSON text; ${message}` };
  }
}

function leafNode(text: string, field: DescField): JsonNode {
  const inner = field.message === undefined ? field.scalar : wrappedScalar(field);
  if (inner === ScalarType.BOOL && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function wrappedScalar(field: DescField): ScalarType | undefined {
  const { message } = field;
  return message !== undefined && jsonFormOf(message) === 'wrapper' ? message.fields[0]?.scalar : undefined;
}
