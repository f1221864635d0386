// Messages that end by a tag instead of a length (groups of proto2, `message_encoding = DELIMITED` of editions) wherever
// the gateway itself writes or reads a record of a message: bodies, masks, path variables, answers of one field.
// Source: protobuf encoding, "groups"; editions, "features.message_encoding"; transcoding reference, section 6.
import { fromBinary, fromJson, toBinary, toJson } from '@bufbuild/protobuf';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { type CompiledTypes, compileTypes } from '../harness/compile-types.ts';
import { type RequestOptions, send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

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

const GROUPS = '/groups.v1.Groups/';
let types: CompiledTypes;
let echo: EchoServer;
let gateway: TestGateway;

beforeAll(async () => {
  types = await compileTypes([
    { path: 'groups.proto', content: PROTO },
    { path: 'open.proto', content: OPEN },
  ]);
  echo = await startEchoServer(types.descriptorSet);
  gateway = await startTestGateway([
    {
      name: 'groups',
      source: { kind: 'descriptorSet', bytes: types.descriptorSet },
      upstream: { targets: [{ url: echo.url }] },
      rest: { protobuf: true, nestedHttpBody: true },
    },
  ]);
});
afterAll(async () => {
  await gateway.close();
  await echo.close();
});
beforeEach(() => echo.reset());

const ask = (request: string, more: RequestOptions = {}) => {
  const [method = '', path = ''] = request.split(' ');
  return send(gateway.publicUrl, { method, path, ...more });
};

/** ProtoJSON of what the upstream got, by the library; unknown fields would show as their absence. */
function arrived(method = `${GROUPS}Take`, name = 'groups.v1.Request'): unknown {
  const [wire = Buffer.alloc(0)] = echo.lastCall(method)?.requests ?? [];
  const message = types.message(name);
  const read = fromBinary(message, wire);
  expect(read.$unknown).toBeUndefined();
  return toJson(message, read, { registry: types.registry });
}

function wireOf(json: unknown, name = 'groups.v1.Request'): Uint8Array {
  const message = types.message(name);
  return toBinary(message, fromJson(message, json as never, { registry: types.registry }));
}

const text = { 'content-type': 'text/plain' };
const protobuf = { 'content-type': 'application/x-protobuf' };
const DATA = Buffer.from('hello').toString('base64');

describe('a request', () => {
  test('of bytes of any type holds them as a group', async () => {
    await ask('POST /v1/upload/a', { headers: text, body: 'hello' });
    expect(arrived()).toEqual({ name: 'a', content: { contentType: 'text/plain', data: DATA } });
    // content = 2: start 0x13, end 0x14
    const wire = echo.lastCall(`${GROUPS}Take`)?.requests[0]?.toString('hex');
    expect(wire).toContain(`130a0a${Buffer.from('text/plain').toString('hex')}120568656c6c6f14`);
  });

  test('of bytes at the end of a path of groups, with tags of two bytes', async () => {
    await ask('POST /v1/deep/a', { headers: text, body: 'hello' });
    expect(arrived()).toEqual({ name: 'a', holder: { content: { contentType: 'text/plain', data: DATA } } });
  });

  test('whose path leads through a group', async () => {
    await ask('GET /v1/through/t');
    expect(arrived()).toEqual({ plain: { group: { title: 't' } } });
  });

  test('whose path leads through a group that the request shows nothing of', async () => {
    await ask('GET /v1/open/t');
    expect(arrived('/open.v1.Open/Take', 'open.v1.Outer')).toEqual({ plain: { group: { title: 't' } } });
  });

  test.each([
    ['no body', undefined, {}],
    ['an empty body', '{}', {}],
    ['a body', '{"note":"n"}', { note: 'n' }],
  ])('whose path leads into a group of the body: %s', async (_what, body, more) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    await ask('POST /v1/open/t', { headers, ...(body !== undefined && { body }) });
    expect(arrived('/open.v1.Open/Take', 'open.v1.Outer')).toEqual({
      plain: { group: { title: 't' }, ...more },
    });
    await ask('POST /v1/beside/t', { headers, ...(body !== undefined && { body }) });
    expect(arrived()).toEqual({ plain: { group: { title: 't' }, ...more } });
  });

  test.each([
    ['GET /v1/needs/t', 'needs.needed'],
    ['GET /v1/open/t/needs', 'needs.needed'],
  ])('whose path leads into a message that lacks what it requires: %s', async (request, field) => {
    const problem = problemOf(await ask(request));
    expect(problem).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' });
    expect(problem.violations).toEqual([{ field, description: 'the field is required' }]);
    expect(echo.received()).toEqual([]);
  });

  test('of a PATCH has its mask as a group', async () => {
    await ask('PATCH /v1/thing/a', { body: { title: 't', size: null } });
    expect(arrived()).toEqual({ name: 'a', thing: { title: 't' }, updateMask: 'size,title' });
  });

  test('has a read mask as a group', async () => {
    await ask('GET /v1/masked?$fields=name');
    expect(arrived(`${GROUPS}Masked`, 'groups.v1.Read')).toEqual({ readMask: 'name' });
  });
});

describe('a protobuf body', () => {
  // Field 1000 as a varint: no message here has it.
  const UNKNOWN = Buffer.from('c03e07', 'hex');

  test.each([
    ['groups', 'POST /v1/whole', 'groups.v1.Request', `${GROUPS}Take`, { plain: { group: { title: 't' } } }],
    ['what is required', 'POST /v1/needs', 'groups.v1.Needy', `${GROUPS}Need`, { needs: { needed: 1 } }],
    [
      'what a message of it requires',
      'POST /v1/open/needs',
      'open.v1.Needy',
      '/open.v1.Open/Need',
      { needs: { needed: 1 } },
    ],
  ])('of %s goes on as it came, with fields that nobody here knows', async (...row) => {
    const [, request, name, method, json] = row;
    const body = Buffer.concat([UNKNOWN, wireOf(json, name)]);
    expect((await ask(request, { headers: protobuf, body })).status).toBe(200);
    expect(echo.lastCall(method)?.requests[0]?.toString('hex')).toBe(body.toString('hex'));
  });

  test.each([
    ['POST /v1/needs/t', `${GROUPS}Need`, 'groups.v1.Needy'],
    ['POST /v1/open/t/needs', '/open.v1.Open/Need', 'open.v1.Needy'],
  ])('holds what is required beside the path: %s', async (request, method, name) => {
    const body = wireOf({ name: 'n', needs: { needed: 7 } }, name);
    await ask(request, { headers: protobuf, body });
    expect(arrived(method, name)).toEqual({ name: 'n', needs: { title: 't', needed: 7 } });
  });

  test.each([
    // needs = 6, empty
    ['POST /v1/needs', '3200'],
    ['POST /v1/needs/t', '3200'],
    ['POST /v1/open/needs', '3200'],
    ['POST /v1/open/t/needs', '0a016e'],
    // title = 1 alone
    ['POST /v1/open/part', '0a0174'],
  ])('that lacks what is required is refused: %s', async (request, hex) => {
    const problem = problemOf(await ask(request, { headers: protobuf, body: Buffer.from(hex, 'hex') }));
    expect(problem).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' });
    expect(problem.detail).toContain('required');
    expect(echo.received()).toEqual([]);
  });

  test('that is one field of the request meets the path in it, with fields that nobody here knows', async () => {
    const body = Buffer.concat([wireOf({ note: 'n' }, 'open.v1.Plain'), UNKNOWN]);
    await ask('POST /v1/open/t', { headers: protobuf, body });
    const [wire = Buffer.alloc(0)] = echo.lastCall('/open.v1.Open/Take')?.requests ?? [];
    expect(wire.toString('hex')).toContain(UNKNOWN.toString('hex'));
    expect(arrived('/open.v1.Open/Take', 'open.v1.Outer')).toEqual({
      plain: { group: { title: 't' }, note: 'n' },
    });
  });

  test('that is a group of the request is written as one', async () => {
    const body = Buffer.concat([wireOf({ size: '7' }, 'groups.v1.Thing'), UNKNOWN]);
    await ask('POST /v1/group/a', { headers: protobuf, body });
    const [wire = Buffer.alloc(0)] = echo.lastCall(`${GROUPS}Take`)?.requests ?? [];
    // thing = 4: start 0x23, end 0x24; name = 1 is what the path says
    expect(wire.toString('hex')).toBe(`23${body.toString('hex')}240a0161`);
  });

  test('meets the path in one group', async () => {
    const body = Buffer.concat([wireOf({ name: 'n', thing: { title: 'x', size: '7' } }), UNKNOWN]);
    await ask('POST /v1/whole/t', { headers: protobuf, body });
    const [wire = Buffer.alloc(0)] = echo.lastCall(`${GROUPS}Take`)?.requests ?? [];
    const read = fromBinary(types.message('groups.v1.Request'), wire);
    expect(toJson(types.message('groups.v1.Request'), read)).toEqual({
      name: 'n',
      thing: { title: 't', size: '7' },
    });
    expect(read.$unknown?.map(({ no }) => no)).toEqual([1000]);
  });
});

describe('an answer of one field', () => {
  const content = (type: string, data: string) =>
    wireOf({ content: { contentType: type, data: Buffer.from(data).toString('base64') } });

  test('that is a group of bytes of any type', async () => {
    echo.replyWith(`${GROUPS}Take`, content('text/csv', 'a,b'));
    const answer = await ask('POST /v1/upload/a', { headers: text, body: 'x' });
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([200, 'text/csv', 'a,b']);
  });

  test('that is a stream of them', async () => {
    echo.replyWith(`${GROUPS}Watch`, content('text/csv', 'a,'), content('text/csv', 'b'));
    const answer = await ask('GET /v1/watch');
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([200, 'text/csv', 'a,b']);
  });

  test('that comes in two groups is their union', async () => {
    const typed = wireOf({ content: { contentType: 'text/csv' } });
    echo.replyWith(`${GROUPS}Take`, Buffer.concat([typed, content('', 'a,b')]));
    const answer = await ask('POST /v1/upload/a', { headers: text, body: 'x' });
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([200, 'text/csv', 'a,b']);
  });

  test('beside groups that nobody here knows', async () => {
    // Field 1000 as a group that holds a group.
    const strange = Buffer.from('c33ec33e0801c43ec43e', 'hex');
    echo.replyWith(`${GROUPS}Take`, Buffer.concat([strange, content('text/csv', 'a,b')]));
    const answer = await ask('POST /v1/upload/a', { headers: text, body: 'x' });
    expect([answer.status, answer.text]).toEqual([200, 'a,b']);
  });

  test('that has neither end nor length is broken', async () => {
    echo.replyWith(`${GROUPS}Take`, Buffer.from('130a01', 'hex'));
    const answer = await ask('POST /v1/upload/a', { headers: text, body: 'x' });
    expect(problemOf(answer)).toMatchObject({ status: 502, code: 'INTERNAL' });
  });

  test('as JSON', async () => {
    echo.replyWith(`${GROUPS}Take`, wireOf({ thing: { title: 't', size: '7' } }));
    const answer = await ask('PATCH /v1/thing/a', { body: { title: 't' } });
    expect(answer.json()).toEqual({ title: 't', size: '7' });
  });
});
