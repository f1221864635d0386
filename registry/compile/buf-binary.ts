// Finds the compiler that npm installed for this machine. It is started directly, not through its Node
// wrapper: one process less to watch and to kill.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Result } from '../../core/problem.ts';

// npm's names for the platform packages of @bufbuild/buf, by `process.platform` and `process.arch`.
const PLATFORM_PACKAGES: ReadonlyMap<string, string> = new Map([
  ['darwin-arm64', 'buf-darwin-arm64/bin/buf'],
  ['darwin-x64', 'buf-darwin-x64/bin/buf'],
  ['linux-arm', 'buf-linux-armv7/bin/buf'],
  ['linux-arm64', 'buf-linux-aarch64/bin/buf'],
  ['linux-x64', 'buf-linux-x64/bin/buf'],
  ['win32-arm64', 'buf-win32-arm64/bin/buf.exe'],
  ['win32-x64', 'buf-win32-x64/bin/buf.exe'],
]);

/** The absolute path of the `buf` program, or a problem that says which package is missing. */
export function findBufBinary(
  platform: string = process.platform,
  arch: string = process.arch,
): Result<string> {
  const name = PLATFORM_PACKAGES.get(`${platform}-${arch}`);
  if (name === undefined) {
    return missing(
      `the compiler for .proto sources does not exist for ${platform}-${arch}; register a descriptor set instead`,
    );
  }
  const path = resolveBinary(`@bufbuild/${name}`);
  if (path === undefined) {
    return missing(
      `the compiler for .proto sources is not installed: package @bufbuild/${name.split('/')[0]} is missing; ` +
        'install with optional dependencies, or register a descriptor set instead',
    );
  }
  return { ok: true, value: path, problems: [] };
}

function resolveBinary(specifier: string): string | undefined {
  const ours = createRequire(import.meta.url);
  try {
    // From the package that depends on it: npm may have nested the platform package below that one.
    const path = createRequire(ours.resolve('@bufbuild/buf/package.json')).resolve(specifier);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

function missing(message: string): Result<string> {
  return { ok: false, problems: [{ severity: 'error', message, rule: 'compile' }] };
}
