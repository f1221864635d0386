// Services that clash after a restart: the earlier one stays, the later one is left out, the others are untouched.
import { describe, expect, test } from '@jest/globals';
import type { Problem } from '../../core/problem.ts';
import { admit } from '../../registry/admit.ts';
import type { RegisteredService } from '../../registry/snapshot.ts';

/** A service that owns the letters of its name: two clash if they share one. */
const service = (name: string): RegisteredService => ({
  name,
  definition: { name, source: { kind: 'proto', files: [], entry: [] }, upstream: { targets: [] } },
  revision: '',
  operations: [],
  remarks: [],
  createdAt: '',
  updatedAt: '',
});

const error = (message: string): Problem => ({ severity: 'error', rule: 'clash', message });
const note = (message: string): Problem => ({ severity: 'note', rule: 'present', message });

function run(before: readonly string[], candidates: readonly string[]) {
  let asked = 0;
  const admission = admit(
    new Map(before.map((name) => [name, service(name)])),
    candidates.map(service),
    (services) => {
      asked += 1;
      const owners = new Map<string, string>();
      return [...services.keys()].flatMap((name) => [
        note(name),
        ...[...name].flatMap((letter) => {
          const owner = owners.get(letter);
          owners.set(letter, owner ?? name);
          return owner === undefined ? [] : [error(`${name} and ${owner} share ${letter}`)];
        }),
      ]);
    },
  );
  return { served: [...admission.services.keys()], refused: admission.refused, asked };
}

describe('services that are to be served together', () => {
  test.each([
    ['nothing stored', ['x'], [], ['x'], []],
    ['all fit', ['x'], ['ab', 'cd', 'ef'], ['x', 'ab', 'cd', 'ef'], []],
    ['one clashes with what is there', ['x'], ['ab', 'xy', 'cd'], ['x', 'ab', 'cd'], ['xy']],
    ['the later of two that clash is left out', [], ['ab', 'cd', 'be', 'f'], ['ab', 'cd', 'f'], ['be']],
    ['what clashes only with a refused one stays', [], ['ab', 'bc', 'cd'], ['ab', 'cd'], ['bc']],
    ['every one clashes', ['abc'], ['a', 'b', 'c'], ['abc'], ['a', 'b', 'c']],
  ])('%s', (_name, before, candidates, served, refused) => {
    const result = run(before, candidates);
    expect(result.served).toEqual(served);
    expect(result.refused.map(({ name }) => name)).toEqual(refused);
  });

  test('a refusal carries its errors and not the remarks on others', () => {
    expect(run(['x'], ['ab', 'xy']).refused).toEqual([{ name: 'xy', problems: [error('xy and x share x')] }]);
  });

  test('hundreds that fit cost one question', () => {
    const names = Array.from({ length: 300 }, (_, index) => String.fromCodePoint(0x4e00 + index));
    expect(run([], names).asked).toBe(1);
  });
});
