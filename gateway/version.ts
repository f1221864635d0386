// The version of this program, as package.json states it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../registry/package-root.ts';

export const VERSION: string = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')).version;
