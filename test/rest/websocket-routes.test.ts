// Which of the methods at a path an upgrade opens (docs/rest.md, "WebSocket": on each path of a stream).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { problemOf } from '../harness/problem.ts';
import { frame, GRPC_HEAD, type RudeUpstream, startRudeUpstream } from '../harness/rude-upstream.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { textMessage } from './answers.ts';
import { converse, refusal } from './websocket-client.ts';

const PROTO = `
syntax = "proto3";
package both.v1;
import "google/api/annotations.proto";
service Both {
  rpc Say(Text) returns (Text) {
    option (google.api.http) = {
      post: "/v1/both" body: "*"
      additional_bindings { post: "/v1/deleted" body: "*" }
      additional_bindings { get: "/v1/custom" }
      additional_bindings { put: "/v1/{text}/any" }
      additional_bindings { post: "/v1/one" body: "*" }
      additional_bindings { get: "/v1/one" }
    };
  }
  rpc Watch(Text) returns (stream Text) {
    option (google.api.http) = {
      get: "/v1/both"
      additional_bindings { delete: "/v1/deleted" }
      additional_bindings { custom: { kind: "SEARCH" path: "/v1/custom" } }
      additional_bindings { custom: { kind: "*" path: "/v1/{text}/any" } }
    };
  }
}
message Text { string text = 1; }
`;

const QUIET_PROTO = `
syntax = "proto3";
package quiet.v1;
import "google/api/annotations.proto";
service Quiet {
  rpc Say(Text) returns (Text) { option (google.api.http) = { post: "/v1/quiet" body: "*" }; }
  rpc Watch(Text) returns (stream Text) { option (google.api.http) = { get: "/v1/quiet" }; }
}
message Text { string text = 1; }
`;

let upstream: RudeUpstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startRudeUpstream();
  upstream.answer((stream, _request, headers) => {
    stream.respond(GRPC_HEAD, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(frame(textMessage(String(headers[':path']))));
  });
  gateway = await startTestGateway([
    inlineService('both', PROTO, upstream.url),
    inlineService('quiet', QUIET_PROTO, upstream.url, { rest: { websocket: false } }),
  ]);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

describe('a path with one message by one method and a stream by another opens the stream', () => {
  test.each([
    ['GET beside POST', '/v1/both'],
    ['DELETE beside POST', '/v1/deleted'],
    ['a method of its own beside GET', '/v1/custom'],
    ['any method beside PUT', '/v1/something/any'],
  ])('%s', async (_name, path) => {
    const { say, hearAll } = await converse(gateway.publicUrl, path);
    say({ end: true });
    expect(await hearAll()).toEqual([
      { message: { text: '/both.v1.Both/Watch' } },
      { status: { code: 'OK' } },
    ]);
  });
});

test.each([
  ['one message by every method', '/v1/one', 400],
  ['a stream of a service without WebSocket, and one message besides', '/v1/quiet', 501],
  ['nothing', '/v1/nothing', 404],
])('a path with %s refuses', async (_name, path, status) => {
  const answer = await refusal(gateway.publicUrl, path);
  expect([answer.status, problemOf(answer).status]).toEqual([status, status]);
});
