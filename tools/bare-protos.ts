// Writes our own bare declarations of Google's common protos (protos/google/**) and, from those, the module
// schema/proto/google-descriptors.gen.ts. Names, numbers, types and options are kept; comments are not.
// Run: node tools/bare-protos.ts (needs the dev dependency google-proto-files)
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createFileRegistry, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type FileDescriptorSet, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { findBufBinary } from '../registry/compile/buf-binary.ts';
import { packageRoot } from '../registry/package-root.ts';
import { printProto } from './print-proto.ts';

/** Folders whose own files are common to all APIs; what lies deeper belongs to single APIs. */
const FOLDERS = ['google/api', 'google/rpc', 'google/rpc/context', 'google/type', 'google/longrunning'];

/** Types that a google.protobuf.Any in an error may hold though no common proto imports them. */
const WELL_KNOWN = ['any', 'duration', 'empty', 'field_mask', 'struct', 'timestamp', 'wrappers'];

const TOOL = 'tools/bare-protos.ts';
const ORIGINALS = join(packageRoot(), 'node_modules/google-proto-files');
const OURS = join(packageRoot(), 'protos');
const MODULE = join(packageRoot(), 'schema/proto/google-descriptors.gen.ts');

/** Paths of the common protos below `root`, sorted. */
export function commonProtoPaths(root: string): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.proto'))
      .map((entry) => `${folder}/${entry.name}`),
  ).sort();
}

/** Compiles the common protos below `root`, and what they import, without source info. */
export function compileCommonProtos(root: string): FileDescriptorSet {
  const buf = findBufBinary();
  if (!buf.ok) throw new Error(buf.problems[0]?.message);
  const work = mkdtempSync(join(tmpdir(), 'bare-protos-'));
  try {
    const paths = commonProtoPaths(root);
    for (const path of paths) {
      mkdirSync(join(work, 'in', dirname(path)), { recursive: true });
      cpSync(join(root, path), join(work, 'in', path));
    }
    const imports = WELL_KNOWN.map((name) => `import "google/protobuf/${name}.proto";\n`).join('');
    writeFileSync(join(work, 'in', 'all.proto'), `syntax = "proto3";\n${imports}`);
    const flags = [
      '--config',
      '{"version":"v2"}',
      '--exclude-source-info',
      '--as-file-descriptor-set',
      '-o',
      '../out.binpb',
    ];
    execFileSync(buf.value, ['build', '.', ...flags], {
      cwd: join(work, 'in'),
      env: { HOME: work },
      stdio: 'pipe',
    });
    const set = fromBinary(FileDescriptorSetSchema, readFileSync(join(work, 'out.binpb')));
    set.file = set.file.filter((file) => file.name !== 'all.proto');
    return set;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The .proto text of every common proto in `set`, by path. */
export function printCommonProtos(set: FileDescriptorSet, paths: readonly string[]): Map<string, string> {
  const registry = createFileRegistry(set);
  return new Map(
    paths.map((path) => {
      const file = registry.getFile(path);
      if (file === undefined) throw new Error(`${path} was not compiled`);
      return [
        path,
        `// Generated bare declaration, see ${TOOL}. Do not edit.\n${printProto(file, registry)}`,
      ];
    }),
  );
}

/** The text of schema/proto/google-descriptors.gen.ts. */
export function printDescriptorModule(set: FileDescriptorSet): string {
  const base64 = Buffer.from(toBinary(FileDescriptorSetSchema, set)).toString('base64');
  return [
    `// Generated from protos/google by ${TOOL}. Do not edit.`,
    '',
    '/** google.protobuf.FileDescriptorSet of the common protos and what they import, without source info. */',
    'export const GOOGLE_DESCRIPTORS =',
    `  '${base64}';`,
    '',
  ].join('\n');
}

function main(): void {
  rmSync(join(OURS, 'google'), { recursive: true, force: true });
  const texts = printCommonProtos(compileCommonProtos(ORIGINALS), commonProtoPaths(ORIGINALS));
  for (const [path, text] of texts) {
    mkdirSync(join(OURS, dirname(path)), { recursive: true });
    writeFileSync(join(OURS, path), text);
  }
  writeFileSync(MODULE, printDescriptorModule(compileCommonProtos(OURS)));
  console.log(`wrote ${texts.size} files and ${MODULE}`);
}

if (import.meta.main) main();
