// The custom scalars of the graph: what each stands for and where its form is specified.
import type { CustomScalar, ScalarType } from '../../core/graph.ts';

const PROTO_JSON = 'https://protobuf.dev/programming-guides/json/';

/** Value of `@specifiedBy` per scalar. */
export const SPECIFIED_BY: Readonly<Record<CustomScalar, string>> = {
  Int64: PROTO_JSON,
  UInt64: PROTO_JSON,
  UInt32: PROTO_JSON,
  Bytes: 'https://www.rfc-editor.org/rfc/rfc4648#section-4',
  DateTime: 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
  Duration: PROTO_JSON,
  FieldMask: 'https://google.aip.dev/161',
  JSON: 'https://www.rfc-editor.org/rfc/rfc8259',
  JSONObject: 'https://www.rfc-editor.org/rfc/rfc8259#section-4',
  Any: PROTO_JSON,
  SafeInteger: 'https://www.rfc-editor.org/rfc/rfc8259#section-6',
  Date: 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
};

const DESCRIPTIONS: Readonly<Record<CustomScalar, string>> = {
  Int64:
    'A signed 64-bit integer as decimal text. As input also an integer literal, or a JSON number of at most 2^53-1.',
  UInt64:
    'An unsigned 64-bit integer as decimal text. As input also an integer literal, or a JSON number of at most 2^53-1.',
  UInt32: 'An unsigned 32-bit integer: a number from 0 to 4294967295.',
  Bytes: 'Bytes as standard base64. As input also the URL-safe alphabet, with or without padding.',
  DateTime: 'An instant as RFC 3339 text, such as `2026-01-02T03:04:05.678Z`.',
  Duration: 'A span of time in seconds with the ending `s`, such as `1.5s`.',
  FieldMask: 'Paths of fields, in lowerCamel and separated by commas, such as `title,dimensions.heightMm`.',
  JSON: 'Any JSON value.',
  JSONObject: 'A JSON object.',
  Any: 'A message of any type: a JSON object whose `@type` names it.',
  SafeInteger: 'A whole number from -(2^53-1) to 2^53-1, which every JSON reader keeps exactly.',
  Date: 'A day as RFC 3339 text, such as `2026-01-02`.',
};

const ORIGINS: Readonly<Record<CustomScalar, string>> = {
  Int64: 'int64',
  UInt64: 'uint64',
  UInt32: 'uint32',
  Bytes: 'bytes',
  DateTime: 'google.protobuf.Timestamp',
  Duration: 'google.protobuf.Duration',
  FieldMask: 'google.protobuf.FieldMask',
  JSON: 'google.protobuf.Value',
  JSONObject: 'google.protobuf.Struct',
  Any: 'google.protobuf.Any',
  SafeInteger: 'integer',
  Date: 'date',
};

export const CUSTOM_SCALAR_TYPES: ReadonlyMap<CustomScalar, ScalarType> = new Map(
  (Object.keys(ORIGINS) as CustomScalar[]).map((name) => [
    name,
    { kind: 'scalar', name, description: DESCRIPTIONS[name], origin: ORIGINS[name] },
  ]),
);
