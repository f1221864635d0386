// Google's published protos as test sources, compiled once per test file.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { Operation } from '../../core/operation.ts';
import { operationsOf, ROOT } from './sources.ts';

export interface GoogleSource {
  readonly name: string;
  readonly operations: readonly Operation[];
}

/** The services of some folders, by the name they are to be registered under. */
export function googleSources(folders: Readonly<Record<string, readonly string[]>>): GoogleSource[] {
  const root = join(ROOT, 'node_modules/google-proto-files');
  const folder = mkdtempSync(join(tmpdir(), 'dragoman-google-'));
  try {
    const output = join(folder, 'out.binpb');
    const paths = Object.values(folders).flatMap((list) =>
      list.flatMap((path) => ['--path', join(root, path)]),
    );
    execFileSync(join(ROOT, 'node_modules/.bin/buf'), ['build', root, ...paths, '-o', output], {
      env: { ...process.env, HOME: folder },
    });
    const files = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(output)));
    const names = [...files.files].map((file) => file.proto.name);
    return Object.entries(folders).map(([name, list]) => {
      const entry = names.filter((file) => list.some((path) => file.startsWith(`${path}/`)));
      return { name, operations: operationsOf(name, files, entry) };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
