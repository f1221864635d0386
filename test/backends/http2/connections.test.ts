// When our own transport opens connections, how it leaves them, and what becomes of the calls on them. Sources: RFC
// 9113, sections 5.1.2, 6.8 and 8.7; security reference, section 8, rows 7 and 8.
import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createHttp2Transport } from '../../../backends/grpc/http2-transport.ts';
import { closeTransports, nameOf, options, outcome, PATH, streamOutcome, transportTo } from './call.ts';
import {
  ACK,
  answer,
  data,
  END_STREAM,
  frame,
  greet,
  greetWith,
  head,
  message,
  number,
  type Peer,
  type ScriptedServer,
  settings,
  startScriptedServer,
  TYPE,
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
const goodbye = (lastId: number, code = 0) =>
  frame(TYPE.goAway, 0, 0, Buffer.concat([number(lastId), number(code)]));
/** Answers every call with the number of its connection. */
async function answerAll(peer: Peer, name: string, first = 1): Promise<void> {
  for (let id = first; ; id += 2) {
    await peer.next(TYPE.headers, ({ stream }) => stream === id);
    peer.write(answer(id, Buffer.from(name)));
  }
}

describe('a target', () => {
  test('is not connected to before the first call, and once for many', async () => {
    const server = await serve((peer) => {
      greet(peer);
      return answerAll(peer, 'one');
    });
    const transport = transportTo(server.target);
    await turn();
    expect(server.peers.length).toBe(0);
    const calls = Array.from({ length: 50 }, () => outcome(transport.unary(PATH, A, options())));
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['ok one']));
    expect(server.peers.length).toBe(1);
  });

  test('that allows few streams gets further connections, up to eight; then calls wait in order', async () => {
    const server = await serve((peer) => peer.write(greetWith([3, 1]), frame(TYPE.settings, ACK)));
    const transport = transportTo(server.target);
    const order: number[] = [];
    const calls = Array.from({ length: 12 }, async (_, index) => {
      const result = await outcome(transport.unary(PATH, Buffer.from([index]), options()));
      order.push(index);
      return result;
    });
    while (server.peers.length < 8) await turn();
    await Promise.all(server.peers.map((peer) => peer.next(TYPE.data)));
    const waiting = () =>
      server.peers.flatMap(({ frames }) => frames.filter(({ type }) => type === TYPE.data));
    expect(waiting().length).toBe(8);
    // One after the other of the four that wait is taken up by the one connection that answers.
    const [first] = server.peers;
    for (const [round, expected] of [8, 9, 10, 11].entries()) {
      first?.write(answer(2 * round + 1, A));
      expect((await first?.next(TYPE.data))?.payload[5]).toBe(expected);
    }
    first?.write(answer(9, A));
    for (const peer of server.peers.slice(1)) peer.write(answer(1, A));
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['ok a']));
    expect(server.peers.length).toBe(8);
    expect(order.length).toBe(12);
  });

  test('that allows more streams later is sent what waits', async () => {
    const server = await serve(async (peer) => {
      peer.write(greetWith([3, 0]), frame(TYPE.settings, ACK));
      await peer.next(TYPE.settings, ({ flags }) => flags === ACK);
      peer.write(frame(TYPE.settings, 0, 0, settings([3, 5])));
      await answerAll(peer, 'later');
    });
    expect(await outcome(transportTo(server.target).unary(PATH, A, options()))).toBe('ok later');
  });
});

describe('a goodbye', () => {
  test('lets those finish that the server works on, and takes the others elsewhere unseen', async () => {
    const server = await serve(async (peer) => {
      greet(peer);
      if (server.peers.length > 1) return answerAll(peer, 'second');
      await peer.next(TYPE.headers, ({ stream }) => stream === 5);
      peer.write(goodbye(1));
      while (server.peers.length < 2) await turn();
      peer.write(answer(1, Buffer.from('first')));
    });
    const transport = transportTo(server.target);
    const calls = [1, 2, 3].map(() => outcome(transport.unary(PATH, A, options())));
    expect(await Promise.all(calls)).toEqual(['ok first', 'ok second', 'ok second']);
    // With its last call done, the first connection is closed.
    await server.peers[0]?.closed;
    expect(await outcome(transport.unary(PATH, A, options()))).toBe('ok second');
    expect(server.peers.length).toBe(2);
  });

  test('takes a request stream elsewhere with all it has sent', async () => {
    let next = () => {};
    const source = async function* () {
      yield Buffer.from('1');
      yield Buffer.from('2');
      await new Promise<void>((resolve) => {
        next = resolve;
      });
      yield Buffer.from('3');
    };
    const server = await serve(async (peer) => {
      greet(peer);
      if (server.peers.length > 1) {
        await peer.next(TYPE.data, ({ payload }) => payload.at(-1) === 0x32);
        next();
        await peer.next(TYPE.data, ({ flags }) => flags === END_STREAM);
        peer.write(answer(1, A));
        return;
      }
      await peer.next(TYPE.data, ({ payload }) => payload.at(-1) === 0x32);
      peer.write(goodbye(0));
    });
    const stream = await transportTo(server.target).stream(PATH, source(), options());
    for await (const one of stream.messages) expect(Buffer.from(one)).toEqual(A);
    const bodies = server.peers.map(({ frames }) =>
      Buffer.concat(frames.filter(({ type }) => type === TYPE.data).map(({ payload }) => payload)),
    );
    const three = ['1', '2', '3'].map((text) => message(Buffer.from(text)));
    expect(bodies[1]).toEqual(Buffer.concat(three));
  });

  test('of a server that never takes a call ends it after a few tries', async () => {
    const server = await serve(async (peer) => {
      greet(peer);
      await peer.next(TYPE.headers);
      peer.write(goodbye(0));
    });
    expect(await outcome(transportTo(server.target).unary(PATH, A, options()))).toBe('upstream-unreachable');
    expect(server.peers.length).toBe(4);
  });
});

describe('a stream that is refused', () => {
  const refused = (stream: number) => frame(TYPE.reset, 0, stream, number(7));

  test('is tried once more', async () => {
    const server = await serve(async (peer) => {
      greet(peer);
      await peer.next(TYPE.headers);
      peer.write(refused(1));
      await answerAll(peer, 'again', 3);
    });
    expect(await outcome(transportTo(server.target).unary(PATH, A, options()))).toBe('ok again');
  });

  test('and not a third time, nor after an answer has begun', async () => {
    const server = await serve(async (peer) => {
      greet(peer);
      for (const id of [1, 3]) {
        await peer.next(TYPE.headers);
        peer.write(refused(id));
      }
      await peer.next(TYPE.headers);
      peer.write(head(5), refused(5));
    });
    const transport = transportTo(server.target);
    expect(await outcome(transport.unary(PATH, A, options()))).toBe('upstream-unreachable');
    expect(await outcome(transport.unary(PATH, A, options()))).toBe('upstream-protocol');
  });
});

describe('a connection that is lost', () => {
  test('costs the calls whose requests are out, and no other', async () => {
    const server = await serve(async (peer) => {
      greet(peer);
      if (server.peers.length > 1) return answerAll(peer, 'second');
      await peer.next(TYPE.data, ({ stream }) => stream === 3);
      peer.write(head(3), data(3, message(A)));
      await turn();
      peer.socket.destroy();
    });
    const transport = transportTo(server.target);
    const calls = [outcome(transport.unary(PATH, A, options())), streamOutcome(transport)];
    expect(await Promise.all(calls)).toEqual(['upstream-unreachable', ['a', 'upstream-protocol']]);
    expect(await outcome(transport.unary(PATH, A, options()))).toBe('ok second');
  });

  test.each([
    ['ended', (peer: Peer) => peer.socket.end()],
    ['cut', (peer: Peer) => peer.socket.resetAndDestroy()],
    ['left', (peer: Peer) => peer.write(goodbye(1))],
  ])('while it is idle (%s) costs nothing', async (_how, leave) => {
    const server = await serve((peer) => {
      greet(peer);
      return answerAll(peer, `${server.peers.length}`);
    });
    const transport = transportTo(server.target);
    expect(await outcome(transport.unary(PATH, A, options()))).toBe('ok 1');
    const [peer] = server.peers;
    if (peer !== undefined) leave(peer);
    await peer?.closed;
    for (let count = 0; count < 5; count += 1) await turn();
    expect(await outcome(transport.unary(PATH, A, options()))).toBe('ok 2');
  });
});

describe('a target that is away', () => {
  test('fails calls at once, and is found again', async () => {
    const free = createTcpServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    free.close();
    await once(free, 'close');
    const target = { url: '', scheme: 'grpc', host: '127.0.0.1', port, weight: 1 } as const;
    const transport = transportTo(target);
    const stream = transport.stream(PATH, A, options());
    expect(await outcome(transport.unary(PATH, A, options()))).toBe('upstream-unreachable');
    expect(await stream.catch(nameOf)).toBe('upstream-unreachable');
    const server = await startScriptedServer(
      (peer) => {
        greet(peer);
        return answerAll(peer, 'back');
      },
      (tcp) => tcp.listen(port, '127.0.0.1'),
    );
    servers.push(server);
    const outcomes: string[] = [];
    const end = performance.now() + 5_000;
    while (outcomes.at(-1) !== 'ok back' && performance.now() < end) {
      outcomes.push(await outcome(transport.unary(PATH, A, options())));
      await turn();
    }
    expect(new Set(outcomes)).toEqual(new Set(['upstream-unreachable', 'ok back']));
  });
});

describe('closing', () => {
  test('ends what is in flight, what waits, and what comes', async () => {
    const server = await serve((peer) => peer.write(greetWith([3, 1]), frame(TYPE.settings, ACK)));
    const transport = createHttp2Transport(server.target, undefined);
    const calls = Array.from({ length: 20 }, () => outcome(transport.unary(PATH, A, options())));
    while (server.peers.length < 8) await turn();
    transport.close();
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['upstream-unreachable']));
    expect(await outcome(transport.unary(PATH, A, options()))).toBe('upstream-unreachable');
    for (const peer of server.peers) await peer.closed;
    expect(server.peers.length).toBe(8);
  });
});

describe('with Node’s HTTP/2 as the server', () => {
  let server: Http2Server;
  afterEach(() => {
    server.close();
  });

  test('a thousand calls in flight at once, of all sizes, come back whole', async () => {
    server = createServer();
    server.on('stream', (stream: ServerHttp2Stream) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
        stream.end(Buffer.concat(chunks));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const transport = transportTo({ url: '', scheme: 'grpc', host: '127.0.0.1', port, weight: 1 });
    const sizes = Array.from({ length: 1_000 }, (_, index) => (index * 7_919) % 40_000);
    const replies = await Promise.all(
      sizes.map((size, index) => transport.unary(PATH, Buffer.alloc(size, index), options())),
    );
    expect(
      replies.every(({ message: reply }, index) => Buffer.alloc(sizes[index] ?? 0, index).equals(reply)),
    ).toBe(true);
  });

  test('metadata arrives as it was given, and comes back', async () => {
    server = createServer();
    let seen: unknown;
    server.on('stream', (stream: ServerHttp2Stream, headers) => {
      seen = headers;
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'x-late-bin': ['AAE', '/w=='] },
        { waitForTrailers: true },
      );
      stream.on('wantTrailers', () =>
        stream.sendTrailers({
          'grpc-status': '5',
          'grpc-message': 'no %E2%82%AC%2F%zz',
          'grpc-status-details-bin': 'CAU',
        }),
      );
      stream.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const transport = transportTo({ url: '', scheme: 'grpc', host: '127.0.0.1', port, weight: 1 });
    const start = performance.now();
    const call = transport.unary(PATH, A, {
      ...options({ timeoutMs: 90_000.2 }),
      metadata: [
        ['x-a', '1'],
        ['x-a', '2'],
        ['x-blob-bin', Uint8Array.of(0xfb, 0xff)],
        ['authorization', `Bearer ${'t'.repeat(20_000)}`],
      ],
    });
    await expect(call).rejects.toMatchObject({
      status: { number: 5, message: 'no €/%zz', details: Buffer.from([8, 5]) },
    });
    expect(seen).toMatchObject({
      ':method': 'POST',
      ':scheme': 'http',
      ':path': PATH,
      ':authority': `127.0.0.1:${port}`,
      te: 'trailers',
      'content-type': 'application/grpc',
      'grpc-accept-encoding': 'identity,gzip',
      'x-a': '1, 2',
      'x-blob-bin': '+/8=',
      authorization: `Bearer ${'t'.repeat(20_000)}`,
    });
    const { 'grpc-timeout': told = '' } = seen as { 'grpc-timeout'?: string };
    expect(told).toMatch(/^\d{5}m$/);
    const left = Number.parseInt(told, 10);
    expect(left).toBeLessThanOrEqual(90_001);
    expect(left).toBeGreaterThanOrEqual(90_000 - (performance.now() - start));
  });
});
