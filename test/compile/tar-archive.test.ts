import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { writeTar } from '../../registry/compile/tar-archive.ts';

/** The text of the named files, or of all, as the machine's own tar reads them: the oracle. */
function tar(archive: Uint8Array, ...names: string[]): string {
  const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' };
  return execFileSync('tar', ['-x', '-O', '-f', '-', '--', ...names], {
    input: archive,
    encoding: 'utf8',
    env,
    stdio: 'pipe',
  });
}

describe('a tar archive', () => {
  const names = [
    'a.proto',
    'with space/b.proto',
    '-c.proto',
    `${'x'.repeat(94)}.proto`,
    `${'x'.repeat(95)}.proto`,
    `${'folder/'.repeat(70)}d.proto`,
    `${'größe/'.repeat(14)}e.proto`,
  ];
  const content = (name: string): string => `${name}\n`.repeat(7);
  const archive = writeTar(names.map((name) => [name, content(name)]));

  test('holds the files in their order', () => {
    expect(tar(archive)).toBe(names.map(content).join(''));
  });

  test.each(names)('holds the text of %j', (name) => {
    expect(tar(archive, name)).toBe(content(name));
  });

  test.each([0, 1, 511, 512, 513, 100_000])('takes a file of %d bytes', (length) => {
    const text = 'z'.repeat(length);
    const files = [
      ['a.proto', text],
      ['b.proto', 'end'],
    ] as const;
    expect(tar(writeTar(files))).toBe(`${text}end`);
  });
});
