// All of googleapis as one FileDescriptorSet, compiled once and kept in node_modules/.cache, and cut into what each
// team would register: the files of one proto package that hold services, with everything they import.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { type FileDescriptorProto, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

/** What one team registers. */
export interface ProtoPackage {
  readonly name: string;
  /** Names of the files that declare services. */
  readonly entry: readonly string[];
}

const require = createRequire(import.meta.url);
const manifest = require.resolve('google-proto-files/package.json');
const ROOT = dirname(manifest);
const CACHE = join(dirname(ROOT), '.cache');

/** The version of google-proto-files that is installed. */
export const VERSION: string = require('google-proto-files/package.json').version;

// google/protobuf there is the protobuf project's own tree: tests and options of its compilers, no services.
// The compiler brings the files of it that others import.
const LEFT_OUT = join(ROOT, 'google/protobuf');

export const LEFT_OUT_REASON =
  'google/protobuf: compiler internals and their tests, without services; the compiler brings the well-known ones';

/** `.proto` files of the package, and those below the folder that is left out. */
export function countFiles(): { readonly all: number; readonly leftOut: number } {
  const count = (folder: string): number =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.proto'))
      .length;
  return { all: count(ROOT), leftOut: count(LEFT_OUT) };
}

/** Milliseconds that compiling took; undefined if a run before this one had done it. */
export function ensureCompiled(): number | undefined {
  const target = cachedSet();
  if (existsSync(target)) return undefined;
  mkdirSync(CACHE, { recursive: true });
  const start = performance.now();
  const buf = require.resolve('@bufbuild/buf/bin/buf');
  const args = ['build', ROOT, '--exclude-path', LEFT_OUT, '--as-file-descriptor-set'];
  execFileSync(process.execPath, [buf, ...args, '-o', `${target}.new#format=binpb`], { stdio: 'inherit' });
  renameSync(`${target}.new`, target);
  return performance.now() - start;
}

/** Every compiled file, each after those that it imports. */
export function readFiles(): readonly FileDescriptorProto[] {
  return fromBinary(FileDescriptorSetSchema, readFileSync(cachedSet())).file;
}

/** By name. */
export function packagesOf(files: readonly FileDescriptorProto[]): ProtoPackage[] {
  const entries = new Map<string, string[]>();
  for (const { name, package: owner, service } of files) {
    if (service.length === 0) continue;
    const known = entries.get(owner);
    if (known === undefined) entries.set(owner, [name]);
    else known.push(name);
  }
  return [...entries].map(([name, entry]) => ({ name, entry })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function cachedSet(): string {
  return join(CACHE, `google-proto-files-${VERSION}.binpb`);
}
