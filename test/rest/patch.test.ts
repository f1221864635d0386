// PATCH fills the FieldMask that nobody gave. Source: transcoding reference, section 11.
import { fromBinary, toJson } from '@bufbuild/protobuf';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { type CompiledTypes, compileTypes } from '../harness/compile-types.ts';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

const PROTO = `
syntax = "proto3";
package patch.v1;
import "google/api/annotations.proto";
import "google/protobuf/any.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";

service Patch {
  rpc Update(UpdateRequest) returns (UpdateRequest) {
    option (google.api.http) = {
      patch: "/v1/{book.name=books/*}" body: "book"
      additional_bindings { put: "/v1/{book.name=books/*}" body: "book" }
      additional_bindings { patch: "/v1/whole/{book.name=books/*}" body: "*" }
    };
  }
  rpc Two(TwoMasks) returns (TwoMasks) {
    option (google.api.http) = { patch: "/v1/two" body: "book" };
  }
  rpc Read(ReadMask) returns (ReadMask) {
    option (google.api.http) = { patch: "/v1/read" body: "book" };
  }
  rpc None(NoMask) returns (NoMask) {
    option (google.api.http) = { patch: "/v1/none" body: "book" };
  }
  rpc Bound(UpdateRequest) returns (UpdateRequest) {
    option (google.api.http) = { patch: "/v1/bound/{update_mask}" body: "book" };
  }
}

message Book {
  string name = 1;
  string display_name = 2;
  Author main_author = 3;
  repeated string tags = 4;
  map<string, Author> authors = 5;
  google.protobuf.Struct extra = 6;
  google.protobuf.Timestamp publish_time = 7;
  google.protobuf.Any any = 8;
  google.protobuf.Int64Value pages = 9;
  google.protobuf.Value value = 10;
  oneof kind {
    string paper_back = 11;
    Author self_made = 12;
  }
  string foo__bar = 13;
  Book sequel = 14;
}

message Author {
  string given_name = 1;
  string family_name = 2;
  Author co_author = 3;
}

message UpdateRequest {
  Book book = 1;
  google.protobuf.FieldMask update_mask = 2;
  bool validate_only = 3;
}
message TwoMasks {
  Book book = 1;
  google.protobuf.FieldMask one = 2;
  google.protobuf.FieldMask other = 3;
}
message ReadMask {
  Book book = 1;
  google.protobuf.FieldMask update_mask = 2;
  google.protobuf.FieldMask read_mask = 3;
}
message NoMask { Book book = 1; }
`;

let types: CompiledTypes;
let echo: EchoServer;
let gateway: TestGateway;
let lenient: TestGateway;
beforeAll(async () => {
  types = await compileTypes([{ path: 'patch.proto', content: PROTO }]);
  echo = await startEchoServer(types.descriptorSet);
  gateway = await startTestGateway([inlineService('patch', PROTO, echo.url)]);
  lenient = await startTestGateway([
    inlineService('patch', PROTO, echo.url, { rest: { unknownFields: 'ignore' } }),
  ]);
});
afterAll(async () => {
  await gateway.close();
  await lenient.close();
  await echo.close();
});
beforeEach(() => echo.reset());

const patch = (path: string, body: unknown, { method = 'PATCH', at = gateway } = {}) =>
  send(at.publicUrl, {
    method,
    path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

interface Masked {
  readonly paths: readonly string[];
}

/** Paths of a mask of the request that arrived, as they are on the wire; undefined if there is none. */
function arrivedMask(method: string, type: string, field = 'updateMask'): readonly string[] | undefined {
  const call = echo.lastCall(`/patch.v1.Patch/${method}`);
  const message = fromBinary(types.message(`patch.v1.${type}`), call?.requests[0] ?? new Uint8Array());
  return (Reflect.get(message, field) as Masked | undefined)?.paths;
}

describe('the paths are those that the body has', () => {
  test.each([
    ['one field', { displayName: 'x' }, ['display_name']],
    [
      'sorted, by proto name',
      { tags: [], display_name: 'x', publishTime: null },
      ['display_name', 'publish_time', 'tags'],
    ],
    ['a value that is the default', { displayName: '' }, ['display_name']],
    [
      'null, which clears',
      { displayName: null, mainAuthor: null, tags: null },
      ['display_name', 'main_author', 'tags'],
    ],
    [
      'fields of a message',
      { mainAuthor: { givenName: 'a', coAuthor: { familyName: 'b' } } },
      ['main_author.co_author.family_name', 'main_author.given_name'],
    ],
    ['null inside of a message', { mainAuthor: { givenName: null } }, ['main_author.given_name']],
    ['a message of which nothing is said', { mainAuthor: {} }, ['main_author']],
    ['a list as a whole', { tags: ['a', 'b'] }, ['tags']],
    ['a map as a whole', { authors: { a: { givenName: 'x' } } }, ['authors']],
    ['a Struct as a whole', { extra: { a: { b: 1 } } }, ['extra']],
    ['a Value as a whole', { value: { a: 1 } }, ['value']],
    ['a Value that is null', { value: null }, ['value']],
    ['a Timestamp', { publishTime: '2024-01-01T00:00:00Z' }, ['publish_time']],
    ['a wrapper', { pages: '5' }, ['pages']],
    [
      'an Any as a whole',
      { any: { '@type': 'type.googleapis.com/patch.v1.Author', givenName: 'x' } },
      ['any'],
    ],
    ['a member of a oneof', { selfMade: { givenName: 'x' } }, ['self_made.given_name']],
    ['a name that ProtoJSON cannot spell in a mask', { foo__bar: 'x' }, ['foo__bar']],
    [
      'a message inside of its own type',
      { sequel: { sequel: { displayName: 'x' } } },
      ['sequel.sequel.display_name'],
    ],
    ['a name that the path binds, if the body has it too', { name: 'books/2', tags: [] }, ['name', 'tags']],
  ])('%s', async (_name, body, paths) => {
    // Not the echo: a mask with such a path has no JSON of its own.
    echo.replyWith('/patch.v1.Patch/Update', new Uint8Array());
    const answer = await patch('/v1/books/1', body);
    expect(answer.status).toBe(200);
    expect(arrivedMask('Update', 'UpdateRequest')).toEqual(paths);
  });

  test('the book itself arrives as it was sent, under the name of the path', async () => {
    await patch('/v1/books/1?validateOnly=true', { displayName: 'x', name: 'books/2' });
    const message = types.message('patch.v1.UpdateRequest');
    const wire = echo.lastCall('/patch.v1.Patch/Update')?.requests[0] ?? new Uint8Array();
    expect(toJson(message, fromBinary(message, wire))).toEqual({
      book: { name: 'books/1', displayName: 'x' },
      updateMask: 'displayName,name',
      validateOnly: true,
    });
  });

  test('a read_mask is none of the request’s own', async () => {
    await patch('/v1/read', { tags: [] });
    expect(arrivedMask('Read', 'ReadMask')).toEqual(['tags']);
    expect(arrivedMask('Read', 'ReadMask', 'readMask')).toBeUndefined();
  });
});

describe('a mask that was given is not touched', () => {
  test.each([
    ['/v1/books/1?updateMask=displayName', ['display_name']],
    ['/v1/books/1?update_mask=displayName,tags', ['display_name', 'tags']],
    ['/v1/books/1?updateMask=', []],
  ])('%s', async (path, paths) => {
    expect((await patch(path, { pages: '5' })).status).toBe(200);
    expect(arrivedMask('Update', 'UpdateRequest')).toEqual(paths);
  });
  test('nor one that the path binds', async () => {
    expect((await patch('/v1/bound/displayName', { pages: '5' })).status).toBe(200);
    expect(arrivedMask('Bound', 'UpdateRequest')).toEqual(['display_name']);
  });
});

describe('no mask is made', () => {
  test.each([
    ['for a PUT', 'PUT', '/v1/books/1', { tags: [] }, 'Update', 'UpdateRequest', 'updateMask'],
    [
      'where the body is the whole request',
      'PATCH',
      '/v1/whole/books/1',
      { book: { tags: [] } },
      'Update',
      'UpdateRequest',
      'updateMask',
    ],
    ['for a body of nothing', 'PATCH', '/v1/books/1', {}, 'Update', 'UpdateRequest', 'updateMask'],
    ['for a body that is null', 'PATCH', '/v1/two', null, 'Two', 'TwoMasks', 'one'],
    ['where there are two masks', 'PATCH', '/v1/two', { tags: [] }, 'Two', 'TwoMasks', 'one'],
    ['where there are two masks: the other', 'PATCH', '/v1/two', { tags: [] }, 'Two', 'TwoMasks', 'other'],
  ])('%s', async (_name, method, path, body, rpc, type, field) => {
    expect((await patch(path, body, { method })).status).toBe(200);
    expect(arrivedMask(rpc, type, field)).toBeUndefined();
  });
  test('where there is none to fill', async () => {
    expect((await patch('/v1/none', { tags: ['a'] })).json()).toEqual({ book: { tags: ['a'] } });
  });
});

describe('refused', () => {
  test.each([
    ['an unknown field', { nope: 1 }, 'nope'],
    ['an unknown field inside', { mainAuthor: { nope: 1 } }, 'mainAuthor.nope'],
    ['an unknown field that is null', { nope: null }, 'nope'],
    ['an Any without its type', { any: { givenName: 'x' } }, 'any.@type'],
  ])('%s', async (_name, body, field) => {
    const problem = problemOf(await patch('/v1/books/1', body));
    expect([problem.status, problem.violations.map((violation) => violation.field)]).toEqual([400, [field]]);
    expect(echo.received()).toEqual([]);
  });

  test('a body of so many fields that the mask would be a list without end', async () => {
    const author = (depth: number): unknown =>
      depth === 0
        ? { givenName: 'a', familyName: 'b' }
        : { givenName: 'a', familyName: 'b', coAuthor: author(depth - 1) };
    const book = (depth: number): unknown => ({
      mainAuthor: author(25),
      selfMade: author(25),
      ...(depth > 0 && { sequel: book(depth - 1) }),
    });
    const problem = problemOf(await patch('/v1/books/1', book(12)));
    expect([problem.status, problem.violations.map((violation) => violation.field)]).toEqual([
      400,
      ['updateMask'],
    ]);
    expect(echo.received()).toEqual([]);
  });
});

test('where unknown fields are passed over, they are not in the mask either', async () => {
  expect((await patch('/v1/books/1', { nope: 1, tags: [] }, { at: lenient })).status).toBe(200);
  expect(arrivedMask('Update', 'UpdateRequest')).toEqual(['tags']);
});
