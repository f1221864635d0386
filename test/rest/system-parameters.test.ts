// Parameters that every method has. Source: transcoding reference, section 12; Google's system parameters; AIP-157.
import { fromBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { type CompiledTypes, compileTypes } from '../harness/compile-types.ts';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

const PROTO = `
syntax = "proto3";
package sys.v1;
import "google/api/annotations.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";

service Sys {
  rpc Get(Thing) returns (Thing) {
    option (google.api.http) = {
      get: "/v1/things/{name}"
      additional_bindings { get: "/v1/parts/{name}" response_body: "nested" }
      additional_bindings { get: "/v1/texts/{name}" response_body: "texts" }
      additional_bindings { post: "/v1/things" body: "*" }
    };
  }
  rpc Watch(Thing) returns (stream Thing) {
    option (google.api.http) = { get: "/v1/watch/{name}" };
  }
  rpc Bare(Own) returns (Own) {
    option (google.api.http) = { get: "/v1/own" };
  }
  rpc Read(Reading) returns (Thing) {
    option (google.api.http) = {
      get: "/v1/read"
      additional_bindings { post: "/v1/read" body: "*" }
    };
  }
}

enum Kind { KIND_UNSPECIFIED = 0; KIND_LARGE = 2; }

message Nested {
  string first_name = 1;
  Nested inner = 2;
  int64 size = 3;
}

message Thing {
  string name = 1;
  Nested nested = 2;
  repeated Nested many = 3;
  map<string, Nested> by_name = 4;
  repeated string texts = 5;
  Kind kind = 6;
  google.protobuf.Struct struct = 7;
  google.protobuf.Timestamp create_time = 8;
  oneof choice {
    string left = 9;
    string right = 10;
  }
  int64 big = 11;
}

message Own {
  string alt = 1;
  string fields = 2;
  bool pretty_print = 3;
}

message Reading {
  string name = 1;
  google.protobuf.FieldMask read_mask = 2;
}
`;

let types: CompiledTypes;
let echo: EchoServer;
let gateway: TestGateway;
let ignoring: TestGateway;
beforeAll(async () => {
  types = await compileTypes([{ path: 'sys.proto', content: PROTO }]);
  echo = await startEchoServer(types.descriptorSet);
  gateway = await startTestGateway([inlineService('sys', PROTO, echo.url)]);
  ignoring = await startTestGateway([
    inlineService('sys', PROTO, echo.url, { rest: { ignoreQuery: ['fields', 'alt'] } }),
  ]);
});
afterAll(async () => {
  await gateway.close();
  await ignoring.close();
  await echo.close();
});
beforeEach(() => echo.reset());

const get = (path: string, headers: Record<string, string> = {}) =>
  send(gateway.publicUrl, { path, headers });

/** What the upstream says to whatever it is asked. */
function reply(method: string, ...messages: readonly object[]): void {
  const codec = types.codec('sys.v1.Thing');
  echo.replyWith(
    `/sys.v1.Sys/${method}`,
    ...messages.map((message) => codec.jsonToWire(JSON.stringify(message))),
  );
}

describe('alt', () => {
  test.each([
    ['/v1/things/a?alt=json&kind=2', '{"name":"a","kind":"KIND_LARGE"}'],
    ['/v1/things/a?$alt=json&kind=2', '{"name":"a","kind":"KIND_LARGE"}'],
    ['/v1/things/a?%24alt=json&kind=2', '{"name":"a","kind":"KIND_LARGE"}'],
    ['/v1/things/a?%61lt=json', '{"name":"a"}'],
    ['/v1/things/a?kind=2&$alt=json;enum-encoding=int', '{"name":"a","kind":2}'],
    ['/v1/things/a?kind=2&$alt=json%3Benum-encoding%3Dint', '{"name":"a","kind":2}'],
    ['/v1/parts/a?nested.size=5&$alt=json;enum-encoding=int', '{"size":"5"}'],
  ])('%s → %s', async (path, text) => {
    const answer = await get(path);
    expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([
      200,
      text,
      'application/json',
    ]);
  });

  test.each([
    ['/v1/watch/a?alt=sse', undefined, 'text/event-stream', 'data: {"name":"a"}\n\n'],
    ['/v1/watch/a?$alt=sse', 'application/json', 'text/event-stream', 'data: {"name":"a"}\n\n'],
    ['/v1/watch/a?$alt=json', 'text/event-stream', 'application/json', '[{"name":"a"}]'],
  ])('decides the form of a stream before Accept does: %s', async (path, accept, type, text) => {
    const answer = await get(path, accept === undefined ? {} : { accept });
    expect([answer.headers['content-type'], answer.text]).toEqual([type, text]);
  });

  test.each([
    ['/v1/things/a?alt=xml', 'alt', 'must be one of json, json;enum-encoding=int, sse, media'],
    ['/v1/things/a?alt=', 'alt', 'must be one of'],
    ['/v1/things/a?$alt=JSON', '$alt', 'must be one of'],
    ['/v1/things/a?alt=sse', 'alt', 'only a stream'],
    ['/v1/things/a?alt=media', 'alt', 'this method answers with JSON'],
    ['/v1/things/a?alt=json&alt=json', 'alt', 'twice'],
    ['/v1/things/a?alt=json&$alt=json', '$alt', 'twice'],
  ])('400: %s', async (path, field, words) => {
    await isRefused(path, {}, field, words);
  });
});

describe('prettyPrint', () => {
  test.each([['$prettyPrint=true'], ['prettyPrint=true'], ['prettyPrint']])('%s', async (parameter) => {
    reply('Get', {
      name: '{"a": [1,2]}',
      many: [{ size: '9007199254740993' }, {}],
      struct: { b: [], a: { c: [1, -2.5e-7, null] } },
    });
    expect((await get(`/v1/things/a?${parameter}`)).text).toBe(`{
  "name": "{\\"a\\": [1,2]}",
  "many": [
    {
      "size": "9007199254740993"
    },
    {}
  ],
  "struct": {
    "b": [],
    "a": {
      "c": [
        1,
        -2.5e-7,
        null
      ]
    }
  }
}
`);
  });

  test.each([
    ['/v1/things/a?prettyPrint=false', '{"name":"a"}'],
    ['/v1/parts/a?prettyPrint=true', 'null\n'],
    ['/v1/texts/a?prettyPrint=true&texts=x', '[\n  "x"\n]\n'],
  ])('%s', async (path, text) => {
    expect((await get(path)).text).toBe(text);
  });

  test('does not break the lines of NDJSON or the data of events', async () => {
    const lines = await get('/v1/watch/a?prettyPrint=true', { accept: 'application/x-ndjson' });
    expect(lines.text).toBe('{"name":"a"}\n');
    expect((await get('/v1/watch/a?prettyPrint=true&alt=sse')).text).toBe('data: {"name":"a"}\n\n');
  });

  test('stops where deep lists would take far more room than they have', async () => {
    let list: unknown = Array.from({ length: 200_000 }, () => 1);
    for (let depth = 0; depth < 44; depth += 1) list = [list];
    reply('Get', { struct: { list } });
    const answer = await get('/v1/things/a?prettyPrint=true');
    expect(answer.status).toBe(200);
    expect(answer.text.length).toBeLessThan(1_000_000);
    expect(answer.json()).toEqual({ struct: { list } });
  });

  test.each([['yes'], ['1'], ['TRUE']])('400: %s', async (value) => {
    await isRefused(`/v1/things/a?prettyPrint=${value}`, {}, 'prettyPrint', 'must be true or false');
  });
});

describe('fields', () => {
  const whole = {
    name: 'a',
    nested: { firstName: 'x', inner: { firstName: 'y', size: '7' }, size: '5' },
    many: [{ firstName: 'm', size: '1' }, { size: '2' }],
    byName: { k: { firstName: 'n' } },
    texts: ['t'],
    kind: 'KIND_LARGE',
    struct: { s: 1 },
    createTime: '2024-01-01T00:00:00Z',
    right: 'r',
    big: '9007199254740993',
  };

  test.each([
    ['name', { name: 'a' }],
    ['name,big', { name: 'a', big: whole.big }],
    ['name, big', { name: 'a', big: whole.big }],
    ['createTime', { createTime: whole.createTime }],
    ['create_time', { createTime: whole.createTime }],
    ['nested', { nested: whole.nested }],
    ['nested.*', { nested: whole.nested }],
    ['nested.firstName', { nested: { firstName: 'x' } }],
    ['nested.first_name', { nested: { firstName: 'x' } }],
    ['nested.inner.size,nested.size', { nested: { inner: { size: '7' }, size: '5' } }],
    ['nested.size,nested', { nested: whole.nested }],
    ['nested,nested.size', { nested: whole.nested }],
    ['many.size', { many: [{ size: '1' }, { size: '2' }] }],
    ['many.firstName', { many: [{ firstName: 'm' }, {}] }],
    ['byName', { byName: whole.byName }],
    ['struct,texts', { texts: ['t'], struct: { s: 1 } }],
    ['right', { right: 'r' }],
    ['left', {}],
    ['left,right', { right: 'r' }],
    ['left,many.size', { many: [{ size: '1' }, { size: '2' }] }],
    ['*', whole],
    ['name,*', whole],
  ])('%s', async (mask, expected) => {
    reply('Get', whole);
    for (const [path, headers] of [
      [`/v1/things/a?fields=${mask}`, {}],
      [`/v1/things/a?$fields=${mask.replaceAll('.', '%2E')}`, {}],
      ['/v1/things/a', { 'x-goog-fieldmask': mask }],
    ] as const) {
      const answer = await get(path.replaceAll(' ', '%20'), headers);
      expect([answer.status, answer.json()]).toEqual([200, expected]);
    }
  });

  test('chooses within the field that is the answer', async () => {
    reply('Get', whole);
    expect((await get('/v1/parts/a?fields=size')).text).toBe('{"size":"5"}');
    expect((await get('/v1/parts/a?fields=left')).status).toBe(400);
  });

  test('chooses within each message of a stream', async () => {
    reply('Watch', whole, { name: 'b', big: '1' });
    expect((await get('/v1/watch/a?fields=name')).json()).toEqual([{ name: 'a' }, { name: 'b' }]);
  });

  test('goes together with the others', async () => {
    reply('Get', whole);
    const answer = await get('/v1/things/a?fields=kind&alt=json;enum-encoding=int&prettyPrint=true');
    expect(answer.text).toBe('{\n  "kind": 2\n}\n');
  });

  test('stands beside a body that is the whole request', async () => {
    reply('Get', whole);
    const answer = await send(gateway.publicUrl, {
      method: 'POST',
      path: '/v1/things?$fields=name',
      body: {},
    });
    expect(answer.json()).toEqual({ name: 'a' });
  });

  test.each([
    ['nope', 'there is no field "nope"'],
    ['nested.nope', 'there is no field "nope" in nested'],
    ['name.x', 'there is no field "x" in name'],
    ['byName.k', 'there is no field "k" in by_name'],
    ['struct.s', 'there is no field "s" in struct'],
    ['createTime.seconds', 'there is no field "seconds" in create_time'],
    ['', 'there is no field ""'],
    ['name,', 'there is no field ""'],
    ['nested..size', 'there is no field ""'],
    ['Name', 'there is no field "Name"'],
    ['__proto__', 'there is no field "__proto__"'],
    [`nested${'.inner'.repeat(200)}`, 'a path may have 100 parts'],
  ])('400: %s', async (mask, words) => {
    await isRefused(`/v1/things/a?$fields=${mask}`, {}, '$fields', words);
  });

  test.each([
    ['/v1/things/a?fields=name&fields=big', {}, 'fields'],
    ['/v1/things/a?fields=name&$fields=big', {}, '$fields'],
    ['/v1/things/a?$fields=name', { 'x-goog-fieldmask': 'name' }, '$fields'],
  ])('400, given twice: %s', async (path, headers, field) => {
    await isRefused(path, headers, field, 'twice');
  });

  test('400 where the answer has no fields', async () => {
    await isRefused('/v1/texts/a?fields=x', {}, 'fields', 'no fields to choose from');
  });

  test('may be asked in more ways than are remembered', async () => {
    reply('Get', whole);
    for (let index = 0; index < 600; index += 1) {
      const mask = index.toString(2).replaceAll('0', 'name,').replaceAll('1', 'big,');
      expect((await get(`/v1/things/a?fields=${mask}kind`)).json()).toHaveProperty('kind', 'KIND_LARGE');
    }
  });
});

describe('a read_mask of the request', () => {
  const arrived = (): unknown => {
    const wire = echo.lastCall('/sys.v1.Sys/Read')?.requests[0] ?? new Uint8Array();
    const message = fromBinary(types.message('sys.v1.Reading'), wire);
    return (Reflect.get(message, 'readMask') as { paths: string[] } | undefined)?.paths;
  };

  test.each([
    ['GET', '/v1/read?fields=name,nested.firstName', undefined, ['name', 'nested.first_name']],
    ['GET', '/v1/read?fields=*', undefined, ['*']],
    ['GET', '/v1/read?name=a', undefined, undefined],
    ['GET', '/v1/read?fields=name&readMask=big', undefined, ['big']],
    ['GET', '/v1/read?fields=name&read_mask=', undefined, []],
    ['POST', '/v1/read?fields=name', { name: 'a' }, ['name']],
    ['POST', '/v1/read?fields=name', { readMask: 'big' }, ['big']],
    ['POST', '/v1/read?fields=name', { read_mask: 'big' }, ['big']],
  ])('%s %s %j → %j', async (method, path, body, paths) => {
    const answer = await send(gateway.publicUrl, { method, path, body });
    expect(answer.status).toBe(200);
    expect(arrived()).toEqual(paths);
  });
});

describe('a request field of the same name', () => {
  test.each([
    ['/v1/own?alt=x&fields=y&prettyPrint=true', '{"alt":"x","fields":"y","prettyPrint":true}'],
    ['/v1/own?alt=x&$fields=alt', '{"alt":"x"}'],
    ['/v1/own?alt=x&$alt=json&$prettyPrint=false', '{"alt":"x"}'],
  ])('takes the bare spelling: %s', async (path, text) => {
    const answer = await get(path);
    expect([answer.status, answer.text]).toEqual([200, text]);
  });
});

describe('what is none of them', () => {
  test.each([
    ['/v1/things/a?$callback=f', '$callback', 'JSONP is not served'],
    ['/v1/things/a?callback=f', 'callback', 'there is no such parameter'],
    ['/v1/things/a?$nope=1', '$nope', 'there is no such parameter'],
    // Reserved for the API's own key location.
    ['/v1/things/a?key=1', 'key', 'there is no such parameter'],
    ['/v1/things/a?$key=1', '$key', 'there is no such parameter'],
    ['/v1/things/a?quotaUser=1', 'quotaUser', 'there is no such parameter'],
    ['/v1/things/a?Alt=json', 'Alt', 'there is no such parameter'],
  ])('400: %s', async (path, field, words) => {
    await isRefused(path, {}, field, words);
  });

  test('a bare spelling that the service wants ignored', async () => {
    const answer = await send(ignoring.publicUrl, { path: '/v1/things/a?fields=nope&alt=x' });
    expect(answer.text).toBe('{"name":"a"}');
    expect((await send(ignoring.publicUrl, { path: '/v1/things/a?$fields=big' })).text).toBe('{}');
  });

  test('a malformed encoding beside one is still refused', async () => {
    expect(problemOf(await get('/v1/things/a?alt=json&big=%zz')).type).toBe(
      'urn:dragoman:problem:bad-request-target',
    );
    expect(problemOf(await get('/v1/things/a?alt=%zz')).type).toBe('urn:dragoman:problem:bad-request-target');
  });
});

async function isRefused(path: string, headers: Record<string, string>, field: string, words: string) {
  const answer = await get(path, headers);
  const problem = problemOf(answer);
  expect([problem.status, problem.code, problem.violations.map((one) => one.field)]).toEqual([
    400,
    'INVALID_ARGUMENT',
    [field],
  ]);
  expect(problem.detail).toContain(words);
  expect(echo.received()).toEqual([]);
}
