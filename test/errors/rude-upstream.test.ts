// Each fault of an upstream has its own status and problem, and the connection serves the next call.
// Sources: transcoding reference, sections 9.2 and 9.4; gRPC over HTTP/2, "Responses" and "HTTP2 Transport Mapping";
// gRPC's mapping of HTTP statuses.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { frame, GRPC_HEAD, type Respond, reply } from '../harness/rude-upstream.ts';
import { inlineService, startTestGateway } from '../harness/start-gateway.ts';
import { startTextWorld, TEXT_PROTO, type TextWorld, textMessage } from '../rest/answers.ts';

let world: TextWorld;
beforeAll(async () => {
  world = await startTextWorld();
});
afterAll(() => world.close());

const A = textMessage('a');
const OK = { 'grpc-status': '0' };
const GZIP = { 'grpc-encoding': 'gzip' };
const HTML = { 'content-type': 'text/html' };
const http =
  (status: number, body: string, headers: Record<string, string> = HTML): Respond =>
  (stream) => {
    stream.respond({ ':status': status, ...headers }, { endStream: body === '' });
    if (body !== '') stream.end(body);
  };
const reset =
  (code: number): Respond =>
  (stream) =>
    stream.close(code);

type Row = readonly [fault: string, respond: Respond, status: number, code: string, type: string];

const PROTOCOL = [502, 'INTERNAL', 'upstream-protocol'] as const;
const UNREACHABLE = [503, 'UNAVAILABLE', 'upstream-unreachable'] as const;
const TOO_LARGE = [502, 'INTERNAL', 'upstream-reply-too-large'] as const;
const UNKNOWN = [500, 'UNKNOWN', 'unknown'] as const;
const INTERNAL = [500, 'INTERNAL', 'internal'] as const;

const ROWS: readonly Row[] = [
  // What an upstream says itself stays its word.
  ['INTERNAL of its own', reply(Buffer.alloc(0), { 'grpc-status': '13' }), ...INTERNAL],
  [
    'INTERNAL in its head',
    http(200, '', { ...GRPC_HEAD, 'grpc-status': '13' } as Record<string, string>),
    ...INTERNAL,
  ],
  [
    'a limit of its own',
    reply(Buffer.alloc(0), { 'grpc-status': '8' }),
    429,
    'RESOURCE_EXHAUSTED',
    'resource-exhausted',
  ],
  [
    'UNAVAILABLE of its own',
    reply(Buffer.alloc(0), { 'grpc-status': '14' }),
    503,
    'UNAVAILABLE',
    'unavailable',
  ],
  [
    'UNIMPLEMENTED of its own',
    reply(Buffer.alloc(0), { 'grpc-status': '12' }),
    501,
    'UNIMPLEMENTED',
    'unimplemented',
  ],
  // No or no valid status.
  ['trailers without a status', reply(Buffer.alloc(0), { x: 'y' }), ...UNKNOWN],
  ['a head alone, without a status', http(200, '', { 'content-type': 'application/grpc' }), ...UNKNOWN],
  ['a status that is a word', reply(Buffer.alloc(0), { 'grpc-status': 'OK' }), ...UNKNOWN],
  ['a status beyond all', reply(Buffer.alloc(0), { 'grpc-status': '17' }), ...UNKNOWN],
  ['a status below all', reply(Buffer.alloc(0), { 'grpc-status': '-1' }), ...UNKNOWN],
  ['a status between two', reply(Buffer.alloc(0), { 'grpc-status': '5.5' }), ...UNKNOWN],
  ['no trailers at all', (stream) => stream.respond(GRPC_HEAD) ?? stream.end(), ...PROTOCOL],
  // Frames.
  [
    'a message cut by the end of the stream',
    (stream) => stream.respond(GRPC_HEAD) ?? stream.end(frame(A, { length: 100 })),
    ...PROTOCOL,
  ],
  ['a prefix of 4 GiB', reply(frame(A, { length: 0xffffffff })), ...TOO_LARGE],
  [
    'a prefix one byte beyond what any operation may ask for',
    reply(frame(A, { length: 64 * 1024 * 1024 + 1 })),
    ...TOO_LARGE,
  ],
  ['a message beyond the operation’s limit', reply(frame(Buffer.alloc(4 * 1024 * 1024 + 1))), ...TOO_LARGE],
  ['a prefix that is too short', reply(frame(A, { length: 1 })), ...PROTOCOL],
  ['noise', reply(Buffer.from('this is no frame at all')), ...TOO_LARGE],
  ['a compressed message without a coding', reply(frame(gzipSync(A), { flag: 1 })), ...PROTOCOL],
  [
    'a coding that was not offered',
    reply(frame(A, { flag: 1 }), OK, { 'grpc-encoding': 'zstd' }),
    ...PROTOCOL,
  ],
  ['a message that is not the gzip it says', reply(frame(A, { flag: 1 }), OK, GZIP), ...PROTOCOL],
  ['gzip that is cut', reply(frame(gzipSync(A).subarray(0, -4), { flag: 1 }), OK, GZIP), ...PROTOCOL],
  // Resets.
  ...[0, 1, 2, 7, 8, 11].map(
    (code): Row => [`a reset before any answer, code ${code}`, reset(code), ...UNREACHABLE],
  ),
  ...[2, 8, 11].map(
    (code): Row => [
      `a reset after the head, code ${code}`,
      (stream) => {
        stream.respond(GRPC_HEAD);
        setImmediate(() => stream.close(code));
      },
      ...PROTOCOL,
    ],
  ),
  // HTTP that is no gRPC.
  ...['', 'a', '<html>secret</html>'].flatMap((body): Row[] => [
    [`400 with ${body.length} bytes`, http(400, body), ...PROTOCOL],
    [`401 with ${body.length} bytes`, http(401, body), 401, 'UNAUTHENTICATED', 'unauthenticated'],
    [`403 with ${body.length} bytes`, http(403, body), 403, 'PERMISSION_DENIED', 'permission-denied'],
    [`404 with ${body.length} bytes`, http(404, body), 501, 'UNIMPLEMENTED', 'unimplemented'],
    [`429 with ${body.length} bytes`, http(429, body), 503, 'UNAVAILABLE', 'unavailable'],
    [`503 with ${body.length} bytes`, http(503, body), 503, 'UNAVAILABLE', 'unavailable'],
    [`500 with ${body.length} bytes`, http(500, body), ...UNKNOWN],
    [`302 with ${body.length} bytes`, http(302, body), ...UNKNOWN],
    [`200 with ${body.length} bytes`, http(200, body), ...UNKNOWN],
  ]),
  ['400 without a type', http(400, '', {}), ...PROTOCOL],
];

describe('before any message, of a single reply and of a stream', () => {
  test.each(ROWS)('%s', async (_fault, respond, status, code, type) => {
    world.upstream.answer(reply(frame(A)));
    expect((await world.send('/v1/text')).text).toBe('{"text":"a"}');
    const connections = world.upstream.connections();
    for (const path of ['/v1/text', '/v1/watch']) {
      world.upstream.answer(respond);
      const answer = await world.send(path, { 'grpc-timeout': '5S' });
      expect(problemOf(answer)).toEqual(
        expect.objectContaining({ status, code, type: `urn:dragoman:problem:${type}`, source: 'upstream' }),
      );
      expect(answer.text).not.toMatch(/127\.0\.0\.1|RST_STREAM|secret|HTTP status/);
    }
    world.upstream.answer(reply(frame(A)));
    expect((await world.send('/v1/text')).text).toBe('{"text":"a"}');
    // A fault of one call costs no connection.
    expect(world.upstream.connections()).toBe(connections);
  });
});

describe('a single reply', () => {
  test.each([
    ['without a message', reply(Buffer.alloc(0))],
    ['with two messages', reply(Buffer.concat([frame(A), frame(A)]))],
    [
      'with two messages in two pieces',
      ((stream) => {
        stream.respond(GRPC_HEAD, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers(OK));
        stream.write(frame(A));
        setTimeout(() => stream.end(frame(A)), 20);
      }) satisfies Respond,
    ],
    ['whose only message is cut', reply(frame(A, { length: 100 }))],
    [
      'with a message and no trailers',
      ((stream) => stream.respond(GRPC_HEAD) ?? stream.end(frame(A))) satisfies Respond,
    ],
  ])('%s is 502 at once', async (_fault, respond: Respond) => {
    world.upstream.answer(respond);
    expect(problemOf(await world.send('/v1/text'))).toEqual(
      expect.objectContaining({
        status: 502,
        code: 'INTERNAL',
        type: 'urn:dragoman:problem:upstream-protocol',
      }),
    );
  });

  test('whose message comes in many pieces is whole', async () => {
    world.upstream.answer((stream) => {
      stream.respond(GRPC_HEAD, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers(OK));
      for (const byte of frame(A)) stream.write(Uint8Array.of(byte));
      stream.end();
    });
    expect((await world.send('/v1/text')).text).toBe('{"text":"a"}');
  });
});

describe('after the first message of a stream, its last line says', () => {
  const following =
    (body: Uint8Array, then: Respond): Respond =>
    (stream, ...rest) => {
      stream.respond(GRPC_HEAD);
      stream.write(frame(A));
      setTimeout(() => {
        stream.write(body);
        then(stream, ...rest);
      }, 20);
    };
  const nothing = Buffer.alloc(0);

  test.each<[string, Respond, number, string]>([
    ['that it was reset', following(nothing, (stream) => stream.close(2)), 502, 'upstream-protocol'],
    [
      'that it ended without a status',
      following(nothing, (stream) => stream.end()),
      502,
      'upstream-protocol',
    ],
    [
      'that it ended in the middle of a message',
      following(frame(A, { length: 9 }), (stream) => stream.end()),
      502,
      'upstream-protocol',
    ],
    [
      'that the connection was cut',
      following(nothing, (stream) => stream.session?.destroy()),
      502,
      'upstream-protocol',
    ],
    [
      'that a message is too large',
      following(frame(A, { length: 0xffffffff }), () => {}),
      502,
      'upstream-reply-too-large',
    ],
    [
      'that a message is none',
      reply(Buffer.concat([frame(A), frame(Uint8Array.of(0x0b))])),
      502,
      'upstream-protocol',
    ],
    ['what the upstream says', reply(frame(A), { 'grpc-status': '13' }), 500, 'internal'],
  ])('%s', async (_fault, respond, status, type) => {
    world.upstream.answer(respond);
    const answer = await world.send('/v1/watch', { accept: 'application/x-ndjson' });
    const [first, last] = answer.text.trimEnd().split('\n');
    expect([first, JSON.parse(last ?? '').error]).toEqual([
      '{"text":"a"}',
      expect.objectContaining({ status, type: `urn:dragoman:problem:${type}`, source: 'upstream' }),
    ]);
    world.upstream.answer(reply(frame(A)));
    expect((await world.send('/v1/text')).text).toBe('{"text":"a"}');
  });
});

// Of our own transport: grpc-js does not tell such an upstream from one that is not there.
describe('below HTTP/2', () => {
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });

  /** A TCP server that greets as HTTP/2 does and then says something else, to the first client only once. */
  async function noisy(noise: Uint8Array): Promise<string> {
    const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.write(settings);
      // The client's preface and settings are there, then its call.
      let received = 0;
      socket.on('data', (chunk) => {
        received += chunk.length;
        if (received > 100) socket.write(noise);
      });
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `grpc://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test.each([
    ['noise', Buffer.alloc(64, 0xa5)],
    ['HTTP/1.1', Buffer.from('HTTP/1.1 200 OK\r\n\r\n')],
    ['a frame that is larger than was agreed', Buffer.from([0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1])],
    ['data of a stream that nobody opened', Buffer.from([0, 0, 1, 0, 0, 0, 0, 0, 99, 0])],
    ['headers that do not unpack', Buffer.from([0, 0, 3, 1, 4, 0, 0, 0, 1, 0xff, 0xff, 0xff])],
  ])('%s instead of an answer breaks the protocol, and the gateway lives', async (_noise, bytes) => {
    const gateway = await startTestGateway([inlineService('text', TEXT_PROTO, await noisy(bytes))], {}, {});
    try {
      for (let call = 0; call < 2; call += 1) {
        const answer = await send(gateway.publicUrl, { path: '/v1/text', headers: { 'grpc-timeout': '5S' } });
        expect(problemOf(answer)).toEqual(
          expect.objectContaining({ status: 502, type: 'urn:dragoman:problem:upstream-protocol' }),
        );
      }
    } finally {
      await gateway.close();
    }
  });
});
