// Who may import whom (DESIGN, section 3), and that no file imports itself by a detour, type imports included.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  forbiddenImports,
  importCycles,
  importsOf,
  type Layers,
  type SourceText,
} from './harness/imports.ts';

const ROOT = new URL('../', import.meta.url);

const LAYERS: Layers = {
  core: [],
  schema: ['core'],
  translators: ['core'],
  policies: ['core'],
  backends: ['core', 'translators'],
  registry: ['core', 'schema'],
  gateway: ['core', 'schema', 'translators', 'policies', 'backends', 'registry'],
  cli: ['core', 'registry', 'gateway'],
  console: [],
  'upstream-mocks': [],
};

/** What stands beside the product may look at all of it; nothing of the product looks back. */
const OUTSIDE = ['bench', 'test', 'tools', 'examples'];

function readSources(folder: string): SourceText[] {
  return readdirSync(new URL(folder, ROOT), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.gen.ts'))
    .filter((entry) => !entry.parentPath.includes('/node_modules/'))
    .map((entry) => {
      const path = `${entry.parentPath}/${entry.name}`.slice(ROOT.pathname.length).replace(/^\/+/, '');
      return { path, text: readFileSync(new URL(path, ROOT), 'utf8') };
    });
}

const folders = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
  .map((entry) => entry.name)
  .filter((name) => !['node_modules', 'dist', 'data', 'coverage', ...OUTSIDE].includes(name));
const sources = folders.flatMap(readSources);

describe('the sources', () => {
  test('are found', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.flatMap(({ text }) => importsOf(text)).length).toBeGreaterThan(400);
  });

  test('import only what their layer may', () => {
    expect(forbiddenImports(sources, LAYERS)).toEqual([]);
  });

  test('have no import cycle', () => {
    expect(importCycles(sources)).toEqual([]);
  });
});

describe('the check itself', () => {
  test.each([
    ["import { a } from './a.ts';", ['./a.ts']],
    ["import type { A } from './a.ts';", ['./a.ts']],
    ["import {\n  a,\n  b,\n} from './a.ts';", ['./a.ts']],
    ["import a, { type B } from '../a.ts'; import b from './b.ts';", ['../a.ts', './b.ts']],
    ["import './a.ts';", ['./a.ts']],
    ["export * from './a.ts';", ['./a.ts']],
    ["export type { A } from './a.ts';", ['./a.ts']],
    ["export { a as b } from './a.ts';", ['./a.ts']],
    ["const a = await import('./a.ts');", ['./a.ts']],
    ["type A = import('./a.ts').A;", ['./a.ts']],
    ['import a from "./a.ts";', ['./a.ts']],
    ["import /* why */ a from './a.ts'; // and so on", ['./a.ts']],
    ["// import a from './a.ts';", []],
    ["/* import a from './a.ts'; */", []],
    ['const text = "import a from \'./a.ts\'";', []],
    ["const text = `import a from './a.ts' $" + "{b('import')}`;", []],
    ["const quote = /['\"`]/; import a from './a.ts';", ['./a.ts']],
    ["const half = a / b; import c from './c.ts'; const d = e / f;", ['./c.ts']],
    ["const url = 'https://x'; import a from './a.ts';", ['./a.ts']],
    ["const from = 'x'; array.from('./a.ts');", []],
  ])('reads the imports of %j', (text, specifiers) => {
    expect(importsOf(text)).toEqual(specifiers);
  });

  const file = (path: string, text: string): SourceText => ({ path, text });

  test.each([
    ['core/a.ts', "import type { B } from '../schema/b.ts';", 'core may import nothing of ours, not schema'],
    ['schema/a.ts', "export * from '../translators/b.ts';", 'schema may import core, not translators'],
    [
      'translators/json/a.ts',
      "await import('../../policies/b.ts');",
      'translators may import core, not policies',
    ],
    [
      'registry/store/a.ts',
      "import '../../backends/b.ts';",
      'registry may import core, schema, not backends',
    ],
    ['backends/a.ts', "import '../registry/b.ts';", 'backends may import core, translators, not registry'],
    ['gateway/rest/a.ts', "import '../../cli/b.ts';", 'not cli'],
    ['gateway/rest/a.ts', "import '../../test/b.ts';", 'not test'],
    ['cli/a.ts', "import '../schema/b.ts';", 'cli may import core, registry, gateway, not schema'],
    ['upstream-mocks/a.ts', "import '../core/b.ts';", 'upstream-mocks may import nothing of ours, not core'],
    ['elsewhere/a.ts', '', 'the folder elsewhere is not in the table of layers'],
  ])('finds a forbidden import in %s', (path, text, message) => {
    const faults = forbiddenImports([file(path, text)], LAYERS);
    expect(faults).toEqual([expect.objectContaining({ path, message: expect.stringContaining(message) })]);
  });

  test('finds a cycle through type imports and re-exports', () => {
    const cycle = [
      file('core/a.ts', "import type { B } from './deep/b.ts';"),
      file('core/deep/b.ts', "export * from '../c.ts';"),
      file('core/c.ts', "import { d } from './d.ts'; import type { A } from './a.ts';"),
      file('core/d.ts', ''),
    ];
    expect(importCycles(cycle)).toEqual([['core/a.ts', 'core/deep/b.ts', 'core/c.ts']]);
  });

  test('finds a file that imports itself', () => {
    expect(importCycles([file('core/a.ts', "import './a.ts';")])).toEqual([['core/a.ts']]);
  });
});
