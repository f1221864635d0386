// Which part of a reply is the answer: the whole message, or the field that `response_body` names.
import type { DescField } from '@bufbuild/protobuf';
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

/** ProtoJSON leaves defaults out; an answer that is one field has to say it. */
function defaultJson(field: DescField): JsonValue {
  switch (field.fieldKind) {
    case 'list':
      return [];
    case 'map':
      return {};
    case 'message':
      return null;
    case 'enum':
      return field.enum.values[0]?.name ?? 0;
    default:
      return scalarDefault(field.getDefaultValue());
  }
}

function scalarDefault(value: unknown): JsonValue {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
