// The table of CONTRIBUTING.md says which folder may import which; here it is held, type-only imports included.
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { codeSpans, read, repositoryFiles, section, tableRows } from './markdown.ts';

const rows = tableRows(section(read('CONTRIBUTING.md'), 2, 'Layout'));

/** Folder → folders it may import beside itself. */
const allowed = new Map(
  rows.map(
    ([folder = '', , others = '']) => [folder.replaceAll('`', ''), new Set(codeSpans(others))] as const,
  ),
);

const files = repositoryFiles().filter(
  (path) => path.endsWith('.ts') && allowed.has(path.split('/')[0] ?? ''),
);

/** Files of ours that a file imports, exports from, or loads while it runs. */
function importsOf(path: string): string[] {
  const found = read(path).matchAll(
    /^\s*(?:import|export)\b[^'";]*?\bfrom\s*'(\.[^']+)'|^\s*import\s*'(\.[^']+)'|\bimport\(\s*'(\.[^']+)'/gm,
  );
  return [...found].map(([, named, bare, lazy]) =>
    normalize(join(dirname(path), named ?? bare ?? lazy ?? '')),
  );
}

const graph = new Map(files.map((path) => [path, importsOf(path)] as const));

describe('layering', () => {
  test('the table speaks of every folder that holds code of the product', () => {
    expect([...allowed.keys()].sort()).toEqual(
      [
        'backends',
        'cli',
        'core',
        'gateway',
        'policies',
        'registry',
        'schema',
        'translators',
        'upstream-mocks',
      ].sort(),
    );
    expect(files.length).toBeGreaterThan(150);
    expect([...graph.values()].flat().length).toBeGreaterThan(500);
  });

  test('no file imports a folder that its own may not', () => {
    const forbidden = [...graph].flatMap(([path, targets]) => {
      const from = path.split('/')[0] ?? '';
      return targets
        .filter((target) => {
          const to = target.split('/')[0] ?? '';
          return to !== from && allowed.get(from)?.has(to) !== true;
        })
        .map((target) => `${path} imports ${target}`);
    });
    expect(forbidden).toEqual([]);
  });

  test('no imports close a circle', () => {
    expect(circles(graph)).toEqual([]);
  });

  test('finds a circle where there is one', () => {
    const edges = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['a']],
    ]);
    expect(circles(edges)).toEqual(['a → b → c → a']);
  });
});

/** One line per circle, by depth-first search. */
function circles(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (node: string, way: readonly string[]): void => {
    const start = way.indexOf(node);
    if (start >= 0) found.push([...way.slice(start), node].join(' → '));
    if (start >= 0 || done.has(node)) return;
    for (const target of edges.get(node) ?? []) visit(target, [...way, node]);
    done.add(node);
  };
  for (const node of edges.keys()) visit(node, []);
  return found;
}
