// Whether the default values of a resolved set fit their fields. They are text in a descriptor, and the
// codec turns them into values only when a message is made: too late to refuse.
import {
  type DescExtension,
  type DescField,
  isFieldSet,
  type Registry,
  ScalarType,
} from '@bufbuild/protobuf';
import { FieldDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { Problem } from '../../core/problem.ts';
import { quoted } from './file-path.ts';

const FLOAT = /^(nan|-?inf|-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)$/i;

/** Smallest and largest value of each integer type. */
const INTEGER_RANGES: ReadonlyMap<ScalarType, readonly [bigint, bigint]> = new Map([
  ...[ScalarType.INT32, ScalarType.SINT32, ScalarType.SFIXED32].map((type) => [type, signed(32n)] as const),
  ...[ScalarType.INT64, ScalarType.SINT64, ScalarType.SFIXED64].map((type) => [type, signed(64n)] as const),
  ...[ScalarType.UINT32, ScalarType.FIXED32].map((type) => [type, unsigned(32n)] as const),
  ...[ScalarType.UINT64, ScalarType.FIXED64].map((type) => [type, unsigned(64n)] as const),
]);

/** One problem per field whose default is no value of its type. */
export function checkDefaults(types: Registry): Problem[] {
  const problems: Problem[] = [];
  for (const type of types) {
    const fields = type.kind === 'message' ? type.fields : type.kind === 'extension' ? [type] : [];
    for (const field of fields) {
      if (!isFieldSet(field.proto, FieldDescriptorProtoSchema.field.defaultValue) || fits(field)) continue;
      const message = `the default value of ${quoted(field.toString())} does not fit its type`;
      problems.push({ severity: 'error', message, rule: 'descriptor-set', path: type.file.proto.name });
    }
  }
  return problems;
}

function fits(field: DescField | DescExtension): boolean {
  const text = field.proto.defaultValue;
  if (field.fieldKind === 'enum') return field.enum.values.some((value) => value.name === text);
  if (field.fieldKind !== 'scalar') return false;
  switch (field.scalar) {
    case ScalarType.STRING:
      return true;
    case ScalarType.BYTES:
      return isEscaped(field);
    case ScalarType.BOOL:
      return text === 'true' || text === 'false';
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return FLOAT.test(text);
    default:
      return isInteger(text, INTEGER_RANGES.get(field.scalar));
  }
}

function isInteger(text: string, range: readonly [bigint, bigint] | undefined): boolean {
  if (range === undefined || !/^-?\d{1,20}$/.test(text)) return false;
  const value = BigInt(text);
  return value >= range[0] && value <= range[1];
}

/** Only the codec knows which escapes it reads. */
function isEscaped(field: { getDefaultValue(): unknown }): boolean {
  try {
    field.getDefaultValue();
    return true;
  } catch {
    return false;
  }
}

function signed(bits: bigint): readonly [bigint, bigint] {
  return [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
}

function unsigned(bits: bigint): readonly [bigint, bigint] {
  return [0n, 2n ** bits - 1n];
}
