// Many calls on one connection that end without content, all at once: no flood, whatever bounds floods.
import { afterEach, expect, test } from '@jest/globals';
import { closeTransports, nameOf, options, outcome, PATH, streamOutcome, transportTo } from './call.ts';
import {
  answer,
  block,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  greet,
  head,
  message,
  number,
  type Peer,
  type ScriptedServer,
  startScriptedServer,
  TYPE,
  trailers,
} from './scripted-server.ts';

const CALLS = 1_000;
const A = Buffer.from('a');
const NOT_FOUND = block(['grpc-status', '5']);
const ONLY_TRAILERS = block([':status', '200'], ['content-type', 'application/grpc'], ['grpc-status', '5']);

let server: ScriptedServer | undefined;

afterEach(async () => {
  closeTransports();
  await server?.close();
  server = undefined;
});

async function serve(script: (peer: Peer) => unknown): Promise<ScriptedServer> {
  server = await startScriptedServer(script);
  return server;
}

/** The streams of the next calls, when all of them are open. */
async function streams(peer: Peer, count: number): Promise<number[]> {
  const ids: number[] = [];
  while (ids.length < count) ids.push((await peer.next(TYPE.headers)).stream);
  return ids;
}

const each = (ids: readonly number[], bytes: (id: number) => Uint8Array): Buffer =>
  Buffer.concat(ids.map(bytes));

test.each([
  ['trailers alone', (id: number) => frame(TYPE.headers, END_HEADERS | END_STREAM, id, ONLY_TRAILERS)],
  ['a head and trailers', (id: number) => Buffer.concat([head(id), trailers(id, NOT_FOUND)])],
  [
    'a window, trailers and a reset',
    (id: number) =>
      Buffer.concat([
        frame(TYPE.window, 0, id, number(100)),
        frame(TYPE.headers, END_HEADERS | END_STREAM, id, ONLY_TRAILERS),
        frame(TYPE.reset, 0, id, number(0)),
      ]),
  ],
])('a thousand calls that fail at once with %s get their own status each', async (_name, failure) => {
  const { target, peers } = await serve(async (peer) => {
    greet(peer);
    const ids = await streams(peer, CALLS);
    peer.write(each(ids, failure));
  });
  const transport = transportTo(target);
  const outcomes = await Promise.all(
    Array.from({ length: CALLS }, () => outcome(transport.unary(PATH, A, options()))),
  );
  expect(new Set(outcomes)).toEqual(new Set(['5']));
  expect(peers.length).toBe(1);
});

test('answers that come after a thousand calls were given up do not cost the next call its connection', async () => {
  const { target, peers } = await serve(async (peer) => {
    greet(peer);
    const ids = await streams(peer, CALLS);
    await Promise.all(ids.map((id) => peer.next(TYPE.reset, ({ stream }) => stream === id)));
    const next = await peer.next(TYPE.headers);
    peer.write(
      each(ids, (id) => answer(id, A)),
      answer(next.stream, A),
    );
  });
  const transport = transportTo(target);
  const leaving = new AbortController();
  const calls = Array.from({ length: CALLS }, () =>
    outcome(transport.unary(PATH, A, options({ signal: leaving.signal }))),
  );
  await until(
    () => (server?.peers[0]?.frames.filter(({ type }) => type === TYPE.headers).length ?? 0) === CALLS,
  );
  leaving.abort();
  await Promise.all(calls);
  expect(await outcome(transport.unary(PATH, A, options()))).toBe('ok a');
  expect(peers[0]?.socket.destroyed).toBe(false);
});

const TINY = (id: number, count: number): Buffer =>
  Buffer.concat(Array.from({ length: count }, () => data(id, message(A))));

test('what was on its way for a stream that was given up, in however small pieces, costs its neighbours nothing', async () => {
  const { target } = await serve(async (peer) => {
    greet(peer);
    const [kept = 0, left = 0] = await streams(peer, 2);
    peer.write(head(kept), head(left), data(left, message(A)));
    await peer.next(TYPE.reset);
    peer.write(TINY(left, 20_000), data(kept, message(A)), trailers(kept));
  });
  const transport = transportTo(target);
  const leaving = new AbortController();
  const kept = streamOutcome(transport);
  const left = leaveAtFirst(transport, leaving);
  expect(await left).toBe('1');
  expect(await kept).toEqual(['a', 'ok']);
});

test('more of it than can have been on its way ends the connection', async () => {
  const { target, peers } = await serve(async (peer) => {
    greet(peer);
    const [left = 0] = await streams(peer, 1);
    peer.write(head(left), data(left, message(A)));
    await peer.next(TYPE.reset);
    // The window of a stream is 256 KiB; beyond it, a thousand frames are forgiven.
    peer.write(TINY(left, (256 * 1024) / 6 + 1_100));
  });
  await leaveAtFirst(transportTo(target), new AbortController());
  const goodbye = await peers[0]?.next(TYPE.goAway);
  expect(goodbye?.payload.readUInt32BE(4)).toBe(11);
});

/** Gives a stream up when its first message is there. */
async function leaveAtFirst(
  transport: ReturnType<typeof transportTo>,
  leaving: AbortController,
): Promise<string> {
  try {
    const { messages } = await transport.stream(PATH, A, options({ signal: leaving.signal }));
    for await (const _ of messages) leaving.abort();
    return 'ok';
  } catch (error) {
    return nameOf(error);
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}
