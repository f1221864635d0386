// What a body may be: its type, its coding, its size, its text.
// Sources: transcoding reference, sections 3.2, 9.2 and 10; security reference, classes 13 to 16.
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { open } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { rawExchange } from '../harness/raw-socket.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { ODD_PROTO, type OddWorld, startOddWorld } from './odd-rules.ts';

let world: OddWorld;
let small: TestGateway;
beforeAll(async () => {
  world = await startOddWorld();
  small = await startTestGateway([
    inlineService('odd', ODD_PROTO, world.echo.url, { maxMessageBytes: 1000 }),
  ]);
});
afterAll(async () => {
  await small.close();
  await world.close();
});
beforeEach(() => world.echo.reset());

const PATH = '/odd.v1.Odd/Get';
const MIB = 1024 * 1024;

describe('the content type (class 16)', () => {
  /** As the header lines say it, and nothing else. */
  const post = async (...lines: string[]) => {
    const head = [
      'POST /odd.v1.Odd/Get HTTP/1.1',
      'Host: gateway.test',
      'Connection: close',
      'Content-Length: 12',
      ...lines,
    ];
    const { answers } = await rawExchange(
      world.gateway.publicUrl,
      `${head.join('\r\n')}\r\n\r\n{"name":"a"}`,
    );
    return answers[0];
  };

  test.each([
    ['application/json'],
    ['APPLICATION/JSON'],
    ['Application/Json'],
    ['application/json; charset=utf-8'],
    ['application/json;charset=utf-8'],
    ['application/json ; charset=UTF-8'],
    ['application/json; charset="utf-8"'],
    ['application/json;\tcharset=utf-8'],
    ['\tapplication/json'],
    ['  application/json  '],
    ['application/vnd.api+json'],
    ['application/problem+json'],
    ['application/x.y-z+JSON; charset=utf-8'],
  ])('%j is JSON', async (type) => {
    const answer = await post(`Content-Type: ${type}`);
    expect([answer?.status, answer?.body]).toEqual([200, '{"name":"a"}']);
  });

  test.each([
    ['none', []],
    ['an empty one', ['Content-Type:']],
    ['two of them', ['Content-Type: application/json', 'Content-Type: application/json']],
    ['two that differ', ['Content-Type: application/json', 'Content-Type: text/plain']],
    ['two that differ in case', ['content-type: application/json', 'CONTENT-TYPE: application/json']],
    ['a list', ['Content-Type: application/json, text/plain']],
    ['text/json', ['Content-Type: text/json']],
    ['text/plain', ['Content-Type: text/plain']],
    ['a form', ['Content-Type: application/x-www-form-urlencoded']],
    ['a multipart form', ['Content-Type: multipart/form-data; boundary=x']],
    ['XML', ['Content-Type: application/xml']],
    ['protobuf', ['Content-Type: application/x-protobuf']],
    ['gRPC', ['Content-Type: application/grpc']],
    ['gRPC-Web', ['Content-Type: application/grpc-web+json']],
    ['a longer word', ['Content-Type: application/jsonp']],
    ['JSON lines', ['Content-Type: application/jsonl']],
    ['a word before it', ['Content-Type: x application/json']],
    ['a word behind it', ['Content-Type: application/json x']],
    ['another charset', ['Content-Type: application/json; charset=utf-16']],
    ['Latin-1', ['Content-Type: application/json; charset=iso-8859-1']],
    ['UTF-7', ['Content-Type: application/json; charset=utf-7']],
    ['two charsets', ['Content-Type: application/json; charset=utf-8; charset=utf-16']],
    ['another parameter', ['Content-Type: application/json; odata=verbose']],
    ['a parameter without value', ['Content-Type: application/json; charset']],
    ['a semicolon alone', ['Content-Type: application/json;']],
    ['an open quote', ['Content-Type: application/json; charset="utf-8\'']],
    ['no slash', ['Content-Type: json']],
    ['no subtype', ['Content-Type: application/']],
    ['a suffix alone', ['Content-Type: application/+json']],
    ['a wildcard', ['Content-Type: application/*']],
    ['a very long one', [`Content-Type: application/${'a'.repeat(2000)}+json`]],
    ['one that could make a pattern slow', [`Content-Type: application/json${' '.repeat(2000)}x`]],
  ])('415: %s', async (_name, lines) => {
    const answer = await post(...lines);
    expect(answer?.status).toBe(415);
    expect(answer?.head).toMatch(/\r\naccept: application\/json/i);
    expect(JSON.parse(answer?.body ?? '')).toEqual(
      expect.objectContaining({
        type: 'urn:dragoman:problem:unsupported-media-type',
        code: 'INVALID_ARGUMENT',
      }),
    );
    expect(world.echo.received()).toEqual([]);
  });

  test('does not matter where there is no body', async () => {
    const answer = await world.send('GET', '/v1/things/a', { headers: { 'content-type': 'text/plain' } });
    expect(answer.status).toBe(200);
  });

  test('does not matter where there is no route', async () => {
    const answer = await world.send('POST', '/nowhere', {
      headers: { 'content-type': 'text/plain' },
      body: 'x',
    });
    expect(problemOf(answer).status).toBe(404);
  });
});

const JSON_TYPE = { 'content-type': 'application/json' };
const CODINGS = {
  gzip: gzipSync,
  'x-gzip': gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
} as const;
const names = Object.keys(CODINGS) as (keyof typeof CODINGS)[];

describe('the content coding', () => {
  const post = (coding: string, body: Uint8Array) =>
    world.send('POST', PATH, { headers: { ...JSON_TYPE, 'content-encoding': coding }, body });

  test.each(names)('%s is inflated', async (coding) => {
    const answer = await post(coding, CODINGS[coding](Buffer.from('{"name":"é"}')));
    expect([answer.status, answer.text]).toEqual([200, '{"name":"é"}']);
  });

  test.each([
    ['GZIP'],
    [' gzip '],
    ['identity'],
    ['Identity'],
    [''],
    ['gzip, identity'],
    ['identity,gzip'],
    [', gzip ,'],
    ['identity, identity'],
  ])('%j is understood', async (coding) => {
    const isGzip = /gzip/i.test(coding);
    const body = Buffer.from('{"name":"a"}');
    expect((await post(coding, isGzip ? gzipSync(body) : body)).status).toBe(200);
  });

  test.each([
    ['gzip, gzip'],
    ['gzip, br'],
    ['compress'],
    ['lzma'],
    ['*'],
    ['gzip;q=1'],
    ['x'.repeat(500)],
    ['__proto__'],
  ])('415: %s', async (coding) => {
    const answer = await post(coding, Buffer.from('{"name":"a"}'));
    const problem = problemOf(answer);
    expect([answer.status, problem.type]).toEqual([415, 'urn:dragoman:problem:unsupported-content-encoding']);
    expect(answer.headers['accept-encoding']).toBe('gzip, x-gzip, deflate, br, zstd');
    expect(problem.detail.length).toBeLessThan(200);
    expect(world.echo.received()).toEqual([]);
  });

  test('415: several codings are told to be too many, not to be unknown', async () => {
    const body = gzipSync(brotliCompressSync(Buffer.from('{"name":"a"}')));
    const { detail } = problemOf(await post('br, gzip', body));
    expect(detail).toBe(
      'several content encodings, one inside of the other, are not served; use one of gzip, x-gzip, deflate, br, zstd',
    );
  });

  test.each(names)('400: bytes that are no %s', async (coding) => {
    for (const body of [
      Buffer.from('{"name":"a"}'),
      CODINGS[coding](Buffer.from('{"name":"a"}')).subarray(0, -4),
      Buffer.from([0]),
    ]) {
      const answer = await post(coding, body);
      expect(problemOf(answer)).toEqual(
        expect.objectContaining({ status: 400, detail: `the body is not valid ${coding}` }),
      );
    }
    expect(world.echo.received()).toEqual([]);
  });

  test('400: raw deflate, which is not what deflate means', async () => {
    expect((await post('deflate', deflateRawSync(Buffer.from('{"name":"a"}')))).status).toBe(400);
  });

  test.each(names)('413: a bomb of %s, with little memory (class 14)', async (coding) => {
    const bomb = CODINGS[coding](Buffer.alloc(200 * MIB, ' '));
    expect(bomb.length).toBeLessThan(MIB);
    const before = process.memoryUsage().arrayBuffers;
    const answer = await post(coding, bomb);
    expect(problemOf(answer)).toEqual(expect.objectContaining({ status: 413, code: 'RESOURCE_EXHAUSTED' }));
    expect((process.memoryUsage().arrayBuffers - before) / MIB).toBeLessThan(50);
    expect(world.echo.received()).toEqual([]);
  });
});

describe('the size (class 15)', () => {
  const body = (length: number) => `{"name":"${'a'.repeat(length - 11)}"}`;
  const post = (text: string, headers: Record<string, string> = {}) =>
    open(small.publicUrl, { method: 'POST', path: PATH, headers: { ...JSON_TYPE, ...headers }, body: text });

  test.each([
    ['a length announced', {}],
    ['chunks', { 'transfer-encoding': 'chunked' }],
  ])('one byte over the limit is refused: %s', async (_name, headers) => {
    const fits = await post(body(1000), headers);
    expect(fits.status).toBe(200);
    fits.leave();
    world.echo.reset();
    const over = await post(body(1001), headers);
    expect(over.status).toBe(413);
    expect(over.headers.connection).toBe('close');
    over.leave();
    expect(world.echo.received()).toEqual([]);
  });

  test('a length far over the limit is refused before the body is sent', async () => {
    const { answers } = await rawExchange(
      small.publicUrl,
      `POST ${PATH} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n`,
    );
    expect(answers.map(({ status }) => status)).toEqual([413]);
    expect(JSON.parse(answers[0]?.body ?? '')).toEqual(
      expect.objectContaining({
        type: 'urn:dragoman:problem:body-too-large',
        detail: 'the body is larger than 1000 bytes',
      }),
    );
  });

  test('the limit counts what is inflated', async () => {
    const answer = await open(small.publicUrl, {
      method: 'POST',
      path: PATH,
      headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
      body: gzipSync(body(1001)),
    });
    expect(answer.status).toBe(413);
    answer.leave();
  });

  test('ten mebibytes without end are refused, and their sender reads why', async () => {
    const chunk = `100000\r\n${'a'.repeat(MIB)}\r\n`;
    const { answers } = await rawExchange(
      world.gateway.publicUrl,
      `POST ${PATH} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(10)}`,
    );
    expect(answers.map(({ status }) => status)).toEqual([413]);
  });

  test('four mebibytes fit by default', async () => {
    const answer = await world.send('POST', PATH, { headers: JSON_TYPE, body: body(4 * MIB - 1) });
    expect(answer.status).toBe(200);
    expect(answer.text.length).toBe(4 * MIB - 1);
  });

  test('a message that is larger on the wire than in JSON counts as it is on the wire', async () => {
    // Thousands of small numbers in JSON text take more room as fixed fields; none here do, so the wire is smaller.
    const answer = await post(`{"kinds":[${'1,'.repeat(490)}1]}`);
    expect(answer.status).toBe(200);
    answer.leave();
  });
});

describe('the text', () => {
  const post = (body: string | Uint8Array) => world.send('POST', PATH, { headers: JSON_TYPE, body });

  test.each([
    ['invalid UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'the body is not valid UTF-8'],
    ['overlong UTF-8', Buffer.from('7b226e616d65223a22c0af227d', 'hex'), 'the body is not valid UTF-8'],
    [
      'surrogates in UTF-8',
      Buffer.from('7b226e616d65223a22eda080227d', 'hex'),
      'the body is not valid UTF-8',
    ],
    ['truncated UTF-8', Buffer.from('7b226e616d65223a22e282', 'hex'), 'the body is not valid UTF-8'],
    ['UTF-16', Buffer.from('{"name":"a"}', 'utf16le'), 'line 1, column 2'],
    ['a byte order mark', Buffer.from('\ufeff{"name":"a"}'), 'line 1, column 1'],
    ['a NUL', Buffer.from('{"name":"\0"}'), 'line 1, column 10: a control character'],
    ['a NUL behind', Buffer.from('{}\0'), 'line 1, column 3: the document ended before'],
    ['a brace too few', '{"name":"a"', 'line 1, column 12: expected "," or "}", found the end of the text'],
    ['a comma too many', '{\n  "name": "a",\n}', 'line 3, column 1: expected a quoted key, found "}"'],
    ['single quotes', "{'name':'a'}", 'line 1, column 2: expected a quoted key'],
    ['two documents', '{}{}', 'line 1, column 3: the document ended before "{"'],
    ['a key twice', '{"name":"a","name":"b"}', 'line 1, column 13: the key "name" is there twice'],
    ['a lone surrogate', '{"name":"\\ud800"}', 'line 1, column 9: a \\u escape is half of a surrogate pair'],
    ['200,000 brackets', '['.repeat(200_000), 'nesting is deeper than'],
    ['200,000 braces', '{"nested":'.repeat(200_000), 'nesting is deeper than'],
    ['spaces alone', '   ', 'line 1, column 4: expected a value, found the end of the text'],
  ])('400 with its place: %s', async (_name, body, words) => {
    const answer = await post(body);
    expect(problemOf(answer)).toEqual(
      expect.objectContaining({
        status: 400,
        type: 'urn:dragoman:problem:invalid-json',
        detail: expect.stringContaining(words),
      }),
    );
    expect(world.echo.received()).toEqual([]);
  });

  test('one field by both of its names is refused', async () => {
    const problem = problemOf(await post('{"page_token":"a","pageToken":"b"}'));
    expect(problem.violations).toEqual([
      { field: 'pageToken', description: 'the field is there twice, as page_token and as pageToken' },
    ]);
  });

  test.each([
    ['__proto__', '{"__proto__":{"polluted":true}}'],
    ['constructor', '{"constructor":{"prototype":{"polluted":true}}}'],
    ['deeper', '{"nested":{"__proto__":{"polluted":true}}}'],
    ['in a map', '{"labels":{"__proto__":"polluted"}}'],
    [
      'in a Struct',
      '{"struct":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}',
    ],
    ['in an Any', '{"any":{"@type":"t/odd.v1.Tag","__proto__":{"polluted":true}}}'],
  ])('no body pollutes a prototype: %s', async (_name, body) => {
    const answer = await post(body);
    expect([200, 400]).toContain(answer.status);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(([] as unknown as Record<string, unknown>).polluted).toBeUndefined();
  });
});
