// Where this package is on disk, for the files it ships beside its code (protos/google, schema/config).
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PACKAGE_NAME = 'dragoman';

let found: string | undefined;

/**
 * The folder that holds our package.json, whether this file runs from its source (`registry/`) or from the
 * build (`dist/registry/`). Looked up once.
 */
export function packageRoot(): string {
  found ??= findPackageRoot(import.meta.dirname);
  return found;
}

function findPackageRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (nameOfPackage(folder) === PACKAGE_NAME) return folder;
    if (dirname(folder) === folder) throw new Error(`no package.json named ${PACKAGE_NAME} above ${start}`);
  }
}

function nameOfPackage(folder: string): unknown {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return typeof manifest === 'object' && manifest !== null && 'name' in manifest
      ? manifest.name
      : undefined;
  } catch {
    // No manifest here: the search goes on one folder up.
    return undefined;
  }
}
