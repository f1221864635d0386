// How long a route lookup takes with every http rule of googleapis registered at once, and how long the table
// takes to build. Lookups include decoding of the variables; left out: HTTP, query, everything after the match.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createFileRegistry, fromBinary, getOption } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { HttpBinding, Operation } from '../core/operation.ts';
import { DEFAULT_REST_OPTIONS } from '../core/rest-options.ts';
import {
  buildRouteTable,
  type Route,
  type RouteClaim,
  type RouteTable,
} from '../schema/routes/route-table.ts';

const ROUNDS = 9;
const WARM_UP = 3;
const BATCH = 250;
const FAVOURITES = 200;

/** Results are kept where the optimiser cannot tell that nobody reads them. */
export let last: unknown;
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = `${ROOT}node_modules/google-proto-files`;
const CACHE = `${ROOT}node_modules/.cache`;

export async function run(): Promise<void> {
  const methods = loadMethods();
  const claims = methods.flatMap(toClaims);
  const declared = claims.filter(({ binding }) => !binding.isAutomatic);
  console.log(
    `googleapis: ${methods.length} methods, ${declared.length} declared routes, ${claims.length} in all`,
  );
  report('declared routes', declared);
  report('with automatic POST /package.Service/Method', claims);
}

function report(name: string, claims: readonly RouteClaim[]): void {
  const builds: number[] = [];
  let built = buildRouteTable(claims);
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    built = buildRouteTable(claims);
    builds.push(performance.now() - start);
  }
  const { table, problems } = built;
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  console.log(
    `${name}: ${table.size} routes in the table, ${problems.length} claims refused (${errors} errors)`,
  );
  console.log(
    `  build    ${format(quantile(builds, 0.5))} ms median of ${ROUNDS} (worst ${format(Math.max(...builds))})`,
  );
  const hits = table.routes.map((route, index) => requestFor(route, index));
  const requests = {
    hit: hits,
    miss: hits.map(([method, path]): Request => [method, `${path}/no/such/thing`]),
    'wrong method': hits.map(([, path]): Request => ['LINK', path]),
    'encoded hit': table.routes.map((route, index) => requestFor(route, index, '%C3%A9')),
  };
  const mix = [
    ...requests.hit,
    ...requests.hit,
    ...requests.hit,
    ...requests.miss,
    ...requests['wrong method'],
  ];
  const lists = Object.entries({ ...requests, 'mix 3:1:1': mix });
  // Every kind of request first: a process that has only seen hits is optimised for hits.
  const outcomes = lists.map(([, list]) => countOutcomes(table, list));
  for (const [index, [kind, list]] of lists.entries()) {
    const time = measure(list, (method, path) => table.find(method, path));
    console.log(`  ${kind.padEnd(13)} ${formatFigure(time)} per lookup (${outcomes[index]})`);
  }
  // With all routes in turn, most of the time goes on fetching cold parts of the table; traffic has favourites.
  const favourites = hits.map((_, index) => hits[index % FAVOURITES] as Request);
  const warm = measure(favourites, (method, path) => table.find(method, path));
  console.log(`  ${`hit, ${FAVOURITES} routes`.padEnd(13)} ${formatFigure(warm)} per lookup`);
  const scale = measure(hits, (_method, path) => path.split('/'));
  console.log(
    `  for scale     ${formatFigure(scale)} for path.split('/') of the same hits, on this machine, now`,
  );
}

/** Nanoseconds: of the middle batch, and of one that nothing else on the machine got in the way of. */
interface Figure {
  readonly typical: number;
  readonly undisturbed: number;
}

type Request = readonly [method: string, path: string];

/** A path the route answers; every one differs, as real ones do. */
function requestFor({ template, binding }: Route, index: number, suffix = ''): Request {
  const parts = template.segments.map((segment, at) => {
    if (segment.kind === 'literal') return encodeURIComponent(segment.text);
    const id = `id-${index}-${at}${suffix}`;
    return segment.kind === 'any' ? id : `${id}/more`;
  });
  const verb = template.verb === undefined ? '' : `:${template.verb}`;
  return [binding.method, `/${parts.join('/')}${verb}`];
}

/**
 * Timed in small batches, shuffled so that no route warms the caches for the next. A batch is shorter than
 * a time slice, so that a busy machine spoils some batches and not the figure.
 */
function measure(requests: readonly Request[], work: (method: string, path: string) => unknown): Figure {
  const shuffled = shuffle(requests);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS + WARM_UP; round++) {
    for (let from = 0; from < shuffled.length; from += BATCH) {
      // Fresh strings: a request's path has just come off the wire, and nobody has hashed or sliced it before.
      const batch = shuffled.slice(from, from + BATCH).map(([method, path]): Request => [method, copy(path)]);
      const start = performance.now();
      for (const [method, path] of batch) last = work(method, path);
      const elapsed = performance.now() - start;
      if (round >= WARM_UP) times.push((elapsed * 1e6) / batch.length);
    }
  }
  return { typical: quantile(times, 0.5), undisturbed: quantile(times, 0.1) };
}

function copy(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function countOutcomes(table: RouteTable, requests: readonly Request[]): string {
  const counts = new Map<string, number>();
  for (const [method, path] of requests) {
    const { kind } = table.find(method, path);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
}

function shuffle<T>(items: readonly T[]): T[] {
  const keyed = items.map((item, index) => ({ item, key: (index * 2_654_435_761) % 4_294_967_296 }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}

function quantile(values: readonly number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * part)] ?? Number.NaN;
}

function formatFigure({ typical, undisturbed }: Figure): string {
  return `${format(typical)} ns (undisturbed ${format(undisturbed)})`;
}

function format(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0);
}

interface Method {
  readonly name: string;
  readonly file: string;
  readonly bindings: readonly (readonly [method: string, template: string])[];
}

/** One registered service per proto package, as its team would. */
function toClaims({ name, file, bindings }: Method): RouteClaim[] {
  const service = name.slice(0, name.lastIndexOf('.', name.indexOf('/')));
  const operation: Pick<Operation, 'id' | 'service' | 'method' | 'rest' | 'position'> = {
    id: `${service}/${name}`,
    service,
    method: name,
    rest: DEFAULT_REST_OPTIONS,
    position: { path: file },
  };
  return [...bindings, ['POST', `/${name}`] as const].map(([method, template], index) => {
    const isAutomatic = index === bindings.length;
    const binding: HttpBinding = { method, template, body: undefined, responseBody: undefined, isAutomatic };
    // The table reads no more of an operation than these.
    return { operation: operation as Operation, binding };
  });
}

/** Compiling takes half a minute, so its result stays in node_modules/.cache. */
function loadMethods(): Method[] {
  const cached = `${CACHE}/googleapis-routes.json`;
  if (!existsSync(cached)) {
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(`${cached}.new`, JSON.stringify(readMethods(compileGoogleapis())));
    renameSync(`${cached}.new`, cached);
  }
  return JSON.parse(readFileSync(cached, 'utf8'));
}

function compileGoogleapis(): Uint8Array {
  const image = `${CACHE}/googleapis.binpb`;
  if (!existsSync(image)) {
    // google/protobuf holds the compiler's own test files, which do not compile outside their tree.
    const args = ['build', SOURCES, '--exclude-source-info', '--exclude-path', `${SOURCES}/google/protobuf`];
    execFileSync(`${ROOT}node_modules/.bin/buf`, [...args, '-o', image], { stdio: 'inherit' });
  }
  return readFileSync(image);
}

interface Rule {
  readonly pattern: { readonly case?: string; readonly value?: string | { kind: string; path: string } };
  readonly additionalBindings: readonly Rule[];
}

function readMethods(image: Uint8Array): Method[] {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, image));
  const http = registry.getExtension('google.api.http');
  if (http === undefined) throw new Error('the compiled set holds no google/api/annotations.proto');
  const methods: Method[] = [];
  for (const file of registry.files) {
    for (const service of file.services) {
      for (const method of service.methods) {
        const rule = getOption(method, http) as unknown as Rule;
        const bindings = [rule, ...rule.additionalBindings].flatMap(readRule);
        methods.push({ name: `${service.typeName}/${method.name}`, file: `${file.name}.proto`, bindings });
      }
    }
  }
  return methods;
}

function readRule({ pattern }: Rule): (readonly [string, string])[] {
  const { value } = pattern;
  if (pattern.case === undefined || value === undefined) return [];
  return [typeof value === 'string' ? [pattern.case.toUpperCase(), value] : [value.kind, value.path]];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run();
