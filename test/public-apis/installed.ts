// What is too large for everyone's `npm ci`: public documents, and other people's tools. They are installed by a command of
// their own, which the continuous integration gives; where they are not, the tests that need them skip and say how to get them.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe } from '@jest/globals';

const HERE = import.meta.dirname;

export const INSTALL_COMMAND = 'npm ci --ignore-scripts --prefix test/public-apis';

export const isInstalled: boolean = existsSync(join(HERE, 'node_modules/.package-lock.json'));

/** `require` of what is installed here. Only CommonJS packages; never called at import, since they may be missing. */
export const requireInstalled: NodeJS.Require = createRequire(join(HERE, 'package.json'));

/** A `describe` that is skipped, with the reason in its name, where the packages are missing. */
export function describeInstalled(name: string, body: () => void): void {
  if (isInstalled) describe(name, body);
  else describe.skip(`${name} (skipped: first run ${INSTALL_COMMAND})`, body);
}

/** A file of an installed package, whether or not its `exports` name it. */
export function installedFile(packageName: string, path: string): string {
  return join(HERE, 'node_modules', packageName, path);
}
