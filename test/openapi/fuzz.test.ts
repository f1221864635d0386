// Documents changed at random are read or refused; nothing is thrown, nothing takes long, no prototype is touched.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { REVIEWS_DOCUMENT } from '../../upstream-mocks/reviews/reviews.ts';
import { read } from './read.ts';

const REVIEWS = readFileSync(REVIEWS_DOCUMENT, 'utf8');
const ODD: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    9e307,
    '',
    'x',
    [],
    {},
    [[]],
    [null],
    { $ref: '#' },
    { $ref: '#/paths' },
    { $ref: 'x.json' },
  ],
  ...[
    { $ref: '#/components/schemas/Review' },
    { __proto__: null },
    { constructor: {} },
    'a'.repeat(5_000),
    ['x', 'x'],
  ],
  ...[{ type: 'array' }, { allOf: [{ $ref: '#/components/schemas/Review' }] }, { '200': {} }, { get: {} }],
];
const NAMES = [
  '$ref',
  'type',
  'properties',
  'items',
  'required',
  'in',
  'name',
  'schema',
  'content',
  'responses',
  '__proto__',
  'constructor',
  'toString',
  'paths',
  'servers',
];

/** Replaces, adds or takes away one part, anywhere. */
function mutate(root: unknown, steps: readonly number[], kind: number, odd: unknown, name: string): unknown {
  const copy = structuredClone(root);
  let at: unknown = copy;
  for (const step of steps) {
    if (typeof at !== 'object' || at === null) break;
    const keys = Object.keys(at);
    const key = keys[step % Math.max(1, keys.length)];
    if (key === undefined) break;
    const inner = (at as Record<string, unknown>)[key];
    const isLast = step === steps.at(-1) || typeof inner !== 'object' || inner === null;
    if (!isLast) {
      at = inner;
      continue;
    }
    if (kind === 0)
      Object.defineProperty(at, key, { value: odd, enumerable: true, writable: true, configurable: true });
    else if (kind === 1) delete (at as Record<string, unknown>)[key];
    else
      Object.defineProperty(at, name, { value: odd, enumerable: true, writable: true, configurable: true });
    break;
  }
  return copy;
}

test('parts replaced, added and taken away', () => {
  const change = fc.record({
    steps: fc.array(fc.nat(40), { minLength: 1, maxLength: 9 }),
    kind: fc.nat(2),
    odd: fc.constantFrom(...ODD),
    name: fc.constantFrom(...NAMES),
  });
  const original: unknown = parse(REVIEWS);
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), fc.boolean(), (changes, isYaml) => {
      let document = original;
      for (const { steps, kind, odd, name } of changes) document = mutate(document, steps, kind, odd, name);
      const text = isYaml ? stringify(document, { aliasDuplicateObjects: false }) : JSON.stringify(document);
      const { ok, problems } = read({ [isYaml ? 'a.yaml' : 'a.json']: text });
      // A refusal always says why, and says where it is about a place.
      expect(ok || problems.some(({ severity }) => severity === 'error')).toBe(true);
      expect(({} as Record<string, unknown>).type).toBeUndefined();
    }),
    { numRuns: 400, seed: 17 },
  );
});

test('text cut, doubled and spoilt', () => {
  const spoil = fc.record({
    at: fc.nat(REVIEWS.length),
    length: fc.nat(40),
    put: fc.constantFrom(
      '',
      '{',
      '}',
      '[',
      ']',
      ':',
      '- ',
      '&a ',
      '*a',
      '!!x ',
      '\t',
      '"',
      '\0',
      '\ud800',
      '<<: ',
      '? ',
    ),
  });
  fc.assert(
    fc.property(fc.array(spoil, { minLength: 1, maxLength: 3 }), (spoils) => {
      let text = REVIEWS;
      for (const { at, length, put } of spoils) text = text.slice(0, at) + put + text.slice(at + length);
      const { ok, problems } = read({ 'a.yaml': text });
      expect(ok || problems.some(({ severity }) => severity === 'error')).toBe(true);
    }),
    { numRuns: 300, seed: 19 },
  );
});
