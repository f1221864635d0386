// Waits that end with their call, and leave nothing behind on it.
import { describe, expect, test } from '@jest/globals';
import { ANONYMOUS } from '../../core/call.ts';
import { CallEnding, type CallSignal } from '../../core/call-signal.ts';
import type { Codec } from '../../core/codec.ts';
import { GatewayError } from '../../core/error.ts';
import { DEFAULT_LIMITS, type Operation } from '../../core/operation.ts';
import { Payload } from '../../core/payload.ts';
import { deadline } from '../../policies/deadline.ts';
import { orAborted } from '../../policies/or-aborted.ts';
import { heldMemory } from '../harness/held-memory.ts';

const REASON = new GatewayError('cancelled', 'the client left');

/** Counts who listens. */
function counted(): { signal: CallSignal; ending: CallEnding; listeners: Set<unknown> } {
  const ending = new CallEnding();
  const listeners = new Set<unknown>();
  const signal: CallSignal = {
    get aborted() {
      return ending.aborted;
    },
    get reason() {
      return ending.reason;
    },
    addEventListener(type, listener) {
      listeners.add(listener);
      ending.addEventListener(type, listener);
    },
    removeEventListener(type, listener) {
      listeners.delete(listener);
      ending.removeEventListener(type, listener);
    },
  };
  return { signal, ending, listeners };
}

describe('a wait', () => {
  test('is what it waits for, and nobody listens any more', async () => {
    const { signal, listeners } = counted();
    const waiting = orAborted(Promise.resolve('a'), signal);
    expect(listeners.size).toBe(1);
    expect(await waiting).toBe('a');
    expect(listeners.size).toBe(0);
  });

  test('fails as what it waits for, and nobody listens any more', async () => {
    const { signal, listeners } = counted();
    await expect(orAborted(Promise.reject(new Error('a')), signal)).rejects.toThrow('a');
    expect(listeners.size).toBe(0);
  });

  test('fails with the reason as soon as its call ends', async () => {
    const { signal, ending } = counted();
    const waiting = orAborted(new Promise(() => {}), signal);
    ending.abort(REASON);
    await expect(waiting).rejects.toBe(REASON);
  });

  test('fails at once for a call that has ended, and what fails later is heard by somebody', async () => {
    const { signal, ending, listeners } = counted();
    ending.abort(REASON);
    await expect(orAborted(Promise.reject(new Error('late')), signal)).rejects.toBe(REASON);
    expect(listeners.size).toBe(0);
  });
});

test('a long stream takes no more memory than a short one', async () => {
  const codec = {} as Codec;
  const message = Payload.fromWire(codec, new Uint8Array());
  async function* many(): AsyncGenerator<Payload> {
    for (let index = 0; index < 101_000; index += 1) yield message;
  }
  const invoke = deadline(async () => ({
    kind: 'stream',
    messages: many(),
    headers: [],
    trailers: () => [],
  }));
  const operation = { shape: 'server_stream', limits: DEFAULT_LIMITS } as Operation;
  const reply = await invoke({
    operation,
    door: 'rest',
    requestId: 'r',
    caller: ANONYMOUS,
    input: message,
    metadata: [],
    timeoutMs: undefined,
    signal: new CallEnding(),
  });
  if (reply.kind !== 'stream') throw new Error('not a stream');
  const messages = reply.messages[Symbol.asyncIterator]();
  const take = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) await messages.next();
  };
  await take(1_000);
  const before = heldMemory();
  await take(100_000);
  // 256 bytes of each would be 25 MB.
  const more = heldMemory() - before;
  // Its timers would outlive the test.
  await messages.return?.();
  expect(more).toBeLessThan(5_000_000);
});
