// What a document that is meant to hurt costs until it is refused: parameters, parse, limits, validation, cost, and what
// it asks of the schema itself. The target is 50 ms of CPU. Left out: HTTP and the reading of the body, which ends at
// its limit.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plannedCost } from '../gateway/graphql/cost.ts';
import { NO_PERSISTED, PersistedDocuments } from '../gateway/graphql/documents/persisted-documents.ts';
import { Documents } from '../gateway/graphql/documents.ts';
import { buildExecutableSchema } from '../gateway/graphql/executable-schema.ts';
import { Executor } from '../gateway/graphql/executor.ts';
import { DEFAULT_GRAPHQL_LIMITS } from '../gateway/graphql/limits.ts';
import { createParamsReader } from '../gateway/graphql/read-params.ts';
import { Registry } from '../registry/registry.ts';
import { createMemoryStore } from '../registry/store/memory-store.ts';
import { createCodec } from '../translators/json/codec.ts';
import { median } from './harness/statistics.ts';
import { printTable } from './harness/table.ts';

const ROOT = join(import.meta.dirname, '..');
const ENTRY = 'library/v1/library.proto';
const ROUNDS = process.argv.includes('--quick') ? 1 : 15;

const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

const WHOLE_TYPES = `fragment T on __Type { kind name description fields { ...F } inputFields { ...I } enumValues { name } }
  fragment F on __Field { name description isDeprecated type { ...R } args { ...I } }
  fragment I on __InputValue { name description defaultValue type { ...R } }
  fragment R on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`;

const DOCUMENTS: readonly (readonly [what: string, text: string])[] = [
  ['10,000 aliases', `{ ${times(10_000, (i) => `a${i}: __typename`)} }`],
  ['600 aliases', `{ ${times(600, (i) => `a${i}: __typename`)} }`],
  ['10 MB of text', `{ __typename } #${'x'.repeat(10_000_000)}`],
  ['depth 1,000', `${'{ book '.repeat(999)}{ title }${' }'.repeat(999)}`],
  ['450 directives on one field', `{ __typename ${times(450, () => '@skip(if: false)').slice(0, 60_000)} }`],
  [
    '49 fragments that double',
    `{ ...f0 } ${times(49, (i) => `fragment f${i} on Query { a${i}: __typename ...f${i + 1} ...f${i + 1} }`)} fragment f49 on Query { __typename }`,
  ],
  ['fragments in a circle', '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }'],
  ['1,990 tokens of one leaf', `{ ${'__typename '.repeat(1990)} }`],
  ['60 books side by side', `{ ${times(60, () => 'book(name: "b") { title author }')} }`],
  ['400 fields that do not exist', `{ book(name: "b") { ${times(400, (i) => `nope${i}`)} } }`],
  [
    'the schema in ten aliases',
    `{ __schema { ${times(10, (i) => `a${i}: types { ...T }`)} } } ${WHOLE_TYPES}`,
  ],
  [
    'the schema in ten root fields',
    `{ ${times(10, (i) => `s${i}: __schema { ...S }`)} } fragment S on __Schema { types { ...T } } ${WHOLE_TYPES}`,
  ],
  [
    'the schema in 60 repeats',
    `{ __schema { ${times(60, () => 'types { name fields { name description type { name } } }')} } }`,
  ],
  [
    'descriptions of the schema in 30 aliases',
    `{ __schema { types { fields { ${times(30, (i) => `d${i}: description`)} } } } }`,
  ],
  ['an input 400 deep', `{ book(name: ${'['.repeat(400)}${']'.repeat(400)}) { title } }`],
];

async function main(): Promise<void> {
  const { registry } = await Registry.open(
    {
      store: createMemoryStore(),
      compile: { codecs: createCodec, reservedPaths: [] },
      link: () => ({ invoke: () => Promise.reject(new Error('nothing is called')), close: () => {} }),
      prepare: () => [],
      reservedPaths: [],
      now: () => new Date(),
    },
    [
      {
        name: 'library',
        source: {
          kind: 'proto',
          files: [{ path: ENTRY, content: readFileSync(join(ROOT, 'protos', ENTRY), 'utf8') }],
          entry: [ENTRY],
        },
        upstream: { targets: [{ url: 'grpc://127.0.0.1:1' }] },
      },
    ],
  );
  const { graph } = registry.snapshot;
  const schema = buildExecutableSchema(graph);
  const limits = DEFAULT_GRAPHQL_LIMITS;
  const read = createParamsReader(limits, new PersistedDocuments(NO_PERSISTED));
  const answer = (query: string): string => {
    try {
      const params = read({ query });
      // A cache of its own each time: strangers never send the same twice.
      const checked = new Documents(schema, { limits, introspection: true }).check(params.query);
      if (!checked.ok) return checked.errors[0]?.message ?? '';
      const [operation] = checked.document.definitions;
      if (operation?.kind !== 'OperationDefinition') return 'no operation first';
      const found = { document: checked.document, operation };
      plannedCost(graph, found, undefined, limits.cost);
      // Its own each time, for the same reason.
      const refusal = new Executor(graph, schema, { limits }).refusal(found, undefined);
      if (refusal !== undefined) return refusal.message;
      return 'may run';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  const rows = DOCUMENTS.map(([what, text]) => {
    const milliseconds: number[] = [];
    let said = '';
    for (let round = 0; round < ROUNDS; round++) {
      const start = process.cpuUsage();
      said = answer(text);
      const { user, system } = process.cpuUsage(start);
      milliseconds.push((user + system) / 1000);
    }
    const worst = Math.max(...milliseconds);
    return [what, median(milliseconds).toFixed(2), worst.toFixed(2), said.slice(0, 70)];
  });
  printTable(['document', 'ms of CPU', 'worst', 'answer'], rows);
  await registry.close();
}

await main();
