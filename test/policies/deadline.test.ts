// Every call ends: by its deadline, its client or its silence. Source: transcoding reference, section 10, "Deadlines".
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ANONYMOUS, type Call, type Reply } from '../../core/call.ts';
import type { CallSignal } from '../../core/call-signal.ts';
import type { Codec } from '../../core/codec.ts';
import { GatewayError } from '../../core/error.ts';
import type { Invoker } from '../../core/invoker.ts';
import { DEFAULT_LIMITS, type Operation, type OperationLimits, type Shape } from '../../core/operation.ts';
import { Payload } from '../../core/payload.ts';
import { deadline } from '../../policies/deadline.ts';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

// Nobody reads a message here.
const codec = {} as Codec;
const message = () => Payload.fromWire(codec, new Uint8Array());

function callOf(
  shape: Shape,
  timeoutMs?: number,
  limits: Partial<OperationLimits> = {},
  signal = new AbortController().signal,
): Call {
  const operation = { shape, limits: { ...DEFAULT_LIMITS, ...limits } } as Operation;
  return {
    operation,
    door: 'rest',
    requestId: 'r',
    caller: ANONYMOUS,
    input: message(),
    metadata: [],
    timeoutMs,
    signal,
  };
}

const unary: Reply = { kind: 'unary', payload: message(), headers: [], trailers: [] };
/** Never answers, whatever is aborted. */
const deaf: Invoker = () => new Promise(() => {});

async function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'answered',
    (error: unknown) => error,
  );
}

describe('a unary call', () => {
  test.each([
    ['its default', undefined, {}, 30_000],
    ['what the client asked for', 5_000, {}, 5_000],
    ['the ceiling', 3_600_000, {}, 60_000],
    ['the ceiling of its operation', 3_600_000, { maxDeadlineMs: 1_000 }, 1_000],
    ['the default of its operation', undefined, { defaultDeadlineMs: 700 }, 700],
    [
      'the ceiling, if the default is above it',
      undefined,
      { defaultDeadlineMs: 900, maxDeadlineMs: 500 },
      500,
    ],
    ['all that a double can say', Number.MAX_VALUE, {}, 60_000],
  ])('ends by %s, though its backend does not listen', async (_name, timeoutMs, limits, expected) => {
    let seen: Call | undefined;
    const ended = outcome(
      deadline((call) => {
        seen = call;
        return deaf(call);
      })(callOf('unary', timeoutMs, limits)),
    );
    expect((seen?.deadlineAt ?? 0) - performance.now()).toBeCloseTo(expected, -1);
    await jest.advanceTimersByTimeAsync(expected - 1);
    expect(seen?.signal.aborted).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(seen?.signal.aborted).toBe(true);
    expect(await ended).toEqual(expect.objectContaining({ code: 'deadline_exceeded' }));
  });

  test('that is answered leaves no timer behind', async () => {
    await deadline(async () => unary)(callOf('unary'));
    expect(jest.getTimerCount()).toBe(0);
  });

  test('that fails leaves no timer behind, and its failure as it is', async () => {
    const failure = new GatewayError('not_found', 'x');
    expect(await outcome(deadline(() => Promise.reject(failure))(callOf('unary')))).toBe(failure);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('ends with its client, for its client’s reason', async () => {
    const client = new AbortController();
    const left = new GatewayError('cancelled', 'the client left');
    const ended = outcome(deadline(deaf)(callOf('unary', undefined, {}, client.signal)));
    client.abort(left);
    expect(await ended).toBe(left);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('of a client that has left already is not made to wait', async () => {
    const left = new GatewayError('cancelled', 'the client left');
    const ended = outcome(deadline(deaf)(callOf('unary', undefined, {}, AbortSignal.abort(left))));
    expect(await ended).toBe(left);
  });
});

describe('a stream', () => {
  /** Gives what it is fed; knows whether it was ended early. */
  function source() {
    const queue: ((result: IteratorResult<Payload>) => void)[] = [];
    let isReturned = false;
    const messages: AsyncIterable<Payload> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise((resolve) => queue.push(resolve)),
        return: async () => {
          isReturned = true;
          return { done: true, value: undefined };
        },
      }),
    };
    return {
      reply: { kind: 'stream', headers: [], messages, trailers: () => [] } as Reply,
      feed: () => queue.shift()?.({ done: false, value: message() }),
      end: () => queue.shift()?.({ done: true, value: undefined }),
      isReturned: () => isReturned,
    };
  }

  async function start(call: Call, reply: Reply) {
    let signal: CallSignal | undefined;
    const answer = await deadline(async (bounded) => {
      signal = bounded.signal;
      return reply;
    })(call);
    const messages = answer.kind === 'stream' ? answer.messages[Symbol.asyncIterator]() : undefined;
    if (messages === undefined || signal === undefined) throw new Error('no stream');
    return { messages, signal };
  }

  test('lasts as long as it speaks', async () => {
    const { reply, feed, end } = source();
    const limits = { streamTotalMs: 6 * 3_600_000 };
    const { messages, signal } = await start(callOf('server_stream', undefined, limits), reply);
    for (let minute = 0; minute < 60; minute += 1) {
      const next = messages.next();
      await jest.advanceTimersByTimeAsync(4 * 60_000);
      feed();
      expect((await next).done).toBe(false);
    }
    expect(signal.aborted).toBe(false);
    const last = messages.next();
    await jest.advanceTimersByTimeAsync(0);
    end();
    expect((await last).done).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('ends when it is silent for too long', async () => {
    const { reply, isReturned } = source();
    const { messages, signal } = await start(
      callOf('server_stream', undefined, { streamIdleMs: 1_000 }),
      reply,
    );
    const ended = outcome(messages.next());
    await jest.advanceTimersByTimeAsync(999);
    expect(signal.aborted).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(await ended).toEqual(
      expect.objectContaining({ code: 'deadline_exceeded', message: 'the stream was silent for 1 seconds' }),
    );
    expect([signal.aborted, isReturned(), jest.getTimerCount()]).toEqual([true, true, 0]);
  });

  test('is not silent while its reader takes its time', async () => {
    const { reply, feed } = source();
    const { messages } = await start(callOf('server_stream', undefined, { streamIdleMs: 1_000 }), reply);
    const first = messages.next();
    await jest.advanceTimersByTimeAsync(0);
    feed();
    await first;
    await jest.advanceTimersByTimeAsync(60_000);
    const second = messages.next();
    await jest.advanceTimersByTimeAsync(0);
    feed();
    expect((await second).done).toBe(false);
  });

  test('ends when it has lasted for too long, however busy it is', async () => {
    const { reply, feed } = source();
    const call = callOf('server_stream', undefined, { streamIdleMs: 1_000, streamTotalMs: 2_500 });
    const { messages } = await start(call, reply);
    for (let message = 0; message < 3; message += 1) {
      const next = messages.next();
      await jest.advanceTimersByTimeAsync(800);
      feed();
      expect((await next).done).toBe(false);
    }
    const ended = outcome(messages.next());
    await jest.advanceTimersByTimeAsync(100);
    expect(await ended).toEqual(
      expect.objectContaining({
        code: 'deadline_exceeded',
        message: 'the stream lasted for 2.5 seconds, the most it may',
      }),
    );
    expect(jest.getTimerCount()).toBe(0);
  });

  test('that does not even begin ends by its silence', async () => {
    const ended = outcome(deadline(deaf)(callOf('server_stream', undefined, { streamIdleMs: 1_000 })));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await ended).toEqual(expect.objectContaining({ code: 'deadline_exceeded' }));
  });

  test('has the client’s deadline, if there is one, while it speaks', async () => {
    const { reply } = source();
    const { messages } = await start(callOf('server_stream', 5_000), reply);
    const ended = outcome(messages.next());
    await jest.advanceTimersByTimeAsync(5_000);
    expect(await ended).toEqual(
      expect.objectContaining({
        code: 'deadline_exceeded',
        message: 'the deadline passed before the upstream answered',
      }),
    );
  });

  test('has no deadline beyond all timers that fires at once', async () => {
    const { reply, feed } = source();
    const { messages, signal } = await start(callOf('server_stream', 99_999_999 * 3_600_000), reply);
    const next = messages.next();
    await jest.advanceTimersByTimeAsync(10);
    expect(signal.aborted).toBe(false);
    feed();
    expect((await next).done).toBe(false);
  });

  test('that its reader leaves is over upstream', async () => {
    const { reply, feed, isReturned } = source();
    const { messages, signal } = await start(callOf('server_stream'), reply);
    const next = messages.next();
    await jest.advanceTimersByTimeAsync(0);
    feed();
    await next;
    await messages.return?.();
    expect([signal.aborted, isReturned(), jest.getTimerCount()]).toEqual([true, true, 0]);
  });
});

describe('a stream of the client’s', () => {
  const IDLE_MS = 1_000;

  /** Takes all that the client says, and answers only what it is told to. */
  function begin(shape: Shape) {
    const said: ((result: IteratorResult<Payload>) => void)[] = [];
    const answers: ((result: IteratorResult<Payload>) => void)[] = [];
    const iterable = (queue: typeof said): AsyncIterable<Payload> => ({
      [Symbol.asyncIterator]: () => ({ next: () => new Promise((resolve) => queue.push(resolve)) }),
    });
    let reply: ((reply: Reply) => void) | undefined;
    const backend: Invoker = async ({ input }) => {
      void (async () => {
        for await (const _ of input as AsyncIterable<Payload>);
      })();
      return new Promise((resolve) => {
        reply = resolve;
      });
    };
    const call = { ...callOf(shape, undefined, { streamIdleMs: IDLE_MS }), input: iterable(said) };
    const answered = deadline(backend)(call);
    return {
      answered,
      say: () => said.shift()?.({ done: false, value: message() }),
      sayAll: () => said.shift()?.({ done: true, value: undefined }),
      reply: () =>
        reply?.({ kind: 'stream', headers: [], messages: iterable(answers), trailers: () => [] } as Reply),
      feed: () => answers.shift()?.({ done: false, value: message() }),
    };
  }

  const silent = expect.objectContaining({
    code: 'deadline_exceeded',
    message: 'the stream was silent for 1 seconds',
  });

  test.each<Shape>(['client_stream', 'bidi_stream'])(
    '%s: may take its time until the client has said all; then the upstream is awaited',
    async (shape) => {
      const { answered, say, sayAll } = begin(shape);
      let isOver = false;
      const ended = outcome(answered).finally(() => {
        isOver = true;
      });
      await jest.advanceTimersByTimeAsync(20 * IDLE_MS);
      say();
      await jest.advanceTimersByTimeAsync(20 * IDLE_MS);
      sayAll();
      await jest.advanceTimersByTimeAsync(IDLE_MS - 1);
      expect(isOver).toBe(false);
      await jest.advanceTimersByTimeAsync(1);
      expect(await ended).toEqual(silent);
      expect(jest.getTimerCount()).toBe(0);
    },
  );

  /** Asks for a message when it is told to, and for none before. */
  function beginSlowly(shape: Shape) {
    const { promise: asks, resolve: ask } = Promise.withResolvers<void>();
    const takes: (() => void)[] = [];
    const backend: Invoker = async ({ input }) => {
      await asks;
      for await (const _ of input as AsyncIterable<Payload>)
        await new Promise<void>((resolve) => takes.push(resolve));
      return new Promise<Reply>(() => {});
    };
    const said = (async function* () {
      for (;;) yield message();
    })();
    const call = { ...callOf(shape, undefined, { streamIdleMs: IDLE_MS }), input: said };
    let isOver = false;
    const ended = outcome(deadline(backend)(call)).finally(() => {
      isOver = true;
    });
    return { ended, isOver: () => isOver, ask, take: () => takes.shift()?.() };
  }

  describe.each<Shape>(['client_stream', 'bidi_stream'])('%s: an upstream that', (shape) => {
    test('never asks for a message is silent', async () => {
      const { ended, isOver } = beginSlowly(shape);
      await jest.advanceTimersByTimeAsync(IDLE_MS - 1);
      expect(isOver()).toBe(false);
      await jest.advanceTimersByTimeAsync(1);
      expect(await ended).toEqual(silent);
      expect(jest.getTimerCount()).toBe(0);
    });

    test('stops taking messages is silent, one that takes them slowly is not', async () => {
      const { ended, isOver, ask, take } = beginSlowly(shape);
      ask();
      for (let taken = 0; taken < 20; taken += 1) {
        await jest.advanceTimersByTimeAsync(IDLE_MS - 1);
        take();
      }
      await jest.advanceTimersByTimeAsync(IDLE_MS - 1);
      expect(isOver()).toBe(false);
      await jest.advanceTimersByTimeAsync(1);
      expect(await ended).toEqual(silent);
      expect(jest.getTimerCount()).toBe(0);
    });
  });

  test('is not silent while the client speaks, though the upstream does not', async () => {
    const { answered, say, reply } = begin('bidi_stream');
    await jest.advanceTimersByTimeAsync(0);
    reply();
    const answer = await answered;
    const messages = (answer as Reply & { kind: 'stream' }).messages[Symbol.asyncIterator]();
    let isOver = false;
    const ended = outcome(messages.next()).finally(() => {
      isOver = true;
    });
    for (let spoken = 0; spoken < 5; spoken += 1) {
      await jest.advanceTimersByTimeAsync(IDLE_MS - 1);
      say();
    }
    await jest.advanceTimersByTimeAsync(IDLE_MS - 1);
    expect(isOver).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(await ended).toEqual(silent);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('that ends while its answer is read does not make the reader late', async () => {
    const { answered, sayAll, reply, feed } = begin('bidi_stream');
    await jest.advanceTimersByTimeAsync(0);
    reply();
    const messages = ((await answered) as Reply & { kind: 'stream' }).messages[Symbol.asyncIterator]();
    const first = messages.next();
    await jest.advanceTimersByTimeAsync(0);
    feed();
    await first;
    sayAll();
    await jest.advanceTimersByTimeAsync(20 * IDLE_MS);
    const second = messages.next();
    await jest.advanceTimersByTimeAsync(0);
    feed();
    expect((await second).done).toBe(false);
  });
});
