// Writes gateway/admin/admin-descriptor.gen.ts from protos/dragoman/admin/v1/admin.proto, so that the gateway starts
// its own admin API without running a compiler.
// Run: node tools/admin-descriptor.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { compileProto } from '../registry/compile/compile-proto.ts';
import { packageRoot } from '../registry/package-root.ts';

const PROTO = 'dragoman/admin/v1/admin.proto';
const MODULE = join(packageRoot(), 'gateway/admin/admin-descriptor.gen.ts');

/** The text of the generated module. */
export async function adminDescriptorModule(): Promise<string> {
  const content = readFileSync(join(packageRoot(), 'protos', PROTO), 'utf8');
  const compiled = await compileProto({ files: [{ path: PROTO, content }], entry: [PROTO] });
  if (!compiled.ok) throw new Error(compiled.problems[0]?.message);
  const set = fromBinary(FileDescriptorSetSchema, compiled.value.descriptorSet);
  // Only our own comments are of use; those of imported files would make it ten times as large.
  for (const file of set.file) {
    if (file.name !== PROTO) delete file.sourceCodeInfo;
  }
  const base64 = Buffer.from(toBinary(FileDescriptorSetSchema, set)).toString('base64');
  return [
    '// Generated from protos/dragoman/admin/v1/admin.proto by tools/admin-descriptor.ts; do not edit.',
    '',
    '/** A FileDescriptorSet with comments, in base64. */',
    'export const ADMIN_DESCRIPTOR_SET_BASE64 =',
    `  '${base64}';`,
    '',
  ].join('\n');
}

if (process.argv[1] === import.meta.filename) writeFileSync(MODULE, await adminDescriptorModule());
