// Test sources: .proto text → Operations, compiled by buf as at registration, with the production codec.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createFileRegistry, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { DEFAULT_LIMITS, type Operation } from '../../core/operation.ts';
import { readOperations } from '../../schema/proto/read-operations.ts';
import { createCodec } from '../../translators/json/codec.ts';

export const ROOT = join(import.meta.dirname, '..', '..');

/** Compiles sources by path; the Google types of protos/ can be imported. */
export function compile(files: Readonly<Record<string, string>>): FileRegistry {
  const folder = mkdtempSync(join(tmpdir(), 'dragoman-graphql-'));
  try {
    cpSync(join(ROOT, 'protos/google'), join(folder, 'google'), { recursive: true });
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const output = join(folder, 'out.binpb');
    execFileSync(join(ROOT, 'node_modules/.bin/buf'), ['build', folder, '-o', output], {
      env: { ...process.env, HOME: folder },
    });
    return createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(output)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Operations of the named files' services, registered as `service`. */
export function operationsOf(
  service: string,
  files: FileRegistry,
  entry?: readonly string[],
): readonly Operation[] {
  const { operations, problems } = readOperations({
    service,
    files,
    ...(entry && { entry }),
    upstream: { targets: [] },
    limits: DEFAULT_LIMITS,
    forwardHeaders: [],
    codecs: createCodec,
  });
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) throw new Error(errors.map((problem) => problem.message).join('; '));
  return operations;
}

/** A source of the repository's own protos folder. */
export function demoSource(path: string): Readonly<Record<string, string>> {
  return { [path]: readFileSync(join(ROOT, 'protos', path), 'utf8') };
}

/** One proto3 file of package `test.v1` with what most tests import; `body` is its services and messages. */
export function proto3(body: string, packageName = 'test.v1'): string {
  const imports = [
    'google/api/annotations.proto',
    'google/api/field_behavior.proto',
    'google/api/resource.proto',
    ...['any', 'duration', 'empty', 'field_mask', 'struct', 'timestamp', 'wrappers'].map(
      (name) => `google/protobuf/${name}.proto`,
    ),
  ];
  return [
    'syntax = "proto3";',
    `package ${packageName};`,
    ...imports.map((path) => `import "${path}";`),
    body,
  ].join('\n');
}
