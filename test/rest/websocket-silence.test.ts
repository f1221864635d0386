// What counts as silence in a conversation, and what the end of its time is for a client that does not read: by a clock
// that the test moves (docs/rest.md, "Deadlines").
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Codec } from '../../core/codec.ts';
import type { Shape } from '../../core/operation.ts';
import { Payload } from '../../core/payload.ts';
import { converse } from '../../gateway/websocket/converse.ts';
import type { OpenedRoute } from '../../gateway/websocket/open-route.ts';
import type { TellingSocket } from '../../gateway/websocket/telling-socket.ts';

const IDLE_MS = 1_000;
const ALMOST = 900;
const TOTAL_MS = 100_000;
const GRACE_MS = 1_000;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

// Nobody reads a message here.
const codec = {} as Codec;
const read = () => new Uint8Array();

/** What was said to the client, and when a frame has left is the test's to say. */
class Connection extends EventEmitter {
  readonly said: string[] = [];
  readonly #leaving: (() => void)[] = [];
  ping = () => {};
  pause = () => {};
  resume = () => {};
  isCut = false;
  terminate = () => {
    this.isCut = true;
  };
  readonly closings: number[] = [];
  close = (code = 1000) => {
    this.closings.push(code);
    // The library tells of it when the client has answered, which it cannot have.
    if (this.bufferedAmount === 0) this.emit('close');
  };
  send(frame: Buffer | string, ...more: unknown[]): void {
    this.said.push(String(frame));
    this.#leaving.push(more.at(-1) as () => void);
  }
  get bufferedAmount(): number {
    return this.#leaving.length;
  }
  frameLeaves(): void {
    this.#leaving.shift()?.();
  }
  says(frame: unknown): void {
    this.emit('message', Buffer.from(JSON.stringify(frame)), false);
  }
}

function start(shape: Shape) {
  const connection = new Connection();
  const answers: ((result: IteratorResult<Payload>) => void)[] = [];
  const operation = {
    shape,
    limits: { streamIdleMs: IDLE_MS, streamTotalMs: TOTAL_MS },
    rest: { errors: 'problem' },
    input: { codec },
  };
  const opened = {
    match: { route: { operation }, variables: [] },
    plans: { request: { read }, further: { read } },
    reply: { writeLine: () => Buffer.from('{}') },
    query: '',
  } as unknown as OpenedRoute;
  let input: AsyncIterator<Payload> | undefined;
  const conversation = converse(connection as unknown as TellingSocket, {
    opened,
    socket: new PassThrough(),
    request: { id: 'r', instance: '/' },
    timeoutMs: undefined,
    logger: { error: () => {}, debug: () => {} },
    invoke: async (messages, signal) => {
      input = messages[Symbol.asyncIterator]();
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
      aborted.catch(() => {});
      const next = () =>
        Promise.race([aborted, new Promise<IteratorResult<Payload>>((resolve) => answers.push(resolve))]);
      return {
        kind: 'stream',
        headers: [],
        messages: { [Symbol.asyncIterator]: () => ({ next }) },
        trailers: () => [],
      };
    },
  });
  return {
    connection,
    ended: conversation.ended,
    /** The upstream asks for the client's next message. */
    take: () => void input?.next().catch(() => {}),
    answer: () => answers.shift()?.({ done: false, value: Payload.fromWire(codec, new Uint8Array()) }),
    statuses: () => connection.said.flatMap((frame) => JSON.parse(frame).status?.status ?? []),
  };
}

const pass = (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds);

test('messages of the client alone keep a bidirectional stream going', async () => {
  const { connection, take, statuses, ended } = start('bidi_stream');
  for (let message = 0; message < 5; message += 1) {
    take();
    await pass(ALMOST);
    connection.says({ message: {} });
  }
  expect(statuses()).toEqual([]);
  take();
  await pass(IDLE_MS);
  await ended;
  expect(statuses()).toEqual([408]);
});

test('messages of the upstream alone keep a bidirectional stream going', async () => {
  const { connection, take, answer, statuses, ended } = start('bidi_stream');
  take();
  for (let message = 0; message < 5; message += 1) {
    await pass(ALMOST);
    answer();
    await pass(0);
    connection.frameLeaves();
    await pass(0);
  }
  expect([connection.said.length, statuses()]).toEqual([5, []]);
  await pass(IDLE_MS);
  await ended;
  expect(statuses()).toEqual([408]);
});

test('a client that takes its time to read is not silent meanwhile', async () => {
  const { connection, take, answer, statuses, ended } = start('bidi_stream');
  take();
  await pass(0);
  answer();
  await pass(20 * IDLE_MS);
  connection.says({ message: {} });
  await pass(20 * IDLE_MS);
  expect(statuses()).toEqual([]);
  connection.frameLeaves();
  take();
  await pass(IDLE_MS);
  await ended;
  expect(statuses()).toEqual([408]);
});

test.each<Shape>(['client_stream', 'bidi_stream'])(
  '%s: an upstream that does not take what was said is the silent one',
  async (shape) => {
    const { connection, take, statuses, ended } = start(shape);
    connection.says({ message: {} });
    connection.says({ message: {} });
    await pass(ALMOST);
    take();
    await pass(ALMOST);
    expect(statuses()).toEqual([]);
    await pass(IDLE_MS - ALMOST);
    await ended;
    expect(statuses()).toEqual([504]);
  },
);

test('a client that has said all may be silent, once the upstream has it all', async () => {
  const { connection, take, statuses } = start('bidi_stream');
  connection.says({ message: {} });
  connection.says({ end: true });
  take();
  take();
  await pass(20 * IDLE_MS);
  expect(statuses()).toEqual([]);
  connection.close();
  await pass(0);
});

test('a conversation that is over leaves no timer behind', async () => {
  const { connection, take, ended } = start('bidi_stream');
  take();
  connection.close();
  await ended;
  expect(jest.getTimerCount()).toBe(0);
});

describe('when the time of a stream is over', () => {
  test.each<[string, (connection: Connection) => void, boolean]>([
    ['a client that has not taken all a second later is cut off', () => {}, true],
    ['nor is one that has taken some of it spared', (connection) => connection.frameLeaves(), true],
    [
      'one that has taken all has time for its goodbye',
      (connection) => {
        connection.frameLeaves();
        connection.frameLeaves();
      },
      false,
    ],
  ])('%s', async (_name, read, isCut) => {
    const { connection, answer, statuses, ended } = start('server_stream');
    await pass(0);
    connection.says({ end: true });
    answer();
    await pass(TOTAL_MS - 1);
    expect([statuses(), connection.closings]).toEqual([[], []]);
    await pass(1);
    await ended;
    expect([statuses(), connection.closings]).toEqual([[504], [1000]]);
    read(connection);
    await pass(GRACE_MS - 1);
    expect(connection.isCut).toBe(false);
    await pass(1);
    expect(connection.isCut).toBe(isCut);
  });
});
