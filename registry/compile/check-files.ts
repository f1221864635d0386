// Everything about a source's files that can be said before the compiler sees them: paths, duplicates,
// sizes, and whether the entry files are there. Finds all problems, not the first.
import type { Problem } from '../../core/problem.ts';
import type { SourceFile } from '../service-definition.ts';
import { findDeepBracket } from './bracket-depth.ts';
import { findPathFault, pathKey, quoted } from './file-path.ts';
import type { SourceLimits } from './source-limits.ts';

export interface ProtoSource {
  readonly files: readonly SourceFile[];
  readonly entry: readonly string[];
}

/** Empty if the files may go to the compiler. */
export function checkFiles(source: ProtoSource, limits: SourceLimits): Problem[] {
  const { files } = source;
  if (files.length === 0)
    return [fault('entry', 'the source holds no files; send the .proto files and what they import')];
  if (files.length > limits.files) {
    return [
      fault('source-limits', `the source holds ${files.length} files; at most ${limits.files} are taken`),
    ];
  }
  const bytes = files.reduce((sum, file) => sum + Buffer.byteLength(file.content), 0);
  if (bytes > limits.sourceBytes) {
    return [
      fault('source-limits', `the source holds ${bytes} bytes; at most ${limits.sourceBytes} are taken`),
    ];
  }
  return [
    ...checkPaths(files, limits),
    ...checkEntry(source),
    ...files.flatMap((file) => checkText(file, limits)),
  ];
}

function checkPaths(files: readonly SourceFile[], limits: SourceLimits): Problem[] {
  const problems: Problem[] = [];
  const known = new Map<string, string>();
  for (const { path } of files) {
    const reason = findPathFault(path, limits.pathBytes);
    if (reason !== undefined) {
      problems.push(fault('file-name', path === '' ? reason : `file ${quoted(path)} ${reason}`));
      continue;
    }
    const twin = known.get(pathKey(path));
    if (twin === path)
      problems.push({ ...fault('file-name', 'the file was sent twice; send it once'), path });
    else if (twin !== undefined) {
      problems.push({ ...fault('file-name', `differs from ${twin} only by case; rename one of them`), path });
    }
    known.set(pathKey(path), path);
  }
  return [...problems, ...checkFolders(known)];
}

/** A name that is a file and a folder at once can be stored nowhere. */
function checkFolders(known: ReadonlyMap<string, string>): Problem[] {
  const problems: Problem[] = [];
  for (const [key, path] of known) {
    for (let end = key.lastIndexOf('/'); end > 0; end = key.lastIndexOf('/', end - 1)) {
      const folder = known.get(key.slice(0, end));
      if (folder === undefined) continue;
      problems.push({
        ...fault('file-name', `lies below ${folder}, which is itself a file; rename one of them`),
        path,
      });
    }
  }
  return problems;
}

function checkEntry({ files, entry }: ProtoSource): Problem[] {
  if (entry.length === 0) {
    return [fault('entry', 'the source names no entry file; name the files whose services are to be served')];
  }
  const paths = new Set(files.map((file) => file.path));
  return [...new Set(entry)].flatMap((path) => {
    if (!paths.has(path)) {
      return [fault('entry', `the entry file ${quoted(path)} was not sent${didYouMean(path, files)}`)];
    }
    if (!path.endsWith('.proto')) return [{ ...fault('entry', 'an entry file must be a .proto file'), path }];
    return [];
  });
}

function didYouMean(path: string, files: readonly SourceFile[]): string {
  const similar = findSimilarPath(path, files);
  return similar === undefined
    ? '; send it among the files'
    : `; ${quoted(similar)} was: name the file as it was sent`;
}

/** A sent file whose path is `path` with folders added or left out in front. */
export function findSimilarPath(path: string, files: readonly SourceFile[]): string | undefined {
  return files.find((file) => file.path.endsWith(`/${path}`) || path.endsWith(`/${file.path}`))?.path;
}

function checkText(file: SourceFile, limits: SourceLimits): Problem[] {
  if (!file.path.endsWith('.proto')) return [];
  // The compiler takes text that begins with NUL for an empty file.
  const nul = file.content.indexOf('\0');
  if (nul === -1) return checkBrackets(file, limits);
  const line = file.content.slice(0, nul).split('\n').length;
  const message = 'the file holds a NUL character; send .proto files as UTF-8 text';
  return [{ ...fault('compile', message), path: file.path, line }];
}

// Options and oneofs open brackets too, so the text may go twice as deep as messages may; how deep the
// messages themselves go is checked on the descriptors.
function checkBrackets({ path, content }: SourceFile, limits: SourceLimits): Problem[] {
  const most = 2 * limits.nesting;
  const line = findDeepBracket(content, most);
  if (line === undefined) return [];
  const message = `brackets are nested more than ${most} deep; messages may be nested ${limits.nesting} deep`;
  return [{ ...fault('source-limits', message), path, line }];
}

function fault(rule: string, message: string): Problem {
  return { severity: 'error', message, rule };
}
