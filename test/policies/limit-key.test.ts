// No two callers have one key, and nobody gets rid of a limit by leaving something out.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CallOrigin } from '../../core/call-origin.ts';
import type { Operation } from '../../core/operation.ts';
import { keyWriter } from '../../policies/limit-key.ts';
import { KeyedHash } from '../../policies/stores/keyed-hash.ts';

interface Facts {
  readonly address?: string;
  readonly route?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: Readonly<Record<string, string>>;
}

function originOf({ address = '192.0.2.1', route, headers = {}, path = {} }: Facts): CallOrigin {
  return {
    address,
    route,
    isCharged: false,
    header: (name) => headers[name],
    variable: (name) => path[name],
    tell: () => {},
  };
}

const operation = { id: 'library/library.v1.LibraryService/GetBook' } as Operation;

function keyOf(by: readonly string[], facts: Facts, called: Operation | undefined = operation): string {
  return keyWriter(by)({ origin: originOf(facts), operation: called });
}

describe('one key', () => {
  test.each<[string, readonly string[], Facts, Facts]>([
    ['for all, if there are no parts', [], { address: '192.0.2.1' }, { address: '192.0.2.2' }],
    ['for an address', ['address'], { route: 'GET /a' }, { route: 'GET /b' }],
    [
      'for a header, wherever it comes from',
      ['header.X-Key'],
      { headers: { 'x-key': 'k' } },
      { address: '192.0.2.2', headers: { 'x-key': 'k' } },
    ],
    ['for the address of a caller whom nobody knows', ['consumer'], {}, { headers: { authorization: 'x' } }],
  ])('%s', (_name, by, a, b) => {
    expect(keyOf(by, a)).toBe(keyOf(by, b));
  });
});

describe('keys of their own', () => {
  test.each<[string, readonly string[], Facts, Facts]>([
    ['for addresses', ['address'], { address: '192.0.2.1' }, { address: '192.0.2.2' }],
    [
      'for unknown callers of two addresses',
      ['consumer'],
      { address: '192.0.2.1' },
      { address: '192.0.2.2' },
    ],
    [
      'for values of a header',
      ['header.x-key'],
      { headers: { 'x-key': 'a' } },
      { headers: { 'x-key': 'b' } },
    ],
    [
      'for addresses without the header',
      ['header.x-key'],
      { address: '192.0.2.1' },
      { address: '192.0.2.2' },
    ],
    [
      'for a header that looks like the address of another',
      ['header.x-key'],
      { address: '192.0.2.2' },
      { headers: { 'x-key': '192.0.2.2' } },
    ],
    ['for an empty header and none', ['header.x-key'], { headers: { 'x-key': '' } }, { address: '' }],
    ['for routes', ['address', 'route'], { route: 'GET /a' }, { route: 'GET /b' }],
    ['for path variables', ['path.shelf'], { path: { shelf: '1' } }, { path: { shelf: '2' } }],
    [
      'for parts that shift',
      ['header.a', 'header.b'],
      { headers: { a: '1', b: '23' } },
      { headers: { a: '12', b: '3' } },
    ],
    [
      'for parts that hold what stands between',
      ['header.a', 'header.b'],
      { headers: { a: '1v1:2', b: '3' } },
      { headers: { a: '1', b: '2v1:3' } },
    ],
  ])('%s', (_name, by, a, b) => {
    expect(keyOf(by, a)).not.toBe(keyOf(by, b));
  });

  test('for operations; a document of many has its address', () => {
    const other = { id: 'library/library.v1.LibraryService/ListBooks' } as Operation;
    const keys = [operation, other].map((one) => keyOf(['operation'], {}, one));
    const documents = ['192.0.2.1', '192.0.2.2'].map((address) =>
      keyWriter(['operation'])({ origin: originOf({ address }), operation: undefined }),
    );
    expect(new Set([...keys, ...documents]).size).toBe(4);
  });

  test('whatever the parts are', () => {
    const text = fc.option(fc.string({ maxLength: 6 }), { nil: undefined });
    const facts = fc.record({ address: fc.string({ maxLength: 6 }), a: text, b: text });
    const known = new Map<string, string>();
    fc.assert(
      fc.property(facts, ({ address, a, b }) => {
        const headers = { ...(a !== undefined && { a }), ...(b !== undefined && { b }) };
        const key = keyOf(['header.a', 'header.b'], { address, headers });
        // Who has both headers is the same at every address.
        const meaning = JSON.stringify([a ?? [address], b ?? [address]]);
        const before = known.get(key) ?? meaning;
        known.set(key, meaning);
        return before === meaning;
      }),
      { numRuns: 5000, seed: 20 },
    );
  });
});

describe('the stand-in of a key', () => {
  test('is HalfSipHash-2-4', () => {
    // The published vector of the empty message: 21 8d 1f 59 b9 b8 3c c8, with the key 00 01 … 07.
    const hash = new KeyedHash([0x03020100, 0x07060504]);
    hash.hash('');
    expect([hash.low, hash.high]).toEqual([0x591f8d21, 0xc83cb8b9]);
  });

  test('differs for every text', () => {
    const hash = new KeyedHash([1, 2]);
    const seen = new Set<string>();
    const texts = Array.from({ length: 20_000 }, (_, index) => [
      `${index}`,
      `${index}\0`,
      'x'.repeat(index % 300) + index,
    ]);
    for (const text of new Set(texts.flat())) {
      hash.hash(text);
      seen.add(`${hash.low} ${hash.high}`);
    }
    expect(seen.size).toBe(new Set(texts.flat()).size);
  });
});
