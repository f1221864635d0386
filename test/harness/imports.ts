// Reads which modules a TypeScript source imports, and what of that the layering (DESIGN, section 3) forbids.
import { dirname, posix } from 'node:path';

export interface SourceText {
  /** Relative to the repository, with "/". */
  readonly path: string;
  readonly text: string;
}

export interface Fault {
  readonly path: string;
  /** The specifier as it is written. */
  readonly specifier: string;
  readonly message: string;
}

/** Folder → folders it may import from beside itself; `*` is every folder. */
export type Layers = Readonly<Record<string, readonly string[]>>;

// A specifier follows `from`, a bare `import`, or `import(`. Type-only forms are the same after `import`.
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*(['"])((?:(?!\1)[^\\\n])+)\1/g;

/** Specifiers of static, re-exporting, type-only and dynamic imports; none out of comments or other texts. */
export function importsOf(text: string): string[] {
  const code = withoutCommentsAndTexts(text);
  return [...code.matchAll(IMPORT)].map((match) => match[2] ?? '');
}

/** Comments become spaces; so do texts that no `from`, `import` or `import(` stands before. */
function withoutCommentsAndTexts(source: string): string {
  let code = '';
  let at = 0;
  while (at < source.length) {
    const two = source.slice(at, at + 2);
    if (two === '//') {
      at = indexOrEnd(source, '\n', at);
    } else if (two === '/*') {
      at = indexOrEnd(source, '*/', at + 2) + 2;
      code += ' ';
    } else if (isRegexStart(source, at, code)) {
      at = endOfRegex(source, at);
      code += '/ /';
    } else if (/['"`]/.test(source[at] ?? '')) {
      const end = endOfText(source, at);
      const isSpecifier = /(?:\bfrom|\bimport|\bimport\s*\()\s*$/.test(code.slice(-80));
      code += isSpecifier ? source.slice(at, end) : '""';
      at = end;
    } else {
      code += source[at];
      at += 1;
    }
  }
  return code;
}

function indexOrEnd(source: string, what: string, from: number): number {
  const found = source.indexOf(what, from);
  return found === -1 ? source.length : found;
}

/** A "/" after an operator, a bracket or a keyword begins a regular expression, elsewhere it divides. */
function isRegexStart(source: string, at: number, before: string): boolean {
  return source[at] === '/' && /(?:^|[=(,[!&|?:{};+\n]|=>|\breturn|\bcase)\s*$/.test(before.slice(-40));
}

function endOfRegex(source: string, start: number): number {
  let isClass = false;
  for (let at = start + 1; at < source.length && source[at] !== '\n'; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === '[') isClass = true;
    else if (source[at] === ']') isClass = false;
    else if (source[at] === '/' && !isClass) return at + 1;
  }
  return start + 1;
}

/** Behind the closing quote; what is inside `${}` of a template counts as text. */
function endOfText(source: string, start: number): number {
  const quote = source[start];
  for (let at = start + 1; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === quote) return at + 1;
    else if (quote === '`' && source.startsWith('${', at)) at = endOfHole(source, at + 2);
  }
  return source.length;
}

function endOfHole(source: string, start: number): number {
  let depth = 1;
  for (let at = start; at < source.length; at += 1) {
    if (/['"`]/.test(source[at] ?? '')) at = endOfText(source, at) - 1;
    else if (source[at] === '{') depth += 1;
    else if (source[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  return source.length;
}

/** Imports of other folders that the table does not allow, and relative imports without the ending `.ts`. */
export function forbiddenImports(sources: readonly SourceText[], layers: Layers): Fault[] {
  return sources.flatMap(({ path, text }) => {
    const folder = folderOf(path);
    const allowed = layers[folder];
    if (allowed === undefined) {
      return [{ path, specifier: '', message: `the folder ${folder} is not in the table of layers` }];
    }
    return relativeImports(path, text).flatMap(({ specifier, target }) => {
      const of = folderOf(target);
      if (of === folder || allowed.includes('*') || allowed.includes(of)) return [];
      const rule = allowed.length === 0 ? 'nothing of ours' : allowed.join(', ');
      return [{ path, specifier, message: `${folder} may import ${rule}, not ${of}` }];
    });
  });
}

/** Each cycle once, as the files on it, beginning with the first by name. */
export function importCycles(sources: readonly SourceText[]): string[][] {
  const edges = new Map(
    sources.map(({ path, text }) => [path, relativeImports(path, text).map(({ target }) => target)]),
  );
  const done = new Set<string>();
  const trail: string[] = [];
  const cycles = new Map<string, string[]>();
  const visit = (path: string): void => {
    const since = trail.indexOf(path);
    if (since !== -1) {
      const cycle = trail.slice(since);
      const first = cycle.indexOf([...cycle].sort()[0] ?? '');
      const turned = [...cycle.slice(first), ...cycle.slice(0, first)];
      cycles.set(turned.join(), turned);
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const target of edges.get(path) ?? []) visit(target);
    trail.pop();
    done.add(path);
  };
  for (const path of edges.keys()) visit(path);
  return [...cycles.values()];
}

function relativeImports(path: string, text: string): { specifier: string; target: string }[] {
  return importsOf(text)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => ({ specifier, target: posix.normalize(posix.join(dirname(path), specifier)) }));
}

function folderOf(path: string): string {
  return path.split('/')[0] ?? '';
}
