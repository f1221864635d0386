// Which form one value has in ProtoJSON, and whether clients of one form get along with another.
import { type DescEnum, type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import type { OutputOptions } from '../../core/rest-options.ts';
import { wellKnownKind } from '../document/scalar-schema.ts';
import type { Severity } from './difference.ts';

/** Whether clients send the value or get it. */
export type Role = 'request' | 'reply';

export type Form =
  | { readonly kind: 'integer'; readonly bits: 32 | 64; readonly isSigned: boolean }
  | { readonly kind: 'float'; readonly bits: 32 | 64 }
  | { readonly kind: 'boolean' | 'text' | 'bytes' }
  | { readonly kind: 'enum'; readonly desc: DescEnum }
  | { readonly kind: 'message'; readonly desc: DescMessage }
  /** A message with a form of its own, such as google.protobuf.Timestamp. */
  | { readonly kind: 'special'; readonly name: string };

export interface Verdict {
  readonly severity: Severity;
  readonly why: string;
}

/** Of one value: an element of a list, the value of a map entry, or the field's own. */
export function formOfField(field: DescField): Form {
  if (field.message !== undefined) return formOfMessage(field.message);
  if (field.enum !== undefined) return { kind: 'enum', desc: field.enum };
  return formOfScalar(field.scalar ?? ScalarType.STRING);
}

export function formOfMessage(desc: DescMessage): Form {
  const kind = wellKnownKind(desc);
  const [inner] = desc.fields;
  if (kind === 'wrapper' && inner?.scalar !== undefined) return formOfScalar(inner.scalar);
  const isOrdinary = (kind === undefined && desc.typeName !== 'google.api.HttpBody') || kind === 'empty';
  return isOrdinary ? { kind: 'message', desc } : { kind: 'special', name: desc.typeName };
}

function formOfScalar(scalar: ScalarType): Form {
  switch (scalar) {
    case ScalarType.BOOL:
      return { kind: 'boolean' };
    case ScalarType.STRING:
      return { kind: 'text' };
    case ScalarType.BYTES:
      return { kind: 'bytes' };
    case ScalarType.FLOAT:
      return { kind: 'float', bits: 32 };
    case ScalarType.DOUBLE:
      return { kind: 'float', bits: 64 };
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return { kind: 'integer', bits: 32, isSigned: true };
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return { kind: 'integer', bits: 32, isSigned: false };
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return { kind: 'integer', bits: 64, isSigned: true };
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return { kind: 'integer', bits: 64, isSigned: false };
  }
}

/** Undefined: clients notice nothing. What two messages or enums hold is compared elsewhere. */
export function compareForms(
  role: Role,
  before: Form,
  after: Form,
  output: Pick<OutputOptions, 'int64AsNumbers'>,
): Verdict | undefined {
  if (before.kind === 'integer' && after.kind === 'integer') {
    const [was, is] = [before, after].map(({ bits }) => (bits === 64 && !output.int64AsNumbers ? 1 : 0));
    if (role === 'reply' && was !== is) {
      const why = is === 1 ? 'a JSON number becomes text' : 'text becomes a JSON number';
      return { severity: 'breaking', why };
    }
    if (holdsAll(after, before) && role === 'request') return undefined;
    if (holdsAll(before, after) && role === 'reply') return undefined;
    return role === 'request'
      ? { severity: 'breaking', why: 'numbers that were taken are refused' }
      : { severity: 'dangerous', why: 'numbers may come that could not before' };
  }
  if (before.kind === 'float' && after.kind === 'float') {
    if (before.bits === after.bits || (role === 'reply') === after.bits < before.bits) return undefined;
    return role === 'reply'
      ? { severity: 'dangerous', why: 'numbers may have more digits than before' }
      : { severity: 'dangerous', why: 'numbers lose digits' };
  }
  if (role === 'request' && before.kind === 'integer' && after.kind === 'float') return undefined;
  if (before.kind === 'special' && after.kind === 'special' && before.name === after.name) return undefined;
  if (before.kind === after.kind && before.kind !== 'special') return undefined;
  const [was, is] = [words(before), words(after)];
  return { severity: 'breaking', why: `${was} becomes ${is === was ? 'text of another form' : is}` };
}

type Integer = Extract<Form, { kind: 'integer' }>;

function holdsAll(wide: Integer, narrow: Integer): boolean {
  if (wide.isSigned === narrow.isSigned) return wide.bits >= narrow.bits;
  return wide.isSigned && wide.bits > narrow.bits;
}

const SPECIAL_WORDS: ReadonlyMap<string, string> = new Map([
  ['google.protobuf.Struct', 'a free object'],
  ['google.protobuf.Value', 'any JSON value'],
  ['google.protobuf.ListValue', 'a free list'],
  ['google.protobuf.Any', 'an object with @type'],
  ['google.api.HttpBody', 'bytes of any media type'],
]);

function words(form: Form): string {
  switch (form.kind) {
    case 'integer':
      return form.bits === 64 ? 'a whole number of 64 bits' : 'a whole number';
    case 'float':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'text':
      return 'text';
    case 'bytes':
      return 'base64';
    case 'enum':
      return 'one of a list of names';
    case 'message':
      return 'an object';
    case 'special':
      return SPECIAL_WORDS.get(form.name) ?? 'text';
  }
}
