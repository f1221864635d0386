// Requests that the HTTP parser refuses before there is a request: what can be told of them is told, and their sockets
// are not kept. Sources: RFC 9110, sections 9.1 and 15.6.2; transcoding reference, section 9.3.
import { once } from 'node:events';
import { createServer, METHODS } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createParserErrors } from '../../gateway/edge/parser-error.ts';
import { isUnknownMethod, refusedHead } from '../../gateway/edge/refused-head.ts';
import { rawExchange, rawSocket } from '../harness/raw-socket.ts';
import { type RudeUpstream, startRudeUpstream } from '../harness/rude-upstream.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

const PROTO = `
  syntax = "proto3";
  package g.v1;
  import "google/api/annotations.proto";
  service S {
    rpc Get(R) returns (R) {
      option (google.api.http) = { get: "/g/{name}" additional_bindings { custom { kind: "PROPFIND" path: "/dav/{name}" } } };
    }
  }
  message R { string name = 1; }`;

let upstream: RudeUpstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startRudeUpstream();
  gateway = await startTestGateway([
    inlineService('g', PROTO, upstream.url, { rest: { errors: 'google' } }),
    inlineService(
      'p',
      PROTO.replaceAll('g.v1', 'p.v1').replace('/g/', '/p/').replace('/dav/', '/pdav/'),
      upstream.url,
    ),
  ]);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const HOST = 'Host: a.test\r\n';

async function answers(bytes: string) {
  const exchange = await rawExchange(gateway.publicUrl, bytes);
  return exchange.answers.map(({ status, body }) => ({ status, body: JSON.parse(body) }));
}

describe('a method', () => {
  test.each(['BREW', 'get', 'GETX', 'M-POST', 'PLAY', `${'A'.repeat(500)}`])(
    'that no HTTP has (%.20s) is 501, with its path',
    async (method) => {
      expect(await answers(`${method} /p/a?secret=1 HTTP/1.1\r\n${HOST}\r\n`)).toEqual([
        {
          status: 501,
          body: expect.objectContaining({
            type: 'urn:dragoman:problem:unimplemented',
            code: 'UNIMPLEMENTED',
            source: 'gateway',
            instance: '/p/a',
            detail: expect.stringContaining(JSON.stringify(method.slice(0, 40))),
          }),
        },
      ]);
    },
  );

  test.each([
    ['PROPFIND', '/p/a', 405],
    ['PROPFIND', '/nowhere', 404],
    ['SOURCE', '/p/a', 405],
    ['QUERY', '/p/a', 405],
    ['PROPFIND', '/pdav/a?name=b', 400],
  ])('that HTTP has is routed: %s %s is %i', async (method, path, status) => {
    const request = `${method} ${path} HTTP/1.1\r\n${HOST}Connection: close\r\nContent-Length: 0\r\n\r\n`;
    expect((await answers(request)).map((answer) => answer.status)).toEqual([status]);
  });

  test.each([
    ['PLAY rtsp://a/ RTSP/1.0', 'rtsp://a/'],
    ['DESCRIBE /p/a RTSP/1.0', '/p/a'],
  ])('of another protocol that the parser reads is 501: %s', async (line, instance) => {
    expect(await answers(`${line}\r\n${HOST}Connection: close\r\n\r\n`)).toMatchObject([
      { status: 501, body: { type: 'urn:dragoman:problem:unimplemented', instance } },
    ]);
  });

  test('that no HTTP has, behind another request, is refused behind its answer', async () => {
    const get = `GET /nowhere HTTP/1.1\r\n${HOST}\r\n`;
    expect(await answers(`${get}BREW /p/b HTTP/1.1\r\n${HOST}\r\n`)).toMatchObject([
      { status: 404, body: { instance: '/nowhere' } },
      { status: 501, body: { instance: '/p/b' } },
    ]);
  });

  test.each([
    ['half of a method', 'BRE'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a method that is none', 'BR(EW) /p/a HTTP/1.1\r\n\r\n'],
    ['two spaces', 'BREW  /p/a HTTP/1.1\r\n\r\n'],
  ])('in what is no HTTP/1 cannot be told: %s is 400', async (_name, bytes) => {
    expect(await answers(bytes)).toMatchObject([
      { status: 400, body: { type: 'urn:dragoman:problem:bad-headers', instance: '' } },
    ]);
  });
});

test('a refusal has the headers of every answer', async () => {
  const {
    answers: [answer],
  } = await rawExchange(gateway.publicUrl, 'garbage\r\n\r\n');
  expect(answer?.head.toLowerCase().split('\r\n').slice(1).sort()).toEqual([
    'cache-control: no-store',
    'connection: close',
    expect.stringMatching(/^content-length: \d+$/),
    'content-type: application/problem+json',
    'x-content-type-options: nosniff',
    expect.stringMatching(/^x-request-id: [0-9a-f-]{36}$/),
  ]);
});

describe('under the path of a service with a form of its own, that form', () => {
  const LARGE = `X: ${'a'.repeat(17 * 1024)}\r\n`;

  test.each([
    ['an unknown method', `BREW /g/a HTTP/1.1\r\n${HOST}\r\n`, 501, 'UNIMPLEMENTED'],
    ['too large a head', `GET /g/a HTTP/1.1\r\n${HOST}${LARGE}\r\n`, 431, 'INVALID_ARGUMENT'],
    ['a header that is none', `GET /g/a HTTP/1.1\r\n${HOST}Bad Header: 1\r\n\r\n`, 400, 'INVALID_ARGUMENT'],
    ['a target in absolute form', `BREW http://a.test/g/a HTTP/1.1\r\n${HOST}\r\n`, 501, 'UNIMPLEMENTED'],
    [
      'a chunk without a size',
      `POST /g/a HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
      400,
      'INVALID_ARGUMENT',
    ],
  ])('%s', async (_name, bytes, status, code) => {
    expect((await answers(bytes)).at(-1)).toMatchObject({ body: { error: { code: status, status: code } } });
  });

  test('not if the request line came before the piece with the fault', async () => {
    const socket = rawSocket(gateway.publicUrl);
    let text = '';
    socket.on('data', (data) => {
      text += String(data);
    });
    const closed = once(socket, 'close');
    socket.write(`GET /g/a HTTP/1.1\r\n${HOST}`);
    // Another answer on another connection: the first piece has been read by then.
    await answers(`GET /nowhere HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
    socket.write('Bad Header: 1\r\n\r\n');
    await closed;
    expect(JSON.parse(text.slice(text.indexOf('{')))).toMatchObject({ status: 400, instance: '' });
  });
});

describe('what is read of a head', () => {
  // A pattern that tries every run of blanks again would be at it for hours.
  test.each([
    ['blanks amid a host', `GET /a HTTP/1.1\r\nHost: a${' '.repeat(16_000_000)}b`],
    ['blanks behind a host', `GET /a HTTP/1.1\r\nHost: a${'\t '.repeat(8_000_000)}\r\n`],
    ['lines that only begin as one of a host does', `GET /a HTTP/1.1\r\n${'host \r\n'.repeat(2_000_000)}`],
    ['a first line of blanks', `GET ${' '.repeat(16_000_000)}`],
    ['a first line without an end', `GET ${'/'.repeat(1_000_000)}`],
  ])('takes no longer for %s', (_what, text) => {
    expect(head(text, 0)?.host ?? '').not.toContain('b');
  });

  const head = (text: string, bytesParsed: number) =>
    refusedHead(Object.assign(new Error('parse error'), { rawPacket: Buffer.from(text), bytesParsed }));

  test.each([
    [
      'nothing but its first line',
      'GET /a HTTP/1.1\r\n',
      0,
      { method: 'GET', target: '/a', host: undefined },
    ],
    [
      'an end of line without CR',
      'GET /a HTTP/1.0\nHost: b\n',
      3,
      { method: 'GET', target: '/a', host: 'b' },
    ],
    [
      'the request of the fault',
      'GET /a HTTP/1.1\r\n\r\nPUT /b HTTP/1.1\r\nHost: c\r\n\r\n',
      21,
      {
        method: 'PUT',
        target: '/b',
        host: 'c',
      },
    ],
    [
      'not the request after it',
      'GET /a HTTP/1.1\r\nx y\r\n\r\nPUT /b HTTP/1.1\r\nHost: c\r\n',
      18,
      {
        method: 'GET',
        target: '/a',
        host: undefined,
      },
    ],
    [
      'no host of the next request',
      'GET /a HTTP/1.1\r\n\r\nPUT /b HTTP/1.1\r\nHost: c\r\n',
      3,
      {
        method: 'GET',
        target: '/a',
        host: undefined,
      },
    ],
    [
      'a fault behind the end of what came',
      'GET /a HTTP/1.1\r\n',
      1_000,
      { method: 'GET', target: '/a', host: undefined },
    ],
    ['another version', 'GET /a HTTP/1.2\r\n', 0, undefined],
    ['no line', 'aaaa', 0, undefined],
    ['nothing', '', 0, undefined],
  ] as const)('%s', (_name, text, bytesParsed, expected) => {
    expect(head(text, bytesParsed)).toEqual(expected);
  });

  test('is nothing where the parser says nothing', () => {
    expect(refusedHead(new Error('timeout'))).toBeUndefined();
  });

  test('a method of Node’s own list is never unknown', () => {
    expect(METHODS.filter((method) => isUnknownMethod({ method, target: '/', host: undefined }))).toEqual([]);
  });

  test('costs time in proportion to its size, whatever it is', () => {
    const start = process.cpuUsage();
    for (const part of ['a', 'A A ', 'a b HTTP/1.1 ', '\n', 'A / HTTP/1.1\n', `${'!'.repeat(60)} `])
      head(part.repeat(65_536 / part.length), 65_536);
    expect(process.cpuUsage(start).user / 1_000).toBeLessThan(2_000);
  });
});

test('a client that keeps its end open after the refusal does not keep the socket', async () => {
  const errors = createParserErrors();
  const server = createServer();
  const refused = Promise.withResolvers<Socket>();
  server.on('clientError', (error, socket) => {
    refused.resolve(socket as Socket);
    errors.answer(error, socket as Socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = rawSocket(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  // The client never ends its side.
  client.allowHalfOpen = true;
  client.on('error', () => {});
  client.resume();
  client.write('garbage\r\n\r\n');
  const socket = await refused.promise;
  if (!socket.closed) await once(socket, 'close');
  expect(socket.destroyed).toBe(true);
  client.destroy();
  server.close();
});
