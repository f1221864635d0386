// The table of one field, made from its descriptor. Plans of messages that lie in it are handed in, since those are made
// once per message and may lead in circles.
import { type DescField, ScalarType } from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import type { OutputOptions } from '../../../core/rest-options.ts';
import { defaultJson } from '../default-json.ts';
import { enumNumbers, quotedNames } from './enum-names.ts';
import { keyWords, NO_KEY } from './member-key.ts';
import type { EnumNames, FieldPlan, MessagePlan } from './message-plan.ts';
import { KIND, type Kind, scalarKind, wireTypeOf, writtenKind } from './value-kind.ts';

const encoder = new TextEncoder();

interface FieldSurroundings {
  /** Ordinal among the fields of its message. */
  readonly index: number;
  readonly oneofBit: number;
  /** Plan of its message, or of a map's message value. */
  readonly nested: MessagePlan | null;
  readonly output: OutputOptions;
}

/** The plan of one field of a message. */
export function fieldPlan(
  field: DescField,
  { index, oneofBit, nested, output }: FieldSurroundings,
): FieldPlan {
  const isMap = field.fieldKind === 'map';
  const isPacked = field.fieldKind === 'list' && field.packed;
  const value = valuePlan(field, output);
  const key = keyWords(output.protoNames ? field.name : field.jsonName);
  const isImplicit = field.presence === FeatureSet_FieldPresence.IMPLICIT && field.oneof === undefined;
  return {
    number: field.number,
    kind: isMap ? KIND.message : value.kind,
    index,
    tag: ((field.number << 3) | (isMap || isPacked ? 2 : value.wireType)) >>> 0,
    isPacked,
    wireType: isMap ? 2 : value.wireType,
    cardinality: isMap ? 2 : field.fieldKind === 'list' ? 1 : 0,
    isImplicit: isImplicit && (field.fieldKind === 'scalar' || field.fieldKind === 'enum'),
    oneofBit,
    ...key,
    message: isMap ? null : nested,
    enumNames: value.enumNames,
    enumNumbers: field.enum === undefined ? null : enumNumbers(field.enum),
    enumDefault: field.enum?.values[0]?.number ?? 0,
    isNull: field.enum?.typeName === 'google.protobuf.NullValue',
    mapKey: isMap ? entryPlan(1, scalarKind(field.mapKey), null, field, null) : null,
    mapValue: isMap ? entryPlan(2, value.kind, nested, field, value.enumNames) : null,
    isSmallMap: isMap && field.mapKey === ScalarType.STRING && field.message === undefined,
    absent: output.defaults ? absentText(field, isImplicit, output) : null,
  };
}

/** ProtoJSON of a field without presence that holds nothing. */
function absentText(field: DescField, isImplicit: boolean, output: OutputOptions): Uint8Array | null {
  const isRepeated = field.fieldKind === 'list' || field.fieldKind === 'map';
  if (!isRepeated && (!isImplicit || field.fieldKind === 'message')) return null;
  return encoder.encode(JSON.stringify(defaultJson(field, output)));
}

/** Key or value of a map entry: always written, whatever it holds. */
function entryPlan(
  number: number,
  kind: Kind,
  message: MessagePlan | null,
  field: DescField,
  enumNames: EnumNames | null,
): FieldPlan {
  const isEnum = kind === KIND.enum;
  return {
    number,
    kind,
    index: number - 1,
    tag: (number << 3) | wireTypeOf(kind),
    isPacked: false,
    wireType: wireTypeOf(kind),
    cardinality: 0,
    isImplicit: false,
    oneofBit: 0,
    ...NO_KEY,
    message,
    enumNames,
    enumNumbers: isEnum && field.enum !== undefined ? enumNumbers(field.enum) : null,
    enumDefault: isEnum ? (field.enum?.values[0]?.number ?? 0) : 0,
    isNull: isEnum && field.enum?.typeName === 'google.protobuf.NullValue',
    mapKey: null,
    mapValue: null,
    isSmallMap: false,
    absent: null,
  };
}

function valuePlan(field: DescField, output: OutputOptions) {
  const kind =
    field.message !== undefined
      ? KIND.message
      : field.enum !== undefined
        ? KIND.enum
        : writtenKind(scalarKind(field.scalar), output);
  return {
    kind,
    wireType: wireTypeOf(kind),
    enumNames: field.enum === undefined || output.enumsAsNumbers ? null : quotedNames(field.enum),
  };
}
