// What a newcomer meets first: the README's two commands, and every link and path of every page.
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { anchors, codeSpans, fences, links, markdownFiles, ROOT, read } from './markdown.ts';

const readme = read('README.md');

describe('README.md', () => {
  test('has two sh fences before any other: one runs the demo, one the tests', () => {
    const [first, second, ...others] = fences(readme);
    expect(first).toEqual({ language: 'sh', text: 'npm ci && npm start' });
    expect(second).toEqual({ language: 'sh', text: 'npm test' });
    expect(others.map(({ language }) => language)).not.toContain('sh');
    expect(others.length).toBeGreaterThan(0);
  });

  test('says what it is in five lines at most before anything else', () => {
    const [, opening = ''] = readme.split('\n\n');
    expect(opening.split('\n').length).toBeLessThanOrEqual(5);
    expect(opening).toContain('.proto');
  });

  test('continuous integration runs the same test command', () => {
    expect(read('.ci/run').split('\n')).toContain('npm test');
  });
});

describe.each(markdownFiles())('%s', (page) => {
  const text = read(page);
  const isHere = (target: string): boolean => existsSync(join(ROOT, dirname(page), target));

  test('every relative link leads to a file, and to a heading if it names one', () => {
    const broken = links(text).filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [file = '', anchor] = link.split('#');
      const target = normalize(join(dirname(page), file === '' ? `./${page.split('/').at(-1)}` : file));
      if (!isHere(file === '' ? '.' : file)) return true;
      return anchor !== undefined && !anchors(read(target)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  test('every path of the repository that it names exists', () => {
    const folders =
      'core|schema|translators|policies|backends|registry|gateway|cli|protos|upstream-mocks|tools|test|bench|examples|docs';
    const form = new RegExp(`^(${folders})/[\\w./-]+$`);
    const missing = codeSpans(text).filter((span) => form.test(span) && !existsSync(join(ROOT, span)));
    expect(missing).toEqual([]);
  });
});
