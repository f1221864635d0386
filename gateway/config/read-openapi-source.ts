// Collects an OpenAPI source from disk: the document and the files that it refers to, in or below its own folder.
// Shared by the configuration file and `dragoman register`. What is missing or outside is left to the registry, which
// says so at the reference.
import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import type { Problem, Result } from '../../core/problem.ts';
import { DEFAULT_SOURCE_LIMITS } from '../../registry/compile/source-limits.ts';
import type { ServiceSource, SourceFile } from '../../registry/service-definition.ts';
import { findReferences } from '../../schema/openapi/find-references.ts';
import { decodeText, FileFault, readBytes } from './read-file.ts';

export interface OpenapiReading {
  readonly source: Extract<ServiceSource, { kind: 'openapi' }>;
  /** Where each file of the source lies on disk, as people would write it. */
  readonly locations: ReadonlyMap<string, string>;
}

/** `path` is absolute, or counts from the working folder. */
export async function readOpenapiSource(path: string): Promise<Result<OpenapiReading>> {
  const folder = dirname(path);
  const entry = basename(path);
  const files = new Map<string, SourceFile>();
  const locations = new Map<string, string>();
  const problems: Problem[] = [];
  const seen = new Set([entry]);
  let bytes = 0;
  for (const name of seen) {
    const isEntry = name === entry;
    try {
      const content = await readBelow(folder, name, isEntry);
      if (content === undefined) continue;
      bytes += content.length;
      if (files.size >= DEFAULT_SOURCE_LIMITS.files || bytes > DEFAULT_SOURCE_LIMITS.sourceBytes) {
        problems.push(tooLarge(shown(join(folder, name))));
        break;
      }
      const text = decodeText(content);
      files.set(name, { path: name, content: text });
      locations.set(name, shown(join(folder, name)));
      for (const reference of findReferences(text)) {
        const target = join(dirname(name), reference).split(sep).join('/');
        if (!target.startsWith('../') && !isAbsolute(target)) seen.add(target);
      }
    } catch (error) {
      if (!(error instanceof FileFault)) throw error;
      if (isEntry || !error.isMissing) problems.push(faultOf(join(folder, name), error));
    }
  }
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    value: { source: { kind: 'openapi', files: [...files.values()], entry }, locations },
    problems: [],
  };
}

/** Undefined for a symbolic link that leads out of the folder. The document itself may be one. */
async function readBelow(folder: string, name: string, isEntry: boolean): Promise<Uint8Array | undefined> {
  const path = join(folder, name);
  const real = await realpath(path).catch(() => path);
  const root = await realpath(folder).catch(() => folder);
  const inner = relative(root, real);
  if (!isEntry && (inner.startsWith('..') || isAbsolute(inner))) return undefined;
  return readBytes(real, DEFAULT_SOURCE_LIMITS.sourceBytes);
}

function tooLarge(path: string): Problem {
  const { files, sourceBytes } = DEFAULT_SOURCE_LIMITS;
  const message = `with this file the source exceeds ${files} files or ${sourceBytes} bytes`;
  return { severity: 'error', rule: 'source-limits', message, path };
}

function faultOf(path: string, { message }: FileFault): Problem {
  return { severity: 'error', rule: 'file', path: shown(path), message: `this file ${message}` };
}

function shown(path: string): string {
  const inner = relative(process.cwd(), path);
  return inner.startsWith('..') ? path : inner;
}
