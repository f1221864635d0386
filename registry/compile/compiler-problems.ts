// Turns what the compiler says into Problems, each with what to do about it where we know. The compiler
// has no codes for its findings, so this is the one place that looks at its wording.
import type { Problem } from '../../core/problem.ts';
import { googleTypes } from '../../schema/proto/google-types.ts';
import type { SourceFile } from '../service-definition.ts';
import { findSimilarPath } from './check-files.ts';
import { findPathFault, quoted } from './file-path.ts';

/** Longer import paths than any limit on paths are not looked at. */
const MAX_PATH_BYTES = 4096;

interface Finding {
  readonly path: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly message: string;
}

/** One Problem per line of `--error-format json`; lines of another form become Problems without a place. */
export function readCompilerProblems(errors: string, files: readonly SourceFile[]): Problem[] {
  const contents = new Map(files.map((file) => [file.path, file.content]));
  const problems: Problem[] = [];
  for (const line of errors.split('\n')) {
    const text = line.trim();
    if (text === '') continue;
    const finding = readFinding(text);
    if (finding !== undefined) problems.push(problemOf(finding, contents, files));
  }
  return problems.length > 0 ? problems : [failure(errors)];
}

function problemOf(
  finding: Finding,
  contents: ReadonlyMap<string, string>,
  files: readonly SourceFile[],
): Problem {
  const { path, line, column } = finding;
  return {
    severity: 'error',
    message: explain(finding, contents, files),
    rule: 'compile',
    path,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
}

function explain(
  { path, line, message }: Finding,
  contents: ReadonlyMap<string, string>,
  files: readonly SourceFile[],
): string {
  if (message === 'imported file does not exist') {
    return explainImport(importAt(contents.get(path), line), files);
  }
  const unknown = /^cannot find `([\w.]+)` in this scope$/.exec(message)?.[1];
  const home = unknown === undefined ? undefined : fileOfGoogleType(unknown);
  return home === undefined ? message : `${message}; add: import ${quoted(home)};`;
}

function explainImport(path: string | undefined, files: readonly SourceFile[]): string {
  if (path === undefined) return 'an imported file was not sent; send it along with the entry files';
  const pathFault = findPathFault(path, MAX_PATH_BYTES);
  if (pathFault !== undefined) return `imported file ${quoted(path)} ${pathFault}`;
  const similar = findSimilarPath(path, files);
  if (similar !== undefined) {
    return `imported file ${quoted(path)} was not sent, but ${quoted(similar)} was: files must be named as imports name them`;
  }
  return `imported file ${quoted(path)} was not sent; send it along under exactly this path (-I names the folder that holds it)`;
}

function importAt(content: string | undefined, line: number | undefined): string | undefined {
  if (content === undefined || line === undefined) return undefined;
  const text = content.split(/\r?\n/, line)[line - 1] ?? '';
  // Several imports on one line are too rare to tell apart: then the import is not named.
  const paths = [...text.matchAll(/\bimport\s+(?:public\s+|weak\s+|option\s+)?["']([^"']{0,4096})["']/g)];
  return paths.length === 1 ? paths[0]?.[1] : undefined;
}

/** The file that declares a common type or option, as its import names it. */
function fileOfGoogleType(name: string): string | undefined {
  const found = googleTypes().get(name.replace(/^\./, ''));
  return found?.file.proto.name;
}

function readFinding(line: string): Finding | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { path, start_line, start_column, message } = parsed as Record<string, unknown>;
  if (typeof path !== 'string' || typeof message !== 'string') return undefined;
  return { path, line: positive(start_line), column: positive(start_column), message };
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined;
}

/** The compiler failed without findings: it says so in one line of prose, which may name our folders. */
function failure(errors: string): Problem {
  const reason = /recursion depth/.test(errors)
    ? 'an option is nested too deep'
    : 'the compiler gave up on this source without naming a place';
  return { severity: 'error', message: reason, rule: 'compile' };
}
