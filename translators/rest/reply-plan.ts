// Which part of a reply is the answer: the whole message, or the field that `response_body` names.
import { type DescField, ScalarType } from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { HttpBinding, Operation } from '../../core/operation.ts';
import type { Payload } from '../../core/payload.ts';
import { findField } from '../json/fields.ts';

/** JSON text of the answer, in UTF-8. */
export type ReplyPlan = (payload: Payload) => Uint8Array;

export function createReplyPlan(operation: Pick<Operation, 'output'>, binding: HttpBinding): ReplyPlan {
  if (binding.responseBody === undefined) return (payload) => payload.json();
  const field = findField(operation.output.descriptor, binding.responseBody);
  if (field === undefined) throw new Error(`no field ${binding.responseBody} in ${operation.output.name}`);
  const absent = defaultJson(field);
  return (payload) => Buffer.from(JSON.stringify((payload.value() as JsonObject)[field.jsonName] ?? absent));
}

/** ProtoJSON leaves defaults out; an answer that is one field has to say it. What is truly absent is null. */
function defaultJson(field: DescField): JsonValue {
  switch (field.fieldKind) {
    case 'list':
      return [];
    case 'map':
      return {};
    case 'message':
      return null;
    case 'enum':
      return isAlwaysThere(field) ? (field.enum.values[0]?.name ?? 0) : null;
    default:
      return isAlwaysThere(field) ? zeroOf(field.scalar) : null;
  }
}

function isAlwaysThere(field: DescField): boolean {
  return field.presence === FeatureSet_FieldPresence.IMPLICIT;
}

function zeroOf(scalar: ScalarType): JsonValue {
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
      return '0';
    default:
      return 0;
  }
}
