// A claim of the threat model is worth what its tests are worth: each names folders that hold some.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { codeSpans, ROOT, read, section, tableRows } from './markdown.ts';

const claims = tableRows(section(read('docs/threat-model.md'), 2, 'Claimed'));

describe('docs/threat-model.md', () => {
  test('numbers its claims', () => {
    expect(claims.map(([number]) => Number(number))).toEqual(claims.map((_, index) => index + 1));
    expect(claims.length).toBeGreaterThan(10);
  });

  test.each(
    claims.map(([number = '', claim = '', folders = '']) => [number, claim, codeSpans(folders)] as const),
  )('claim %s is held by tests: %s', (_number, _claim, folders) => {
    expect(folders.length).toBeGreaterThan(0);
    const empty = folders.filter(
      (folder) => !readdirSync(join(ROOT, folder)).some((name) => name.endsWith('.test.ts')),
    );
    expect(empty).toEqual([]);
  });
});
