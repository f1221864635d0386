// The table of CONTRIBUTING.md that says which folder may import which is the one that test/layering.test.ts holds.
import { expect, test } from '@jest/globals';
import { codeSpans, read, section, tableRows } from './markdown.ts';

/** Without code yet, so not in the table of CONTRIBUTING.md. */
const EMPTY = ['console: [],'];

test('the table of imports in CONTRIBUTING.md is the one that is enforced', () => {
  const [, enforced = ''] =
    /^const LAYERS: Layers = \{\n([\s\S]*?)^\};$/m.exec(read('test/layering.test.ts')) ?? [];
  const lines = enforced
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !EMPTY.includes(line));
  const rows = tableRows(section(read('CONTRIBUTING.md'), 2, 'Layout')).map(
    ([folder = '', , others = '']) => {
      const name = folder.replaceAll('`', '');
      const list = codeSpans(others).map((other) => `'${other}'`);
      return `${/^\w+$/.test(name) ? name : `'${name}'`}: [${list.join(', ')}],`;
    },
  );
  expect(rows).toEqual(lines);
});
