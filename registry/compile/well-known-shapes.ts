// The google.protobuf types with a JSON form of their own are read by code that knows their fields. A
// source that declares one of them differently would be read wrongly, so it is refused.
import { type DescMessage, isFieldSet } from '@bufbuild/protobuf';
import {
  AnySchema,
  BoolValueSchema,
  BytesValueSchema,
  type DescriptorProto,
  DoubleValueSchema,
  DurationSchema,
  EmptySchema,
  FieldDescriptorProtoSchema,
  FieldMaskSchema,
  FloatValueSchema,
  Int32ValueSchema,
  Int64ValueSchema,
  ListValueSchema,
  StringValueSchema,
  StructSchema,
  TimestampSchema,
  UInt32ValueSchema,
  UInt64ValueSchema,
  ValueSchema,
} from '@bufbuild/protobuf/wkt';

const WELL_KNOWN: ReadonlyMap<string, DescMessage> = new Map(
  [
    AnySchema,
    BoolValueSchema,
    BytesValueSchema,
    DoubleValueSchema,
    DurationSchema,
    EmptySchema,
    FieldMaskSchema,
    FloatValueSchema,
    Int32ValueSchema,
    Int64ValueSchema,
    ListValueSchema,
    StringValueSchema,
    StructSchema,
    TimestampSchema,
    UInt32ValueSchema,
    UInt64ValueSchema,
    ValueSchema,
  ].map((schema) => [schema.typeName, schema]),
);

/** What is wrong with a message of this full name, or undefined; any name but a well-known one is fine. */
export function findWellKnownFault(name: string, message: DescriptorProto): string | undefined {
  const expected = WELL_KNOWN.get(name);
  if (expected === undefined || shapeOf(message) === shapeOf(expected.proto)) return undefined;
  return `message ${name} differs from Google's; import google/protobuf instead of declaring it anew`;
}

function shapeOf(message: DescriptorProto): string {
  return message.field
    .map((field) => {
      const oneof = isFieldSet(field, FieldDescriptorProtoSchema.field.oneofIndex) ? field.oneofIndex : '-';
      const type = `${field.type} ${field.typeName.replace(/^\./, '')}`;
      return `${field.name} ${field.number} ${field.label} ${type} ${oneof}`;
    })
    .sort()
    .join(', ');
}
