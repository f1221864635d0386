// Each call is told of once, with how it ended; and the order of policies is the one of the design.
import { describe, expect, test } from '@jest/globals';
import { ANONYMOUS, type Call, type Reply } from '../../core/call.ts';
import type { Codec } from '../../core/codec.ts';
import { GatewayError } from '../../core/error.ts';
import { compose, type Invoker, type Policy } from '../../core/invoker.ts';
import { DEFAULT_LIMITS, type Operation } from '../../core/operation.ts';
import { Payload } from '../../core/payload.ts';
import { policyChain } from '../../policies/chain.ts';
import { type CallRecord, observe } from '../../policies/observe.ts';

// Nobody reads a message here.
const codec = {} as Codec;
const message = Payload.fromWire(codec, new Uint8Array());
const call: Call = {
  operation: { shape: 'unary', limits: { ...DEFAULT_LIMITS, defaultDeadlineMs: 20 } } as Operation,
  door: 'rest',
  requestId: 'r',
  caller: ANONYMOUS,
  input: message,
  metadata: [],
  timeoutMs: undefined,
  signal: new AbortController().signal,
};
const unary: Reply = { kind: 'unary', payload: message, headers: [], trailers: [] };

function streamOf(count: number, failure?: Error): Reply {
  async function* messages() {
    for (let index = 0; index < count; index += 1) yield message;
    if (failure !== undefined) throw failure;
  }
  return { kind: 'stream', headers: [], messages: messages(), trailers: () => [] };
}

async function observed(
  invoker: Invoker,
  read: (reply: Reply) => Promise<void> = async () => {},
): Promise<CallRecord[]> {
  const records: CallRecord[] = [];
  try {
    await read(await observe((record) => records.push(record))(invoker)(call));
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
  }
  return records;
}

const drain = async (reply: Reply) => {
  if (reply.kind === 'stream') for await (const _ of reply.messages);
};

describe('a record', () => {
  test.each<[string, Invoker, (reply: Reply) => Promise<void>, string]>([
    ['a reply', async () => unary, async () => {}, 'ok'],
    ['a refusal', () => Promise.reject(new GatewayError('not_found', 'x')), async () => {}, 'not_found'],
    ['a fault of ours', () => Promise.reject(new TypeError('x')), async () => {}, 'internal'],
    ['a stream read to its end', async () => streamOf(3), drain, 'ok'],
    ['an empty stream', async () => streamOf(0), drain, 'ok'],
    ['a stream that fails', async () => streamOf(2, new GatewayError('data_loss', 'x')), drain, 'data_loss'],
    [
      'a stream whose reader leaves',
      async () => streamOf(3),
      async (reply) => {
        if (reply.kind === 'stream') for await (const _ of reply.messages) break;
      },
      'ok',
    ],
  ])('is made once of %s', async (_name, invoker, read, code) => {
    const records = await observed(invoker, read);
    expect(records.map((record) => record.code)).toEqual([code]);
    expect(records[0]?.call).toBe(call);
    expect(records[0]?.durationMs).toBeGreaterThanOrEqual(0);
    expect(records[0]?.error?.code ?? 'ok').toBe(code);
  });

  test('of a stream is not made before its end', async () => {
    const records: CallRecord[] = [];
    const reply = await observe((record) => records.push(record))(async () => streamOf(1))(call);
    expect(records).toEqual([]);
    await drain(reply);
    expect(records).toHaveLength(1);
  });

  test('leaves reply and refusal as they are', async () => {
    const watch = observe(() => {});
    expect(await watch(async () => unary)(call)).toBe(unary);
    const refusal = new GatewayError('aborted', 'x');
    await expect(watch(() => Promise.reject(refusal))(call)).rejects.toBe(refusal);
  });
});

describe('the chain', () => {
  test('composes with the first outermost', async () => {
    const order: string[] = [];
    const named =
      (name: string): Policy =>
      (next) =>
      async (one) => {
        order.push(`${name} in`);
        const reply = await next(one);
        order.push(`${name} out`);
        return reply;
      };
    await compose([named('a'), named('b')], async () => unary)(call);
    expect(order).toEqual(['a in', 'b in', 'b out', 'a out']);
  });

  test('observes outside the deadline: a call that is given up is counted so', async () => {
    const records: CallRecord[] = [];
    const invoke = compose(
      policyChain({ record: (record) => records.push(record) }),
      () => new Promise(() => {}),
    );
    await expect(invoke(call)).rejects.toEqual(expect.objectContaining({ code: 'deadline_exceeded' }));
    expect(records.map(({ code }) => code)).toEqual(['deadline_exceeded']);
  });
});
