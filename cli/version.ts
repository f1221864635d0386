// Which dragoman this is, from the package's own manifest.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../registry/package-root.ts';

export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  const isManifest = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return isManifest ? String(manifest.version) : 'unknown';
}
