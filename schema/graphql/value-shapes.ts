// Which GraphQL scalar stands for a proto scalar or a well-known type (graphql reference, section 3.3).
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import type { GraphScalar, MapKey, TypeRef, ValueShape } from '../../core/graph.ts';
import type { JsonValue } from '../../core/json.ts';

/** Well-known types that are one value in ProtoJSON. google.protobuf.Empty is not among them. */
const WELL_KNOWN: ReadonlyMap<string, GraphScalar> = new Map<string, GraphScalar>([
  ['google.protobuf.Timestamp', 'DateTime'],
  ['google.protobuf.Duration', 'Duration'],
  ['google.protobuf.FieldMask', 'FieldMask'],
  ['google.protobuf.Struct', 'JSONObject'],
  ['google.protobuf.Value', 'JSON'],
  ['google.protobuf.ListValue', 'JSON'],
  ['google.protobuf.Any', 'Any'],
  ['google.protobuf.DoubleValue', 'Float'],
  ['google.protobuf.FloatValue', 'Float'],
  ['google.protobuf.Int64Value', 'Int64'],
  ['google.protobuf.UInt64Value', 'UInt64'],
  ['google.protobuf.Int32Value', 'Int'],
  ['google.protobuf.UInt32Value', 'UInt32'],
  ['google.protobuf.BoolValue', 'Boolean'],
  ['google.protobuf.StringValue', 'String'],
  ['google.protobuf.BytesValue', 'Bytes'],
]);

/** The scalar of a message that is a single value, or undefined for an ordinary message. */
export function wellKnownScalar(message: DescMessage): GraphScalar | undefined {
  return WELL_KNOWN.get(message.typeName);
}

export function isEmptyMessage(message: DescMessage): boolean {
  return message.typeName === 'google.protobuf.Empty';
}

export function graphScalar(scalar: ScalarType): GraphScalar {
  switch (scalar) {
    case ScalarType.BOOL:
      return 'Boolean';
    case ScalarType.STRING:
      return 'String';
    case ScalarType.BYTES:
      return 'Bytes';
    case ScalarType.FLOAT:
    case ScalarType.DOUBLE:
      return 'Float';
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return 'Int';
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return 'UInt32';
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return 'Int64';
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return 'UInt64';
  }
}

/** ProtoJSON of a scalar's default with implicit presence. */
export function zeroOf(scalar: ScalarType): JsonValue {
  switch (graphScalar(scalar)) {
    case 'Boolean':
      return false;
    case 'Int64':
    case 'UInt64':
      return '0';
    case 'Int':
    case 'UInt32':
    case 'Float':
      return 0;
    default:
      return '';
  }
}

export function mapKeyOf(field: DescField & { fieldKind: 'map' }): MapKey {
  const scalar = graphScalar(field.mapKey);
  switch (scalar) {
    case 'Boolean':
    case 'Int':
    case 'UInt32':
    case 'Int64':
    case 'UInt64':
      return scalar;
    default:
      return 'String';
  }
}

/** A value that GraphQL may be unable to carry is null at its own field, so the field must be nullable. */
export function isLossy(scalar: GraphScalar): boolean {
  return scalar === 'Float' || scalar === 'JSON' || scalar === 'SafeInteger';
}

/** The type a value of this shape has where it stands alone or in a list. */
export function namedType(value: ValueShape, isRequired: boolean): TypeRef {
  switch (value.kind) {
    case 'scalar':
      return { name: value.scalar, isRequired };
    case 'empty':
      return { name: 'Boolean', isRequired };
    case 'list':
      return { list: namedType(value.item, false), isRequired };
    case 'entries':
      return { list: { name: value.entry, isRequired: true }, isRequired };
    default:
      return { name: value.type, isRequired };
  }
}
