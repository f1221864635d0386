// The JSON of a field that holds nothing, where it has to be said: ProtoJSON itself leaves it out.
import { type DescField, ScalarType } from '@bufbuild/protobuf';
import type { JsonValue } from '../../core/json.ts';
import type { OutputOptions } from '../../core/rest-options.ts';

/** Of a message null, whatever its type: it is absent, not empty. */
export function defaultJson(field: DescField, output: OutputOptions): JsonValue {
  switch (field.fieldKind) {
    case 'list':
      return [];
    case 'map':
      return {};
    case 'message':
      return null;
    case 'enum': {
      if (field.enum.typeName === 'google.protobuf.NullValue') return null;
      const [first] = field.enum.values;
      return output.enumsAsNumbers ? (first?.number ?? 0) : (first?.name ?? 0);
    }
    default:
      return zeroOf(field.scalar, output);
  }
}

function zeroOf(scalar: ScalarType, { int64AsNumbers }: OutputOptions): JsonValue {
  switch (scalar) {
    case ScalarType.BOOL:
      return false;
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return '';
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return int64AsNumbers ? 0 : '0';
    default:
      return 0;
  }
}
