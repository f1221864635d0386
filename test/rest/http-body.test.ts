// google.api.HttpBody in both directions. Source: transcoding reference, section 7; google/api/httpbody.proto.

import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { type CompiledTypes, compileTypes } from '../harness/compile-types.ts';
import { open, send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { rawExchange, rawSocket } from '../harness/raw-socket.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

const PROTO = `
syntax = "proto3";
package media.v1;
import "google/api/annotations.proto";
import "google/api/httpbody.proto";

service Media {
  rpc Whole(google.api.HttpBody) returns (google.api.HttpBody) {
    option (google.api.http) = { post: "/v1/whole" body: "*" };
  }
  rpc Upload(UploadRequest) returns (UploadRequest) {
    option (google.api.http) = {
      put: "/v1/{name=files/*}" body: "content"
      additional_bindings { patch: "/v1/{name=files/*}" body: "content" response_body: "content" }
    };
  }
  rpc Download(UploadRequest) returns (google.api.HttpBody) {
    option (google.api.http) = { get: "/v1/{name=files/*}" };
  }
  rpc Tail(UploadRequest) returns (stream google.api.HttpBody) {
    option (google.api.http) = { get: "/v1/{name=files/*}:tail" };
  }
  rpc Send(stream UploadRequest) returns (UploadRequest) {
    option (google.api.http) = { put: "/v1/{name=files/*}:send" body: "content" };
  }
  rpc TailParts(UploadRequest) returns (stream UploadRequest) {
    option (google.api.http) = { get: "/v1/{name=files/*}:parts" response_body: "content" };
  }
}

message UploadRequest {
  string name = 1;
  google.api.HttpBody content = 2;
  int32 size = 3;
}
`;

const NESTED_PROTO = `
syntax = "proto3";
package nested.v1;
import "google/api/annotations.proto";
import "google/api/httpbody.proto";
service Nested {
  rpc Store(StoreRequest) returns (StoreRequest) {
    option (google.api.http) = { put: "/v1/{upload.name=files/*}" body: "upload.content" };
  }
  rpc Feed(stream StoreRequest) returns (StoreRequest) {
    option (google.api.http) = { put: "/v1/{upload.name=files/*}:feed" body: "upload.content" };
  }
}
message StoreRequest { Upload upload = 1; string parent = 2; }
message Upload { string name = 1; google.api.HttpBody content = 2; int32 size = 3; }
`;

let types: CompiledTypes;
let echo: EchoServer;
let gateway: TestGateway;
beforeAll(async () => {
  types = await compileTypes([{ path: 'media.proto', content: PROTO }]);
  echo = await startEchoServer(types.descriptorSet);
  gateway = await startTestGateway([inlineService('media', PROTO, echo.url, { maxMessageBytes: 100_000 })]);
});
afterAll(async () => {
  await gateway.close();
  await echo.close();
});
beforeEach(() => echo.reset());

const request = (method: string, path: string, options: Parameters<typeof send>[1] = {}) =>
  send(gateway.publicUrl, { ...options, method, path });

/** Wire bytes of an HttpBody, by the library. */
function httpBody(contentType: string, data: string | Uint8Array): Uint8Array {
  const message = types.message('google.api.HttpBody');
  return toBinary(message, create(message, { contentType, data: Buffer.from(data) } as never));
}

/** The message that arrived, as ProtoJSON by the codec: `data` is base64. */
function arrived(method: string, type: string): unknown {
  const call = echo.lastCall(`/media.v1.Media/${method}`);
  return types.codec(type).wireToValue(call?.requests[0] ?? new Uint8Array());
}

const base64 = (data: string | Uint8Array) => Buffer.from(data).toString('base64');
const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x00, 0xff, 0xfe, 0x0d, 0x0a]);

describe('a request', () => {
  test.each([
    ['bytes of any kind', 'image/png', PNG],
    ['text', 'text/plain; charset=utf-16', 'x'],
    ['JSON, which is not read', 'application/json', '{"not": json'],
    ['a form', 'multipart/form-data; boundary=x', '--x--'],
    ['what is no media type', 'nonsense', 'x'],
  ])('is %s', async (_name, contentType, body) => {
    const answer = await request('POST', '/v1/whole', { headers: { 'content-type': contentType }, body });
    expect(answer.status).toBe(200);
    expect(arrived('Whole', 'google.api.HttpBody')).toEqual({ contentType, data: base64(body) });
  });

  test('without a type has none', async () => {
    await rawExchange(
      gateway.publicUrl,
      'POST /v1/whole HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx',
    );
    expect(arrived('Whole', 'google.api.HttpBody')).toEqual({ data: base64('x') });
  });

  test('of nothing but a type', async () => {
    await request('POST', '/v1/whole', { headers: { 'content-type': 'image/png', 'content-length': '0' } });
    expect(arrived('Whole', 'google.api.HttpBody')).toEqual({ contentType: 'image/png' });
  });

  test('of nothing at all is the empty message', async () => {
    expect((await request('POST', '/v1/whole')).status).toBe(200);
    expect(arrived('Whole', 'google.api.HttpBody')).toEqual({});
  });

  test('takes the automatic path as well', async () => {
    await request('POST', '/media.v1.Media/Whole', { headers: { 'content-type': 'image/png' }, body: PNG });
    expect(arrived('Whole', 'google.api.HttpBody')).toEqual({ contentType: 'image/png', data: base64(PNG) });
  });

  test('that is one field leaves the others to path and query', async () => {
    const answer = await request('PUT', '/v1/files/a?size=5', {
      headers: { 'content-type': 'image/png' },
      body: PNG,
    });
    expect(answer.status).toBe(200);
    expect(arrived('Upload', 'media.v1.UploadRequest')).toEqual({
      name: 'files/a',
      content: { contentType: 'image/png', data: base64(PNG) },
      size: 5,
    });
  });

  test('is inflated like any other', async () => {
    await request('POST', '/v1/whole', {
      headers: { 'content-type': 'text/csv', 'content-encoding': 'gzip' },
      body: gzipSync('a,b'),
    });
    expect(arrived('Whole', 'google.api.HttpBody')).toEqual({ contentType: 'text/csv', data: base64('a,b') });
  });

  test('inside of a message that is the body is JSON', async () => {
    const body = { name: 'x', content: { contentType: 'text/csv', data: base64('a') } };
    await request('POST', '/media.v1.Media/Upload', { body });
    expect(arrived('Upload', 'media.v1.UploadRequest')).toEqual(body);
  });

  test.each([
    ['two types', 415, ['Content-Type: a/b', 'Content-Type: c/d', 'Content-Length: 0']],
    // No answer could have such a type: what is stored with it could not be read again.
    ['a type that is not ASCII', 415, ['Content-Type: text/caf\u00e9', 'Content-Length: 0']],
    ['a type with a tab', 415, ['Content-Type: a/b;\tc=d', 'Content-Length: 0']],
    ['a type that goes on and on', 415, [`Content-Type: a/${'b'.repeat(501)}`, 'Content-Length: 0']],
    ['more than the limit', 413, ['Content-Type: a/b', 'Content-Length: 100001']],
  ])('is refused for %s', async (_name, status, lines) => {
    const head = ['POST /v1/whole HTTP/1.1', 'Host: a', 'Connection: close', ...lines].join('\r\n');
    const { answers } = await rawExchange(gateway.publicUrl, `${head}\r\n\r\n`);
    expect(answers.map((answer) => answer.status)).toEqual([status]);
    expect(echo.received()).toEqual([]);
  });

  test('whose query would fill the body is refused', async () => {
    const answer = await request('PUT', '/v1/files/a?content.content_type=x', { body: 'x' });
    expect(problemOf(answer).violations.map(({ field }) => field)).toEqual(['content.content_type']);
  });
});

describe('a reply', () => {
  const download = '/media.v1.Media/Download';

  test.each([
    ['image/png', PNG],
    ['text/html; charset=utf-8', '<script>alert(1)</script>'],
    ['application/json', '{"as":  "it is"}'],
    ['application/x-ndjson', '{}\n{}\n'],
    ['text/plain', ''],
  ])('is sent as it is: %s', async (contentType, data) => {
    echo.replyWith(download, httpBody(contentType, data));
    const answer = await open(gateway.publicUrl, { path: '/v1/files/a' });
    const chunks: Buffer[] = [];
    for await (const chunk of answer.body) chunks.push(chunk as Buffer);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe(contentType);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(Buffer.concat(chunks)).toEqual(Buffer.from(data));
  });

  test('without a type is bytes, nothing is guessed', async () => {
    echo.replyWith(download, httpBody('', '<html>'));
    const answer = await request('GET', '/v1/files/a');
    expect([answer.text, answer.headers['content-type']]).toEqual(['<html>', 'application/octet-stream']);
  });

  test('that is one field of the message', async () => {
    const answer = await request('PATCH', '/v1/files/a', {
      headers: { 'content-type': 'text/csv' },
      body: 'a,b',
    });
    expect([answer.text, answer.headers['content-type']]).toEqual(['a,b', 'text/csv']);
  });

  test('of HEAD is its head', async () => {
    echo.replyWith(download, httpBody('image/png', PNG));
    const answer = await request('HEAD', '/v1/files/a');
    expect([answer.text, answer.headers['content-type'], answer.headers['content-length']]).toEqual([
      '',
      'image/png',
      '9',
    ]);
  });

  test('is JSON for who asks by alt=json', async () => {
    echo.replyWith(download, httpBody('image/png', PNG));
    const answer = await request('GET', '/v1/files/a?$alt=json');
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.json()).toEqual({ contentType: 'image/png', data: base64(PNG) });
  });

  test('is bytes for who asks by alt=media', async () => {
    echo.replyWith(download, httpBody('image/png', 'x'));
    expect((await request('GET', '/v1/files/a?alt=media')).text).toBe('x');
  });

  test.each([
    ['a line break in the type', 'text/plain\r\nset-cookie: a=b'],
    ['a NUL in the type', 'text/plain\0'],
    ['letters beyond ASCII in the type', 'text/plänn'],
    ['a type without end', 'a'.repeat(1000)],
  ])('with %s is the upstream’s fault', async (_name, contentType) => {
    echo.replyWith(download, httpBody(contentType, 'x'));
    const answer = await request('GET', '/v1/files/a');
    expect(problemOf(answer)).toMatchObject({ status: 502, type: 'urn:dragoman:problem:upstream-protocol' });
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  test.each([['ff'], ['0a05'], ['1205'], ['0801'], ['00']])(
    'of bytes that are no message is the upstream’s fault: %s',
    async (hex) => {
      echo.replyWith(download, Buffer.from(hex, 'hex'));
      expect(problemOf(await request('GET', '/v1/files/a')).status).toBe(502);
    },
  );
});

describe('a stream', () => {
  test.each([[undefined], ['application/json'], ['text/event-stream'], ['application/x-ndjson']])(
    'is its chunks one after the other, of the first one’s type, whatever Accept says: %s',
    async (accept) => {
      echo.replyWith(
        '/media.v1.Media/Tail',
        httpBody('text/csv', 'a,b\n'),
        httpBody('image/png', ''),
        httpBody('', 'c,d\n'),
      );
      const answer = await request('GET', '/v1/files/a:tail', {
        headers: accept === undefined ? {} : { accept },
      });
      expect([answer.status, answer.text]).toEqual([200, 'a,b\nc,d\n']);
      expect(answer.headers['content-type']).toBe('text/csv');
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    },
  );

  test('of a field of each message', async () => {
    const upload = types.codec('media.v1.UploadRequest');
    const part = (text: string) =>
      upload.jsonToWire(JSON.stringify({ content: { contentType: 'text/csv', data: base64(text) } }));
    echo.replyWith('/media.v1.Media/TailParts', part('a'), part('b'));
    const answer = await request('GET', '/v1/files/a:parts');
    expect([answer.text, answer.headers['content-type']]).toEqual(['ab', 'text/csv']);
  });

  test('of nothing is an empty body', async () => {
    echo.replyWith('/media.v1.Media/Tail');
    const answer = await request('GET', '/v1/files/a:tail');
    expect([answer.status, answer.text]).toEqual([200, '']);
  });

  test('that fails before the first byte has its own status', async () => {
    echo.replyWith('/media.v1.Media/Tail', Buffer.from('ff', 'hex'));
    expect(problemOf(await request('GET', '/v1/files/a:tail')).status).toBe(502);
  });

  test('that fails later is cut', async () => {
    echo.replyWith('/media.v1.Media/Tail', httpBody('text/csv', 'a'), Buffer.from('ff', 'hex'));
    const answer = await open(gateway.publicUrl, { path: '/v1/files/a:tail' });
    expect(answer.status).toBe(200);
    const read = async () => {
      for await (const _ of answer.body);
    };
    await expect(read()).rejects.toThrow('aborted');
  });

  test('that fails later is reset for a client that knows no chunks: a close would be the end of a whole one', async () => {
    echo.replyWith('/media.v1.Media/Tail', httpBody('text/csv', 'a'), Buffer.from('ff', 'hex'));
    const socket = rawSocket(gateway.publicUrl);
    const failed = new Promise((resolve, reject) => {
      socket.once('error', resolve);
      socket.once('end', () => reject(new Error('ended as if it were whole')));
    });
    socket.resume();
    socket.write('GET /v1/files/a:tail HTTP/1.0\r\nHost: a\r\n\r\n');
    expect(await failed).toEqual(expect.objectContaining({ code: 'ECONNRESET' }));
  });
});

describe('an upload to a client stream', () => {
  test('is cut into messages of at most 64 KiB, path and type in the first alone', async () => {
    const bytes = Buffer.from(Array.from({ length: 150_000 }, (_, index) => index % 251));
    const answer = await send(gateway.publicUrl, {
      method: 'PUT',
      path: '/v1/files/a:send',
      headers: { 'content-type': 'image/png' },
      body: bytes,
    });
    expect(answer.status).toBe(200);
    const sent = (echo.lastCall('/media.v1.Media/Send')?.requests ?? []).map(
      (wire) => types.codec('media.v1.UploadRequest').wireToValue(wire) as unknown as Piece,
    );
    expect(sent.map(({ name, content }) => [name, content.contentType])).toEqual([
      ['files/a', 'image/png'],
      ...sent.slice(1).map(() => [undefined, undefined]),
    ]);
    const pieces = sent.map(({ content }) => Buffer.from(content.data, 'base64'));
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(64 * 1024);
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  });

  test('is inflated, however much that is', async () => {
    const bytes = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => (index * index) >> 7));
    const answer = await send(gateway.publicUrl, {
      method: 'PUT',
      path: '/v1/files/a:send',
      headers: { 'content-type': 'image/png', 'content-encoding': 'gzip' },
      body: gzipSync(bytes),
    });
    expect(answer.status).toBe(200);
    const sent = (echo.lastCall('/media.v1.Media/Send')?.requests ?? []).map(
      (wire) => types.codec('media.v1.UploadRequest').wireToValue(wire) as unknown as Piece,
    );
    const pieces = sent.map(({ content }) => Buffer.from(content.data, 'base64'));
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('is refused where it is a bomb of %s (security reference, class 14)', async (coding, compress) => {
    const answer = await send(gateway.publicUrl, {
      method: 'PUT',
      path: '/v1/files/a:send',
      headers: { 'content-type': 'image/png', 'content-encoding': coding },
      body: compress(Buffer.alloc(4_000_000)),
    });
    expect(problemOf(answer)).toEqual(
      expect.objectContaining({
        status: 413,
        type: 'urn:dragoman:problem:body-too-large',
        detail: expect.stringContaining(
          'the body inflates to more than 100000 bytes and 200 times what was sent',
        ),
      }),
    );
  });

  test('may be larger than one message may be', async () => {
    const answer = await send(gateway.publicUrl, {
      method: 'PUT',
      path: '/v1/files/a:send',
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.alloc(1_000_000, 7),
    });
    expect(answer.status).toBe(200);
  });
});

interface Piece {
  readonly name?: string;
  readonly content: Content;
}

interface Content {
  readonly contentType?: string;
  readonly data: string;
}

describe('a body at a path inside of messages', () => {
  let nestedTypes: CompiledTypes;
  let nestedEcho: EchoServer;
  let nested: TestGateway;
  beforeAll(async () => {
    nestedTypes = await compileTypes([{ path: 'nested.proto', content: NESTED_PROTO }]);
    nestedEcho = await startEchoServer(nestedTypes.descriptorSet);
    nested = await startTestGateway([
      inlineService('nested', NESTED_PROTO, nestedEcho.url, { rest: { nestedHttpBody: true } }),
    ]);
  });
  afterAll(async () => {
    await nested.close();
    await nestedEcho.close();
  });
  beforeEach(() => nestedEcho.reset());
  const put = (path: string) =>
    send(nested.publicUrl, { method: 'PUT', path, headers: { 'content-type': 'image/png' }, body: PNG });
  const messages = (method: string) =>
    (nestedEcho.lastCall(`/nested.v1.Nested/${method}`)?.requests ?? []).map((wire) =>
      nestedTypes.codec('nested.v1.StoreRequest').wireToValue(wire),
    );
  const content = { contentType: 'image/png', data: base64(PNG) };

  test('leaves the other fields to path and query', async () => {
    expect((await put('/v1/files/a?upload.size=9&parent=p')).status).toBe(200);
    expect(messages('Store')).toEqual([{ upload: { name: 'files/a', content, size: 9 }, parent: 'p' }]);
  });

  test('of a client stream', async () => {
    expect((await put('/v1/files/a:feed?parent=p')).status).toBe(200);
    expect(messages('Feed')).toEqual([{ upload: { name: 'files/a', content }, parent: 'p' }]);
  });

  test.each([['upload.content.data=AA'], ['upload.content.contentType=x']])(
    'is not for the query: %s',
    async (query) => {
      expect(problemOf(await put(`/v1/files/a?${query}`))).toMatchObject({
        status: 400,
        violations: [{ field: query.split('=')[0], description: 'this field comes from the body' }],
      });
      expect(nestedEcho.received()).toEqual([]);
    },
  );

  test('is refused at registration unless the service chose it', async () => {
    const definition = inlineService(
      'other',
      NESTED_PROTO.replaceAll('nested.v1', 'other.v1'),
      nestedEcho.url,
    );
    await expect(nested.registry.put(definition)).rejects.toMatchObject({
      type: 'source-refused',
      problems: expect.arrayContaining([
        expect.objectContaining({
          rule: 'binding-field',
          message: expect.stringContaining('or let the service set rest.nestedHttpBody'),
        }),
      ]),
    });
  });
});
