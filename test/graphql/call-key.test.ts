// The key by which calls share an answer. Source: graphql reference, section 7; security reference, section 6.1.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { callKey, type KeyedCall } from '../../core/call-key.ts';
import type { Codec } from '../../core/codec.ts';
import type { Metadata } from '../../core/metadata.ts';
import type { Operation } from '../../core/operation.ts';
import { Payload } from '../../core/payload.ts';
import { librarySource } from './library.ts';

const [getBook, listBooks] = librarySource().operations as readonly [Operation, Operation];

function keyed(over: Partial<KeyedCall> & { value?: Record<string, string | number> } = {}): KeyedCall {
  const operation = over.operation ?? getBook;
  return {
    operation,
    caller: { partition: 'anonymous' },
    input: Payload.fromValue(operation.input.codec, over.value ?? { name: 'books/b1' }),
    metadata: [],
    ...over,
  };
}

const key = (over: Parameters<typeof keyed>[0] = {}): string => callKey(keyed(over));

describe('the same call has the same key', () => {
  test('whichever form its message is in', () => {
    const { codec } = getBook.input;
    const wire = codec.valueToWire({ name: 'books/b1' });
    expect(key({ input: Payload.fromWire(codec, wire) })).toBe(key());
    expect(key({ input: Payload.fromWire(codec, codec.jsonToWire('{"name":"books/b1"}')) })).toBe(key());
  });

  test('whatever request it is made for', () => {
    const metadata: Metadata = [
      ['x-request-id', '1'],
      ['traceparent', '00-1'],
      ['tracestate', 'a=b'],
    ];
    expect(key({ metadata })).toBe(key());
  });

  test('defaults that are said are as if they were not', () => {
    expect(key({ operation: listBooks, value: { pageSize: 0, pageToken: '' } })).toBe(
      key({ operation: listBooks, value: {} }),
    );
  });
});

describe('another call has another key', () => {
  const one = key();
  test.each<[string, string]>([
    ['another operation', key({ operation: listBooks, value: {} })],
    ['another message', key({ value: { name: 'books/b2' } })],
    ['another caller', key({ caller: { partition: 'consumer:a' } })],
    ['more metadata', key({ metadata: [['accept-language', 'de']] })],
    [
      'another upstream',
      key({
        operation: {
          ...getBook,
          upstream: { targets: [{ url: 'grpc://b:1', scheme: 'grpc', host: 'b', port: 1, weight: 1 }] },
        },
      }),
    ],
  ])('%s', (_what, other) => {
    expect(other).not.toBe(one);
  });

  test('text and bytes of the same spelling differ', () => {
    expect(key({ metadata: [['a-bin', 'AA==']] })).not.toBe(key({ metadata: [['a-bin', Buffer.from([0])]] }));
  });
});

test('two calls have one key only if they are equal in every part', () => {
  // Any bytes are a message here: what is tested is the key, not a codec.
  const codec: Codec = {
    wireToJson: () => new Uint8Array(),
    wireToValue: () => null,
    projector: () => () => null,
    valueToWire: () => new Uint8Array(),
    jsonToWire: () => new Uint8Array(),
  };
  const awkward = fc.constantFrom('', ',', '"', '","', '],[', '\\', 'a', 'b', 'ab', '\u0000');
  const text = fc.array(awkward, { maxLength: 3 }).map((parts) => parts.join(''));
  const parts = fc.record({
    id: text,
    partition: text,
    wire: fc.uint8Array({ maxLength: 3 }),
    metadata: fc.array(fc.tuple(text, fc.oneof(text, fc.uint8Array({ maxLength: 2 }))), { maxLength: 2 }),
  });
  const keyOf = ({ id, partition, wire, metadata }: Parts): string =>
    callKey({
      operation: { ...getBook, id },
      caller: { partition },
      input: Payload.fromWire(codec, wire),
      metadata,
    });
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      expect(keyOf(a) === keyOf(b)).toBe(JSON.stringify(plain(a)) === JSON.stringify(plain(b)));
    }),
    { numRuns: 3000 },
  );
});

interface Parts {
  readonly id: string;
  readonly partition: string;
  readonly wire: Uint8Array;
  readonly metadata: Metadata;
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).map(([name, inner]) => [name, plain(inner)]);
  }
  return value;
}
