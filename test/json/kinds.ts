// Messages of every kind that ProtoJSON has rules for.
import { type CompiledTypes, compileTypes } from '../harness/compile-types.ts';

const PROTO3 = `
syntax = "proto3";
package kinds.v1;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";

service Kinds_Service {
  rpc Take(Kinds) returns (Kinds);
}

message Kinds {
  int32 int32_value = 1;
  sint32 sint32_value = 2;
  sfixed32 sfixed32_value = 3;
  uint32 uint32_value = 4;
  fixed32 fixed32_value = 5;
  int64 int64_value = 6;
  sint64 sint64_value = 7;
  sfixed64 sfixed64_value = 8;
  uint64 uint64_value = 9;
  fixed64 fixed64_value = 10;
  float float_value = 11;
  double double_value = 12;
  bool bool_value = 13;
  string string_value = 14;
  bytes bytes_value = 15;
  Color color = 16;
  Kinds child = 17;
  optional int32 optional_int = 18;
  string renamed = 19 [json_name = "otherName"];
  repeated int32 ints = 20;
  repeated int64 longs = 21;
  repeated string texts = 22;
  repeated Color colors = 23;
  repeated Kinds children = 24;
  repeated double doubles = 25;
  map<string, string> text_map = 30;
  map<int32, string> int_map = 31;
  map<int64, int64> long_map = 32;
  map<bool, bool> bool_map = 33;
  map<string, Kinds> child_map = 34;
  map<string, Color> color_map = 35;
  map<uint64, string> ulong_map = 36;
  oneof choice {
    string choice_text = 40;
    int64 choice_long = 41;
    Kinds choice_child = 42;
    google.protobuf.NullValue choice_null = 43;
    Color choice_color = 44;
    google.protobuf.Value choice_value = 45;
  }
  google.protobuf.Timestamp timestamp = 50;
  google.protobuf.Duration duration = 51;
  google.protobuf.FieldMask mask = 52;
  google.protobuf.Struct struct = 53;
  google.protobuf.Value value = 54;
  google.protobuf.ListValue list_value = 55;
  google.protobuf.Any any = 56;
  google.protobuf.Empty empty = 57;
  google.protobuf.DoubleValue wrapped_double = 60;
  google.protobuf.FloatValue wrapped_float = 61;
  google.protobuf.Int64Value wrapped_int64 = 62;
  google.protobuf.UInt64Value wrapped_uint64 = 63;
  google.protobuf.Int32Value wrapped_int32 = 64;
  google.protobuf.UInt32Value wrapped_uint32 = 65;
  google.protobuf.BoolValue wrapped_bool = 66;
  google.protobuf.StringValue wrapped_string = 67;
  google.protobuf.BytesValue wrapped_bytes = 68;
  repeated google.protobuf.Value values = 70;
  repeated google.protobuf.Timestamp timestamps = 71;
  repeated google.protobuf.Int64Value wrapped_longs = 72;
  google.protobuf.NullValue null_value = 73;
  bytes _leading = 80;
  string with_2_digits = 81;
}

// Its fields stand in another order than their numbers.
message Shuffled {
  string third = 3;
  string first = 1;
  string second = 2;
}

enum Color {
  option allow_alias = true;
  COLOR_UNSPECIFIED = 0;
  COLOR_RED = 1;
  COLOR_CRIMSON = 1;
  COLOR_NEGATIVE = -1;
}
`;

const PROTO2 = `
syntax = "proto2";
package kinds.v2;

message Legacy {
  required int32 id = 1;
  optional Shade shade = 2 [default = DARK];
  optional int64 big = 3;
  optional group Box = 4 {
    optional int32 width = 1;
  }
  repeated Shade shades = 5;
  optional Legacy next = 6;
  repeated Legacy more = 7;
  map<string, Shade> by_name = 8;
  extensions 100 to 199;
}

enum Shade {
  LIGHT = 1;
  DARK = 2;
}

extend Legacy {
  optional int64 ext_long = 100;
  optional Legacy ext_legacy = 101;
  repeated int32 ext_ints = 102;
}

message Scope {
  extend Legacy {
    optional string inner = 103;
  }
}

message Stranger {
  extensions 100 to 199;
}
extend Stranger {
  optional int32 not_for_legacy = 100;
}
`;

const EDITION = `
edition = "2023";
package kinds.e2023;

message Modern {
  int32 explicit = 1;
  int32 implicit = 2 [features.field_presence = IMPLICIT];
  int32 needed = 3 [features.field_presence = LEGACY_REQUIRED];
  Modern delimited = 4 [features.message_encoding = DELIMITED];
  repeated int32 expanded = 5 [features.repeated_field_encoding = EXPANDED];
  Closed closed = 6;
}

enum Closed {
  option features.enum_type = CLOSED;
  CLOSED_ONE = 1;
}
`;

/** Compiled once per test file. */
export function compileKinds(): Promise<CompiledTypes> {
  return compileTypes([
    { path: 'kinds/v1/kinds.proto', content: PROTO3 },
    { path: 'kinds/v2/legacy.proto', content: PROTO2 },
    { path: 'kinds/e2023/modern.proto', content: EDITION },
  ]);
}
