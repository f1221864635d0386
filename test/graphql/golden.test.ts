// Whole schemas against files that somebody has read: of the demo services with every comment, of Google's APIs
// their form alone. To write the files anew, and then to review them:
// UPDATE_GOLDEN=1 npm run test:only -- test/graphql/golden.test.ts
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { buildSchema, type DirectiveNode, Kind, print, validateSchema, visit } from 'graphql';
import type { Graph } from '../../core/graph.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { printSdl, typeDefinitions } from '../../schema/graphql/type-definitions.ts';
import { googleSources } from './google-protos.ts';
import { compile, demoSource, operationsOf, ROOT } from './sources.ts';

const FOLDER = join(ROOT, 'test/graphql/golden');
const isUpdate = process.env.UPDATE_GOLDEN === '1';

/** Beyond this nobody reads it: a digest and counts stand for it. */
const MAX_GOLDEN_CHARACTERS = 200_000;

const BARE_DEPRECATED: DirectiveNode = {
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: 'deprecated' },
  arguments: [],
};

function expectGolden(name: string, text: string): void {
  const path = join(FOLDER, name);
  if (isUpdate) writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
}

describe('the demo services', () => {
  const names = ['library', 'users', 'orders', 'inventory'];
  const files = compile(Object.assign({}, ...names.map((name) => demoSource(`${name}/v1/${name}.proto`))));
  const sources = names.map((name) => ({
    name,
    operations: operationsOf(name, files, [`${name}/v1/${name}.proto`]),
  }));
  const { graph, problems } = buildGraph(sources);

  test('together are the golden file', () => {
    expectGolden('demo.golden.graphql', printSdl(graph));
  });

  test('together are a valid schema when read back', () => {
    expect(validateSchema(buildSchema(printSdl(graph)))).toEqual([]);
  });

  test('can be published', () => {
    expect(problems.filter((problem) => problem.severity !== 'note')).toEqual([]);
  });

  test('give the same schema each time', () => {
    expect(printSdl(buildGraph(sources).graph)).toBe(printSdl(graph));
  });
});

describe('Google APIs', () => {
  const built = googleSources({
    aiplatform: ['google/cloud/aiplatform/v1'],
    'bigtable-admin': ['google/bigtable/admin/v2'],
    bigtable: ['google/bigtable/v2'],
    container: ['google/container/v1'],
    datastore: ['google/datastore/v1'],
    firestore: ['google/firestore/v1', 'google/firestore/admin/v1'],
    kms: ['google/cloud/kms/v1'],
    library: ['google/example/library/v1'],
    logging: ['google/logging/v2'],
    monitoring: ['google/monitoring/v3'],
    pubsub: ['google/pubsub/v1'],
    secretmanager: ['google/cloud/secretmanager/v1'],
    spanner: ['google/spanner/v1', 'google/spanner/admin'],
    storage: ['google/storage/v2'],
    translate: ['google/cloud/translate/v3'],
    vision: ['google/cloud/vision/v1'],
  }).map((source) => {
    const { graph, problems } = buildGraph([source]);
    const form = formOf(graph);
    return { ...source, graph, problems, form, isReadable: form.length <= MAX_GOLDEN_CHARACTERS };
  });

  test.each(built.filter(({ isReadable }) => isReadable))('$name is the golden file', ({ name, form }) => {
    expectGolden(`${name}.golden.graphql`, form);
  });

  test('those too large to read have the digests they had', () => {
    const digests = built
      .filter(({ isReadable }) => !isReadable)
      .map(({ name, form, graph }) => [name, { ...countsOf(graph), sha256: sha256(form) }]);
    expectGolden('digests.golden.json', `${JSON.stringify(Object.fromEntries(digests), null, 2)}\n`);
  });

  test.each(built)('$name is a valid schema when read back', ({ graph }) => {
    expect(validateSchema(buildSchema(printSdl(graph)))).toEqual([]);
  });

  test.each(built)('$name has every method as one field, or left out with a note', (one) => {
    expect(one.operations.length).toBeGreaterThan(0);
    const leftOut = one.problems.filter((problem) => problem.rule === 'graphql-left-out');
    expect(rootCount(one.graph) + leftOut.length).toBe(one.operations.length);
    expect(one.problems.filter((problem) => problem.severity === 'error')).toEqual([]);
  });

  test('all of them together are one valid schema', () => {
    const { graph, problems } = buildGraph(built.map(({ name, operations }) => ({ name, operations })));
    expect(validateSchema(buildSchema(printSdl(graph)))).toEqual([]);
    expect(problems.filter((problem) => problem.severity === 'error')).toEqual([]);
    expect(rootCount(graph)).toBe(built.reduce((sum, one) => sum + rootCount(one.graph), 0));
  });

  test('every golden file is compared with something', () => {
    const expected = built.filter(({ isReadable }) => isReadable).map(({ name }) => `${name}.golden.graphql`);
    expect(readdirSync(FOLDER).toSorted()).toEqual(
      [...expected, 'demo.golden.graphql', 'digests.golden.json'].toSorted(),
    );
  });
});

/** The schema without what people wrote in it. */
function formOf(graph: Graph): string {
  const document = visit(typeDefinitions(graph), {
    enter: (node) => {
      if (node.kind === Kind.DIRECTIVE) return node.name.value === 'deprecated' ? BARE_DEPRECATED : undefined;
      return 'description' in node && node.description !== undefined
        ? { ...node, description: undefined }
        : undefined;
    },
  });
  return `${print(document)}\n`;
}

function countsOf({ types, queries, mutations, subscriptions }: Graph) {
  return {
    types: types.size,
    queries: queries.length,
    mutations: mutations.length,
    subscriptions: subscriptions.length,
  };
}

function rootCount({ queries, mutations, subscriptions }: Graph): number {
  return queries.length + mutations.length + subscriptions.length;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
