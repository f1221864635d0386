// Services of edition 2023 whose messages end by a tag instead of a length, or require fields: in sight of the request, or
// only at the end of a path. Answered by the echo server, which keeps the exact bytes that arrived.
import { fromBinary, fromJson, toBinary, toJson } from '@bufbuild/protobuf';
import { expect } from '@jest/globals';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { compileTypes } from '../harness/compile-types.ts';
import { type Answer, type RequestOptions, send } from '../harness/http-client.ts';
import { startTestGateway } from '../harness/start-gateway.ts';

const PROTO = `
edition = "2023";
package groups.v1;
import "google/api/annotations.proto";
import "google/api/httpbody.proto";
import "google/protobuf/field_mask.proto";
option features.message_encoding = DELIMITED;

service Groups {
  rpc Take(Request) returns (Request) {
    option (google.api.http) = {
      post: "/v1/upload/{name}" body: "content" response_body: "content"
      additional_bindings { post: "/v1/deep/{name}" body: "holder.content" response_body: "content" }
      additional_bindings { get: "/v1/through/{plain.group.title}" }
      additional_bindings { post: "/v1/beside/{plain.group.title}" body: "plain" }
      additional_bindings { patch: "/v1/thing/{name}" body: "thing" response_body: "thing" }
      additional_bindings { post: "/v1/whole/{thing.title}" body: "*" }
      additional_bindings { post: "/v1/whole" body: "*" }
      additional_bindings { post: "/v1/group/{name}" body: "thing" }
    };
  }
  rpc Send(stream Request) returns (Request) {
    option (google.api.http) = { post: "/v1/send/{name}" body: "content" };
  }
  rpc Watch(Request) returns (stream Request) {
    option (google.api.http) = { get: "/v1/watch" response_body: "content" };
  }
  rpc Need(Needy) returns (Needy) {
    option (google.api.http) = {
      get: "/v1/needs/{needs.title}"
      additional_bindings { post: "/v1/needs/{needs.title}" body: "*" }
      additional_bindings { post: "/v1/needs" body: "*" }
    };
  }
  rpc Masked(Read) returns (Read) {
    option (google.api.http) = { get: "/v1/masked" };
  }
}

message Request {
  string name = 1;
  google.api.HttpBody content = 2;
  Plain plain = 3 [features.message_encoding = LENGTH_PREFIXED];
  Thing thing = 4;
  google.protobuf.FieldMask update_mask = 5;
  Holder holder = 100;
}
message Plain { Thing group = 1; string note = 2; }
message Thing { string title = 1; int64 size = 2; }
message Needs { string title = 1; int32 needed = 2 [features.field_presence = LEGACY_REQUIRED]; }
message Needy { string name = 1; Thing thing = 4; Needs needs = 6 [features.message_encoding = LENGTH_PREFIXED]; }
message Holder { google.api.HttpBody content = 17; }
message Read { google.protobuf.FieldMask read_mask = 3; string name = 1; }
`;

// Messages of which one sees what is special about them only by following a path.
const OPEN = `
edition = "2023";
package open.v1;
import "google/api/annotations.proto";
import "google/api/httpbody.proto";

service Open {
  rpc Take(Outer) returns (Outer) {
    option (google.api.http) = {
      get: "/v1/open/{plain.group.title}"
      additional_bindings { post: "/v1/open/{plain.group.title}" body: "plain" }
    };
  }
  rpc Need(Needy) returns (Needy) {
    option (google.api.http) = {
      get: "/v1/open/{needs.title}/needs"
      additional_bindings { post: "/v1/open/{needs.title}/needs" body: "*" }
      additional_bindings { post: "/v1/open/needs" body: "*" }
      additional_bindings { post: "/v1/open/part" body: "needs" }
    };
  }
}
message Outer { Plain plain = 3; string name = 1; }
message Needy { Needs needs = 6; string name = 1; }
message Plain { Thing group = 1 [features.message_encoding = DELIMITED]; string note = 2; }
message Thing { string title = 1; int64 size = 2; }
message Needs { string title = 1; int32 needed = 2 [features.field_presence = LEGACY_REQUIRED]; }
`;

export const GROUPS = '/groups.v1.Groups/';
export const OPEN_TAKE = '/open.v1.Open/Take';
export const OPEN_NEED = '/open.v1.Open/Need';

export interface DelimitedWorld {
  readonly echo: EchoServer;
  /** `METHOD /path`. */
  ask(request: string, more?: RequestOptions): Promise<Answer>;
  /** Of the first message that the method got. */
  wire(method?: string): Buffer;
  /** The same as ProtoJSON, by the library. A record that its type does not know fails. */
  arrived(method?: string, message?: string): unknown;
  wireOf(json: unknown, message?: string): Uint8Array;
  close(): Promise<void>;
}

export async function startDelimitedWorld(): Promise<DelimitedWorld> {
  const types = await compileTypes([
    { path: 'groups.proto', content: PROTO },
    { path: 'open.proto', content: OPEN },
  ]);
  const echo = await startEchoServer(types.descriptorSet);
  const gateway = await startTestGateway([
    {
      name: 'groups',
      source: { kind: 'descriptorSet', bytes: types.descriptorSet },
      upstream: { targets: [{ url: echo.url }] },
      rest: { protobuf: true, nestedHttpBody: true },
    },
  ]);
  const wire = (method = `${GROUPS}Take`) => echo.lastCall(method)?.requests[0] ?? Buffer.alloc(0);
  return {
    echo,
    wire,
    ask: (request, more = {}) => {
      const [method = '', path = ''] = request.split(' ');
      return send(gateway.publicUrl, { method, path, ...more });
    },
    arrived: (method, name = 'groups.v1.Request') => {
      const message = types.message(name);
      const read = fromBinary(message, wire(method), { readUnknownFields: true });
      expect((read.$unknown ?? []).filter(({ no }) => no !== UNKNOWN_NUMBER)).toEqual([]);
      return toJson(message, read, { registry: types.registry });
    },
    wireOf: (json, name = 'groups.v1.Request') => {
      const message = types.message(name);
      return toBinary(message, fromJson(message, json as never, { registry: types.registry }));
    },
    close: async () => {
      await gateway.close();
      await echo.close();
    },
  };
}

const UNKNOWN_NUMBER = 1000;
/** Field 1000 as a varint: no message here has it. */
export const UNKNOWN = Buffer.from('c03e07', 'hex');
