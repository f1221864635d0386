// Names that two fields share, and members of one oneof from two places.
// Source: transcoding reference, sections 4 ("on a clash json_name wins") and 5 (oneof siblings, path before body).
import { fromBinary, toJson } from '@bufbuild/protobuf';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { type CompiledTypes, compileTypes } from '../harness/compile-types.ts';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

const PROTO = `
syntax = "proto3";
package clash.v1;
import "google/api/annotations.proto";

service Clash {
  rpc Get(Names) returns (Names) {
    option (google.api.http) = {
      get: "/v1/names"
      additional_bindings { get: "/v1/names/{foo_bar}" }
      additional_bindings { post: "/v1/names" body: "*" }
      additional_bindings { post: "/v1/names/{foo_bar}" body: "*" }
    };
  }
  rpc Choose(Choice) returns (Choice) {
    option (google.api.http) = {
      post: "/v1/choices/{left}" body: "*"
      additional_bindings { post: "/v1/inner/{inner.left}" body: "*" }
      additional_bindings { post: "/v1/beside/{left}" body: "inner" }
    };
  }
}

message Names {
  // Its JSON name is fooBar.
  string foo_bar = 1;
  string other = 2 [json_name = "foo_bar"];
  Names nested = 3;
}

message Choice {
  oneof choice {
    string left = 1;
    string right = 2;
  }
  Choice inner = 3;
}
`;

let types: CompiledTypes;
let echo: EchoServer;
let gateway: TestGateway;
beforeAll(async () => {
  types = await compileTypes([{ path: 'clash.proto', content: PROTO }]);
  echo = await startEchoServer(types.descriptorSet);
  gateway = await startTestGateway([inlineService('clash', PROTO, echo.url)]);
});
afterAll(async () => {
  await gateway.close();
  await echo.close();
});
beforeEach(() => echo.reset());

/** The message that arrived, by the JSON names of its fields. */
function arrived(method: string, type: string): unknown {
  const message = types.message(`clash.v1.${type}`);
  const wire = echo.lastCall(`/clash.v1.Clash/${method}`)?.requests[0] ?? new Uint8Array();
  return toJson(message, fromBinary(message, wire));
}

describe('where one field’s own name is another’s JSON name, the JSON name wins', () => {
  test.each([
    ['GET', '/v1/names?foo_bar=x', undefined, { foo_bar: 'x' }],
    ['GET', '/v1/names?fooBar=x', undefined, { fooBar: 'x' }],
    ['GET', '/v1/names?fooBar=x&foo_bar=y&other=z', undefined, 400],
    [
      'GET',
      '/v1/names?nested.foo_bar=x&nested.fooBar=y',
      undefined,
      { nested: { foo_bar: 'x', fooBar: 'y' } },
    ],
    ['POST', '/v1/names', { foo_bar: 'x', fooBar: 'y' }, { foo_bar: 'x', fooBar: 'y' }],
    ['POST', '/v1/names', { foo_bar: 'x', other: 'y' }, 400],
    // Rules are written in proto names.
    ['GET', '/v1/names/x', undefined, { fooBar: 'x' }],
    ['GET', '/v1/names/x?foo_bar=y', undefined, { fooBar: 'x', foo_bar: 'y' }],
    ['GET', '/v1/names/x?fooBar=y', undefined, 400],
    ['POST', '/v1/names/x', { foo_bar: 'y', fooBar: 'z' }, { fooBar: 'x', foo_bar: 'y' }],
  ])('%s %s %j', async (method, path, body, expected) => {
    const answer = await send(gateway.publicUrl, { method, path, body });
    const outcome = answer.status === 200 ? arrived('Get', 'Names') : answer.status;
    expect(outcome).toEqual(expected);
  });
});

test('the path takes nothing from the other field, however the body is written', async () => {
  const body = '{"foo_bar":"y","f\\u006foBar":"z"}';
  const headers = { 'content-type': 'application/json' };
  await send(gateway.publicUrl, { method: 'POST', path: '/v1/names/x', headers, body });
  expect(arrived('Get', 'Names')).toEqual({ fooBar: 'x', foo_bar: 'y' });
});

describe('a path that binds one member of a oneof', () => {
  test.each([
    ['/v1/choices/a', { left: 'b' }, { left: 'a' }],
    ['/v1/choices/a', { right: null }, { left: 'a' }],
    ['/v1/choices/a', { inner: { right: 'c' } }, { left: 'a', inner: { right: 'c' } }],
    ['/v1/inner/a', { right: 'b' }, { right: 'b', inner: { left: 'a' } }],
    ['/v1/beside/a', { right: 'b' }, { left: 'a', inner: { right: 'b' } }],
  ])('leaves alone what is none of it: %s %j', async (path, body, message) => {
    const answer = await send(gateway.publicUrl, { method: 'POST', path, body });
    expect(answer.status).toBe(200);
    expect(arrived('Choose', 'Choice')).toEqual(message);
  });

  test.each([
    ['/v1/choices/a', { right: 'b' }, 'only one of'],
    ['/v1/inner/a', { inner: { right: 'b' } }, 'only one of'],
  ])('is not cleared by another member in the body: %s %j', async (path, body, words) => {
    const problem = problemOf(await send(gateway.publicUrl, { method: 'POST', path, body }));
    expect([problem.status, problem.code]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(problem.detail).toContain(words);
    expect(echo.received()).toEqual([]);
  });
});
