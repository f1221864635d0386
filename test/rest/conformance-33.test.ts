// Cases that the protobuf conformance suite 33.2 has beside those of conformance-cases.ts, by their names there and, for
// JSON, with its own texts. The suite itself ran against the gateway, every case: docs/rest.md says what differs and why.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { compileTypes } from '../harness/compile-types.ts';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

const PROTO3 = `
syntax = "proto3";
package cases.v3;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/timestamp.proto";
service S { rpc Take(M) returns (M); }
message M {
  int32 optional_int32 = 1;
  int64 optional_int64 = 2;
  uint32 optional_uint32 = 3;
  uint64 optional_uint64 = 4;
  double optional_double = 12;
  string optional_string = 14;
  Nested optional_nested_message = 18;
  Choice optional_nested_enum = 21;
  repeated int32 repeated_int32 = 31;
  repeated Nested repeated_nested_message = 48;
  repeated Choice repeated_nested_enum = 51;
  map<string, Choice> map_string_nested_enum = 73;
  oneof one { Nested oneof_nested_message = 112; }
  google.protobuf.Duration optional_duration = 301;
  google.protobuf.Timestamp optional_timestamp = 302;
  google.protobuf.Any optional_any = 305;
}
message Nested { int32 a = 1; int32 b = 2; }
enum Choice { FOO = 0; BAR = 1; }
`;

const PROTO2 = `
syntax = "proto2";
package cases.v2;
service S { rpc Take(M) returns (M); }
message M {
  optional int32 __field_name13 = 413;
  optional group Data = 201 { optional int32 group_int32 = 202; }
  extensions 120 to 200;
}
extend M { optional int32 extension_int32 = 120; }
`;

const EDITION = `
edition = "2023";
package cases.e2023;
option features.message_encoding = DELIMITED;
service S { rpc Take(M) returns (M); }
message M {
  GroupLike grouplike = 1;
  GroupLike delimited_field = 2;
  GroupLike length_prefixed = 3 [features.message_encoding = LENGTH_PREFIXED];
  map<int32, int32> integers = 4;
  map<int32, GroupLike> messages = 5;
}
message GroupLike { int32 c = 1; }
`;

const V3 = '/cases.v3.S/Take';
const V2 = '/cases.v2.S/Take';
const E2023 = '/cases.e2023.S/Take';

let echo: EchoServer;
let gateway: TestGateway;
beforeAll(async () => {
  const { descriptorSet } = await compileTypes([
    { path: 'v3.proto', content: PROTO3 },
    { path: 'v2.proto', content: PROTO2 },
    { path: 'e2023.proto', content: EDITION },
  ]);
  echo = await startEchoServer(descriptorSet);
  const service = {
    source: { kind: 'descriptorSet', bytes: descriptorSet },
    upstream: { targets: [{ url: echo.url }] },
  } as const;
  gateway = await startTestGateway([
    { name: 'strict', ...service, rest: { protobuf: true } },
    { name: 'lenient', ...service, prefix: '/lenient', rest: { unknownFields: 'ignore' } },
  ]);
});
afterAll(async () => {
  await gateway.close();
  await echo.close();
});
beforeEach(() => echo.reset());

const take = (path: string, body: string | Uint8Array) => {
  const type = typeof body === 'string' ? 'application/json' : 'application/x-protobuf';
  const headers = { 'content-type': type, accept: 'application/json' };
  return send(gateway.publicUrl, { method: 'POST', path, headers, body: Buffer.from(body) });
};

const TWO = '{"optionalInt32":1,"optionalInt64":"2"}';

test.each([
  ['AnyNull', V3, '{\n        "optionalAny": null\n      }', '{}'],
  ['AnyWithNoType', V3, '{\n        "optionalAny": {}\n      }', '{"optionalAny":{}}'],
  [
    'DoubleFieldQuotedExponentialValue',
    V3,
    '{"optionalDouble": "2.22507e-308"}',
    '{"optionalDouble":2.22507e-308}',
  ],
  ['DurationNegativeNanos', V3, '{"optionalDuration": "-0.5s"}', '{"optionalDuration":"-0.500s"}'],
  ['DurationNegativeSeconds', V3, '{"optionalDuration": "-5s"}', '{"optionalDuration":"-5s"}'],
  ['Int32FieldStringValueZero', V3, '{"optionalInt32": "0"}', '{}'],
  ['MultilineNoSpaces', V3, '{\n"optionalInt32"\n:\n1\n,\n"optionalInt64"\n:\n2\n}', TWO],
  ['MultilineWithSpaces', V3, '{\n  "optionalInt32"  :  1\n  ,\n  "optionalInt64"  :  2\n}\n', TWO],
  ['OneLineNoSpaces', V3, '{"optionalInt32":1,"optionalInt64":2}', TWO],
  ['OneLineWithSpaces', V3, '{ "optionalInt32" : 1 , "optionalInt64" : 2 }', TWO],
  ['TimestampEpochValue', V3, stamp('1970-01-01T00:00:00.000Z'), stamp('1970-01-01T00:00:00Z')],
  ['TimestampLittleAfterEpochlValue', V3, stamp('1970-01-01T00:00:01.000000001Z')],
  ['TimestampLittleBeforeEpochValue', V3, stamp('1969-12-31T23:59:58.999999999Z')],
  ['TimestampNanoAfterEpochlValue', V3, stamp('1970-01-01T00:00:00.000000001Z')],
  ['TimestampNanoBeforeEpochValue', V3, stamp('1969-12-31T23:59:59.999999999Z')],
  ['TimestampTenAndHalfSecondsAfterEpochValue', V3, stamp('1970-01-01T00:00:10.500Z')],
  ['TimestampTenAndHalfSecondsBeforeEpochValue', V3, stamp('1969-12-31T23:59:49.500Z')],
  ['FieldNameExtension', V2, '{"[cases.v2.extension_int32]":1}'],
  ['StoresDefaultPrimitive', V2, '{"FieldName13":0}'],
])('%s', async (_name, path, json, output = json) => {
  const answer = await take(path, json);
  expect([answer.status, answer.text]).toEqual([200, output]);
});

test.each([
  ['AnyWktRepresentationWithBadType', '{"optionalAny": {"@type": "not_a_url", "value": ""}}'],
  ['DoubleFieldNegativeInfinityNotQuoted', '{"optionalDouble": -Infinity}'],
  ['DoubleFieldStringValueNonNumeric', '{"optionalDouble": "abc"}'],
  ['DoubleFieldStringValuePartiallyNumeric', '{"optionalDouble": "12abc"}'],
  ['Int64FieldEmptyString', '{"optionalInt64": ""}'],
  ['Uint32FieldEmptyString', '{"optionalUint32": ""}'],
  ['Uint64FieldEmptyString', '{"optionalUint64": ""}'],
  ['MissingCommaOneLine', '{ "optionalInt32": 1 "optionalInt64": 2 }'],
  ['RejectUnknownEnumStringValueInMapValue', '{"map_string_nested_enum": {"key": "UNKNOWN_ENUM_VALUE"}}'],
  ['RejectUnknownEnumStringValueInOptionalField', '{"optional_nested_enum": "UNKNOWN_ENUM_VALUE"}'],
  ['RejectUnknownEnumStringValueInRepeatedField', '{"repeated_nested_enum": ["UNKNOWN_ENUM_VALUE"]}'],
  ['SingleValueForRepeatedFieldInt32', '{"repeatedInt32": 1}'],
  ['SingleValueForRepeatedFieldMessage', '{"repeatedNestedMessage": {"a": 1}}'],
  ['StringEndsWithEscapeChar', '{"optionalString": "abc\\'],
  ['TimestampWithMissingColonInOffset', stamp('1970-01-01T08:00:01+0800')],
])('%s is refused', async (_name, json) => {
  expect(problemOf(await take(V3, json))).toMatchObject({
    status: 400,
    code: 'INVALID_ARGUMENT',
    source: 'gateway',
  });
  expect(echo.received()).toEqual([]);
});

describe('of a service that ignores unknown fields', () => {
  test.each([
    ['IgnoreUnknownJsonFalse', '{"unknown": false}', '{}'],
    ['IgnoreUnknownJsonNull', '{"unknown": null}', '{}'],
    ['IgnoreUnknownJsonNumber', '{"unknown": 1}', '{}'],
    ['IgnoreUnknownJsonObject', '{"unknown": {"a": 1}}', '{}'],
    ['IgnoreUnknownJsonString', '{"unknown": "a"}', '{}'],
    ['IgnoreUnknownJsonTrue', '{"unknown": true}', '{}'],
    ['IgnoreUnknownEnumStringValueInOptionalField', '{"optional_nested_enum": "UNKNOWN_ENUM_VALUE"}', '{}'],
    ['IgnoreUnknownEnumStringValueInRepeatedField', '{"repeated_nested_enum": ["UNKNOWN_ENUM_VALUE"]}', '{}'],
    [
      'IgnoreUnknownEnumStringValueInRepeatedPart',
      '{"repeated_nested_enum": ["FOO", "UNKNOWN_ENUM_VALUE", "FOO"]}',
      '{"repeatedNestedEnum":["FOO","FOO"]}',
    ],
    [
      'IgnoreUnknownEnumStringValueInMapValue',
      '{"map_string_nested_enum": {"key": "UNKNOWN_ENUM_VALUE"}}',
      '{}',
    ],
    [
      'IgnoreUnknownEnumStringValueInMapPart',
      '{"map_string_nested_enum": {"key1": "FOO", "key2": "UNKNOWN_ENUM_VALUE"}}',
      '{"mapStringNestedEnum":{"key1":"FOO"}}',
    ],
  ])('%s', async (_name, json, output) => {
    const answer = await take(`/lenient${V3}`, json);
    expect([answer.status, answer.text]).toEqual([200, output]);
  });
});

test.each([
  ['RepeatedScalarMessageMerge', V3, '920102080192010210 02', '{"optionalNestedMessage":{"a":1,"b":2}}'],
  ['OneofZeroMessageSetTwice', V3, '820700820700', '{"oneofNestedMessage":{}}'],
  ['ValidDataGroup', V2, 'cb0c d00c07 cc0c', '{"data":{"groupInt32":7}}'],
  ['ValidDelimitedField.GroupLike', E2023, '0b 0863 0c', '{"grouplike":{"c":99}}'],
  ['ValidDelimitedField.NotGroupLike', E2023, '13 0863 14', '{"delimitedField":{"c":99}}'],
  ['ValidLengthPrefixedField', E2023, '1a02 0863', '{"lengthPrefixed":{"c":99}}'],
  ['ValidMap.Integer', E2023, '2204 0801 1002', '{"integers":{"1":2}}'],
  ['ValidMap.LengthPrefixed', E2023, '2a06 0801 1202 0863', '{"messages":{"1":{"c":99}}}'],
  // Fields that nobody knows, in the order in which they came: varint, bytes, group.
  ['UnknownOrdering', V2, 'd8bb0301 dabb030161 dbbb030801dcbb03', '{}'],
])('%s from protobuf, which goes on as it came', async (_name, path, hex, json) => {
  const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  const answer = await take(path, bytes);
  expect([answer.status, answer.text]).toEqual([200, json]);
  expect(echo.lastCall(path)?.requests[0]?.toString('hex')).toBe(bytes.toString('hex'));
});

function stamp(text: string): string {
  return `{"optionalTimestamp":"${text}"}`;
}
