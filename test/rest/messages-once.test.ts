// Path, query and body of one request in one message: each message in it is written once, so that readers that keep
// the last of several records (protobufjs) see as much as those that merge them.
import { fromJson, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CompiledTypes, compileTypes } from '../harness/compile-types.ts';
import { type Answer, send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { messagesTwice } from './records.ts';
import { type ReplacingServer, startReplacingServer } from './replacing-server.ts';

const PROTO = `
syntax = "proto3";
package once.v1;
import "google/api/annotations.proto";
import "google/api/httpbody.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";

service Once {
  rpc Call(All) returns (google.protobuf.Empty) {
    option (google.api.http) = {
      get: "/v1/one/{sub.a}"
      additional_bindings { get: "/v1/two/{sub.a}/{sub.n}" }
      additional_bindings { get: "/v1/apart/{sub.a}/{id}/{other.a}/{sub.n}" }
      additional_bindings { get: "/v1/deep/{sub.a}/{sub.sub.a}/{sub.sub.n}" }
      additional_bindings { put: "/v1/sub/{sub.a}" body: "sub" }
      additional_bindings { put: "/v1/subsub/{sub.sub.a}" body: "sub" }
      additional_bindings { put: "/v1/beside/{sub.a}/{sub.n}" body: "other" }
      additional_bindings { put: "/v1/whole/{sub.a}" body: "*" }
      additional_bindings { put: "/v1/wholetwo/{sub.a}/{other.n}" body: "*" }
      additional_bindings { put: "/v1/at/{at}" body: "*" }
      additional_bindings { put: "/v1/subat/{sub.at}" body: "sub" }
      additional_bindings { put: "/v1/wrapped/{wrapped}" body: "*" }
      additional_bindings { put: "/v1/plain/{id}" body: "*" }
      additional_bindings { post: "/v1/value" body: "value" }
      additional_bindings { post: "/v1/list" body: "list" }
    };
  }
  rpc Update(UpdateRequest) returns (google.protobuf.Empty) {
    option (google.api.http) = { patch: "/v1/updates/{sub.a}" body: "sub" };
  }
  rpc Store(StoreRequest) returns (google.protobuf.Empty) {
    option (google.api.http) = {
      put: "/v1/stores/{upload.name}" body: "upload.content"
      additional_bindings { put: "/v1/stores" body: "upload.content" }
      additional_bindings { put: "/v1/typed/{content.content_type}" body: "content" }
    };
  }
  rpc Feed(stream StoreRequest) returns (google.protobuf.Empty) {
    option (google.api.http) = { put: "/v1/feeds/{upload.name}" body: "upload.content" };
  }
}

message Sub {
  string a = 1;
  int64 n = 2;
  Sub sub = 3;
  repeated string tags = 4;
  google.protobuf.Timestamp at = 5;
}
message All {
  string id = 1;
  Sub sub = 2;
  Sub other = 3;
  repeated Sub subs = 4;
  google.protobuf.Timestamp at = 5;
  google.protobuf.Int64Value wrapped = 6;
  google.protobuf.Value value = 7;
  google.protobuf.ListValue list = 8;
}
message UpdateRequest {
  Sub sub = 1;
  google.protobuf.FieldMask update_mask = 2;
}
message Upload {
  string name = 1;
  google.api.HttpBody content = 2;
  int32 size = 3;
}
message StoreRequest {
  Upload upload = 1;
  google.api.HttpBody content = 2;
}
`;

let types: CompiledTypes;
let server: ReplacingServer;
let gateway: TestGateway;
beforeAll(async () => {
  types = await compileTypes([{ path: 'once.proto', content: PROTO }]);
  server = await startReplacingServer(types.descriptorSet, 'once.v1.Once');
  gateway = await startTestGateway([
    inlineService('once', PROTO, server.url, { rest: { protobuf: true, nestedHttpBody: true } }),
  ]);
});
afterAll(async () => {
  await gateway?.close();
  await server?.close();
});

const ask = (request: string, body?: unknown, type = 'application/json'): Promise<Answer> => {
  const [method = '', path = ''] = request.split(' ');
  const headers = body === undefined ? {} : { 'content-type': type };
  return send(gateway.publicUrl, { method, path, headers, ...(body !== undefined && { body }) });
};

/** Wire bytes by the library. */
const wire = (json: unknown, name: string): Buffer =>
  Buffer.from(toBinary(types.message(name), fromJson(types.message(name), json as never)));

/** What the handler has, after a look at the bytes. */
async function arrives(answer: Promise<Answer>, input = 'once.v1.All'): Promise<unknown> {
  expect((await answer).status).toBe(200);
  const { message, bytes } = server.last();
  expect(messagesTwice(types.message(input), bytes)).toEqual([]);
  return JSON.parse(JSON.stringify(message));
}

test('the server keeps the last of two records of one message; the walk finds them', () => {
  const twice = Buffer.concat([
    wire({ sub: { a: 'aa' } }, 'once.v1.All'),
    wire({ sub: { n: 5 } }, 'once.v1.All'),
  ]);
  expect(server.read('Call', twice)).toEqual({ sub: { n: '5' } });
  expect(messagesTwice(types.message('once.v1.All'), twice)).toEqual(['sub']);
  const inner = Buffer.concat([Buffer.from([0x12, twice.length]), twice]);
  expect(messagesTwice(types.message('once.v1.All'), inner)).toEqual([]);
  const inSub = wire({ sub: { sub: { a: 'x' } } }, 'once.v1.All').subarray(2);
  const nested = Buffer.concat([Buffer.from([0x12, inSub.length * 2]), inSub, inSub]);
  expect(messagesTwice(types.message('once.v1.All'), nested)).toEqual(['sub.sub']);
});

describe('path and query', () => {
  test.each([
    ['GET /v1/one/aa', { sub: { a: 'aa' } }],
    ['GET /v1/two/aa/5', { sub: { a: 'aa', n: '5' } }],
    ['GET /v1/apart/aa/i/oo/5', { id: 'i', sub: { a: 'aa', n: '5' }, other: { a: 'oo' } }],
    ['GET /v1/deep/aa/bb/5', { sub: { a: 'aa', sub: { a: 'bb', n: '5' } } }],
    ['GET /v1/one/aa?sub.n=5', { sub: { a: 'aa', n: '5' } }],
    ['GET /v1/one/aa?sub.sub.n=5&id=i', { id: 'i', sub: { a: 'aa', sub: { n: '5' } } }],
    ['GET /v1/two/aa/5?sub.tags=x&sub.tags=y', { sub: { a: 'aa', n: '5', tags: ['x', 'y'] } }],
    ['GET /v1/two/aa/5?id=i', { id: 'i', sub: { a: 'aa', n: '5' } }],
    ['GET /v1/one/aa?other.a=x&other.n=5', { sub: { a: 'aa' }, other: { a: 'x', n: '5' } }],
  ])('%s', async (request, message) => {
    expect(await arrives(ask(request))).toEqual(message);
  });
});

type WithBody = [request: string, body: Record<string, unknown>, message: unknown];

/** The same in JSON and in protobuf. */
const BODIES: readonly WithBody[] = [
  ['PUT /v1/sub/path', { n: '5' }, { sub: { a: 'path', n: '5' } }],
  ['PUT /v1/sub/path', {}, { sub: { a: 'path' } }],
  ['PUT /v1/sub/path', { a: 'body', tags: ['x'] }, { sub: { a: 'path', tags: ['x'] } }],
  ['PUT /v1/sub/path', { sub: { a: 'inner' } }, { sub: { a: 'path', sub: { a: 'inner' } } }],
  ['PUT /v1/sub/path?id=i&other.n=7', { n: '5' }, { id: 'i', sub: { a: 'path', n: '5' }, other: { n: '7' } }],
  ['PUT /v1/subsub/path', { a: 'x', sub: { n: '5' } }, { sub: { a: 'x', sub: { a: 'path', n: '5' } } }],
  ['PUT /v1/beside/aa/5', { a: 'oo' }, { sub: { a: 'aa', n: '5' }, other: { a: 'oo' } }],
  ['PUT /v1/whole/path', { id: 'i', sub: { a: 'body', n: '5' } }, { id: 'i', sub: { a: 'path', n: '5' } }],
  [
    'PUT /v1/whole/path',
    { other: { n: '5' }, subs: [{ a: 'x' }, {}] },
    { sub: { a: 'path' }, other: { n: '5' }, subs: [{ a: 'x' }, {}] },
  ],
  [
    'PUT /v1/wholetwo/path/7',
    { sub: { n: '5' }, other: { a: 'oo', n: '1' } },
    { sub: { a: 'path', n: '5' }, other: { a: 'oo', n: '7' } },
  ],
  // Nothing of the body's value is left, not even where records are merged.
  [
    'PUT /v1/at/1970-01-01T00:00:02Z',
    { at: '1970-01-01T00:00:01.000000005Z', id: 'i' },
    { id: 'i', at: { seconds: '2' } },
  ],
  ['PUT /v1/at/1970-01-01T00:00:02Z', { id: 'i' }, { id: 'i', at: { seconds: '2' } }],
  [
    'PUT /v1/subat/1970-01-01T00:00:02Z',
    { at: '1970-01-01T00:00:01.000000005Z', n: '5' },
    { sub: { at: { seconds: '2' }, n: '5' } },
  ],
  ['PUT /v1/wrapped/0', { wrapped: '5' }, { wrapped: {} }],
  // A scalar that is there twice is the last for all readers.
  ['PUT /v1/plain/path', { id: 'body', sub: { n: '5' } }, { id: 'path', sub: { n: '5' } }],
];

describe('path, query and a body of JSON', () => {
  test.each(BODIES)('%s %j', async (request, body, message) => {
    expect(await arrives(ask(request, body))).toEqual(message);
  });

  test.each([
    ['no text', '', 'PUT /v1/sub/path'],
    ['null', 'null', 'PUT /v1/sub/path'],
    ['a null inside', '{"sub":null}', 'PUT /v1/whole/path'],
  ])('%s beside a nested variable', async (_what, body, request) => {
    expect(await arrives(ask(request, Buffer.from(body)))).toEqual({ sub: { a: 'path' } });
  });

  test.each([
    // Of the body itself; what is no JSON has no fields to be wrong.
    ['no object', 'PUT /v1/sub/path', '[]', ['']],
    ['text behind', 'PUT /v1/sub/path', '{"n":5} {}', []],
    ['a wrong field', 'PUT /v1/sub/path', '{"n":"x"}', ['n']],
    ['a wrong path', 'GET /v1/two/aa/x', undefined, ['sub.n']],
  ])('400: %s', async (_what, request, body, fields) => {
    const problem = problemOf(await ask(request, body === undefined ? undefined : Buffer.from(body)));
    expect([problem.status, problem.violations.map(({ field }) => field)]).toEqual([400, fields]);
  });
});

describe('path, query and a body of protobuf', () => {
  const typeOf = (request: string): string => (/sub|beside/.test(request) ? 'once.v1.Sub' : 'once.v1.All');

  test.each(BODIES)('%s %j', async (request, body, message) => {
    const sent = wire(body, typeOf(request));
    expect(await arrives(ask(request, sent, 'application/x-protobuf'))).toEqual(message);
  });

  test.each([
    ['PUT /v1/sub/path', 'once.v1.Sub'],
    ['PUT /v1/whole/path', 'once.v1.All'],
  ])('%s: fields that nobody here knows stay', async (request, name) => {
    const sent = Buffer.concat([wire({}, name), Buffer.from('c0bb0107', 'hex')]);
    expect(await arrives(ask(request, sent, 'application/x-protobuf'))).toEqual({ sub: { a: 'path' } });
    expect(server.last().bytes.toString('hex')).toContain('c0bb0107');
  });
});

describe('an update', () => {
  test.each([
    ['PATCH /v1/updates/path', { n: '5' }, { sub: { a: 'path', n: '5' }, update_mask: { paths: ['n'] } }],
    [
      'PATCH /v1/updates/path?updateMask=tags',
      { n: '5' },
      { sub: { a: 'path', n: '5' }, update_mask: { paths: ['tags'] } },
    ],
  ])('%s', async (request, body, message) => {
    expect(await arrives(ask(request, body), 'once.v1.UpdateRequest')).toEqual(message);
    const sent = wire(body, 'once.v1.Sub');
    expect(await arrives(ask(request, sent, 'application/x-protobuf'), 'once.v1.UpdateRequest')).toEqual(
      message,
    );
  });
});

describe('bytes of any type', () => {
  const data = { type: 'Buffer', data: [1, 2, 3] };
  const content = { content_type: 'image/png', data };

  test.each([
    ['PUT /v1/stores/n', { upload: { name: 'n', content } }],
    ['PUT /v1/stores/n?upload.size=5', { upload: { name: 'n', size: 5, content } }],
    ['PUT /v1/stores?upload.size=5', { upload: { size: 5, content } }],
    ['PUT /v1/stores', { upload: { content } }],
    ['PUT /v1/typed/text', { content: { content_type: 'text', data } }],
    ['PUT /v1/typed/text?upload.size=5', { upload: { size: 5 }, content: { content_type: 'text', data } }],
    ['PUT /v1/feeds/n', { upload: { name: 'n', content } }],
  ])('%s', async (request, message) => {
    const answer = ask(request, Buffer.from([1, 2, 3]), 'image/png');
    expect(await arrives(answer, 'once.v1.StoreRequest')).toEqual(message);
  });
});

test.each([['value'], ['list']])('a %s that is too deep is told once, and where', async (name) => {
  const body = Buffer.from(`${'['.repeat(101)}${']'.repeat(101)}`);
  const { status, violations } = problemOf(await ask(`POST /v1/${name}`, body));
  expect([status, violations.map(({ description }) => description)]).toEqual([
    400,
    ['nesting is deeper than 100 levels'],
  ]);
});
