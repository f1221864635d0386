// Loads googleapis through the product's own registration, step by step, and prints what each step cost. Runs in a
// process of its own with `--expose-gc`, so that memory is what is held and not what is yet to be collected.
import type { FileDescriptorProto } from '@bufbuild/protobuf/wkt';
import { createClientAddressReader } from '../../gateway/edge/client-address.ts';
import { createGraphqlDoor } from '../../gateway/graphql/graphql-door.ts';
import { compileRoutes } from '../../gateway/rest/compiled-routes.ts';
import { buildSnapshot } from '../../registry/build-snapshot.ts';
import { checkSet, writeSet } from '../../registry/compile/compiled-source.ts';
import { sourceLimits } from '../../registry/compile/source-limits.ts';
import { linkService } from '../../registry/compile-service.ts';
import type { ServiceDefinition } from '../../registry/service-definition.ts';
import type { RegisteredService } from '../../registry/snapshot.ts';
import { createCodec } from '../../translators/json/codec.ts';
import { printTable } from '../harness/table.ts';
import { Remarks } from './remarks.ts';
import { type ProtoPackage, packagesOf, readFiles } from './sources.ts';
import { withoutConflicts } from './without-conflicts.ts';

const RESERVED = ['/livez', '/readyz', '/healthz', '/metrics', '/graphql', '/openapi.json', '/docs'];
const UNBOUNDED = Number.MAX_SAFE_INTEGER;

/** As an operator would raise them for this: the counts of a single source, not its nesting or names. */
const LIMITS = sourceLimits({
  sourceBytes: UNBOUNDED,
  files: UNBOUNDED,
  fields: UNBOUNDED,
  methods: UNBOUNDED,
  enumValues: UNBOUNDED,
  extensions: UNBOUNDED,
  commentLength: UNBOUNDED,
  descriptorBytes: UNBOUNDED,
});

const [variant, ...flags] = process.argv.slice(2);
const steps: string[][] = [];
let counts = '';
const remarks = new Remarks();
console.log(
  variant === 'packages' ? '\nOne service per proto package' : '\nAll packages as one source, one service',
);
const sources = step('read and cut into sources', cut);
const services = step('check and link every source', () => loadAll(sources));
const served = step('find route conflicts', () => withoutConflicts(services, RESERVED, remarks));
const draft = step('build the snapshot: routes and graph', () => {
  const built = buildSnapshot(served, { reservedPaths: RESERVED });
  remarks.add(built.problems);
  return built.draft;
});
step('compile the plans of all routes', () => compileRoutes(draft.routes.routes));
if (!flags.includes('--quick')) step('build and validate the GraphQL schema', prepareGraphql);

printTable(['step', 'seconds', 'CPU s', 'heap MB', 'RSS MB'], steps);
printCounts();
remarks.print();

/** Runs one step; what it holds afterwards counts, its garbage does not. */
function step<T>(name: string, work: () => T): T {
  const start = performance.now();
  const before = process.cpuUsage();
  const result = work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const cpu = (user + system) / 1e6;
  steps.push([name, seconds.toFixed(1), cpu.toFixed(1), (heapUsed / 1e6).toFixed(0), (rss / 1e6).toFixed(0)]);
  return result;
}

interface Source extends ProtoPackage {
  readonly set: Uint8Array;
}

function cut(): Source[] {
  const files = readFiles();
  counts = countAll(files);
  const packages = packagesOf(files);
  const all = packages.flatMap(({ entry }) => entry);
  const wanted = variant === 'packages' ? packages : [{ name: 'googleapis', entry: all }];
  return wanted.flatMap((one) => {
    const set = checked(files, one);
    return set === undefined ? [] : [{ ...one, set }];
  });
}

/** What the product does once the compiler has answered: the reachable files in order, limits, sense, options. */
function checked(
  files: readonly FileDescriptorProto[],
  { name, entry }: ProtoPackage,
): Uint8Array | undefined {
  const { set, problems } = checkSet(files, entry, LIMITS);
  remarks.add(problems);
  if (problems.every(({ severity }) => severity !== 'error')) return writeSet(set);
  remarks.leaveOut(name, problems[0]?.message ?? 'refused');
  return undefined;
}

function loadAll(list: readonly Source[]): Map<string, RegisteredService> {
  const loaded = new Map<string, RegisteredService>();
  for (const source of list) {
    const definition: ServiceDefinition = {
      name: source.name.replaceAll(/[._]/g, '-').slice(0, 63),
      source: { kind: 'proto', files: [], entry: source.entry },
      upstream: { targets: [{ url: 'grpc://127.0.0.1:50051' }] },
    };
    const result = linkService(definition, source.set, { codecs: createCodec });
    remarks.add(result.problems);
    if (!result.ok) {
      remarks.leaveOut(source.name, result.problems[0]?.message ?? 'refused');
      continue;
    }
    const { operations } = result.value;
    const at = new Date().toISOString();
    const { name } = definition;
    loaded.set(name, {
      name,
      definition,
      revision: name,
      operations,
      remarks: [],
      createdAt: at,
      updatedAt: at,
    });
  }
  return loaded;
}

function prepareGraphql(): void {
  const door = createGraphqlDoor({
    pin: () => ({ snapshot: { ...draft, invoke: () => Promise.reject(new Error('unused')) }, release() {} }),
    addresses: createClientAddressReader([]),
    graphiql: false,
  });
  remarks.add(door.prepare(draft));
}

function countAll(files: readonly FileDescriptorProto[]): string {
  const services = files.flatMap(({ service }) => service);
  const methods = services.reduce((sum, { method }) => sum + method.length, 0);
  const empty = services.filter(({ method }) => method.length === 0).length;
  return (
    `${files.length} files, ${services.length} services (${empty} of them without methods), ${methods} methods, ` +
    `${packagesOf(files).length} packages with services`
  );
}

function printCounts(): void {
  const { routes, graph, operations } = draft;
  const declared = routes.routes.filter(({ binding }) => !binding.isAutomatic).length;
  const withMethods = new Set(operations.map(({ method }) => method.slice(0, method.indexOf('/'))));
  const fields = graph.queries.length + graph.mutations.length + graph.subscriptions.length;
  console.log(`  compiled: ${counts}`);
  console.log(
    `  served: ${draft.services.size} of ${sources.length} source(s), ${withMethods.size} services, ` +
      `${operations.length} methods, ${declared} declared routes (${routes.size} with the automatic ones), ` +
      `${fields} GraphQL root fields, ${graph.types.size} GraphQL types`,
  );
}
