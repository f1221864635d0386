// docs/cli.md against the table of commands and their options.
import { describe, expect, test } from '@jest/globals';
import { COMMANDS, COMMANDS_NOT_SERVED } from '../../cli/dragoman.ts';
import { GLOBAL_OPTIONS } from '../../cli/parse-arguments.ts';
import { codeSpans, read, section, sections } from './markdown.ts';

const page = read('docs/cli.md');
const headings = sections(page, 2).map(({ title }) => title);
const general = page.slice(0, page.indexOf('\n## '));

/** `check` takes what `start` takes, and the page says so instead of saying it twice. */
const TEXTS = new Map(
  COMMANDS.map(({ name }) => {
    const own = section(page, 2, `dragoman ${name}`);
    return [name, own.includes('Same options as `start`') ? section(page, 2, 'dragoman start') : own];
  }),
);

function optionsIn(markdown: string): string[] {
  const named = codeSpans(markdown).flatMap((span) => span.match(/^--[a-z-]+/g) ?? []);
  return [...new Set(named)].sort();
}

describe('docs/cli.md', () => {
  test('has a heading for every command and for nothing else, in their order', () => {
    expect(headings).toEqual([...COMMANDS.map(({ name }) => `dragoman ${name}`), 'Not yet']);
  });

  test.each(COMMANDS.map(({ name, options = [] }) => [name, options] as const))(
    'names every option of dragoman %s and no other',
    (name, options) => {
      expect(optionsIn(TEXTS.get(name) ?? '')).toEqual(options.map((option) => `--${option.name}`).sort());
    },
  );

  test('names the options of every command', () => {
    const expected = GLOBAL_OPTIONS.map(({ name }) => `--${name}`);
    expect(optionsIn(general)).toEqual(expect.arrayContaining(expected));
  });

  test('names what is not served yet', () => {
    const notYet = section(page, 2, 'Not yet');
    const options = COMMANDS.flatMap(({ notServed = [] }) => notServed).map((name) => `--${name}`);
    expect(codeSpans(notYet).toSorted()).toEqual([...COMMANDS_NOT_SERVED, 'register', ...options].toSorted());
  });
});
