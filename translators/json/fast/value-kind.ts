// How single values are read and written: the kinds that the fast codecs tell apart, and what each is on the wire.
import { ScalarType } from '@bufbuild/protobuf';
import type { OutputOptions } from '../../../core/rest-options.ts';

/**
 * How a value is read and written. Numbers, because the walking switch has to compile to a jump table;
 * value-to-json.ts and value-to-wire.ts repeat them beside their names.
 */
export const KIND = {
  int32: 1,
  uint32: 2,
  sint32: 3,
  int64: 4,
  uint64: 5,
  sint64: 6,
  bool: 7,
  enum: 8,
  fixed32: 9,
  sfixed32: 10,
  float: 11,
  fixed64: 12,
  sfixed64: 13,
  double: 14,
  string: 15,
  bytes: 16,
  message: 17,
  // 64-bit integers as bare numbers, by choice of the service.
  bareInt64: 18,
  bareUint64: 19,
  bareSint64: 20,
  bareFixed64: 21,
  bareSfixed64: 22,
} as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

export function scalarKind(scalar: ScalarType | undefined): Kind {
  switch (scalar) {
    case ScalarType.DOUBLE:
      return KIND.double;
    case ScalarType.FLOAT:
      return KIND.float;
    case ScalarType.INT64:
      return KIND.int64;
    case ScalarType.UINT64:
      return KIND.uint64;
    case ScalarType.INT32:
      return KIND.int32;
    case ScalarType.FIXED64:
      return KIND.fixed64;
    case ScalarType.FIXED32:
      return KIND.fixed32;
    case ScalarType.BOOL:
      return KIND.bool;
    case ScalarType.BYTES:
      return KIND.bytes;
    case ScalarType.UINT32:
      return KIND.uint32;
    case ScalarType.SFIXED32:
      return KIND.sfixed32;
    case ScalarType.SFIXED64:
      return KIND.sfixed64;
    case ScalarType.SINT32:
      return KIND.sint32;
    case ScalarType.SINT64:
      return KIND.sint64;
    default:
      return KIND.string;
  }
}

/** Map keys are never bare: they are strings in JSON whatever they are in the schema. */
export function writtenKind(kind: Kind, { int64AsNumbers }: OutputOptions): Kind {
  if (!int64AsNumbers) return kind;
  switch (kind) {
    case KIND.int64:
      return KIND.bareInt64;
    case KIND.uint64:
      return KIND.bareUint64;
    case KIND.sint64:
      return KIND.bareSint64;
    case KIND.fixed64:
      return KIND.bareFixed64;
    case KIND.sfixed64:
      return KIND.bareSfixed64;
    default:
      return kind;
  }
}

export function wireTypeOf(kind: Kind): number {
  switch (kind) {
    case KIND.fixed64:
    case KIND.sfixed64:
    case KIND.bareFixed64:
    case KIND.bareSfixed64:
    case KIND.double:
      return 1;
    case KIND.fixed32:
    case KIND.sfixed32:
    case KIND.float:
      return 5;
    case KIND.string:
    case KIND.bytes:
    case KIND.message:
      return 2;
    default:
      return 0;
  }
}
