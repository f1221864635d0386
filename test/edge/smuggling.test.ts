// Requests that two readers could take for different ones: 400 and a closed connection, or exactly one upstream call
// with the bytes that were meant. Source: security reference, classes 1, 2 and 20, and section 3.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { rawExchange } from '../harness/raw-socket.ts';
import { type OddWorld, startOddWorld } from '../rest/odd-rules.ts';

let world: OddWorld;
beforeAll(async () => {
  world = await startOddWorld();
});
afterAll(() => world.close());
beforeEach(() => world.echo.reset());

const HOST = 'Host: gateway.test\r\n';
const JSON_TYPE = 'Content-Type: application/json\r\n';
const CLOSE = 'Connection: close\r\n';
const POST = `POST /odd.v1.Odd/Get HTTP/1.1\r\n${HOST}${JSON_TYPE}`;
const GET = `GET /v1/things/a HTTP/1.1\r\n${HOST}`;
const SMUGGLED = `GET /v1/things/smuggled HTTP/1.1\r\n${HOST}\r\n`;
const CHUNKED_BODY = 'b\r\n{"name":"a"}\r\n0\r\n\r\n'.replace('b\r\n', 'c\r\n');

/** Refused whole: the connection ends with one 400, and nothing reaches the upstream. */
describe('refused, and the connection closed', () => {
  test.each([
    // Two lengths.
    ['CL and TE', `${POST}Content-Length: 12\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKED_BODY}`],
    ['TE and CL', `${POST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n${CHUNKED_BODY}${SMUGGLED}`],
    ['two Content-Lengths that differ', `${POST}Content-Length: 2\r\nContent-Length: 12\r\n\r\n{"name":"a"}`],
    ['two Content-Lengths that agree', `${POST}Content-Length: 12\r\nContent-Length: 12\r\n\r\n{"name":"a"}`],
    ['a list of Content-Lengths', `${POST}Content-Length: 12, 12\r\n\r\n{"name":"a"}`],
    ['a signed Content-Length', `${POST}Content-Length: +12\r\n\r\n{"name":"a"}`],
    ['a negative Content-Length', `${POST}Content-Length: -1\r\n\r\n`],
    ['a hexadecimal Content-Length', `${POST}Content-Length: 0xc\r\n\r\n{"name":"a"}`],
    ['a Content-Length with a fraction', `${POST}Content-Length: 12.0\r\n\r\n{"name":"a"}`],
    ['an empty Content-Length', `${POST}Content-Length: \r\n\r\n`],
    ['a Content-Length beyond all numbers', `${POST}Content-Length: 99999999999999999999999\r\n\r\n`],
    ['a Content-Length with words behind', `${POST}Content-Length: 12 bytes\r\n\r\n{"name":"a"}`],
    // Transfer codings.
    ['TE xchunked', `${POST}Transfer-Encoding: xchunked\r\n\r\n${CHUNKED_BODY}`],
    ['TE identity', `${POST}Transfer-Encoding: identity\r\n\r\n${CHUNKED_BODY}`],
    ['TE gzip, chunked', `${POST}Transfer-Encoding: gzip, chunked\r\n\r\n${CHUNKED_BODY}`],
    ['TE chunked, identity', `${POST}Transfer-Encoding: chunked, identity\r\n\r\n${CHUNKED_BODY}`],
    ['TE chunked, chunked', `${POST}Transfer-Encoding: chunked, chunked\r\n\r\n${CHUNKED_BODY}`],
    ['TE twice', `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKED_BODY}`],
    [
      'TE twice, differently',
      `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n${CHUNKED_BODY}`,
    ],
    ['TE with a vertical tab', `${POST}Transfer-Encoding: \x0bchunked\r\n\r\n${CHUNKED_BODY}`],
    ['TE in quotes', `${POST}Transfer-Encoding: "chunked"\r\n\r\n${CHUNKED_BODY}`],
    ['TE with a parameter', `${POST}Transfer-Encoding: chunked;q=1\r\n\r\n${CHUNKED_BODY}`],
    ['TE with a space before the colon', `${POST}Transfer-Encoding : chunked\r\n\r\n${CHUNKED_BODY}`],
    ['TE empty', `${POST}Transfer-Encoding: \r\n\r\n${CHUNKED_BODY}`],
    [
      'TE on HTTP/1.0',
      `POST /odd.v1.Odd/Get HTTP/1.0\r\n${HOST}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n${CHUNKED_BODY}`,
    ],
    // Lines.
    ['a bare LF behind the request line', `GET /v1/things/a HTTP/1.1\n${HOST}\r\n`],
    ['a bare LF between headers', `GET /v1/things/a HTTP/1.1\r\nHost: gateway.test\nX: y\r\n\r\n`],
    ['a bare CR in a header', `${GET}X: a\rY: b\r\n\r\n`],
    ['a folded header', `${GET}X: a\r\n b\r\n\r\n`],
    ['a folded Transfer-Encoding', `${POST}Transfer-Encoding:\r\n chunked\r\n\r\n${CHUNKED_BODY}`],
    ['a space before a header name', `${GET} X: a\r\n\r\n`],
    ['a space in a header name', `${GET}X Y: a\r\n\r\n`],
    ['a header without a colon', `${GET}X\r\n\r\n`],
    ['a header without a name', `${GET}: a\r\n\r\n`],
    ['a NUL in a header', `${GET}X: a\0b\r\n\r\n`],
    ['a NUL in a header name', `${GET}X\0: a\r\n\r\n`],
    ['a control character in a header', `${GET}X: a\x01b\r\n\r\n`],
    ['a DEL in a header', `${GET}X: a\x7fb\r\n\r\n`],
    // Chunks.
    ['a chunk size that is none', `${POST}Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n`],
    ['a chunk size with 0x', `${POST}Transfer-Encoding: chunked\r\n\r\n0xc\r\n{"name":"a"}\r\n0\r\n\r\n`],
    ['a negative chunk size', `${POST}Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n`],
    [
      'a chunk size that overflows',
      `${POST}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\n`,
    ],
    [
      'a chunk that is longer than it says',
      `${POST}Transfer-Encoding: chunked\r\n\r\n2\r\n{"name":"a"}\r\n0\r\n\r\n`,
    ],
    ['chunks ended by a bare LF', `${POST}Transfer-Encoding: chunked\r\n\r\nc\n{"name":"a"}\n0\n\n`],
    [
      'a chunk extension without end',
      `${POST}Transfer-Encoding: chunked\r\n\r\nc;${'a'.repeat(20_000)}\r\n{"name":"a"}\r\n0\r\n\r\n`,
    ],
    // Request lines.
    ['HTTP/0.9', `GET /v1/things/a\r\n\r\n`],
    ['HTTP/1.2', `GET /v1/things/a HTTP/1.2\r\n${HOST}\r\n`],
    ['HTTP/9.9', `GET /v1/things/a HTTP/9.9\r\n${HOST}\r\n`],
    ['HTTP/2.0 in words', `GET /v1/things/a HTTP/2.0\r\n${HOST}\r\n`],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a lower-case version', `GET /v1/things/a http/1.1\r\n${HOST}\r\n`],
    ['a tab in the request line', `GET\t/v1/things/a HTTP/1.1\r\n${HOST}\r\n`],
    ['a space in the target', `GET /v1/things/a b HTTP/1.1\r\n${HOST}\r\n`],
    ['a target without a path', `GET things HTTP/1.1\r\n${HOST}${CLOSE}\r\n`],
    ['a target of another scheme', `GET ftp://gateway.test/v1/things/a HTTP/1.1\r\n${HOST}${CLOSE}\r\n`],
    ['TLS on a plaintext port', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03'],
    // Fields that are one value.
    ['two Authorizations', `${GET}Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n`],
    ['two equal Authorizations', `${GET}Authorization: Bearer a\r\nauthorization: Bearer a\r\n\r\n`],
    // Hosts.
    ['no Host', 'GET /v1/things/a HTTP/1.1\r\n\r\n'],
    ['an empty Host', 'GET /v1/things/a HTTP/1.1\r\nHost:\r\n\r\n'],
    ['two Hosts', `GET /v1/things/a HTTP/1.1\r\n${HOST}Host: other.test\r\n\r\n`],
    ['two equal Hosts', `GET /v1/things/a HTTP/1.1\r\n${HOST}${HOST}\r\n`],
    ['a Host with a path', 'GET /v1/things/a HTTP/1.1\r\nHost: gateway.test/admin\r\n\r\n'],
    ['a Host with credentials', 'GET /v1/things/a HTTP/1.1\r\nHost: a@gateway.test\r\n\r\n'],
    ['a Host that is a list', 'GET /v1/things/a HTTP/1.1\r\nHost: a.test, b.test\r\n\r\n'],
    ['a Host with a space', 'GET /v1/things/a HTTP/1.1\r\nHost: a b\r\n\r\n'],
    ['a Host beyond ASCII', 'GET /v1/things/a HTTP/1.1\r\nHost: g\u00e4teway.test\r\n\r\n'],
    ['a Host with a port that is none', 'GET /v1/things/a HTTP/1.1\r\nHost: gateway.test:http\r\n\r\n'],
    ['an absolute form of another host', `GET http://other.test/v1/things/a HTTP/1.1\r\n${HOST}\r\n`],
    [
      'an absolute form with credentials',
      `GET http://a@gateway.test/v1/things/a HTTP/1.1\r\n${HOST}${CLOSE}\r\n`,
    ],
    ['an absolute form without Host', 'GET http://gateway.test/v1/things/a HTTP/1.1\r\n\r\n'],
  ])('%s', async (_name, bytes) => {
    const { answers } = await rawExchange(world.gateway.publicUrl, bytes);
    expect(answers.map(({ status }) => status)).toEqual([400]);
    expect(answers[0]?.head).toMatch(/\r\nconnection: close/i);
    const problem = JSON.parse(answers[0]?.body ?? '');
    expect(problem).toEqual(
      expect.objectContaining({ status: 400, code: 'INVALID_ARGUMENT', source: 'gateway' }),
    );
    expect(answers[0]?.head.toLowerCase()).toContain(`x-request-id: ${problem.requestId}`);
    expect(answers[0]?.head.toLowerCase()).toContain('content-type: application/problem+json');
    expect(world.echo.received()).toEqual([]);
  });
});

describe('taken for the one request that it is', () => {
  const nameOf = async (bytes: string) => {
    const { answers } = await rawExchange(world.gateway.publicUrl, bytes);
    return { statuses: answers.map(({ status }) => status), body: answers[0]?.body };
  };

  test.each([
    ['chunks', `${POST}${CLOSE}Transfer-Encoding: chunked\r\n\r\n${CHUNKED_BODY}`],
    ['chunks in capitals', `${POST}${CLOSE}transfer-encoding: CHUNKED\r\n\r\nC\r\n{"name":"a"}\r\n0\r\n\r\n`],
    [
      'chunks with leading zeros',
      `${POST}${CLOSE}Transfer-Encoding: chunked\r\n\r\n000c\r\n{"name":"a"}\r\n0\r\n\r\n`,
    ],
    [
      'chunks with an extension',
      `${POST}${CLOSE}Transfer-Encoding: chunked\r\n\r\nc;a=b\r\n{"name":"a"}\r\n0\r\n\r\n`,
    ],
    [
      'chunks with a trailer',
      `${POST}${CLOSE}Transfer-Encoding: chunked\r\n\r\nc\r\n{"name":"a"}\r\n0\r\nX: y\r\n\r\n`,
    ],
    ['a length', `${POST}${CLOSE}Content-Length: 12\r\n\r\n{"name":"a"}`],
    ['a length with leading zeros', `${POST}${CLOSE}Content-Length: 0012\r\n\r\n{"name":"a"}`],
    ['an absolute form', `GET http://gateway.test/v1/things/a HTTP/1.1\r\n${HOST}${CLOSE}\r\n`],
    ['an absolute form in capitals', `GET HTTP://GATEWAY.test/v1/things/a HTTP/1.1\r\n${HOST}${CLOSE}\r\n`],
    ['HTTP/1.0 without Host', 'GET /v1/things/a HTTP/1.0\r\n\r\n'],
    ['a Host with a port', `GET /v1/things/a HTTP/1.1\r\nHost: gateway.test:8080\r\n${CLOSE}\r\n`],
    ['a Host of IPv6', `GET /v1/things/a HTTP/1.1\r\nHost: [::1]:8080\r\n${CLOSE}\r\n`],
    ['an unknown expectation', `${GET}${CLOSE}Expect: something\r\n\r\n`],
    ['an upgrade that is not served', `${GET}Connection: close, upgrade\r\nUpgrade: h2c\r\n\r\n`],
    [
      'headers named as prototypes are',
      `${GET}${CLOSE}__proto__: x\r\nconstructor: y\r\nprototype: z\r\n\r\n`,
    ],
    ['two spaces in the request line', `GET  /v1/things/a HTTP/1.1\r\n${HOST}${CLOSE}\r\n`],
    [
      'an upgrade that many clients offer, with a body',
      `${POST}Connection: close, Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: 12\r\n\r\n{"name":"a"}`,
    ],
    ['an empty line before the request', `\r\n${GET}${CLOSE}\r\n`],
  ])('%s', async (_name, bytes) => {
    expect(await nameOf(bytes)).toEqual({ statuses: [200], body: '{"name":"a"}' });
    expect(world.echo.received()).toHaveLength(1);
  });

  test('Expect: 100-continue is answered before the body is', async () => {
    const { text, answers } = await rawExchange(
      world.gateway.publicUrl,
      `${POST}${CLOSE}Expect: 100-continue\r\nContent-Length: 12\r\n\r\n{"name":"a"}`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
    expect(answers.map(({ body }) => body)).toEqual(['{"name":"a"}']);
  });

  test('two requests in one go are two, in their order', async () => {
    const { answers } = await rawExchange(
      world.gateway.publicUrl,
      `${POST}Content-Length: 12\r\n\r\n{"name":"1"}${GET}${CLOSE}\r\n`,
    );
    expect(answers.map(({ body }) => body)).toEqual(['{"name":"1"}', '{"name":"a"}']);
  });

  test('what follows a length is another request, whatever it looks like', async () => {
    const { answers } = await rawExchange(
      world.gateway.publicUrl,
      `${POST}Content-Length: 0\r\n\r\n${SMUGGLED.replace(HOST, HOST + CLOSE)}`,
    );
    expect(answers.map(({ body }) => body)).toEqual(['{}', '{"name":"smuggled"}']);
  });

  test('a body that was not announced is refused behind the answer to its request', async () => {
    const { answers } = await rawExchange(world.gateway.publicUrl, `${GET}\r\n{"name":"b"}\r\n\r\n`);
    expect(answers.map(({ status }) => status)).toEqual([200, 400]);
    expect(answers[0]?.body).toBe('{"name":"a"}');
    expect(world.echo.received()).toHaveLength(1);
  });

  test('garbage behind two requests is refused behind both answers', async () => {
    const { answers } = await rawExchange(world.gateway.publicUrl, `${GET}\r\n${GET}\r\nGARBAGE\r\n\r\n`);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 400]);
  });
});

describe('other refusals below the router are problems, too', () => {
  test.each([
    [
      'a head of 17 KiB',
      `${GET}X: ${'a'.repeat(17 * 1024)}\r\n\r\n`,
      431,
      'urn:dragoman:problem:headers-too-large',
    ],
    [
      'a target of 17 KiB',
      `GET /${'a'.repeat(17 * 1024)} HTTP/1.1\r\n${HOST}\r\n`,
      431,
      'urn:dragoman:problem:headers-too-large',
    ],
    [
      'a target of 9 KiB',
      `GET /v1/things/${'a'.repeat(9 * 1024)} HTTP/1.1\r\n${HOST}${CLOSE}\r\n`,
      400,
      'urn:dragoman:problem:bad-request-target',
    ],
    [
      '201 headers',
      `${GET}${Array.from({ length: 200 }, (_, index) => `x${index}: y\r\n`).join('')}\r\n`,
      431,
      'urn:dragoman:problem:headers-too-large',
    ],
    [
      'an unknown method',
      `FETCH /v1/things/a HTTP/1.1\r\n${HOST}\r\n`,
      501,
      'urn:dragoman:problem:unimplemented',
    ],
    [
      'a lower-case method',
      `get /v1/things/a HTTP/1.1\r\n${HOST}\r\n`,
      501,
      'urn:dragoman:problem:unimplemented',
    ],
    [
      'CONNECT',
      `CONNECT gateway.test:443 HTTP/1.1\r\n${HOST}\r\n`,
      405,
      'urn:dragoman:problem:method-not-allowed',
    ],
    [
      'TRACE',
      `TRACE /v1/things/a HTTP/1.1\r\n${HOST}${CLOSE}\r\n`,
      405,
      'urn:dragoman:problem:method-not-allowed',
    ],
  ])('%s', async (_name, bytes, status, type) => {
    const { answers } = await rawExchange(world.gateway.publicUrl, bytes);
    expect(answers.map((answer) => answer.status)).toEqual([status]);
    expect(JSON.parse(answers[0]?.body ?? '')).toEqual(expect.objectContaining({ type, status }));
    expect(world.echo.received()).toEqual([]);
  });

  test('200 headers are read whole', async () => {
    const headers = Array.from({ length: 198 }, (_, index) => `x${index}: y\r\n`).join('');
    const { answers } = await rawExchange(world.gateway.publicUrl, `${GET}${CLOSE}${headers}\r\n`);
    expect(answers.map(({ status }) => status)).toEqual([200]);
  });
});

test('nothing of all this has killed or hurt the process', () => {
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(world.gateway.logs.join('')).not.toMatch(/unhandled|uncaught|TypeError|ReferenceError/i);
});
