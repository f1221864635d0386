import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clearField, create, toJson } from '@bufbuild/protobuf';
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  type FileDescriptorSet,
  FileOptionsSchema,
} from '@bufbuild/protobuf/wkt';
import { describe, expect, test } from '@jest/globals';
import { packageRoot } from '../../registry/package-root.ts';
import { commonProtoPaths, compileCommonProtos, printDescriptorModule } from '../../tools/bare-protos.ts';

// The original files, compiled by the same compiler, are the oracle: nothing but comments and options for
// other languages may differ.
const ORIGINALS = join(packageRoot(), 'node_modules/google-proto-files');
const OURS = join(packageRoot(), 'protos');

// Listed by hand, not taken from the printer.
const LANGUAGE_OPTIONS = [
  'ccEnableArenas',
  'csharpNamespace',
  'goPackage',
  'javaMultipleFiles',
  'javaOuterClassname',
  'javaPackage',
  'objcClassPrefix',
  'phpNamespace',
];

function comparable(set: FileDescriptorSet): Map<string, unknown> {
  return new Map(set.file.map((file) => [file.name, comparableFile(file)]));
}

function comparableFile(file: FileDescriptorProto): unknown {
  for (const field of FileOptionsSchema.fields) {
    if (file.options !== undefined && LANGUAGE_OPTIONS.includes(field.localName)) {
      clearField(file.options, field);
    }
  }
  // An empty `options` and an absent one say the same.
  file.options ??= create(FileOptionsSchema);
  // Unknown fields hold the custom options; toJson leaves them out.
  return { json: toJson(FileDescriptorProtoSchema, file), unknown: unknownFields(file) };
}

/** Every unknown field below `value`, by the path to it, as hex. */
function unknownFields(
  value: unknown,
  path = '',
  into: Record<string, string[]> = {},
): Record<string, string[]> {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return into;
  for (const [key, child] of Object.entries(value)) {
    if (key === '$unknown') {
      into[path] = (child as { no: number; data: Uint8Array }[]).map(
        ({ no, data }) => `${no}:${Buffer.from(data).toString('hex')}`,
      );
    } else {
      unknownFields(child, `${path}/${key}`, into);
    }
  }
  return into;
}

describe('bare declarations of the common protos', () => {
  const ours = compileCommonProtos(OURS);

  test('cover the same files as the originals', () => {
    expect(commonProtoPaths(OURS)).toEqual(commonProtoPaths(ORIGINALS));
    expect(commonProtoPaths(OURS)).toHaveLength(57);
  });

  test('compile to the same descriptors as the originals', () => {
    const originals = comparable(compileCommonProtos(ORIGINALS));
    expect(comparable(ours)).toEqual(originals);
  });

  test('the comparison sees custom options', () => {
    const operations = ours.file.find((file) => file.name === 'google/longrunning/operations.proto');
    const paths = Object.keys(unknownFields(operations));
    expect(paths).toContain('/service/0/method/1/options');
    expect(paths).toContain('/messageType/3/field/2/options');
  });

  test('carry no comments but the header', () => {
    const comments = commonProtoPaths(OURS).map((path) => {
      const lines = readFileSync(join(OURS, path), 'utf8').split('\n');
      return lines.filter((line) => /^\s*(\/\/|\/\*)/.test(line)).length;
    });
    expect(new Set(comments)).toEqual(new Set([1]));
  });

  test('the generated descriptor module is up to date', () => {
    const module = readFileSync(join(packageRoot(), 'schema/proto/google-descriptors.gen.ts'), 'utf8');
    // Compared as booleans: a difference of 70 kB of base64 would drown the report.
    expect(module === printDescriptorModule(compileCommonProtos(OURS))).toBe(true);
  });
});
