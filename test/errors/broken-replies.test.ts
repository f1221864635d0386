// Replies that are no message of their type, and HTTP that is no gRPC. Source: transcoding reference, sections 9.2
// and 9.4; security reference, classes 13, 20 and 25.
import { once } from 'node:events';
import { createServer as createHttp2Server, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createGrpcJsTransport } from '../../backends/grpc/grpc-js-transport.ts';
import { createHttp2Transport } from '../../backends/grpc/http2-transport.ts';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

const PROTO = `
syntax = "proto2";
package rude.v1;
import "google/api/annotations.proto";
service Rude {
  rpc Get(Request) returns (Reply) { option (google.api.http) = { get: "/v1/rude" }; }
  rpc Watch(Request) returns (stream Reply) { option (google.api.http) = { get: "/v1/watch" }; }
}
message Request {}
message Reply {
  required string name = 1;
  optional Reply inner = 2;
}
`;

describe.each([
  ['our own transport', createHttp2Transport, true],
  ['grpc-js', createGrpcJsTransport, false],
] as const)('%s', (_transport, transports, isOwn) => {
  /** Answers one HTTP/2 request as the test says. */
  let respond: (stream: ServerHttp2Stream) => void;
  let upstream: Http2Server;
  let tcp: TcpServer;
  let gateway: TestGateway;
  let tcpGateway: TestGateway;

  beforeAll(async () => {
    upstream = createHttp2Server({ settings: { maxHeaderListSize: 1024 * 1024 } });
    upstream.on('stream', (stream: ServerHttp2Stream) => {
      stream.on('error', () => {});
      respond(stream);
    });
    upstream.on('sessionError', () => {});
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    tcp = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.write('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n');
      socket.end();
    });
    tcp.listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    gateway = await startTestGateway([inlineService('rude', PROTO, urlOf(upstream))], {}, { transports });
    tcpGateway = await startTestGateway([inlineService('rude', PROTO, urlOf(tcp))], {}, { transports });
  });
  afterAll(async () => {
    await gateway.close();
    await tcpGateway.close();
    upstream.close();
    tcp.close();
  });
  beforeEach(() => {
    respond = (stream) => stream.close();
  });

  function urlOf(server: Http2Server | TcpServer): string {
    return `grpc://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const HEAD = { ':status': 200, 'content-type': 'application/grpc' };
  /** Five bytes before each message: not compressed, its length. */
  const frame = (message: Uint8Array, length = message.length) =>
    Buffer.concat([Buffer.from([0, 0, 0, length >> 8, length & 0xff]), message]);
  const NAME = Uint8Array.of(0x0a, 0x01, 0x61);

  function reply(
    body: Uint8Array,
    trailers: Record<string, string> = { 'grpc-status': '0' },
    head: object = HEAD,
  ): void {
    respond = (stream) => {
      stream.respond(head as Record<string, string>, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers(trailers));
      stream.end(body);
    };
  }

  const get = (path = '/v1/rude') =>
    send(gateway.publicUrl, { path, headers: { 'grpc-timeout': '2S', accept: 'application/x-ndjson' } });

  test('a sound reply passes', async () => {
    reply(frame(NAME));
    const answer = await get();
    expect([answer.status, answer.text]).toEqual([200, '{"name":"a"}']);
  });

  describe('bytes that are no such message are the upstream’s fault: 502', () => {
    test.each([
      ['truncated', Uint8Array.of(0x0a, 0x05, 0x61)],
      [
        'a varint without end',
        Uint8Array.of(0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
      ],
      ['a group that is not closed', Uint8Array.of(0x0b)],
      ['wire type 6', Uint8Array.of(0x0e)],
      ['field number 0', Uint8Array.of(0x00, 0x00)],
      ['a required field that is missing', Uint8Array.of()],
      ['nesting of 101', nested(101)],
    ])('%s', async (_name, message) => {
      for (const path of ['/v1/rude', '/v1/watch']) {
        reply(frame(message));
        const answer = await get(path);
        expect(problemOf(answer)).toEqual(
          expect.objectContaining({
            status: 502,
            code: 'INTERNAL',
            type: 'urn:dragoman:problem:upstream-protocol',
            source: 'upstream',
            detail: 'the upstream sent a message that is not of its type',
          }),
        );
        expect(answer.text).not.toContain('rude.v1');
      }
    });

    test('nesting of 100 passes', async () => {
      reply(frame(nested(100)));
      expect((await get()).status).toBe(200);
    });

    test('in the midst of a stream its last line says so', async () => {
      reply(Buffer.concat([frame(NAME), frame(Uint8Array.of(0x0b))]));
      const answer = await send(gateway.publicUrl, {
        path: '/v1/watch',
        headers: { accept: 'application/x-ndjson' },
      });
      const [first, last] = answer.text.trimEnd().split('\n');
      expect(first).toBe('{"name":"a"}');
      expect(JSON.parse(last ?? '').error).toEqual(expect.objectContaining({ status: 502 }));
    });
  });

  function nested(levels: number): Uint8Array {
    let message: Uint8Array = NAME;
    for (let level = 1; level < levels; level += 1) {
      const length =
        message.length < 128 ? [message.length] : [(message.length & 0x7f) | 0x80, message.length >> 7];
      message = Uint8Array.from([...NAME, 0x12, ...length, ...message]);
    }
    return message;
  }

  describe('HTTP that is no gRPC', () => {
    test.each([
      [400, 'INTERNAL', 502],
      [401, 'UNAUTHENTICATED', 401],
      [403, 'PERMISSION_DENIED', 403],
      [404, 'UNIMPLEMENTED', 501],
      [429, 'UNAVAILABLE', 503],
      [502, 'UNAVAILABLE', 503],
      [503, 'UNAVAILABLE', 503],
      [504, 'UNAVAILABLE', 503],
      [418, 'UNKNOWN', 500],
      [302, 'UNKNOWN', 500],
    ])('%i is %s', async (httpStatus, code, status) => {
      reply(
        Buffer.from('<html>secret host</html>'),
        {},
        { ':status': httpStatus, 'content-type': 'text/html', location: 'http://10.0.0.1/' },
      );
      const answer = await get();
      expect(problemOf(answer)).toEqual(expect.objectContaining({ status, code, source: 'upstream' }));
      expect(JSON.stringify([answer.headers, answer.text])).not.toMatch(/secret|html|10\.0\.0\.1/);
    });
  });

  /** `whole`, or the code that a stream ended with. */
  function lastOf(text: string): string {
    const last = JSON.parse(text.trimEnd().split('\n').at(-1) || '{}');
    return last.error?.code ?? 'whole';
  }

  describe('gRPC that breaks its own rules', () => {
    test.each<[string, () => void]>([
      ['no status at the end', () => reply(frame(NAME), {})],
      ['a status that is none', () => reply(frame(NAME), { 'grpc-status': 'many' })],
      ['a status beyond all codes', () => reply(Buffer.alloc(0), { 'grpc-status': '99' })],
      ['a negative status', () => reply(Buffer.alloc(0), { 'grpc-status': '-1' })],
      ['no message where one is due', () => reply(Buffer.alloc(0))],
      ['two messages where one is due', () => reply(Buffer.concat([frame(NAME), frame(NAME)]))],
      ['a frame cut short', () => reply(frame(NAME, 100))],
      ['a frame of four gibibytes', () => reply(Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 0x61]))],
      [
        'a compressed frame without a name of its coding',
        () => reply(Buffer.concat([Buffer.from([1, 0, 0, 0, 3]), NAME])),
      ],
      [
        'an unknown coding',
        () => reply(frame(NAME), { 'grpc-status': '0' }, { ...HEAD, 'grpc-encoding': 'x' }),
      ],
      [
        'an open percent in its message',
        () => reply(Buffer.alloc(0), { 'grpc-status': '5', 'grpc-message': '%' }),
      ],
      [
        'details that are no base64',
        () => reply(Buffer.alloc(0), { 'grpc-status': '5', 'grpc-status-details-bin': '***' }),
      ],
      [
        'details that are no status',
        () => reply(Buffer.alloc(0), { 'grpc-status': '5', 'grpc-status-details-bin': 'AAAA' }),
      ],
      [
        'a reset',
        () => {
          respond = (stream) => stream.close(2);
        },
      ],
      [
        'a refused stream',
        () => {
          respond = (stream) => stream.close(7);
        },
      ],
      [
        'a reset after the head',
        () => {
          respond = (stream) => {
            stream.respond(HEAD);
            stream.write(frame(NAME));
            setImmediate(() => stream.close(2));
          };
        },
      ],
      [
        'a head of 64 KiB',
        () => reply(frame(NAME), { 'grpc-status': '0' }, { ...HEAD, 'x-long': 'a'.repeat(64 * 1024) }),
      ],
      [
        'ten thousand headers',
        () =>
          reply(
            frame(NAME),
            { 'grpc-status': '0' },
            {
              ...HEAD,
              ...Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`x${index}`, 'y'])),
            },
          ),
      ],
      [
        'a flood of cookies',
        () =>
          reply(
            frame(NAME),
            { 'grpc-status': '0' },
            { ...HEAD, 'set-cookie': Array.from({ length: 1000 }, (_, index) => `a${index}=b`) },
          ),
      ],
      [
        'interim answers',
        () => {
          respond = (stream) => {
            stream.additionalHeaders({ ':status': 103, link: '<x>' });
            stream.respond(HEAD, { waitForTrailers: true });
            stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
            stream.end(frame(NAME));
          };
        },
      ],
    ])('%s: a whole answer or a whole problem, and the next call is answered', async (_name, misbehave) => {
      for (const path of ['/v1/rude', '/v1/watch']) {
        misbehave();
        const answer = await get(path);
        expect(Object.keys(answer.headers)).not.toContain('set-cookie');
        // The last line of a stream may be a problem, too; a call that grpc-js gives no end has its deadline.
        const isProblem = answer.headers['content-type'] === 'application/problem+json';
        expect(isProblem || answer.status === 200).toBe(true);
        expect(isProblem ? problemOf(answer).code : lastOf(answer.text)).toMatch(
          /^(INTERNAL|UNKNOWN|UNAVAILABLE|RESOURCE_EXHAUSTED|NOT_FOUND|UNIMPLEMENTED|CANCELLED|DEADLINE_EXCEEDED|whole)$/,
        );
        expect(answer.text).not.toMatch(/127\.0\.0\.1|RST_STREAM|grpc-js|node:/);
      }
      reply(frame(NAME));
      expect((await get()).text).toBe('{"name":"a"}');
    });

    test.each<[string, () => void, number, string]>([
      ['no message where one is due', () => reply(Buffer.alloc(0)), 502, 'INTERNAL'],
      [
        'a frame of four gibibytes',
        () => reply(Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 0x61])),
        502,
        'INTERNAL',
      ],
      ['a status beyond all codes', () => reply(Buffer.alloc(0), { 'grpc-status': '99' }), 500, 'UNKNOWN'],
    ])('%s has its status', async (_name, misbehave, status, code) => {
      misbehave();
      expect(problemOf(await get())).toEqual(expect.objectContaining({ status, code, source: 'upstream' }));
    });
  });

  // grpc-js does not tell an upstream that speaks something else from one that is not there.
  test('an upstream that speaks HTTP/1.1 breaks the protocol: 502', async () => {
    const answer = await send(tcpGateway.publicUrl, { path: '/v1/rude', headers: { 'grpc-timeout': '5S' } });
    expect(problemOf(answer)).toEqual(
      expect.objectContaining(
        isOwn ? { status: 502, code: 'INTERNAL' } : { status: 503, code: 'UNAVAILABLE' },
      ),
    );
  });

  /** What only our own transport can notice: grpc-js takes all of it for sound. */
  describe('gRPC that is broken where nobody may look', () => {
    const PROTOCOL = 'urn:dragoman:problem:upstream-protocol';
    const rows: [string, () => void, path: string, own: string, grpcJs: string][] = [
      [
        'half a prefix behind a message',
        () => reply(Buffer.concat([frame(NAME), Buffer.alloc(3)])),
        '/v1/rude',
        PROTOCOL,
        'whole',
      ],
      [
        'half a message at the end of a stream',
        () => reply(Buffer.concat([frame(NAME), frame(NAME, 100)])),
        '/v1/watch',
        PROTOCOL,
        'whole',
      ],
      [
        'an empty status',
        () => reply(frame(NAME), { 'grpc-status': '' }),
        '/v1/rude',
        'urn:dragoman:problem:unknown',
        'whole',
      ],
      [
        'a flag of 2',
        () => reply(Buffer.concat([Buffer.of(2), frame(NAME).subarray(1)])),
        '/v1/rude',
        PROTOCOL,
        'whole',
      ],
    ];
    test.each(rows)('%s', async (_name, misbehave, path, own, grpcJs) => {
      misbehave();
      const answer = await get(path);
      const last = JSON.parse(answer.text.trimEnd().split('\n').at(-1) ?? '');
      expect(last.error?.type ?? last.type ?? 'whole').toBe(isOwn ? own : grpcJs);
    });
  });
});
