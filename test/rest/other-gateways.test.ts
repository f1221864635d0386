// What the tests of other gateways send, and what their servers are then held to have got, before our echo server.
// Sources: Envoy's grpc_json_transcoder_integration_test (its bookstore), grpc-gateway's query_test and integration
// tests, Vanguard's vanguard_restxrpc_test, ASP.NET Core's UnaryServerCallHandlerTests and RouteTests. Where we differ
// stands in docs/other-gateways.md; the rows below say so.
import { fromBinary, fromJson, type JsonValue, toBinary, toJson } from '@bufbuild/protobuf';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { type CompiledTypes, compileTypes } from '../harness/compile-types.ts';
import { type Answer, type RequestOptions, send } from '../harness/http-client.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

const PROTO = `
syntax = "proto3";
package others.v1;
import "google/api/annotations.proto";
import "google/api/httpbody.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/wrappers.proto";
service Others {
  rpc CreateShelf(Shelves) returns (Shelf) { option (google.api.http) = { post: "/shelf" body: "shelf" }; }
  rpc BulkCreateShelf(stream Shelves) returns (stream Shelf) {
    option (google.api.http) = { post: "/bulk/shelves" body: "shelf" };
  }
  rpc Fill(stream Books) returns (stream Book) {
    option (google.api.http) = {
      post: "/fill/{shelf}" body: "book"
      additional_bindings { post: "/fill" body: "*" }
      additional_bindings { get: "/fill" }
    };
  }
  rpc Send(stream Raw) returns (Raw) {
    option (google.api.http) = { put: "/send/{arg}" body: "nested.content" };
  }
  rpc GetShelf(Keys) returns (Shelf) {
    option (google.api.http) = {
      get: "/shelves/{shelf}"
      additional_bindings { custom { kind: "OPTIONS" path: "/shelves/{shelf}" } }
    };
  }
  rpc ListBooks(Keys) returns (stream Book) { option (google.api.http) = { get: "/shelves/{shelf}/books" }; }
  rpc CreateBook(Books) returns (Book) {
    option (google.api.http) = { put: "/shelves/{shelf}/books" body: "book" };
  }
  rpc UpdateBook(Books) returns (Book) {
    option (google.api.http) = { patch: "/shelves/{shelf}/books/{book.id}" body: "book" };
  }
  rpc DeleteBook(Keys) returns (google.protobuf.Empty) {
    option (google.api.http) = { delete: "/shelves/{shelf}/books/{book}" };
  }
  rpc EchoStruct(Free) returns (Free) { option (google.api.http) = { post: "/echoStruct" body: "content" }; }
  rpc EchoBody(Raw) returns (Raw) {
    option (google.api.http) = { post: "/echoBody" body: "nested.content" response_body: "nested" };
  }
  rpc Move(Moved) returns (Moved) {
    option (google.api.http) = { post: "/v2/{parent=shelves/*}/books:move" body: "books" response_body: "found" };
  }
  rpc Priority(Names) returns (Names) {
    option (google.api.http) = {
      get: "/names"
      additional_bindings { get: "/names/{a}/{hiding_field_name}" }
      additional_bindings { post: "/names" body: "*" }
    };
  }
  rpc Anything(Kinds) returns (Kinds) { option (google.api.http) = { get: "/kinds" }; }
  rpc Greet(Names) returns (Names) {
    option (google.api.http) = {
      get: "/v1/{field_name=greeter/*/**}/d/one"
      additional_bindings { get: "/v1/all/{field_name=**}" }
      additional_bindings { post: "/v1/greet:one" body: "*" }
    };
  }
}
message Shelf { int64 id = 1; string theme = 2; }
message Shelves { Shelf shelf = 1; }
message Book { int64 id = 1; string author = 2; string title = 3; repeated string quotes = 4; }
message Books { int64 shelf = 1; Book book = 2; }
message Keys { int64 shelf = 1; int64 book = 2; }
message Free { google.protobuf.Struct content = 1; }
message Raw { string arg = 1; Upload nested = 2; message Upload { google.api.HttpBody content = 1; } }
message Moved { string parent = 1; repeated string books = 2; repeated Shelf found = 3; }
message Names {
  int32 a = 1 [json_name = "b"];
  int32 b = 2 [json_name = "a"];
  int32 c = 3 [json_name = "d"];
  string field_name = 4 [json_name = "json_customized_name"];
  string hiding_field_name = 5 [json_name = "field_name"];
}
message Kinds {
  Kinds nested = 1;
  string text = 2;
  repeated string texts = 3;
  map<string, string> labels = 4;
  map<bool, string> flags = 5;
  map<uint64, float> shares = 6;
  map<string, google.protobuf.UInt64Value> limits = 7;
  repeated google.protobuf.UInt64Value counts = 8;
  oneof choice { Kinds one = 10; int32 number = 11; }
  google.protobuf.Empty nothing = 12;
}
`;

let types: CompiledTypes;
let echo: EchoServer;
let strict: TestGateway;
let lenient: TestGateway;
beforeAll(async () => {
  types = await compileTypes([{ path: 'others.proto', content: PROTO }]);
  echo = await startEchoServer(types.descriptorSet);
  strict = await startTestGateway([
    inlineService('others', PROTO, echo.url, { rest: { nestedHttpBody: true } }),
  ]);
  lenient = await startTestGateway([
    inlineService('others', PROTO, echo.url, {
      rest: { nestedHttpBody: true, queryIntoBody: true, unknownFields: 'ignore', ignoreQuery: ['unknown'] },
    }),
  ]);
});
afterAll(async () => {
  await Promise.all([strict.close(), lenient.close()]);
  await echo.close();
});
beforeEach(() => echo.reset());

const JSON_TYPE = { 'content-type': 'application/json' };

/** Sends `METHOD path` with the body as JSON, or as it is when it is text. */
function ask(gateway: TestGateway, line: string, body?: unknown, headers = {}): Promise<Answer> {
  const [method = '', path = ''] = line.split(' ');
  const options: RequestOptions = { method, path, ...(body !== undefined && { body }) };
  return send(gateway.publicUrl, {
    ...options,
    headers: { ...(typeof body === 'string' && JSON_TYPE), ...headers },
  });
}

/** The messages that a method of the service got last. */
function got(method: string, type: string): unknown[] {
  const message = types.message(`others.v1.${type}`);
  const call = echo.lastCall(`/others.v1.Others/${method}`);
  return (call?.requests ?? []).map((wire) =>
    toJson(message, fromBinary(message, wire), { registry: types.registry }),
  );
}

function reply(method: string, type: string, ...messages: readonly JsonValue[]): void {
  const message = types.message(`others.v1.${type}`);
  const wires = messages.map((json) =>
    toBinary(message, fromJson(message, json, { registry: types.registry })),
  );
  echo.replyWith(`/others.v1.Others/${method}`, ...wires);
}

const PEACE = { author: 'Leo Tolstoy', title: 'War and Peace' };

type Row = readonly [
  source: string,
  request: string,
  method: string,
  type: string,
  message: unknown,
  body?: unknown,
];
const ARRIVES: readonly Row[] = [
  ['Envoy UnaryPost', 'POST /shelf', 'CreateShelf', 'Shelves', { shelf: { theme: 'A' } }, { theme: 'A' }],
  [
    'Envoy UTF8',
    'POST /shelf',
    'CreateShelf',
    'Shelves',
    { shelf: { id: '20', theme: '®' } },
    '{"id":"20","theme":"®"}',
  ],
  ['Envoy UnaryGet', 'GET /shelves/100?', 'GetShelf', 'Keys', { shelf: '100' }],
  ['Envoy UnaryCustom', 'OPTIONS /shelves/456', 'GetShelf', 'Keys', { shelf: '456' }],
  ['Envoy UnaryDelete', 'DELETE /shelves/456/books/123', 'DeleteBook', 'Keys', { shelf: '456', book: '123' }],
  [
    'Envoy UnaryPatch',
    'PATCH /shelves/4/books/12',
    'UpdateBook',
    'Books',
    { shelf: '4', book: { id: '12', ...PEACE } },
    PEACE,
  ],
  ['Envoy BindingAndBody', 'PUT /shelves/1/books', 'CreateBook', 'Books', { shelf: '1', book: PEACE }, PEACE],
  ['grpc-gateway PostWithEmptyBody', 'PUT /shelves/1/books', 'CreateBook', 'Books', { shelf: '1', book: {} }],
  [
    'Envoy DeepStruct',
    'POST /echoStruct',
    'EchoStruct',
    'Free',
    { content: { k: { k: { k: 'v' } } } },
    { k: { k: { k: 'v' } } },
  ],
  [
    'Vanguard MoveBooks',
    'POST /v2/shelves/1/books:move',
    'Move',
    'Moved',
    { parent: 'shelves/1', books: ['x', 'y'] },
    ['x', 'y'],
  ],
  [
    'ASP.NET ComplexCatchAll',
    'GET /v1/greeter/test1/b/c/d/one',
    'Greet',
    'Names',
    { json_customized_name: 'greeter/test1/b/c' },
  ],
  [
    'ASP.NET PrefixSuffixSlashes',
    'GET /v1/all//name/one/two//',
    'Greet',
    'Names',
    { json_customized_name: '/name/one/two//' },
  ],
  [
    'ASP.NET PostVerb',
    'POST /v1/greet:one',
    'Greet',
    'Names',
    { json_customized_name: 'x' },
    { json_customized_name: 'x' },
  ],
  [
    'ASP.NET JsonNamePriority, query',
    'GET /names?b=10&a=20&d=30',
    'Priority',
    'Names',
    { b: 10, a: 20, d: 30 },
  ],
  [
    'ASP.NET FieldNameFallback, query',
    'GET /names?b=10&a=20&c=30',
    'Priority',
    'Names',
    { b: 10, a: 20, d: 30 },
  ],
  ['ASP.NET JsonNameHidesFieldName', 'GET /names?field_name=x', 'Priority', 'Names', { field_name: 'x' }],
  [
    'ASP.NET JsonName',
    'GET /names?json_customized_name=x',
    'Priority',
    'Names',
    { json_customized_name: 'x' },
  ],
  [
    'ASP.NET JsonNamePriority, body',
    'POST /names',
    'Priority',
    'Names',
    { b: 10, a: 20, d: 30 },
    { b: 10, a: 20, c: 30 },
  ],
  // A template means proto names: `a` is the field whose JSON name is b.
  ['http.proto', 'GET /names/7/x?a=8', 'Priority', 'Names', { b: 7, a: 8, field_name: 'x' }],
  [
    'grpc-gateway nested',
    'GET /kinds?nested.nested.texts=a&nested.nested.texts=b&nested.text=t',
    'Anything',
    'Kinds',
    { nested: { nested: { texts: ['a', 'b'] }, text: 't' } },
  ],
  [
    'grpc-gateway nested map',
    'GET /kinds?nested.labels[first]=x&nested.labels[second]=',
    'Anything',
    'Kinds',
    { nested: { labels: { first: 'x', second: '' } } },
  ],
  [
    'grpc-gateway map key',
    'GET /kinds?labels%5B~!%40%23%24%25%5E%26*()%5D=v',
    'Anything',
    'Kinds',
    { labels: { '~!@#$%^&*()': 'v' } },
  ],
  [
    'grpc-gateway map kinds',
    'GET /kinds?flags[true]=v&shares[4]=1.5',
    'Anything',
    'Kinds',
    { flags: { true: 'v' }, shares: { 4: 1.5 } },
  ],
  ['grpc-gateway map of wrappers', 'GET /kinds?limits[key]=2', 'Anything', 'Kinds', { limits: { key: '2' } }],
  [
    'grpc-gateway list of wrappers',
    'GET /kinds?counts=1&counts=3',
    'Anything',
    'Kinds',
    { counts: ['1', '3'] },
  ],
  [
    'grpc-gateway oneof',
    'GET /kinds?one.number=-1&one.text=foo',
    'Anything',
    'Kinds',
    { one: { number: -1, text: 'foo' } },
  ],
  [
    'grpc-gateway two keys, two names',
    'GET /kinds?labels[one]=a&nested.labels[one]=b',
    'Anything',
    'Kinds',
    { labels: { one: 'a' }, nested: { labels: { one: 'b' } } },
  ],
];

test.each(ARRIVES)('%s: %s', async (...row) => {
  const [, request, method, type, message, body] = row;
  const answer = await ask(strict, request, body);
  expect([answer.status, got(method, type)]).toEqual([200, [message]]);
});

const INTO_BODY: readonly Row[] = [
  ['Envoy QueryParams 1', 'POST /shelf?shelf.theme=A', 'CreateShelf', 'Shelves', { shelf: { theme: 'A' } }],
  [
    'Envoy QueryParams 2',
    'POST /shelf?shelf.id=999&shelf.theme=A',
    'CreateShelf',
    'Shelves',
    { shelf: { id: '999', theme: 'A' } },
  ],
  [
    'Envoy QueryParams 3',
    'PUT /shelves/1/books?book.title=War%20and%20Peace',
    'CreateBook',
    'Books',
    { shelf: '1', book: PEACE },
    { author: PEACE.author },
  ],
  [
    'Envoy QueryParams 5',
    'PUT /shelves/1/books?book.title=War%20%26%20Peace',
    'CreateBook',
    'Books',
    { shelf: '1', book: { title: 'War & Peace' } },
  ],
  [
    'Envoy QueryParams 7',
    'PUT /shelves/1/books?book.quotes=c&book.quotes=d',
    'CreateBook',
    'Books',
    { shelf: '1', book: { quotes: ['a', 'b', 'c', 'd'] } },
    { quotes: ['a', 'b'] },
  ],
  [
    'Envoy UnaryGetError1, but for the path',
    'GET /shelves/100?unknown=1',
    'GetShelf',
    'Keys',
    { shelf: '100' },
  ],
  [
    'Envoy UnknownFieldInRequest',
    'POST /shelf',
    'CreateShelf',
    'Shelves',
    { shelf: { theme: 'A' } },
    { theme: 'A', x: 'a', y: { a: 'b' }, z: ['a'] },
  ],
];

test.each(INTO_BODY)('%s: %s, where the service chose that; else 400', async (...row) => {
  const [, request, method, type, message, body] = row;
  expect((await ask(strict, request, body)).status).toBe(400);
  expect(echo.received()).toEqual([]);
  const answer = await ask(lenient, request, body);
  expect([answer.status, got(method, type)]).toEqual([200, [message]]);
});

test.each<[source: string, request: string, status: number, body?: string]>([
  ['Envoy InvalidJson 1', 'POST /shelf', 400, 'INVALID_JSON'],
  ['Envoy InvalidJson 2', 'POST /shelf', 400, '{ "theme" : "Children"'],
  ['Envoy InvalidJson 3', 'POST /shelf', 400, '{ "theme"  "Children" }'],
  ['Envoy InvalidJson 4', 'POST /shelf', 400, '{ "theme" : "Children" }EXTRA'],
  ['Envoy RejectUnknownMethod', 'GET /unknown/path', 404],
  ['Envoy RejectUnknownQueryParam', 'GET /shelves/100?unknown=1', 400],
  ['Envoy UnaryGetError1: the path wins there', 'GET /shelves/100?shelf=9999', 400],
  ['grpc-gateway InvalidArgument', 'GET /shelves/not_int64', 400],
  ['grpc-gateway NotImplemented, 405 here', 'POST /shelves/1', 405],
  ['grpc-gateway too many values', 'GET /kinds?text=a&text=b', 400],
  ['grpc-gateway two members of a oneof', 'GET /kinds?one.text=a&number=1', 400],
  ['grpc-gateway a list of messages', 'GET /kinds?counts.value=1', 400],
  ['grpc-gateway a field under both names', 'GET /names?b=1&b=2', 400],
  ['grpc-gateway a key twice', 'GET /kinds?labels[a]=1&labels%5Ba%5D=2', 400],
  ['grpc-gateway below a scalar', 'GET /kinds?text.nested=test', 400],
  ['grpc-gateway EmptyMessage, a value there', 'GET /kinds?nothing=', 400],
  ['ASP.NET malformed', 'POST /names', 400, '{malformed_json}'],
  ['ASP.NET a list', 'POST /names', 400, '[1]'],
  ['ASP.NET a number', 'POST /names', 400, '1'],
  ['ASP.NET null as the whole request', 'POST /names', 400, 'null'],
  ['ASP.NET no list', 'POST /v2/shelves/1/books:move', 400, '{"name":1234}'],
  ['ASP.NET a verb that is missing', 'POST /v1/greet', 404, '{}'],
])('%s: %s → %i', async (...row) => {
  const [, request, status, body] = row;
  expect((await ask(strict, request, body)).status).toBe(status);
  expect(echo.received()).toEqual([]);
});

test('Envoy StreamingPost: a stream of what the rule calls the body, both ways', async () => {
  // Sent for each message that arrives.
  reply('BulkCreateShelf', 'Shelf', { id: '3', theme: 'Classics' });
  const answer = await ask(
    strict,
    'POST /bulk/shelves',
    '[ { "theme" : "Classics" },\n { "theme" : "Satire" } ]',
  );
  expect(answer.json()).toEqual([
    { id: '3', theme: 'Classics' },
    { id: '3', theme: 'Classics' },
  ]);
  expect(got('BulkCreateShelf', 'Shelves')).toEqual([
    { shelf: { theme: 'Classics' } },
    { shelf: { theme: 'Satire' } },
  ]);
});

// grpc-gateway's testABEBulkEchoZeroLength. Gateways and proxies write an empty body either way, so it means one thing.
describe('a client stream of an empty body', () => {
  test.each<[request: string, method: string, type: string, messages: readonly unknown[]]>([
    ['POST /bulk/shelves', 'BulkCreateShelf', 'Shelves', []],
    ['POST /fill', 'Fill', 'Books', []],
    ['POST /others.v1.Others/Fill', 'Fill', 'Books', []],
    // Path and query alone are one message.
    ['POST /fill/7', 'Fill', 'Books', [{ shelf: '7', book: {} }]],
    ['GET /fill', 'Fill', 'Books', [{}]],
    ['GET /fill?shelf=7', 'Fill', 'Books', [{ shelf: '7' }]],
    // A file of nothing is a file.
    ['PUT /send/a', 'Send', 'Raw', [{ arg: 'a', nested: { content: { contentType: 'application/json' } } }]],
  ])('%s', async (request, method, type, messages) => {
    const framings = request.startsWith('GET') ? ['none'] : ['none', 'chunked'];
    for (const framing of framings) {
      const headers = { ...JSON_TYPE, ...(framing === 'chunked' && { 'transfer-encoding': framing }) };
      const answer = await ask(strict, request, undefined, headers);
      expect([framing, answer.status, got(method, type)]).toEqual([framing, 200, messages]);
    }
  });
});

test('Envoy ServerStreamingGet: an array, and an empty one', async () => {
  reply('ListBooks', 'Book', { id: '1', ...PEACE }, { id: '2' });
  expect((await ask(strict, 'GET /shelves/1/books')).json()).toEqual([{ id: '1', ...PEACE }, { id: '2' }]);
  reply('ListBooks', 'Book');
  expect((await ask(strict, 'GET /shelves/2/books')).text).toBe('[]');
});

test('Envoy UnaryEchoHttpBody: bytes at a path into the request, a parameter beside them', async () => {
  reply('EchoBody', 'Raw', { nested: { content: { contentType: 'text/html', data: 'PGgxPg==' } } });
  const answer = await ask(strict, 'POST /echoBody?arg=oops', 'Hello!', { 'content-type': 'text/plain' });
  expect(answer.json()).toEqual({ content: { contentType: 'text/html', data: 'PGgxPg==' } });
  expect(got('EchoBody', 'Raw')).toEqual([
    { arg: 'oops', nested: { content: { contentType: 'text/plain', data: 'SGVsbG8h' } } },
  ]);
});

test('ASP.NET HttpBodyRequest_NoBody: no bytes, and no type', async () => {
  expect((await ask(strict, 'POST /echoBody')).status).toBe(200);
  expect(got('EchoBody', 'Raw')).toEqual([{ nested: { content: {} } }]);
});

test('Vanguard ListCheckouts: a list of messages is the whole answer', async () => {
  reply('Move', 'Moved', { found: [{ id: '123', theme: 'x' }, {}] });
  const answer = await ask(strict, 'POST /v2/shelves/1/books:move', '[]');
  expect(answer.text).toBe('[{"id":"123","theme":"x"},{}]');
});
