// A service with every kind of http rule, answered by the echo server, which keeps the exact bytes that arrived.
import { fromBinary, toJson } from '@bufbuild/protobuf';
import { expect } from '@jest/globals';
import type { ServiceDefinition } from '../../registry/service-definition.ts';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { type CompiledTypes, compileTypes } from '../harness/compile-types.ts';
import { type Answer, type RequestOptions, send } from '../harness/http-client.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

export const ODD_PROTO = `
syntax = "proto3";
package odd.v1;
import "google/api/annotations.proto";
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";

service Odd {
  rpc Get(Thing) returns (Thing) {
    option (google.api.http) = {
      get: "/v1/things/{name}"
      additional_bindings { get: "/v1/{name=shelves/*/things/*}" }
      additional_bindings { get: "/v1/deep/{nested.inner.title}" }
      additional_bindings { get: "/v1/plain" }
    };
  }
  rpc Whole(Thing) returns (Thing) {
    option (google.api.http) = {
      post: "/v1/whole/{name}" body: "*"
      additional_bindings { put: "/v1/whole/{nested.title}" body: "*" }
    };
  }
  rpc Part(Thing) returns (Thing) {
    option (google.api.http) = { patch: "/v1/part/{nested.title}" body: "nested" };
  }
  rpc PartBeside(Thing) returns (Thing) {
    option (google.api.http) = { post: "/v1/part/{name}" body: "nested" };
  }
  rpc PartList(Thing) returns (Thing) {
    option (google.api.http) = { post: "/v1/list/{name}" body: "texts" };
  }
  rpc PartScalar(Thing) returns (Thing) {
    option (google.api.http) = { post: "/v1/scalar/{name}" body: "number" };
  }
  rpc PartOneof(Thing) returns (Thing) {
    option (google.api.http) = { post: "/v1/oneof/{name}" body: "choice_nested" };
  }
  rpc Empties(Thing) returns (Thing) {
    option (google.api.http) = {
      post: "/v1/empty/struct" body: "struct"
      additional_bindings { post: "/v1/empty/list" body: "list" }
      additional_bindings { post: "/v1/empty/any" body: "any" }
      additional_bindings { post: "/v1/empty/value" body: "value" }
      additional_bindings { post: "/v1/empty/at" body: "at" }
      additional_bindings { post: "/v1/empty/wrapped" body: "wrapped_int64" }
    };
  }
  rpc Remove(Thing) returns (google.protobuf.Empty) {
    option (google.api.http) = { delete: "/v1/things/{name}" };
  }
  rpc Choose(Thing) returns (Thing) {
    option (google.api.http) = {
      get: "/v1/one/{choice_text}"
      additional_bindings { get: "/v1/onedeep/{choice_nested.title}" }
    };
  }
  rpc Types(Thing) returns (Thing) {
    option (google.api.http) = {
      get: "/v1/types/big/{big}"
      additional_bindings { get: "/v1/types/number/{number}" }
      additional_bindings { get: "/v1/types/flag/{flag}" }
      additional_bindings { get: "/v1/types/kind/{kind}" }
      additional_bindings { get: "/v1/types/data/{data}" }
      additional_bindings { get: "/v1/types/ratio/{ratio}" }
      additional_bindings { get: "/v1/types/at/{at}" }
      additional_bindings { get: "/v1/types/wrapped/{wrapped_int64}" }
    };
  }
  rpc Message(Thing) returns (Thing) {
    option (google.api.http) = { get: "/v1/response/message" response_body: "nested" };
  }
  rpc List(Thing) returns (Thing) {
    option (google.api.http) = { get: "/v1/response/list" response_body: "texts" };
  }
  rpc Map(Thing) returns (Thing) {
    option (google.api.http) = { get: "/v1/response/map" response_body: "labels" };
  }
  rpc Long(Thing) returns (Thing) {
    option (google.api.http) = { get: "/v1/response/long" response_body: "big" };
  }
  rpc EnumOnly(Thing) returns (Thing) {
    option (google.api.http) = { get: "/v1/response/enum" response_body: "kind" };
  }
  rpc Bytes(Thing) returns (Thing) {
    option (google.api.http) = { get: "/v1/response/bytes" response_body: "data" };
  }
  rpc Custom(Thing) returns (Thing) {
    option (google.api.http) = {
      custom { kind: "PURGE" path: "/v1/custom/{name}" }
      additional_bindings { custom { kind: "*" path: "/v1/any/{name}" } }
      additional_bindings { custom { kind: "HEAD" path: "/v1/heads/{name}" } }
    };
  }
  rpc Heads(Thing) returns (Thing) {
    option (google.api.http) = { get: "/v1/heads/{name}" };
  }
  rpc Run(Thing) returns (Thing) {
    option (google.api.http) = {
      post: "/v1/things/{name}:run" body: "*"
      additional_bindings { get: "/v1/things/{name}:show" }
      additional_bindings { post: "/v1/things:batch" body: "*" }
    };
  }
  rpc Files(Thing) returns (Thing) {
    option (google.api.http) = {
      get: "/v1/files/{name=**}"
      additional_bindings { get: "/v1/tree/{name=a/**}/{nested.title}" }
    };
  }
  rpc Nothing(google.protobuf.Empty) returns (google.protobuf.Empty) {
    option (google.api.http) = { post: "/v1/nothing" body: "*" };
  }
  rpc Watch(Thing) returns (stream Thing) {
    option (google.api.http) = {
      get: "/v1/watch/{name}"
      additional_bindings { get: "/v1/watchtexts/{name}" response_body: "texts" }
    };
  }
  rpc Upload(stream Thing) returns (Thing);
  rpc Chat(stream Thing) returns (stream Thing);
  rpc Tagged(Tag) returns (Tag) {
    option (google.api.http) = {
      get: "/v1/tags/{name}"
      additional_bindings { delete: "/v1/tags/{name}" }
      additional_bindings { put: "/v1/tags/{name}" body: "*" }
    };
  }
}

message Tag {
  string name = 1;
  string etag = 2;
}

enum Kind {
  KIND_UNSPECIFIED = 0;
  KIND_SMALL = 1;
  KIND_LARGE = 2;
}

message Nested {
  string title = 1;
  Nested inner = 2;
  repeated string tags = 3;
  int64 size = 4;
}

message Thing {
  string name = 1;
  Nested nested = 2;
  repeated string texts = 3;
  int32 number = 4;
  int64 big = 5;
  double ratio = 6;
  bool flag = 7;
  bytes data = 8;
  Kind kind = 9;
  repeated Kind kinds = 10;
  repeated int64 bigs = 11;
  map<string, string> labels = 12;
  map<int32, int64> counts = 13;
  map<string, Nested> shelves = 14;
  map<string, Kind> sorts = 15;
  oneof choice {
    string choice_text = 20;
    int64 choice_number = 21;
    Nested choice_nested = 22;
    Kind choice_kind = 23;
  }
  google.protobuf.Timestamp at = 30;
  google.protobuf.Duration span = 31;
  google.protobuf.FieldMask mask = 32;
  google.protobuf.Struct struct = 33;
  google.protobuf.Value value = 34;
  google.protobuf.ListValue list = 35;
  google.protobuf.Any any = 36;
  google.protobuf.DoubleValue wrapped_double = 40;
  google.protobuf.FloatValue wrapped_float = 41;
  google.protobuf.Int64Value wrapped_int64 = 42;
  google.protobuf.UInt64Value wrapped_uint64 = 43;
  google.protobuf.Int32Value wrapped_int32 = 44;
  google.protobuf.UInt32Value wrapped_uint32 = 45;
  google.protobuf.BoolValue wrapped_bool = 46;
  google.protobuf.StringValue wrapped_string = 47;
  google.protobuf.BytesValue wrapped_bytes = 48;
  repeated Nested many = 50;
  repeated google.protobuf.Int64Value wrapped_many = 51;
  string page_token = 60;
  uint64 huge = 61;
  float small = 62;
}
`;

export interface OddWorld {
  readonly gateway: TestGateway;
  readonly echo: EchoServer;
  readonly types: CompiledTypes;
  send(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** The message the last call of a method brought, as canonical ProtoJSON. */
  arrived(method: string, type?: string): unknown;
  close(): Promise<void>;
}

/** `settings` of the service. */
export async function startOddWorld(settings: Partial<ServiceDefinition> = {}): Promise<OddWorld> {
  const types = await compileTypes([{ path: 'odd.proto', content: ODD_PROTO }]);
  const echo = await startEchoServer(types.descriptorSet);
  const gateway = await startTestGateway([inlineService('odd', ODD_PROTO, echo.url, settings)]);
  return {
    gateway,
    echo,
    types,
    send: (method, path, options = {}) => send(gateway.publicUrl, { ...options, method, path }),
    arrived: (method, type = 'odd.v1.Thing') => {
      const call = echo.lastCall(`/odd.v1.Odd/${method}`);
      expect(call?.requests).toHaveLength(1);
      const message = types.message(type);
      return toJson(message, fromBinary(message, call?.requests[0] ?? new Uint8Array()), {
        registry: types.registry,
      });
    },
    close: async () => {
      await gateway.close();
      await echo.close();
    },
  };
}
