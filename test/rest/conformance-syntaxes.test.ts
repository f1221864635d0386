// Cases of the protobuf conformance suite that the message of test/json/kinds.ts has no fields for, by their names there,
// through the running gateway, for the same message in proto2, proto3 and edition 2023. Source: transcoding reference,
// section 6 ("the checklist is the list of case names").
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { compileTypes } from '../harness/compile-types.ts';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

/** `label` stands before fields that have presence in every syntax. */
const messages = (head: string, name: string, label: string) => `
  ${head}
  package more.${name};
  import "google/protobuf/any.proto";
  import "google/protobuf/duration.proto";
  import "google/protobuf/field_mask.proto";
  import "google/protobuf/struct.proto";
  import "google/protobuf/timestamp.proto";
  import "google/protobuf/wrappers.proto";

  service S { rpc Take(More) returns (More); }

  message More {
    ${label} int32 fieldname1 = 1;
    ${label} int32 field_name2 = 2;
    ${label} int32 _field_name3 = 3;
    ${label} int32 field__name4_ = 4;
    ${label} int32 field0name5 = 5;
    ${label} int32 field_0_name6 = 6;
    ${label} int32 fieldName7 = 7;
    ${label} int32 FieldName8 = 8;
    ${label} int32 field_Name9 = 9;
    ${label} int32 Field_Name10 = 10;
    ${label} int32 FIELD_NAME11 = 11;
    ${label} int32 FIELD_name12 = 12;
    ${label} int32 __field_name13 = 13;
    ${label} int32 __Field_name14 = 14;
    ${label} int32 field__name15 = 15;
    ${label} int32 field__Name16 = 16;
    ${label} int32 field_name17__ = 17;
    ${label} int32 Field_name18__ = 18;
    ${label} uint32 uint32_value = 20;
    ${label} int64 int64_value = 21;
    ${label} uint64 uint64_value = 22;
    ${label} bool bool_value = 23;
    ${label} float float_value = 24;
    ${label} double double_value = 25;
    ${label} Aliased aliased = 26;
    ${label} int32 int32_value = 27;
    ${label} string string_value = 28;
    repeated bytes blobs = 30;
    repeated int32 ints = 31;
    map<int32, int32> int_map = 32;
    map<uint32, uint32> uint_map = 33;
    map<int64, int64> long_map = 34;
    map<uint64, uint64> ulong_map = 35;
    oneof choice {
      uint32 choice_uint32 = 40;
      bytes choice_bytes = 41;
      bool choice_bool = 42;
      uint64 choice_uint64 = 43;
      float choice_float = 44;
      double choice_double = 45;
    }
    ${label} google.protobuf.BoolValue wrapped_bool = 50;
    ${label} google.protobuf.Int32Value wrapped_int32 = 51;
    ${label} google.protobuf.UInt32Value wrapped_uint32 = 52;
    ${label} google.protobuf.Int64Value wrapped_int64 = 53;
    ${label} google.protobuf.UInt64Value wrapped_uint64 = 54;
    ${label} google.protobuf.FloatValue wrapped_float = 55;
    ${label} google.protobuf.DoubleValue wrapped_double = 56;
    ${label} google.protobuf.StringValue wrapped_string = 57;
    ${label} google.protobuf.BytesValue wrapped_bytes = 58;
    repeated google.protobuf.BoolValue bools = 60;
    repeated google.protobuf.Int32Value int32s = 61;
    repeated google.protobuf.UInt32Value uint32s = 62;
    repeated google.protobuf.Int64Value int64s = 63;
    repeated google.protobuf.UInt64Value uint64s = 64;
    repeated google.protobuf.FloatValue floats = 65;
    repeated google.protobuf.DoubleValue doubles = 66;
    repeated google.protobuf.StringValue strings = 67;
    repeated google.protobuf.BytesValue bytes_values = 68;
    ${label} google.protobuf.Timestamp timestamp = 70;
    ${label} google.protobuf.Duration duration = 71;
    ${label} google.protobuf.FieldMask mask = 72;
    ${label} google.protobuf.Any any = 73;
    ${label} google.protobuf.Value value = 74;
  }

  enum Aliased {
    option allow_alias = true;
    ALIAS_FOO = 0;
    ALIAS_BAR = 1;
    ALIAS_BAZ = 2;
    MOO = 2;
    moo = 2;
    bAz = 2;
  }`;

const SYNTAXES = [
  ['proto2', 'syntax = "proto2";', 'optional'],
  ['proto3', 'syntax = "proto3";', ''],
  ['edition2023', 'edition = "2023";', ''],
] as const;

/** What is sent, and what comes back where that is not the same. */
const ACCEPTED: readonly (readonly [name: string, input: string, output?: string])[] = [
  [
    'FieldNameInSnakeCase',
    '{"fieldname1":1,"field_name2":2,"_field_name3":3,"field__name4_":4}',
    '{"fieldname1":1,"fieldName2":2,"FieldName3":3,"fieldName4":4}',
  ],
  ['FieldNameWithNumbers', '{"field0name5":5,"field0Name6":6}'],
  [
    'FieldNameWithMixedCases',
    '{"fieldName7":7,"FieldName8":8,"fieldName9":9,"FieldName10":10,"FIELDNAME11":11,"FIELDName12":12}',
  ],
  [
    'FieldNameWithDoubleUnderscores',
    '{"FieldName13":13,"FieldName14":14,"fieldName15":15,"fieldName16":16,"fieldName17":17,"FieldName18":18}',
  ],
  [
    'OriginalProtoFieldName of all of these',
    '{"field_Name9":9,"Field_Name10":10,"FIELD_NAME11":11,"FIELD_name12":12,"__Field_name14":14,"Field_name18__":18}',
    '{"fieldName9":9,"FieldName10":10,"FIELDNAME11":11,"FIELDName12":12,"FieldName14":14,"FieldName18":18}',
  ],
  ['Int64FieldBeString', '{"int64Value":1}', '{"int64Value":"1"}'],
  ['Uint64FieldBeString', '{"uint64Value":1}', '{"uint64Value":"1"}'],
  [
    'Int64FieldMaxValueNotQuoted',
    '{"int64Value":9223372036854774784}',
    '{"int64Value":"9223372036854774784"}',
  ],
  [
    'Uint64FieldMaxValueNotQuoted',
    '{"uint64Value":18446744073709549568}',
    '{"uint64Value":"18446744073709549568"}',
  ],
  ['FloatFieldMaxPositiveValue', '{"floatValue":3.402823e+38}'],
  ['EnumFieldWithAlias', '{"aliased":"ALIAS_BAZ"}'],
  ['EnumFieldWithAliasUseAlias', '{"aliased":"MOO"}', '{"aliased":"ALIAS_BAZ"}'],
  ['EnumFieldWithAliasLowerCase', '{"aliased":"moo"}', '{"aliased":"ALIAS_BAZ"}'],
  ['EnumFieldWithAliasDifferentCase', '{"aliased":"bAz"}', '{"aliased":"ALIAS_BAZ"}'],
  ['BytesRepeatedField', '{"blobs":["AAEC","AQI="]}'],
  ['OneofZeroUint32', '{"choiceUint32":0}'],
  ['OneofZeroBytes', '{"choiceBytes":""}'],
  ['OneofZeroBool', '{"choiceBool":false}'],
  ['OneofZeroUint64', '{"choiceUint64":0}', '{"choiceUint64":"0"}'],
  ['OneofZeroFloat', '{"choiceFloat":0.0}', '{"choiceFloat":0}'],
  ['OneofZeroDouble', '{"choiceDouble":0.0}', '{"choiceDouble":0}'],
  ['Uint32MapField', '{"uintMap":{"1":2,"3":4}}'],
  ['Int64MapField', '{"longMap":{"1":2,"3":4}}', '{"longMap":{"1":"2","3":"4"}}'],
  ['Uint64MapField', '{"ulongMap":{"1":2,"3":4}}', '{"ulongMap":{"1":"2","3":"4"}}'],
  [
    'OptionalWrapperTypesWithNonDefaultValue',
    '{"wrappedBool":true,"wrappedInt32":1,"wrappedUint32":1,"wrappedInt64":"1","wrappedUint64":"1","wrappedFloat":1,"wrappedDouble":1,"wrappedString":"1","wrappedBytes":"AQI="}',
  ],
  ['RepeatedBoolWrapper', '{"bools":[true,false]}'],
  ['RepeatedInt32Wrapper', '{"int32s":[0,1]}'],
  ['RepeatedUint32Wrapper', '{"uint32s":[0,1]}'],
  ['RepeatedInt64Wrapper', '{"int64s":[0,1]}', '{"int64s":["0","1"]}'],
  ['RepeatedUint64Wrapper', '{"uint64s":[0,1]}', '{"uint64s":["0","1"]}'],
  ['RepeatedFloatWrapper', '{"floats":[0,1]}'],
  ['RepeatedDoubleWrapper', '{"doubles":[0,1]}'],
  ['RepeatedStringWrapper', '{"strings":["","AQI="]}'],
  ['RepeatedBytesWrapper', '{"bytesValues":["","AQI="]}'],
  [
    'WrapperTypesWithNullValue',
    '{"wrappedBool":null,"wrappedInt32":null,"wrappedUint32":null,"wrappedInt64":null,"wrappedUint64":null,"wrappedFloat":null,"wrappedDouble":null,"wrappedString":null,"wrappedBytes":null,"bools":null,"int32s":null,"uint32s":null,"int64s":null,"uint64s":null,"floats":null,"doubles":null,"strings":null,"bytesValues":null}',
    '{}',
  ],
  ['DurationNull', '{"duration":null}', '{}'],
  ['TimestampNull', '{"timestamp":null}', '{}'],
  [
    'TimestampZeroNormalized',
    '{"timestamp":"1969-12-31T16:00:00-08:00"}',
    '{"timestamp":"1970-01-01T00:00:00Z"}',
  ],
  [
    'TimestampHasZeroFractionalDigit',
    '{"timestamp":"1970-01-01T00:00:00.000000000Z"}',
    '{"timestamp":"1970-01-01T00:00:00Z"}',
  ],
  [
    'TimestampHas9FractionalDigits',
    '{"timestamp":"1970-01-01T00:00:00.000000010Z"}',
    '{"timestamp":"1970-01-01T00:00:00.000000010Z"}',
  ],
  ['AllFieldAcceptNull', '{"intMap":null,"ulongMap":null,"choiceUint32":null,"mask":null,"any":null}', '{}'],
];

const REFUSED = [
  ['Uint32FieldNotNumber', '{"uint32Value":"3x3"}'],
  ['Uint64FieldNotInteger', '{"uint64Value":"0.5"}'],
  ['Int64FieldNotInteger', '{"int64Value":"0.5"}'],
  ['BoolFieldAllCapitalFalse', '{"boolValue":FALSE}'],
  ['DoubleFieldTooSmall', '{"doubleValue":-1.89769e+308}'],
  ['DoubleFieldTooLarge', '{"doubleValue":+1.89769e+308}'],
  ['StringFieldInvalidEscape', '{"stringValue":"\\uXXXX\\u6B4C"}'],
  ['EnumFieldWithAliasDifferentCase of none', '{"aliased":"Moo"}'],
  ['Int32MapFieldKeyNotQuoted', '{"intMap":{1:2,3:4}}'],
  ['Uint32MapFieldKeyNotQuoted', '{"uintMap":{1:2,3:4}}'],
  ['Int64MapFieldKeyNotQuoted', '{"longMap":{1:2,3:4}}'],
  ['Uint64MapFieldKeyNotQuoted', '{"ulongMap":{1:2,3:4}}'],
  ['MapFieldKeyIsNull', '{"intMap":{null:1}}'],
  ['MapFieldValueIsNull', '{"intMap":{"0":null}}'],
  ['RepeatedFieldTrailingCommaWithSpaceCommaSpace', '{"ints":[1, 2, 3, 4 , ]}'],
  ['TrailingCommaInAnObjectWithSpaceCommaSpace', '{"fieldname1":1 , }'],
  ['OneofFieldDuplicate', '{"choiceUint32":1,"choiceBool":true}'],
  ['FieldNameDuplicateDifferentCasing', '{"field_name2":1,"fieldName2":2}'],
] as const;

/** NaNs that are not the usual one are written as it is. */
const NANS = [
  ['FloatFieldNormalizeQuietNan', [0xc5, 0x01, 0x45, 0x23, 0xa1, 0x7f], '{"floatValue":"NaN"}'],
  ['FloatFieldNormalizeSignalingNan', [0xc5, 0x01, 0x21, 0x43, 0xb5, 0xff], '{"floatValue":"NaN"}'],
  [
    'DoubleFieldNormalizeQuietNan',
    [0xc9, 0x01, 0xbc, 0x9a, 0x78, 0x56, 0x34, 0x12, 0xfa, 0x7f],
    '{"doubleValue":"NaN"}',
  ],
  [
    'DoubleFieldNormalizeSignalingNan',
    [0xc9, 0x01, 0x21, 0x43, 0x65, 0x87, 0xa9, 0xcb, 0xfb, 0xff],
    '{"doubleValue":"NaN"}',
  ],
] as const;

describe.each(SYNTAXES)('%s', (syntax, head, label) => {
  const path = `/more.${syntax}.S/Take`;
  let echo: EchoServer;
  let gateway: TestGateway;
  beforeAll(async () => {
    const { descriptorSet } = await compileTypes([
      { path: `more/${syntax}.proto`, content: messages(head, syntax, label) },
    ]);
    echo = await startEchoServer(descriptorSet);
    gateway = await startTestGateway([
      {
        name: 'more',
        source: { kind: 'descriptorSet', bytes: descriptorSet },
        upstream: { targets: [{ url: echo.url }] },
        rest: { protobuf: true },
      },
    ]);
  });
  afterAll(async () => {
    await gateway.close();
    await echo.close();
  });

  const take = (body: string | Uint8Array) => {
    const type = typeof body === 'string' ? 'application/json' : 'application/x-protobuf';
    const headers = { 'content-type': type, accept: 'application/json' };
    return send(gateway.publicUrl, { method: 'POST', path, headers, body: Buffer.from(body) });
  };

  test.each(ACCEPTED)('%s', async (_name, input, output = input) => {
    const answer = await take(input);
    expect([answer.status, answer.text]).toEqual([200, output]);
    const arrived = echo.lastCall(path)?.requests[0] ?? new Uint8Array([255]);
    const again = await take(arrived);
    expect([again.status, again.text]).toEqual([200, output]);
  });

  test.each(REFUSED)('%s is refused', async (_name, input) => {
    echo.reset();
    expect(problemOf(await take(input))).toEqual(
      expect.objectContaining({ status: 400, code: 'INVALID_ARGUMENT', source: 'gateway' }),
    );
    expect(echo.received()).toEqual([]);
  });

  test.each(NANS)('%s', async (_name, bytes, output) => {
    const answer = await take(Uint8Array.from(bytes));
    expect([answer.status, answer.text]).toEqual([200, output]);
  });
});
