// Counts by several labels at once, as metrics show them.
import { describe, expect, test } from '@jest/globals';
import { LabelCounts } from '../../gateway/status/label-counts.ts';

function countsOf(added: readonly (readonly string[])[]): [string, number][] {
  const counts = new LabelCounts();
  for (const labels of added) counts.add(labels);
  return [...counts].map(({ labels, count }): [string, number] => [labels.join('|'), count]).sort();
}

describe('counts by labels', () => {
  test('are none at first', () => {
    expect(countsOf([])).toEqual([]);
  });

  test('count equal labels together, and others apart', () => {
    const added = [
      ['/a', 'x', '200'],
      ['/a', 'x', '404'],
      ['/b', 'x', '200'],
      ['/a', 'y', '200'],
      ['/a', 'x', '200'],
    ];
    expect(countsOf(added)).toEqual([
      ['/a|x|200', 2],
      ['/a|x|404', 1],
      ['/a|y|200', 1],
      ['/b|x|200', 1],
    ]);
  });

  test('take no label for another, however they read when put together', () => {
    const added = [
      ['a', 'b c'],
      ['a b', 'c'],
      ['__proto__', 'constructor'],
    ];
    expect(countsOf(added)).toEqual([
      ['__proto__|constructor', 1],
      ['a b|c', 1],
      ['a|b c', 1],
    ]);
  });
});
