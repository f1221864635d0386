// Which message types have a JSON form of their own. Source: ProtoJSON, "well-known types".
import type { DescMessage } from '@bufbuild/protobuf';

/** `string`: written as one JSON string. `wrapper`: as its inner scalar. The rest as named. */
export type JsonForm = 'message' | 'string' | 'wrapper' | 'struct' | 'value' | 'list' | 'any';

const FORMS: ReadonlyMap<string, JsonForm> = new Map([
  ['google.protobuf.Timestamp', 'string'],
  ['google.protobuf.Duration', 'string'],
  ['google.protobuf.FieldMask', 'string'],
  ['google.protobuf.Struct', 'struct'],
  ['google.protobuf.Value', 'value'],
  ['google.protobuf.ListValue', 'list'],
  ['google.protobuf.Any', 'any'],
  ...['Double', 'Float', 'Int64', 'UInt64', 'Int32', 'UInt32', 'Bool', 'String', 'Bytes'].map(
    (kind) => [`google.protobuf.${kind}Value`, 'wrapper'] as const,
  ),
]);

export function jsonFormOf(message: DescMessage): JsonForm {
  return FORMS.get(message.typeName) ?? 'message';
}
