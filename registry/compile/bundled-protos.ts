// The common protos that every source may import without sending them: our own bare declarations in
// protos/google, and google/protobuf, which the compiler brings.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root.ts';

// What buf 1.74 carries inside (measured by importing each file of google/protobuf).
const COMPILER_FILES: ReadonlySet<string> = new Set(
  [
    'any',
    'api',
    'compiler/plugin',
    'cpp_features',
    'descriptor',
    'duration',
    'empty',
    'field_mask',
    'go_features',
    'java_features',
    'source_context',
    'struct',
    'timestamp',
    'type',
    'wrappers',
  ].map((name) => `google/protobuf/${name}.proto`),
);

let bundled: ReadonlyMap<string, string> | undefined;

/** Path and text of each file of protos/google. Read from disk once. */
export function bundledProtos(): ReadonlyMap<string, string> {
  bundled ??= readBundledProtos(join(packageRoot(), 'protos'));
  return bundled;
}

/** True for files of google/protobuf that the compiler supplies. */
export function isCompilerFile(path: string): boolean {
  return COMPILER_FILES.has(path);
}

function readBundledProtos(root: string): Map<string, string> {
  const paths = readdirSync(join(root, 'google'), { recursive: true, encoding: 'utf8' })
    .map((path) => `google/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.proto'))
    .sort();
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}
