// Equal reads of one request are one call (graphql reference, section 7); the first has no key until there is a second.
import { describe, expect, test } from '@jest/globals';
import { ANONYMOUS, type Reply } from '../../core/call.ts';
import { GatewayError } from '../../core/error.ts';
import type { JsonValue } from '../../core/json.ts';
import type { Metadata } from '../../core/metadata.ts';
import type { Operation } from '../../core/operation.ts';
import { Payload } from '../../core/payload.ts';
import { EqualReads, type Read } from '../../gateway/graphql/equal-reads.ts';
import { librarySource } from './library.ts';

const [getBook, listBooks] = librarySource().operations as readonly [Operation, Operation];

function read(operation: Operation, value: JsonValue, metadata: Metadata = []): Read {
  const input = Payload.fromValue(operation.input.codec, value);
  const signal = new AbortController().signal;
  return {
    operation,
    door: 'graphql',
    requestId: '1',
    caller: ANONYMOUS,
    input,
    metadata,
    timeoutMs: undefined,
    signal,
  };
}

/** Answers with the number of the call. */
function counted(): (asked: Read) => Promise<Reply> {
  let calls = 0;
  return ({ operation, input }) => {
    calls += 1;
    return Promise.resolve({
      kind: 'unary',
      payload: input,
      headers: [['call', `${calls} ${operation.method}`]],
      trailers: [],
    });
  };
}

describe('reads of one request', () => {
  test('equal ones have one reply, the third as the second; others have their own', async () => {
    const reads = new EqualReads();
    const send = counted();
    const elsewhere: Operation = {
      ...getBook,
      upstream: { targets: [{ url: 'grpc://b:1', scheme: 'grpc', host: 'b', port: 1, weight: 1 }] },
    };
    const asked = [
      read(getBook, { name: 'a' }),
      read(getBook, { name: 'a' }),
      read(getBook, { name: 'b' }),
      read(listBooks, {}),
      read(getBook, { name: 'a' }, [['accept-language', 'de']]),
      read(elsewhere, { name: 'a' }),
      read(getBook, { name: 'b' }),
      read(listBooks, { pageSize: 0 }),
      read(getBook, { name: 'a' }),
    ];
    const replies = await Promise.all(asked.map((one) => reads.reply(one, send)));
    const order = [...new Set(replies)];
    expect(replies.map((reply) => order.indexOf(reply))).toEqual([0, 0, 1, 2, 3, 4, 1, 2, 0]);
  });

  test('what is no such message is refused before it is sent, whether the first or a later one', () => {
    const reads = new EqualReads();
    const send = counted();
    const wrong = (): unknown => reads.reply(read(getBook, { name: 7 }), send);
    expect(wrong).toThrow(GatewayError);
    void reads.reply(read(getBook, { name: 'a' }), send);
    expect(wrong).toThrow(GatewayError);
  });
});
