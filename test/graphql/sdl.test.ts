// The whole SDL of the demo services, reviewed by eye; and of large foreign sources, by graphql-js.
// To write the golden file anew: UPDATE_GOLDEN=1 npm run test:only -- test/graphql/sdl.test.ts
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileRegistry, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, test } from '@jest/globals';
import { buildASTSchema, buildSchema, validateSchema } from 'graphql';
import type { Graph } from '../../core/graph.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { printSdl, typeDefinitions } from '../../schema/graphql/type-definitions.ts';
import { compile, demoSource, operationsOf, ROOT } from './sources.ts';

const GOLDEN = join(ROOT, 'test/fixtures/graphql/demo.golden.graphql');
const DEMO = ['library', 'users', 'orders', 'inventory'];

describe('the demo services', () => {
  const files = compile(Object.assign({}, ...DEMO.map((name) => demoSource(`${name}/v1/${name}.proto`))));
  const { graph, problems } = buildGraph(
    DEMO.map((name) => ({ name, operations: operationsOf(name, files, [`${name}/v1/${name}.proto`]) })),
  );

  test('their SDL is the golden file', () => {
    const sdl = printSdl(graph);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(GOLDEN, sdl);
    expect(sdl).toBe(readFileSync(GOLDEN, 'utf8'));
  });

  test('their SDL is a valid schema when read back', () => {
    expect(validateSchema(buildSchema(printSdl(graph)))).toEqual([]);
  });

  test('nothing stands in the way of publishing them', () => {
    expect(problems.filter((problem) => problem.severity !== 'note')).toEqual([]);
  });

  test('the same services give the same SDL', () => {
    const again = buildGraph(
      DEMO.map((name) => ({ name, operations: operationsOf(name, files, [`${name}/v1/${name}.proto`]) })),
    );
    expect(printSdl(again.graph)).toBe(printSdl(graph));
  });
});

describe('comments of strangers', () => {
  test.each([
    ['quotes that would end a description', 'Ends """ here \\""" and "there".'],
    ['a backslash at the end', 'C:\\'],
    ['control characters', 'bell \u0007 and escape \u001b[31m'],
    ['what looks like SDL', '"""\n type Query { secret: String }\n"""'],
  ])('%s come back as they were', (_what, comment) => {
    const text = comment.split('\n').map((line) => `// ${line}`);
    const files = compile({
      'a.proto': [
        'syntax = "proto3"; package a;',
        'service S {',
        ...text,
        'rpc Do(M) returns (M); }',
        'message M {}',
      ].join('\n'),
    });
    const { graph } = buildGraph([{ name: 's', operations: operationsOf('s', files) }]);
    const field = buildSchema(printSdl(graph)).getMutationType()?.getFields().do;
    expect(field?.description?.split('\n').map((line) => line.trim())).toEqual(
      comment.split('\n').map((line) => line.trim()),
    );
  });
});

describe('Google APIs', () => {
  const sources = {
    pubsub: ['google/pubsub/v1'],
    spanner: ['google/spanner/v1', 'google/spanner/admin'],
    logging: ['google/logging/v2'],
    firestore: ['google/firestore/v1', 'google/firestore/admin/v1'],
    translate: ['google/cloud/translate/v3'],
    library: ['google/example/library/v1'],
  };
  const built = Object.entries(sources).map(([name, folders]) => {
    const { files, entry } = compileGoogle(folders);
    const operations = operationsOf(name, files, entry);
    return { name, operations, ...buildGraph([{ name, operations }]) };
  });

  test.each(built)('$name has a valid schema, and every method is in it or left out with a note', (one) => {
    expect(validateSchema(buildASTSchema(typeDefinitions(one.graph)))).toEqual([]);
    expect(one.operations.length).toBeGreaterThan(0);
    const leftOut = one.problems.filter((problem) => problem.rule === 'graphql-left-out');
    expect(rootCount(one.graph) + leftOut.length).toBe(one.operations.length);
    expect(one.problems.filter((problem) => problem.severity !== 'note')).toEqual([]);
  });

  test('all of them together are one valid schema', () => {
    const { graph } = buildGraph(built);
    expect(validateSchema(buildASTSchema(typeDefinitions(graph)))).toEqual([]);
    expect(rootCount(graph)).toBe(built.reduce((sum, one) => sum + rootCount(one.graph), 0));
  });
});

test('the size of a schema grows with its source, not faster: oneofs beside each other do not multiply', () => {
  const oneofs = (count: number) =>
    Array.from(
      { length: count },
      (_, i) => `oneof o${i} { string a${i} = ${2 * i + 1}; int32 b${i} = ${2 * i + 2}; }`,
    );
  const typesFor = (count: number) => {
    const files = compile({
      'a.proto': [
        'syntax = "proto3"; package a;',
        'service S { rpc Do(M) returns (M); }',
        'message M {',
        ...oneofs(count),
        '}',
      ].join('\n'),
    });
    return buildGraph([{ name: 's', operations: operationsOf('s', files) }]).graph.types.size;
  };
  // Per oneof a union, two wrappers and an input; once the object type.
  expect([typesFor(1), typesFor(10), typesFor(40)]).toEqual([5, 41, 161]);
});

function rootCount({ queries, mutations, subscriptions }: Graph): number {
  return queries.length + mutations.length + subscriptions.length;
}

function compileGoogle(folders: readonly string[]): { files: FileRegistry; entry: string[] } {
  const root = join(ROOT, 'node_modules/google-proto-files');
  const folder = mkdtempSync(join(tmpdir(), 'dragoman-google-'));
  try {
    const output = join(folder, 'out.binpb');
    const paths = folders.flatMap((path) => ['--path', join(root, path)]);
    execFileSync(join(ROOT, 'node_modules/.bin/buf'), ['build', root, ...paths, '-o', output], {
      env: { ...process.env, HOME: folder },
    });
    const files = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(output)));
    const names = [...files.files].map((file) => file.proto.name);
    return { files, entry: names.filter((name) => folders.some((path) => name.startsWith(`${path}/`))) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
