// docs/lifecycle.md names the hops: the names are in the code, in the files it says.
import { describe, expect, test } from '@jest/globals';
import { read, section } from './markdown.ts';

const page = read('docs/lifecycle.md');

const pairs = [...page.matchAll(/`([A-Za-z.]+)`\s+\(`([a-z/-]+\.ts)`\)/g)].map(
  ([, name = '', path = '']) => [name, path] as const,
);

describe('docs/lifecycle.md', () => {
  test('names more than fifty functions with their files', () => {
    expect(pairs.length).toBeGreaterThan(50);
  });

  test.each(pairs)('%s is in %s', (name, path) => {
    const [holder = '', member] = name.split('.');
    const text = read(path);
    expect(text).toMatch(
      new RegExp(`^(?:export )?(?:async )?(?:function|const|class|interface) ${holder}\\b`, 'm'),
    );
    expect(text).toMatch(member === undefined ? /./ : new RegExp(`^  (?:async )?${member}\\(`, 'm'));
  });

  test.each(['One REST request', 'One GraphQL request', 'One registration'])(
    '%s has eight hops, each with what it may answer',
    (title) => {
      const hops = section(page, 2, title)
        .split(/^(?=\d+\. )/m)
        .slice(1);
      expect(hops.map((hop) => Number.parseInt(hop, 10))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      expect(hops.filter((hop) => !/_Answers:_\s\S/.test(hop))).toEqual([]);
    },
  );
});
