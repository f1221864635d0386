// Collects a proto source from disk: the entry files and every import they need, named as imports name them.
// Shared by the configuration file and `dragoman register`. Reads only inside the include folders and beside
// the entry files, also through symbolic links; what the gateway supplies (google/…) is not sent.
import { realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { hasErrors, type Problem, type Result, sortProblems } from '../../core/problem.ts';
import { bundledProtos, isCompilerFile } from '../../registry/compile/bundled-protos.ts';
import { findPathFault, quoted } from '../../registry/compile/file-path.ts';
import { DEFAULT_SOURCE_LIMITS, type SourceLimits } from '../../registry/compile/source-limits.ts';
import type { ServiceSource, SourceFile } from '../../registry/service-definition.ts';
import { findImports, type ProtoImport } from './proto-imports.ts';
import { decodeText, FileFault, readBytes } from './read-file.ts';

export interface SourceRequest {
  /** Entry files. */
  readonly files: readonly string[];
  /** Folders that imports count from, in order of search; the folder of each entry file comes after them. */
  readonly include: readonly string[];
}

export interface SourceReading {
  readonly source: Extract<ServiceSource, { kind: 'proto' }>;
  /** Where each file of the source lies on disk, as people would write it. */
  readonly locations: ReadonlyMap<string, string>;
}

export interface ReadSourceOptions {
  /** Relative paths count from here, and problems name files relative to it. Default: the working folder. */
  readonly cwd?: string;
  readonly limits?: Pick<SourceLimits, 'files' | 'sourceBytes' | 'pathBytes'>;
}

/** How far above an import's file its folder is looked for, to say which include folder is missing. */
const HINT_LEVELS = 12;

export async function readSource(
  request: SourceRequest,
  { cwd = process.cwd(), limits = DEFAULT_SOURCE_LIMITS }: ReadSourceOptions = {},
): Promise<Result<SourceReading>> {
  const collector = new SourceCollector(cwd, limits);
  await collector.collect(request);
  const problems = sortProblems(collector.problems);
  return hasErrors(problems) ? { ok: false, problems } : { ok: true, value: collector.reading(), problems };
}

interface Root {
  readonly path: string;
  /** Without symbolic links: what is read must lie below it. */
  readonly realPath: string;
}

class SourceCollector {
  readonly problems: Problem[] = [];
  readonly #cwd: string;
  readonly #limits: Pick<SourceLimits, 'files' | 'sourceBytes' | 'pathBytes'>;
  readonly #roots: Root[] = [];
  readonly #files = new Map<string, SourceFile>();
  readonly #locations = new Map<string, string>();
  readonly #entry: string[] = [];
  /** Names that are settled, found or not: each is looked for once, but every import of a missing one is listed. */
  readonly #missing = new Set<string>();
  #bytes = 0;

  constructor(cwd: string, limits: Pick<SourceLimits, 'files' | 'sourceBytes' | 'pathBytes'>) {
    this.#cwd = cwd;
    this.#limits = limits;
  }

  reading(): SourceReading {
    const files = [...this.#files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    return { source: { kind: 'proto', files, entry: this.#entry }, locations: this.#locations };
  }

  async collect({ files, include }: SourceRequest): Promise<void> {
    for (const folder of include) await this.#addRoot(resolve(this.#cwd, folder));
    const includeCount = this.#roots.length;
    const entries: { readonly name: string; readonly path: string }[] = [];
    for (const file of files) {
      const path = resolve(this.#cwd, file);
      const root = this.#roots.slice(0, includeCount).find((candidate) => isBelow(candidate.path, path));
      if (root === undefined) await this.#addRoot(dirname(path));
      const name = relative(root?.path ?? dirname(path), path)
        .split(sep)
        .join('/');
      const other = entries.find((entry) => entry.name === name);
      if (other === undefined) entries.push({ name, path });
      else if (other.path !== path) {
        const message = `both this and ${this.#show(other.path)} would be called ${quoted(name)}; give include folders above them`;
        this.#refuse(path, 'file-name', message);
      }
    }
    for (const { name, path } of entries) {
      if (await this.#read(name, path)) this.#entry.push(name);
    }
    // A Map that grows while it is walked shows its new entries too: this is the queue.
    for (const { path: name, content } of this.#files.values()) {
      for (const found of findImports(content)) await this.#follow(name, found);
      if (this.#isFull()) return;
    }
  }

  async #addRoot(path: string): Promise<void> {
    if (this.#roots.some((root) => root.path === path)) return;
    try {
      const status = await stat(path);
      if (status.isDirectory()) this.#roots.push({ path, realPath: await realpath(path) });
      else this.#refuse(path, 'file', 'this is not a folder; includes are folders that imports count from');
    } catch {
      this.#refuse(path, 'file', 'this folder does not exist or may not be read');
    }
  }

  async #follow(importer: string, { path: name, line, column }: ProtoImport): Promise<void> {
    if (this.#files.has(name) || isSupplied(name)) return;
    const place = { path: this.#locations.get(importer) ?? importer, line, column };
    const fault = findPathFault(name, this.#limits.pathBytes);
    if (fault !== undefined) {
      this.problems.push({
        severity: 'error',
        rule: 'import',
        message: `the import ${quoted(name)} ${fault}`,
        ...place,
      });
      return;
    }
    if (!this.#missing.has(name)) {
      for (const root of this.#roots) {
        const path = join(root.path, name);
        if (await exists(path)) {
          await this.#read(name, path);
          return;
        }
      }
      this.#missing.add(name);
    }
    const folders = this.#roots.map((root) => quoted(this.#show(root.path))).join(', ');
    const hint = await this.#findFolderOf(name, importer);
    const message = `the import ${quoted(name)} is not below ${folders}; ${hint}`;
    this.problems.push({ severity: 'error', rule: 'missing-import', message, ...place });
  }

  /** Only looks whether a file is there; nothing outside of the include folders is read. */
  async #findFolderOf(name: string, importer: string): Promise<string> {
    let folder = dirname(resolve(this.#cwd, this.#locations.get(importer) ?? importer));
    for (let level = 0; level < HINT_LEVELS; level += 1) {
      if (await exists(join(folder, name)))
        return `it is in ${this.#show(folder)}: make that an include folder`;
      if (dirname(folder) === folder) break;
      folder = dirname(folder);
    }
    return 'add the folder that its path counts from as an include folder';
  }

  /** True if the file is part of the source now. */
  async #read(name: string, path: string): Promise<boolean> {
    const fault = findPathFault(name, this.#limits.pathBytes);
    if (fault !== undefined) return this.#refuse(path, 'file-name', `the file ${quoted(name)} ${fault}`);
    if (this.#isFull()) return false;
    try {
      const real = await realpath(path).catch(() => path);
      if (!this.#roots.some((root) => isBelow(root.realPath, real))) {
        return this.#refuse(
          path,
          'outside',
          'this is a symbolic link out of the include folders; it is not followed',
        );
      }
      const bytes = await readBytes(real, this.#limits.sourceBytes);
      this.#bytes += bytes.length;
      // The byte order mark stays: positions that the compiler reports count it.
      const content = decodeText(bytes);
      this.#files.set(name, { path: name, content });
      this.#locations.set(name, this.#show(path));
    } catch (error) {
      if (error instanceof FileFault) return this.#refuse(path, 'file', `this file ${error.message}`);
      throw error;
    }
    return !this.#isFull(path);
  }

  #isFull(path?: string): boolean {
    const { files, sourceBytes } = this.#limits;
    const isFull = this.#files.size > files || this.#bytes > sourceBytes;
    if (isFull && path !== undefined) {
      const message = `with this file the source exceeds ${files} files or ${sourceBytes} bytes`;
      this.#refuse(path, 'source-limits', message);
    }
    return isFull;
  }

  #refuse(path: string, rule: string, message: string): false {
    this.problems.push({ severity: 'error', rule, message, path: this.#show(path) });
    return false;
  }

  /** Relative to the working folder if it lies below it. */
  #show(path: string): string {
    const shown = relative(this.#cwd, path);
    if (shown === '') return '.';
    return shown.startsWith('..') || isAbsolute(shown) ? path : shown;
  }
}

function isSupplied(name: string): boolean {
  return isCompilerFile(name) || bundledProtos().has(name);
}

function isBelow(folder: string, path: string): boolean {
  const inner = relative(folder, path);
  return inner !== '' && inner !== '..' && !inner.startsWith(`..${sep}`) && !isAbsolute(inner);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isFile(),
    () => false,
  );
}
