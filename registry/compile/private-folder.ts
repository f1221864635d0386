// A folder that only we can read, for the length of one task.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Runs `task` with a fresh folder (mode 0700) and removes it whatever happens. */
export async function withPrivateFolder<T>(task: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'dragoman-compile-'));
  try {
    return await task(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Writes files below `root`. Paths have been checked; `wx` still refuses to follow or replace anything. */
export async function writeFiles(root: string, files: Iterable<readonly [string, string]>): Promise<void> {
  const made = new Set<string>();
  for (const [path, content] of files) {
    const target = join(root, path);
    const folder = dirname(target);
    if (!made.has(folder)) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      made.add(folder);
    }
    await writeFile(target, content, { flag: 'wx', mode: 0o600 });
  }
}
