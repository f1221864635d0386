// Methods whose whole request or reply is a well-known type. Its JSON has no field names; http rules speak of fields all
// the same. Sources: google/api/http.proto; wrappers.proto, timestamp.proto and their like; transcoding reference, 3.2.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { compileTypes } from '../harness/compile-types.ts';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

const PROTO = `
syntax = "proto3";
package known.v1;
import "google/api/annotations.proto";
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
service Known {
  rpc Text(google.protobuf.StringValue) returns (google.protobuf.StringValue) {
    option (google.api.http) = {
      get: "/text/{value}"
      additional_bindings { get: "/text" }
      additional_bindings { post: "/text" body: "*" }
      additional_bindings { post: "/text/{value}" body: "*" }
      additional_bindings { put: "/text" body: "value" response_body: "value" }
    };
  }
  rpc Long(google.protobuf.Int64Value) returns (google.protobuf.Int64Value) {
    option (google.api.http) = { get: "/long/{value}" additional_bindings { post: "/long" body: "*" } };
  }
  rpc Bytes(google.protobuf.BytesValue) returns (google.protobuf.BytesValue) {
    option (google.api.http) = { get: "/bytes/{value}" };
  }
  rpc Time(google.protobuf.Timestamp) returns (google.protobuf.Timestamp) {
    option (google.api.http) = {
      get: "/time/{seconds}"
      additional_bindings { get: "/time" }
      additional_bindings { post: "/time" body: "*" }
      additional_bindings { get: "/seconds" response_body: "seconds" }
    };
  }
  rpc Span(google.protobuf.Duration) returns (google.protobuf.Duration) {
    option (google.api.http) = { get: "/span" additional_bindings { post: "/span" body: "*" } };
  }
  rpc Mask(google.protobuf.FieldMask) returns (google.protobuf.FieldMask) {
    option (google.api.http) = { get: "/mask" additional_bindings { post: "/mask" body: "*" } };
  }
  rpc List(google.protobuf.ListValue) returns (google.protobuf.ListValue) {
    option (google.api.http) = { get: "/list" additional_bindings { post: "/list" body: "*" } };
  }
  rpc Object(google.protobuf.Struct) returns (google.protobuf.Struct) {
    option (google.api.http) = { get: "/object" additional_bindings { post: "/object" body: "*" } };
  }
  rpc Any(google.protobuf.Any) returns (google.protobuf.Any) {
    option (google.api.http) = { get: "/any" additional_bindings { post: "/any" body: "*" } };
  }
  rpc Value(google.protobuf.Value) returns (google.protobuf.Value) {
    option (google.api.http) = { get: "/value" additional_bindings { post: "/value" body: "*" } };
  }
}
`;

let echo: EchoServer;
let gateway: TestGateway;
beforeAll(async () => {
  const types = await compileTypes([{ path: 'known.proto', content: PROTO }]);
  echo = await startEchoServer(types.descriptorSet);
  gateway = await startTestGateway([inlineService('known', PROTO, echo.url, { rest: { protobuf: true } })]);
});
afterAll(async () => {
  await gateway.close();
  await echo.close();
});

beforeEach(() => echo.reset());

/** Hex of the bytes that the upstream got last. */
function received(method: string): string | undefined {
  return echo.lastCall(`/known.v1.Known/${method}`)?.requests[0]?.toString('hex');
}

test.each([
  ['/text/abc', 'Text', '0a03616263', '"abc"'],
  ['/text/a%2Fb', 'Text', '0a03612f62', '"a/b"'],
  ['/text?value=abc', 'Text', '0a03616263', '"abc"'],
  ['/text', 'Text', '', '""'],
  ['/long/9007199254740993', 'Long', '088180808080808010', '"9007199254740993"'],
  ['/bytes/-_8', 'Bytes', '0a02fbff', '"+/8="'],
  ['/time/5', 'Time', '0805', '"1970-01-01T00:00:05Z"'],
  ['/time?seconds=5&nanos=1000000', 'Time', '080510c0843d', '"1970-01-01T00:00:05.001Z"'],
  ['/seconds?seconds=5&nanos=1000000', 'Time', '080510c0843d', '"5"'],
  ['/span?seconds=-1&nanos=-5', 'Span', '08ffffffffffffffffff0110fbffffffffffffffff01', '"-1.000000005s"'],
  ['/mask?paths=a_b&paths=c', 'Mask', '0a03615f620a0163', '"aB,c"'],
  ['/value?numberValue=5', 'Value', '110000000000001440', '5'],
  ['/value?string_value=x', 'Value', '1a0178', '"x"'],
  ['/list', 'List', '', '[]'],
  ['/object', 'Object', '', '{}'],
  ['/any', 'Any', '', '{}'],
])('GET %s fills the fields of the message', async (path, method, wire, text) => {
  const answer = await send(gateway.publicUrl, { path });
  expect([answer.status, answer.text]).toEqual([200, text]);
  expect(received(method)).toBe(wire);
});

test.each([
  ['/text', 'Text', '""'],
  ['/long', 'Long', '"0"'],
  ['/time', 'Time', '"1970-01-01T00:00:00Z"'],
  ['/span', 'Span', '"0s"'],
  ['/mask', 'Mask', '""'],
  ['/list', 'List', '[]'],
  ['/object', 'Object', '{}'],
  ['/any', 'Any', '{}'],
  ['/known.v1.Known/Text', 'Text', '""'],
])('POST %s without a body is the empty message', async (path, method, text) => {
  const answer = await send(gateway.publicUrl, { method: 'POST', path });
  expect([answer.status, answer.text]).toEqual([200, text]);
  expect(received(method)).toBe('');
});

test('a Value of which nothing is said is the empty one, not an object', async () => {
  await send(gateway.publicUrl, { method: 'POST', path: '/value' });
  expect(received('Value')).toBe('');
});

test.each([
  ['POST', '/text', '"abc"', '0a03616263'],
  ['POST', '/known.v1.Known/Text', '"abc"', '0a03616263'],
  ['PUT', '/text', '"abc"', '0a03616263'],
  ['POST', '/text/abc', '', '0a03616263'],
  // What is behind wins.
  ['POST', '/text/abc', '"x"', '0a01780a03616263'],
])('%s %s with the body %s', async (method, path, body, wire) => {
  const answer = await send(gateway.publicUrl, { method, path, headers: JSON_TYPE, body });
  expect([answer.status, answer.text]).toEqual([200, '"abc"']);
  expect(received('Text')).toBe(wire);
});

test.each([
  ['/text', 'Text', '0a03616263', '0a03616263'],
  ['/text/abc', 'Text', '0a0178', '0a01780a03616263'],
  ['/text', 'Text', '', ''],
  ['/time', 'Time', '080510c0843d', '080510c0843d'],
  ['/mask', 'Mask', '0a03615f62', '0a03615f62'],
  ['/list', 'List', '0a021a00', '0a021a00'],
  ['/object', 'Object', '0a050a01611200', '0a050a01611200'],
])('POST %s of protobuf fills %s with its bytes %s', async (path, method, body, wire) => {
  const headers = { 'content-type': 'application/x-protobuf' };
  await send(gateway.publicUrl, { method: 'POST', path, headers, body: Buffer.from(body, 'hex') });
  expect(received(method)).toBe(wire);
});

const JSON_TYPE = { 'content-type': 'application/json' };

test.each([
  ['GET', '/text/a?value=b', '', 'value', 'comes from the path'],
  ['GET', '/text?nothing=b', '', 'nothing', 'there is no such parameter'],
  ['GET', '/long/x', '', 'value', 'expected an integer from -2^63 to 2^63-1, found "x"'],
  ['GET', '/value?numberValue=1&stringValue=x', '', 'stringValue', 'only one of'],
  ['POST', '/text', '{"value":"x"}', '', 'expected a string, found an object'],
  ['POST', '/text?value=b', '', 'value', 'takes no query parameters'],
  ['POST', '/text?value=b', '"a"', 'value', 'takes no query parameters'],
])('%s %s with the body %s is refused at %s', async (method, path, body, field, description) => {
  const answer = await send(gateway.publicUrl, {
    method,
    path,
    ...(body !== '' && { headers: JSON_TYPE, body }),
  });
  expect(problemOf(answer).violations).toEqual([
    { field, description: expect.stringContaining(description) },
  ]);
  expect(answer.status).toBe(400);
});
