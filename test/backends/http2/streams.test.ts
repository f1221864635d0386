// Windows, backpressure, cancellation and compression of our own transport, seen from a server that counts frames.
// Sources: RFC 9113, sections 5.2 and 6.9; gRPC over HTTP/2, "Requests" and "Length-Prefixed-Message".
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { closeTransports, nameOf, options, outcome, PATH, streamOutcome, transportTo } from './call.ts';
import {
  ACK,
  answer,
  block,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  greet,
  greetWith,
  HEAD,
  head,
  message,
  number,
  OK,
  type Peer,
  type ScriptedServer,
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
const turn = () => new Promise(setImmediate);
async function turns(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await turn();
}
const sent = (peer: Peer, stream: number) =>
  peer.frames.filter((one) => one.type === TYPE.data && one.stream === stream);
const bodyOf = (peer: Peer, stream: number) =>
  Buffer.concat(sent(peer, stream).map(({ payload }) => payload));

describe('what is sent', () => {
  test('is a head, one message, and the end with it', async () => {
    const server = await serve(async (peer) => {
      greet(peer);
      await peer.next(TYPE.headers);
      peer.write(answer(1, A));
    });
    await outcome(transportTo(server.target).unary(PATH, Buffer.from('question'), options()));
    const frames = server.peers[0]?.frames.filter(({ stream }) => stream === 1) ?? [];
    expect(frames.map(({ type, flags }) => [type, flags])).toEqual([
      [TYPE.headers, END_HEADERS],
      [TYPE.data, END_STREAM],
    ]);
    expect(frames[1]?.payload).toEqual(message(Buffer.from('question')));
  });

  test('waits for the windows of stream and connection, in frames as small as the peer wants them', async () => {
    const body = Buffer.alloc(100_000, 'x');
    const server = await serve(async (peer) => {
      peer.write(greetWith([4, 10]), frame(TYPE.settings, ACK));
      await peer.next(TYPE.headers);
      await peer.next(TYPE.data);
      await turns(3);
      expect(bodyOf(peer, 1).length).toBe(10);
      // A wider window for all streams that are open, too.
      peer.write(greetWith([4, 20]));
      await peer.next(TYPE.data);
      expect(bodyOf(peer, 1).length).toBe(20);
      peer.write(frame(TYPE.window, 0, 1, number(1_000_000)));
      while (bodyOf(peer, 1).length < 65_535) await peer.next(TYPE.data);
      await turns(3);
      expect(bodyOf(peer, 1).length).toBe(65_535);
      peer.write(frame(TYPE.window, 0, 0, number(1_000_000)));
      await peer.next(TYPE.data, ({ flags }) => flags === END_STREAM);
      peer.write(answer(1, A));
    });
    expect(await outcome(transportTo(server.target).unary(PATH, body, options()))).toBe('ok a');
    const peer = server.peers[0];
    expect(peer === undefined ? [] : bodyOf(peer, 1)).toEqual(message(body));
    expect(Math.max(...(peer?.frames.map(({ payload }) => payload.length) ?? []))).toBe(16_384);
  });

  test('stays behind a window that was made smaller than what is out', async () => {
    const server = await serve(async (peer) => {
      peer.write(greetWith([4, 100]), frame(TYPE.settings, ACK));
      await peer.next(TYPE.headers);
      await peer.next(TYPE.data);
      // 100 are out: the window is 50 below nothing, and 49 more do not mend that.
      peer.write(
        greetWith([4, 50]),
        frame(TYPE.window, 0, 1, number(49)),
        frame(TYPE.ping, 0, 0, Buffer.alloc(8)),
      );
      await peer.next(TYPE.ping);
      expect(bodyOf(peer, 1).length).toBe(100);
      peer.write(frame(TYPE.window, 0, 1, number(2)));
      await peer.next(TYPE.data);
      expect(bodyOf(peer, 1).length).toBe(101);
      peer.write(answer(1, A));
    });
    expect(await outcome(transportTo(server.target).unary(PATH, Buffer.alloc(500), options()))).toBe('ok a');
  });

  test('takes turns between streams', async () => {
    const server = await serve(async (peer) => {
      greet(peer);
      await peer.next(TYPE.data, ({ flags, stream }) => stream === 3 && flags === END_STREAM);
      peer.write(
        answer(3, Buffer.from('small')),
        frame(TYPE.window, 0, 0, number(1_000_000)),
        frame(TYPE.window, 0, 1, number(1_000_000)),
      );
      await peer.next(TYPE.data, ({ flags, stream }) => stream === 1 && flags === END_STREAM);
      peer.write(answer(1, Buffer.from('large')));
    });
    const transport = transportTo(server.target);
    // The large one waits for its own window; the small one has room in the connection's.
    const [large, small] = [
      transport.unary(PATH, Buffer.alloc(60_000), options()),
      transport.unary(PATH, A, options()),
    ];
    expect([await outcome(small), await outcome(large)]).toEqual(['ok small', 'ok large']);
  });
});

describe('a client stream', () => {
  async function* source(count: number, state: { pulled: number; isReturned?: boolean }, size = 10) {
    try {
      for (let index = 0; index < count; index += 1) {
        state.pulled += 1;
        yield Buffer.alloc(size, 'm');
      }
    } finally {
      state.isReturned = true;
    }
  }

  test('is asked for a message only when the one before has gone out', async () => {
    const state = { pulled: 0 };
    const server = await serve(async (peer) => {
      peer.write(greetWith([4, 30]), frame(TYPE.settings, ACK));
      while (bodyOf(peer, 1).length < 30) await peer.next(TYPE.data);
      await turns(5);
      // Two messages of fifteen bytes are out, and one is at hand.
      expect(state.pulled).toBe(3);
      peer.write(frame(TYPE.window, 0, 1, number(1_000)));
      await peer.next(TYPE.data, ({ flags }) => flags === END_STREAM);
      peer.write(answer(1, A));
    });
    const stream = await transportTo(server.target).stream(PATH, source(10, state), options());
    for await (const one of stream.messages) expect(Buffer.from(one)).toEqual(A);
    expect(server.peers[0] === undefined ? 0 : bodyOf(server.peers[0], 1).length).toBe(150);
  });

  test('that fails is reset, and never looks complete', async () => {
    const failing = async function* () {
      yield A;
      throw new Error('the client left');
    };
    const server = await serve();
    const call = transportTo(server.target).stream(PATH, failing(), options());
    expect(await call.catch(nameOf)).toBe('1');
    const reset = await server.peers[0]?.next(TYPE.reset);
    expect(reset?.payload.readUInt32BE(0)).toBe(8);
    expect(
      server.peers[0]?.frames.filter(({ type, flags }) => type < 2 && (flags & END_STREAM) !== 0),
    ).toEqual([]);
  });

  test('is left when the answer is complete before it', async () => {
    const state = { pulled: 0, isReturned: false };
    const server = await serve(async (peer) => {
      greet(peer);
      await peer.next(TYPE.data);
      peer.write(answer(1, A));
    });
    const stream = await transportTo(server.target).stream(PATH, source(1_000_000, state, 1_000), options());
    for await (const _ of stream.messages);
    const reset = await server.peers[0]?.next(TYPE.reset);
    expect([reset?.stream, reset?.payload.readUInt32BE(0)]).toEqual([1, 8]);
    await turns(3);
    expect(state.isReturned).toBe(true);
    expect(state.pulled).toBeLessThan(1_000);
  });

  test('may end without a message', async () => {
    const server = await serve(async (peer) => {
      greet(peer);
      await peer.next(TYPE.data, ({ flags }) => flags === END_STREAM);
      peer.write(answer(1, A));
    });
    const stream = await transportTo(server.target).stream(PATH, source(0, { pulled: 0 }), options());
    for await (const one of stream.messages) expect(Buffer.from(one)).toEqual(A);
    expect(stream.trailers()).toEqual([]);
  });
});

describe('what is received', () => {
  const piece = Buffer.alloc(10_000, 'p');

  test('comes no faster than it is taken', async () => {
    const server = await serve(async (peer) => {
      greet(peer);
      await peer.next(TYPE.headers);
      let window = 0;
      peer.write(head(1));
      window = (await peer.next(TYPE.settings)).payload.readUInt32BE(8);
      // As many messages as the window holds, and a pause until there is more.
      for (let count = 0; count < 100; count += 1) {
        for (; window < message(piece).length; ) {
          window += (await peer.next(TYPE.window, ({ stream }) => stream === 1)).payload.readUInt32BE(0);
        }
        window -= message(piece).length;
        peer.write(data(1, message(piece)));
      }
      peer.write(trailers(1));
    });
    const stream = await transportTo(server.target).stream(PATH, A, options());
    const peer = server.peers[0];
    const grants = () =>
      peer?.frames.filter(({ type, stream: id }) => type === TYPE.window && id === 1).length;
    const messages = stream.messages[Symbol.asyncIterator]();
    await messages.next();
    await turns(20);
    expect(grants()).toBe(0);
    let count = 1;
    while ((await messages.next()).done !== true) count += 1;
    expect(count).toBe(100);
    expect(grants()).toBeGreaterThan(3);
  });

  test('may be larger than the window', async () => {
    const large = Buffer.alloc(3_000_000, 'l');
    const server = await serve(async (peer) => {
      greet(peer);
      await peer.next(TYPE.headers);
      peer.write(head(1));
      let window = 256 * 1024;
      const body = message(large);
      for (let at = 0; at < body.length; ) {
        while (window === 0)
          window += (await peer.next(TYPE.window, ({ stream }) => stream === 1)).payload.readUInt32BE(0);
        const part = body.subarray(at, at + Math.min(16_384, window));
        peer.write(data(1, part));
        at += part.length;
        window -= part.length;
      }
      peer.write(trailers(1));
    });
    const { message: reply } = await transportTo(server.target).unary(PATH, A, options());
    expect(large.equals(reply)).toBe(true);
  });

  test('is reset when the reader leaves', async () => {
    const server = await serve(async (peer) => {
      greet(peer);
      await peer.next(TYPE.headers);
      peer.write(head(1), data(1, message(A)), data(1, message(A)));
    });
    const stream = await transportTo(server.target).stream(PATH, A, options());
    for await (const one of stream.messages) if (one.length === 1) break;
    expect((await server.peers[0]?.next(TYPE.reset))?.payload.readUInt32BE(0)).toBe(8);
  });

  test('keeps the messages before a failure', async () => {
    const server = await serve(async (peer) => {
      greet(peer);
      await peer.next(TYPE.headers);
      peer.write(head(1), data(1, message(A)), data(1, message(A)), trailers(1, block(['grpc-status', '9'])));
    });
    expect(await streamOutcome(transportTo(server.target))).toEqual(['a', 'a', '9']);
  });

  test('gives each his own who asks for several at once', async () => {
    const server = await serve(async (peer) => {
      greet(peer);
      await peer.next(TYPE.headers);
      peer.write(head(1));
      await turns(3);
      for (const text of ['1', '2', '3']) peer.write(data(1, message(Buffer.from(text))));
      peer.write(trailers(1));
    });
    const stream = await transportTo(server.target).stream(PATH, A, options());
    const messages = stream.messages[Symbol.asyncIterator]();
    const results = await Promise.all([messages.next(), messages.next(), messages.next(), messages.next()]);
    expect(
      results.map(({ value }) => (value === undefined ? 'done' : Buffer.from(value).toString())),
    ).toEqual(['1', '2', '3', 'done']);
  });
});

describe('a call that is given up', () => {
  test.each([
    ['waits for the answer', greet],
    [
      'waits for its messages',
      async (peer: Peer) => {
        greet(peer);
        await peer.next(TYPE.headers);
        peer.write(head(1));
      },
    ],
  ])('while it %s is reset at once', async (_when, script) => {
    const server = await serve(script);
    const controller = new AbortController();
    const transport = transportTo(server.target);
    const calls = [
      outcome(transport.unary(PATH, A, options({ signal: controller.signal }))),
      streamOutcome(transport, { signal: controller.signal }),
    ];
    // The second one is on its way by then, too.
    while (server.peers[0] === undefined) await turn();
    await server.peers[0].next(TYPE.data, ({ stream }) => stream === 3);
    await turns(3);
    controller.abort();
    expect(await Promise.all(calls)).toEqual(['1', ['1']]);
    for (const id of [1, 3]) {
      const reset = await server.peers[0].next(TYPE.reset, ({ stream }) => stream === id);
      expect(reset.payload.readUInt32BE(0)).toBe(8);
    }
  });

  test('amid a body that waits for its window never sends the end', async () => {
    const server = await serve();
    const controller = new AbortController();
    const call = outcome(
      transportTo(server.target).unary(PATH, Buffer.alloc(100_000), options({ signal: controller.signal })),
    );
    while (server.peers[0] === undefined) await turn();
    await server.peers[0].next(TYPE.data);
    controller.abort();
    expect(await call).toBe('1');
    await server.peers[0].next(TYPE.reset);
    server.peers[0].write(
      frame(TYPE.window, 0, 0, number(1_000_000)),
      frame(TYPE.ping, 0, 0, Buffer.alloc(8)),
    );
    await server.peers[0].next(TYPE.ping);
    expect(sent(server.peers[0], 1).filter(({ flags }) => flags === END_STREAM)).toEqual([]);
  });

  test('before it began, while it connects or while it waits for a stream sends nothing', async () => {
    const server = await serve((peer) => peer.write(greetWith([3, 0]), frame(TYPE.settings, ACK)));
    const transport = transportTo(server.target);
    expect(await outcome(transport.unary(PATH, A, options({ signal: AbortSignal.abort() })))).toBe('1');
    const controller = new AbortController();
    const connecting = outcome(transport.unary(PATH, A, options({ signal: controller.signal })));
    controller.abort();
    expect(await connecting).toBe('1');
    const waiting = new AbortController();
    const call = outcome(transport.unary(PATH, A, options({ signal: waiting.signal })));
    while (server.peers[0] === undefined) await turn();
    await server.peers[0].next(TYPE.settings, ({ flags }) => flags === ACK);
    waiting.abort();
    expect(await call).toBe('1');
    expect(server.peers.flatMap(({ frames }) => frames).filter(({ type }) => type === TYPE.headers)).toEqual(
      [],
    );
  });

  test('is nobody’s listener any more', async () => {
    const server = await serve(async (peer) => {
      greet(peer);
      for (let id = 1; ; id += 2) {
        await peer.next(TYPE.headers);
        peer.write(answer(id, A));
      }
    });
    const transport = transportTo(server.target);
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...given: Parameters<typeof add>) => {
      listeners += 1;
      add(...given);
    };
    signal.removeEventListener = (...given: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...given);
    };
    for (let count = 0; count < 20; count += 1) await outcome(transport.unary(PATH, A, options({ signal })));
    expect(listeners).toBe(0);
  });
});

describe('compression', () => {
  const zipped = (text: string) => message(gzipSync(text), { flag: 1 });
  const zippedHead = (stream: number, encoding = 'gzip') =>
    frame(TYPE.headers, END_HEADERS, stream, Buffer.concat([HEAD, block(['grpc-encoding', encoding])]));
  const rows: [string, Uint8Array, string[]][] = [
    [
      'in order with plain ones',
      Buffer.concat([zipped('one'), message(Buffer.from('two')), zipped('three')]),
      ['one', 'two', 'three', 'ok'],
    ],
    ['that is cut', message(gzipSync('x').subarray(0, -3), { flag: 1 }), ['upstream-protocol']],
    ['that is none', message(A, { flag: 1 }), ['upstream-protocol']],
    ['beyond the limit once it is inflated', zipped('x'.repeat(1_001)), ['upstream-reply-too-large']],
    ['up to the limit', zipped('x'.repeat(1_000)), ['x'.repeat(1_000), 'ok']],
    [
      'of ten megabytes in ten kilobytes',
      zipped('\0'.repeat(10_000_000)).subarray(0, 5),
      ['upstream-reply-too-large'],
    ],
  ];
  test.each(rows)('messages %s', async (_name, body, expected) => {
    const server = await serve(async (peer) => {
      greet(peer);
      await peer.next(TYPE.headers);
      peer.write(zippedHead(1), data(1, body), trailers(1, OK));
    });
    expect(await streamOutcome(transportTo(server.target), { maxReplyBytes: 1_000 })).toEqual(expected);
  });

  test('of a single reply is undone, and refused where it was not agreed', async () => {
    const server = await serve(async (peer) => {
      greet(peer);
      for (const [index, encoding] of ['gzip', 'deflate', 'identity'].entries()) {
        await peer.next(TYPE.headers);
        const id = 2 * index + 1;
        peer.write(zippedHead(id, encoding), data(id, zipped('reply')), trailers(id, OK));
      }
    });
    const transport = transportTo(server.target);
    const outcomes: string[] = [];
    for (let count = 0; count < 3; count += 1)
      outcomes.push(await outcome(transport.unary(PATH, A, options())));
    expect(outcomes).toEqual(['ok reply', 'upstream-protocol', 'upstream-protocol']);
  });
});
