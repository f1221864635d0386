// A server that breaks the rules of HTTP/2 or of gRPC. Sources: RFC 9113, by section; gRPC over HTTP/2; security
// reference, class 18. What breaks the connection is told to the server by GOAWAY, and costs the calls on it, whether or
// not their answer has begun: transcoding reference, section 9.2, "upstream broke the protocol".
import { afterEach, describe, expect, test } from '@jest/globals';
import { closeTransports, options, outcome, PATH, streamOutcome, transportTo } from './call.ts';
import {
  ACK,
  answer,
  block,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  greet,
  HEAD,
  head,
  message,
  number,
  OK,
  PADDED,
  type Peer,
  type ScriptedServer,
  settings,
  startScriptedServer,
  TYPE,
  trailers,
} from './scripted-server.ts';

const servers: ScriptedServer[] = [];
afterEach(async () => {
  closeTransports();
  for (const server of servers.splice(0)) await server.close();
});
async function serve(script?: (peer: Peer) => unknown): Promise<ScriptedServer> {
  const server = await startScriptedServer(script);
  servers.push(server);
  return server;
}

const A = Buffer.from('a');
const NOT_FOUND = block(['grpc-status', '5']);
const CODE = { protocol: 1, flow: 3, size: 6, compression: 9, calm: 11 };
const repeat = (times: number, bytes: Uint8Array) =>
  Buffer.concat(Array.from({ length: times }, () => bytes));
const FULL = Buffer.alloc(16_384);

const FATAL: readonly (readonly [rule: string, bytes: Uint8Array, code: number])[] = [
  ['§4.2: a frame that is too large', frame(TYPE.data, 0, 1, Buffer.alloc(1), 16_385), CODE.size],
  [
    '§4.3: headers that do not unpack',
    frame(TYPE.headers, END_HEADERS, 1, Buffer.from([0x80])),
    CODE.compression,
  ],
  ['§5.1: data of a stream that nobody opened', frame(TYPE.data, 0, 99, A), CODE.protocol],
  ['§5.1: headers of a stream that nobody opened', frame(TYPE.headers, END_HEADERS, 99, HEAD), CODE.protocol],
  ['§5.1: a reset of a stream that nobody opened', frame(TYPE.reset, 0, 99, number(0)), CODE.protocol],
  ['§5.1.1: headers of a stream of the server', frame(TYPE.headers, END_HEADERS, 2, HEAD), CODE.protocol],
  ['§6.1: data of the connection', frame(TYPE.data, 0, 0, A), CODE.protocol],
  [
    '§6.1: data that is all padding and more',
    frame(TYPE.data, PADDED, 1, Buffer.from([9, 0])),
    CODE.protocol,
  ],
  ['§6.1: padding without its length', frame(TYPE.data, PADDED, 1), CODE.protocol],
  [
    '§6.2: headers that are all padding and more',
    frame(TYPE.headers, END_HEADERS | PADDED, 1, Buffer.from([9, 0x88])),
    CODE.protocol,
  ],
  [
    '§6.2: headers without the priority they say',
    frame(TYPE.headers, END_HEADERS | 0x20, 1, Buffer.from([0])),
    CODE.protocol,
  ],
  ['§6.3: a priority of another size', frame(TYPE.priority, 0, 1, number(0)), CODE.size],
  ['§6.4: a reset of another size', frame(TYPE.reset, 0, 1, A), CODE.size],
  ['§6.4: a reset of the connection', frame(TYPE.reset, 0, 0, number(0)), CODE.protocol],
  ['§6.5: settings of a stream', frame(TYPE.settings, 0, 1), CODE.protocol],
  ['§6.5: settings that are cut', frame(TYPE.settings, 0, 0, A), CODE.size],
  [
    '§6.5: an answer to settings with settings in it',
    frame(TYPE.settings, ACK, 0, settings([3, 1])),
    CODE.size,
  ],
  ['§6.5.2: a server that takes pushes', frame(TYPE.settings, 0, 0, settings([2, 1])), CODE.protocol],
  ['§6.5.2: a window beyond 2^31-1', frame(TYPE.settings, 0, 0, settings([4, 0x8000_0000])), CODE.flow],
  ['§6.5.2: frames that are too small', frame(TYPE.settings, 0, 0, settings([5, 16_383])), CODE.protocol],
  ['§6.5.2: frames that are too large', frame(TYPE.settings, 0, 0, settings([5, 0x100_0000])), CODE.protocol],
  ['§6.6: a push', frame(TYPE.push, END_HEADERS, 1, Buffer.concat([number(2), HEAD])), CODE.protocol],
  ['§6.7: a ping of another size', frame(TYPE.ping, 0, 0, A), CODE.size],
  ['§6.7: a ping of a stream', frame(TYPE.ping, 0, 1, Buffer.alloc(8)), CODE.protocol],
  ['§6.8: a goodbye of a stream', frame(TYPE.goAway, 0, 1, Buffer.alloc(8)), CODE.protocol],
  ['§6.8: a goodbye that is cut', frame(TYPE.goAway, 0, 0, number(0)), CODE.size],
  ['§6.9: a window update of nothing', frame(TYPE.window, 0, 0, number(0)), CODE.protocol],
  ['§6.9: a window update of another size', frame(TYPE.window, 0, 0, A), CODE.size],
  ['§6.9.1: a window beyond 2^31-1', frame(TYPE.window, 0, 0, number(0x7fff_ffff)), CODE.flow],
  ['§6.9.1: a stream’s window beyond 2^31-1', frame(TYPE.window, 0, 1, number(0x7fff_ffff)), CODE.flow],
  ['§6.10: a continuation of nothing', frame(TYPE.continuation, END_HEADERS, 1, HEAD), CODE.protocol],
  [
    '§6.10: another frame amid headers',
    Buffer.concat([frame(TYPE.headers, 0, 1, HEAD), frame(TYPE.ping, 0, 0, Buffer.alloc(8))]),
    CODE.protocol,
  ],
  [
    '§6.10: data amid headers',
    Buffer.concat([frame(TYPE.headers, 0, 1, HEAD), frame(TYPE.data, 0, 1, A)]),
    CODE.protocol,
  ],
  [
    '§6.10: headers that another stream continues',
    Buffer.concat([frame(TYPE.headers, 0, 1), frame(TYPE.continuation, END_HEADERS, 3, HEAD)]),
    CODE.protocol,
  ],
  // Floods.
  [
    'continuations without an end',
    Buffer.concat([frame(TYPE.headers, 0, 1), repeat(60, frame(TYPE.continuation, 0, 1, A))]),
    CODE.calm,
  ],
  [
    'headers of many full frames',
    Buffer.concat([frame(TYPE.headers, 0, 1), repeat(33, frame(TYPE.continuation, 0, 1, FULL))]),
    CODE.calm,
  ],
  ['pings', repeat(1_001, frame(TYPE.ping, 0, 0, Buffer.alloc(8))), CODE.calm],
  ['settings', repeat(1_001, frame(TYPE.settings)), CODE.calm],
  ['priorities', repeat(1_001, frame(TYPE.priority, 0, 1, Buffer.alloc(5))), CODE.calm],
  ['unknown frames', repeat(1_001, frame(0x33, 0, 0, A)), CODE.calm],
  ['window updates', repeat(1_001, frame(TYPE.window, 0, 0, number(1))), CODE.calm],
  [
    'interim answers',
    repeat(1_001, frame(TYPE.headers, END_HEADERS, 1, block([':status', '103']))),
    CODE.calm,
  ],
];

describe('before an answer has begun, a server that breaks HTTP/2 breaks the call', () => {
  test.each(FATAL)('%s', async (_rule, bytes, code) => {
    const server = await serve(async (peer) => {
      greet(peer);
      await peer.next(TYPE.headers);
      peer.write(bytes);
    });
    const transport = transportTo(server.target);
    expect(await outcome(transport.unary(PATH, A, options()))).toBe('upstream-protocol');
    const goodbye = await server.peers[0]?.next(TYPE.goAway);
    expect(goodbye?.payload.readUInt32BE(4)).toBe(code);
    await server.peers[0]?.closed;
  });
});

describe('afterwards, the answer is broken', () => {
  test.each([
    ...FATAL.slice(0, 4),
    ['empty data without end', repeat(1_001, frame(TYPE.data, 0, 1)), CODE.calm] as const,
    [
      'data amid headers',
      Buffer.concat([frame(TYPE.headers, 0, 1, OK), frame(TYPE.data, 0, 1, A)]),
      CODE.protocol,
    ] as const,
  ])('%s', async (_rule, bytes, code) => {
    const server = await serve(async (peer) => {
      greet(peer);
      await peer.next(TYPE.headers);
      peer.write(head(1), data(1, message(A)), bytes);
    });
    expect(await streamOutcome(transportTo(server.target))).toEqual(['a', 'upstream-protocol']);
    const goodbye = await server.peers[0]?.next(TYPE.goAway);
    expect(goodbye?.payload.readUInt32BE(4)).toBe(code);
  });
});

test('more than the window of a stream whose messages nobody takes ends the connection', async () => {
  const server = await serve(async (peer) => {
    greet(peer);
    await peer.next(TYPE.headers);
    const full = data(1, message(FULL.subarray(5)));
    peer.write(head(1), repeat(17, full));
  });
  const stream = await transportTo(server.target).stream(PATH, A, options());
  const goodbye = await server.peers[0]?.next(TYPE.goAway);
  expect(goodbye?.payload.readUInt32BE(4)).toBe(CODE.flow);
  // What had come within the window is there all the same.
  let messages = 0;
  const read = async () => {
    for await (const one of stream.messages) messages += one.length > 0 ? 1 : 0;
  };
  await expect(read()).rejects.toThrow('grpc-status 13');
  expect(messages).toBe(16);
});

describe('before the settings', () => {
  test.each([
    ['HTTP/1.1', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['a ping', frame(TYPE.ping, 0, 0, Buffer.alloc(8))],
    ['an answer to settings that is none of its own', frame(TYPE.settings, ACK)],
    ['data', frame(TYPE.data, 0, 1, A)],
    ['noise', Buffer.from(Array.from({ length: 99 }, (_, index) => (index * 37) % 256))],
  ])('%s is no HTTP/2: the call fails and nothing hangs', async (_name, bytes) => {
    const server = await serve((peer) => peer.write(bytes));
    const transport = transportTo(server.target);
    expect(await outcome(transport.unary(PATH, A, options()))).toBe('upstream-protocol');
    await server.peers[0]?.closed;
    // It is left alone for a moment; nobody waits for that.
    expect(await outcome(transport.unary(PATH, A, options()))).toBe('upstream-protocol');
    expect(server.peers.length).toBe(1);
  });
});

describe('what one stream breaks costs that call alone', () => {
  const ROWS: readonly (readonly [fault: string, bytes: Uint8Array, outcome: string])[] = [
    ['no HTTP status', frame(TYPE.headers, END_HEADERS, 1, OK), 'upstream-protocol'],
    [
      'a status that is none',
      frame(TYPE.headers, END_HEADERS, 1, block([':status', '2xx'])),
      'upstream-protocol',
    ],
    [
      'two statuses',
      frame(TYPE.headers, END_HEADERS, 1, Buffer.concat([HEAD.subarray(0, 13), HEAD])),
      'upstream-protocol',
    ],
    [
      'a status behind other headers',
      frame(TYPE.headers, END_HEADERS, 1, Buffer.concat([OK, HEAD])),
      'upstream-protocol',
    ],
    [
      'another pseudo-header',
      frame(TYPE.headers, END_HEADERS, 1, block([':status', '200'], [':path', '/'])),
      'upstream-protocol',
    ],
    [
      'a name in upper case',
      frame(TYPE.headers, END_HEADERS, 1, Buffer.concat([HEAD, block(['X-A', 'b'])])),
      'upstream-protocol',
    ],
    [
      'a header of HTTP/1',
      frame(TYPE.headers, END_HEADERS, 1, Buffer.concat([HEAD, block(['connection', 'close'])])),
      'upstream-protocol',
    ],
    [
      'a line break in a header',
      frame(TYPE.headers, END_HEADERS, 1, Buffer.concat([HEAD, block(['x-a', 'b\r\nc'])])),
      'upstream-protocol',
    ],
    [
      'an interim answer that ends',
      frame(TYPE.headers, END_HEADERS | END_STREAM, 1, block([':status', '103'])),
      'upstream-protocol',
    ],
    ['data without a head', data(1, message(A)), 'upstream-protocol'],
    ['two heads', Buffer.concat([head(1), head(1)]), 'upstream-protocol'],
    [
      'trailers that do not end',
      Buffer.concat([head(1), frame(TYPE.headers, END_HEADERS, 1, OK)]),
      'upstream-protocol',
    ],
    [
      'trailers with an HTTP status',
      Buffer.concat([head(1), data(1, message(A)), trailers(1, HEAD)]),
      'upstream-protocol',
    ],
    [
      'an empty grpc-status',
      Buffer.concat([head(1), data(1, message(A)), trailers(1, block(['grpc-status', '']))]),
      '2',
    ],
    ['no grpc-status', Buffer.concat([head(1), data(1, message(A)), trailers(1, block(['x-a', 'b']))]), '2'],
    [
      'two statuses of gRPC in the trailers',
      Buffer.concat([head(1), data(1, message(A)), trailers(1, Buffer.concat([OK, NOT_FOUND]))]),
      'upstream-protocol',
    ],
    [
      'the same two the other way round',
      Buffer.concat([head(1), data(1, message(A)), trailers(1, Buffer.concat([NOT_FOUND, OK]))]),
      'upstream-protocol',
    ],
    [
      'two statuses of gRPC in an answer of one head',
      trailers(1, Buffer.concat([HEAD, OK, NOT_FOUND])),
      'upstream-protocol',
    ],
    [
      'a head that says OK before trailers that do not',
      Buffer.concat([
        frame(TYPE.headers, END_HEADERS, 1, Buffer.concat([HEAD, OK])),
        data(1, message(A)),
        trailers(1, NOT_FOUND),
      ]),
      'upstream-protocol',
    ],
    [
      'trailers that say OK after a head that does not',
      Buffer.concat([
        frame(TYPE.headers, END_HEADERS, 1, Buffer.concat([HEAD, NOT_FOUND])),
        data(1, message(A)),
        trailers(1),
      ]),
      'upstream-protocol',
    ],
    ...['0, 5', '00', '0x0', ' 0', '1e0', '\u0660'].map(
      (status) =>
        [
          `a grpc-status of ${JSON.stringify(status)}`,
          Buffer.concat([head(1), data(1, message(A)), trailers(1, block(['grpc-status', status]))]),
          '2',
        ] as const,
    ),
    [
      'a flag of 2',
      Buffer.concat([head(1), data(1, message(A, { flag: 2 })), trailers(1)]),
      'upstream-protocol',
    ],
    [
      'half a prefix and OK',
      Buffer.concat([head(1), data(1, Buffer.concat([message(A), Buffer.alloc(3)])), trailers(1)]),
      'upstream-protocol',
    ],
    [
      'half a message and OK',
      Buffer.concat([head(1), data(1, message(A, { length: 9 })), trailers(1)]),
      'upstream-protocol',
    ],
    [
      'a second message',
      Buffer.concat([head(1), data(1, message(A)), data(1, message(A)), trailers(1)]),
      'upstream-protocol',
    ],
    ['OK and no message', Buffer.concat([head(1), trailers(1)]), 'upstream-protocol'],
    ['OK and nothing else', trailers(1, Buffer.concat([HEAD, OK])), 'upstream-protocol'],
    [
      'an end without trailers',
      Buffer.concat([head(1), frame(TYPE.data, END_STREAM, 1, message(A))]),
      'upstream-protocol',
    ],
    [
      'a prefix beyond the limit',
      Buffer.concat([head(1), data(1, message(A, { length: 1_001 }))]),
      'upstream-reply-too-large',
    ],
    ['a reset before the answer', frame(TYPE.reset, 0, 1, number(8)), 'upstream-unreachable'],
    [
      'a reset amid the answer',
      Buffer.concat([head(1), frame(TYPE.reset, 0, 1, number(8))]),
      'upstream-protocol',
    ],
    [
      'a list beyond 64 KiB',
      Buffer.concat([
        frame(TYPE.headers, 0, 1, HEAD),
        ...Array.from({ length: 7 }, () =>
          frame(
            TYPE.continuation,
            0,
            1,
            Buffer.concat(Array.from({ length: 120 }, () => block(['x-a', 'b'.repeat(120)]))),
          ),
        ),
        frame(TYPE.continuation, END_HEADERS, 1, OK),
      ]),
      'upstream-protocol',
    ],
  ];
  test.each(ROWS)('%s', async (_fault, bytes, expected) => {
    const server = await serve(async (peer) => {
      greet(peer);
      await peer.next(TYPE.headers);
      peer.write(bytes);
      await peer.next(TYPE.headers);
      peer.write(answer(3, Buffer.from('next')));
    });
    const transport = transportTo(server.target);
    expect(await outcome(transport.unary(PATH, A, options({ maxReplyBytes: 1_000 })))).toBe(expected);
    expect(await outcome(transport.unary(PATH, A, options()))).toBe('ok next');
    expect(server.peers.length).toBe(1);
  });
});

describe('what HTTP/2 allows passes', () => {
  test.each([
    [
      'unknown frames and flags',
      Buffer.concat([frame(0x77, 0xff, 1, A), frame(0x78, 0, 0, FULL), answer(1, A)]),
    ],
    ['priorities', Buffer.concat([frame(TYPE.priority, 0, 1, Buffer.alloc(5)), answer(1, A)])],
    ['unknown settings', Buffer.concat([frame(TYPE.settings, 0, 0, settings([0x99, 7])), answer(1, A)])],
    [
      'padding and priority',
      Buffer.concat([
        frame(
          TYPE.headers,
          END_HEADERS | PADDED | 0x20,
          1,
          Buffer.concat([Buffer.from([3]), Buffer.alloc(5), HEAD, Buffer.alloc(3)]),
        ),
        frame(TYPE.data, PADDED, 1, Buffer.concat([Buffer.from([200]), message(A), Buffer.alloc(200)])),
        trailers(1),
      ]),
    ],
    [
      'continuations',
      Buffer.concat([
        frame(TYPE.headers, 0, 1),
        ...[...HEAD].map((byte) => frame(TYPE.continuation, 0, 1, Uint8Array.of(byte))).slice(0, 40),
        frame(TYPE.continuation, END_HEADERS, 1, HEAD.subarray(40)),
        data(1, message(A)),
        trailers(1),
      ]),
    ],
    [
      'interim answers',
      Buffer.concat([frame(TYPE.headers, END_HEADERS, 1, block([':status', '103'])), answer(1, A)]),
    ],
    [
      'the same grpc-status said again',
      Buffer.concat([
        frame(TYPE.headers, END_HEADERS, 1, Buffer.concat([HEAD, OK])),
        data(1, message(A)),
        trailers(1, Buffer.concat([OK, OK])),
      ]),
    ],
    [
      'empty data',
      Buffer.concat([head(1), repeat(9, frame(TYPE.data, 0, 1)), data(1, message(A)), trailers(1)]),
    ],
    [
      'a change of the table’s size',
      Buffer.concat([
        frame(TYPE.headers, END_HEADERS, 1, Buffer.concat([Buffer.from([0x20, 0x3f, 0xe1, 0x1f]), HEAD])),
        data(1, message(A)),
        trailers(1),
      ]),
    ],
  ])('%s', async (_name, bytes) => {
    // Whole, byte by byte, and cut within heads and bodies.
    for (const size of bytes.length < 2_000 ? [bytes.length, 1, 9, 14, 23] : [bytes.length, 5_000]) {
      const server = await serve(async (peer) => {
        greet(peer);
        await peer.next(TYPE.headers);
        for (let at = 0; at < bytes.length; at += size) {
          peer.write(bytes.subarray(at, at + size));
          await new Promise(setImmediate);
        }
      });
      expect(await outcome(transportTo(server.target).unary(PATH, A, options()))).toBe('ok a');
    }
  });

  test('answers pings and settings', async () => {
    const server = await serve(async (peer) => {
      greet(peer);
      await peer.next(TYPE.headers);
      peer.write(frame(TYPE.ping, 0, 0, Buffer.from('12345678')), answer(1, A));
    });
    await outcome(transportTo(server.target).unary(PATH, A, options()));
    const peer = server.peers[0];
    expect((await peer?.next(TYPE.settings))?.payload.includes(settings([2, 0]))).toBe(true);
    expect((await peer?.next(TYPE.settings))?.flags).toBe(ACK);
    const pong = await peer?.next(TYPE.ping);
    expect([pong?.flags, pong?.payload.toString()]).toEqual([ACK, '12345678']);
  });
});
