// From a request's method and raw path to the operation that answers it, with the path's variables decoded.
// What is claimed twice is settled here, at build; whether a binding fits its messages is check-binding's.
import type { HttpBinding, Operation } from '../../core/operation.ts';
import type { Problem } from '../../core/problem.ts';
import { type CapturePlan, CapturePlans, capture } from './captures.ts';
import { HostTable } from './host-table.ts';
import { AllowLists, Place, uniteAllow } from './http-method.ts';
import { parseOpenapiPath } from './openapi-path.ts';
import { PathTrie } from './path-trie.ts';
import { readRawPath, splitTarget } from './raw-path.ts';
import {
  describeRepeat,
  describeReserved,
  isPlainProxy,
  isShadowedByItself,
  placeOf,
} from './route-claims.ts';
import { parseTemplate, type Template } from './template.ts';

export interface Route {
  readonly operation: Operation;
  readonly binding: HttpBinding;
  readonly template: Template;
}

export interface RouteMatch {
  readonly route: Route;
  /** Decoded values in order of `template.variables`. */
  readonly variables: readonly string[];
}

export type Lookup =
  | { readonly kind: 'match'; readonly match: RouteMatch }
  /** `allow` also answers an OPTIONS that no route declares. */
  | { readonly kind: 'method-not-allowed'; readonly allow: readonly string[] }
  | { readonly kind: 'not-found' }
  /** 400; `message` is fit for the client. */
  | { readonly kind: 'bad-path'; readonly message: string };

export interface RouteTable {
  readonly size: number;
  /** In order of registration. */
  readonly routes: readonly Route[];
  /**
   * `rawPath` is the request target in origin form, undecoded; a query is ignored. It does not know the
   * gateway's own paths: those are looked up before it. `host` is the request's, with or without a port; services
   * that claim hosts are found on these alone, and before those that claim none.
   */
  find(method: string, rawPath: string, host?: string): Lookup;
}

/** One wish to be reached; in order of registration, and of declaration within a service. */
export interface RouteClaim {
  readonly operation: Operation;
  readonly binding: HttpBinding;
  /** `google.api.Http.fully_decode_reserved_expansion` of the claim's service config. */
  readonly fullyDecodeReserved?: boolean;
}

export interface RouteTableOptions {
  /** The gateway's own paths, such as `/livez`; an API that declares one is refused. */
  readonly reserved?: readonly string[];
}

interface Entry {
  readonly route: Route;
  readonly plan: CapturePlan;
}

const NOT_FOUND: Lookup = Object.freeze({ kind: 'not-found' });

/** A claim that is refused, or comes after another of its service, is not in the table. */
export function buildRouteTable(
  claims: Iterable<RouteClaim>,
  options: RouteTableOptions = {},
): { table: RouteTable; problems: Problem[] } {
  const reserved = new Set(options.reserved);
  const problems: Problem[] = [];
  const routes: Route[] = [];
  // Equal shapes on different hosts never meet.
  const hosts = new HostTable<Trie>(() => new PathTrie());
  const allowLists = new AllowLists();
  const plans = new CapturePlans();
  let ignoresSlash = false;
  for (const { operation, binding, fullyDecodeReserved } of claims) {
    const parsed = templateOf(operation, binding);
    if (!parsed.ok) {
      const place = placeOf(operation.position);
      for (const { severity, message, rule } of parsed.problems) {
        problems.push({ severity, rule, message: `${operation.method}: ${message}`, ...place });
      }
      continue;
    }
    const template = parsed.value;
    const decode = fullyDecodeReserved === true ? 'all' : operation.rest.multiSegmentDecode;
    const route: Route = { operation, binding, template };
    if (reserved.size > 0 && isReserved(route, reserved)) {
      problems.push(describeReserved(route));
      continue;
    }
    const entry: Entry = { route, plan: plans.of(template, decode) };
    let isServed = false;
    for (const trie of hosts.of(operation.hosts)) {
      const place = trie.place(template, () => new Place(allowLists));
      const earlier = place.get(binding.method)?.route;
      if (earlier === undefined) {
        place.set(binding.method, entry);
        isServed = true;
      } else if (!isShadowedByItself(route, earlier)) {
        problems.push(describeRepeat(route, earlier));
        // Said once, however many hosts the two have in common.
        break;
      }
    }
    if (!isServed) continue;
    routes.push(route);
    ignoresSlash ||= ignoresTrailingSlash({ route });
  }
  const findOn = ignoresSlash ? findLeniently : findExactly;
  const table: RouteTable = Object.freeze({
    size: routes.length,
    routes: Object.freeze(routes),
    find: (method: string, rawPath: string, host?: string) => {
      if (!hosts.areClaimed) return findOn(hosts.everywhere, method, rawPath);
      return findOnHosts(hosts.candidates(host ?? ''), (trie) => findOn(trie, method, rawPath));
    },
  });
  return { table, problems };
}

/** What building a table would say of paths that belong to the gateway, for sources that get no further. */
export function checkReserved(operations: Iterable<Operation>, paths: readonly string[]): Problem[] {
  const reserved = new Set(paths);
  const problems: Problem[] = [];
  for (const operation of operations) {
    for (const binding of operation.bindings) {
      const template = templateOf(operation, binding);
      if (template.ok && isReserved({ operation, template: template.value }, reserved)) {
        problems.push(describeReserved({ operation, binding }));
      }
    }
  }
  return problems;
}

type Trie = PathTrie<Place<Entry>>;

function templateOf({ http }: Operation, { template }: HttpBinding): ReturnType<typeof parseTemplate> {
  return http === undefined ? parseTemplate(template) : parseOpenapiPath(template);
}

/** The first host that has the route; what the others take, too, if none has. */
function findOnHosts(tries: Iterable<Trie>, findOn: (trie: Trie) => Lookup): Lookup {
  let allow: readonly string[] | undefined;
  for (const trie of tries) {
    const found = findOn(trie);
    if (found.kind === 'match' || found.kind === 'bad-path') return found;
    if (found.kind === 'not-found') continue;
    allow = allow === undefined ? found.allow : uniteAllow(allow, found.allow);
  }
  return allow === undefined ? NOT_FOUND : { kind: 'method-not-allowed', allow };
}

function findExactly(trie: Trie, method: string, rawPath: string): Lookup {
  return find(trie, method, rawPath);
}

/** A plain proxy takes whatever begins with its prefix, which is not to look like a path of the gateway either. */
function isReserved(
  { operation, template }: Pick<Route, 'operation' | 'template'>,
  reserved: ReadonlySet<string>,
): boolean {
  if (template.verb !== undefined) return false;
  const { segments } = template;
  const isPrefix = isPlainProxy(operation) && segments.at(-1)?.kind === 'rest';
  const named = isPrefix ? segments.slice(0, -1) : segments;
  if (named.some((segment) => segment.kind !== 'literal')) return false;
  return reserved.has(`/${named.map((segment) => ('text' in segment ? segment.text : '')).join('/')}`);
}

function ignoresTrailingSlash({ route }: Pick<Entry, 'route'>): boolean {
  return route.operation.rest.trailingSlash === 'ignore';
}

/** A path that nothing matches as it is may mean a route of a service that takes one slash more at its end. */
function findLeniently(trie: Trie, method: string, rawPath: string): Lookup {
  const asItIs = find(trie, method, rawPath);
  if (asItIs.kind === 'match' || asItIs.kind === 'bad-path') return asItIs;
  const { path } = splitTarget(rawPath);
  if (path.length < 2 || !path.endsWith('/')) return asItIs;
  const without = find(trie, method, path.slice(0, -1), ignoresTrailingSlash);
  if (without.kind === 'not-found') return asItIs;
  if (without.kind !== 'method-not-allowed' || asItIs.kind !== 'method-not-allowed') return without;
  return { kind: 'method-not-allowed', allow: uniteAllow(asItIs.allow, without.allow) };
}

/** `isAsked`: of whose routes the search is; undefined: of all. */
function find(trie: Trie, method: string, rawPath: string, isAsked?: (entry: Entry) => boolean): Lookup {
  const read = readRawPath(rawPath);
  if (!read.ok) return { kind: 'bad-path', message: read.message };
  let entry: Entry | undefined;
  let allow: readonly string[] | undefined;
  const found = trie.find(read.path, (place) => {
    const picked = place.pick(method);
    if (picked !== undefined && isAsked?.(picked) !== false) {
      entry = picked;
      return true;
    }
    const listed = isAsked === undefined ? place.allow : place.allowWhere(isAsked);
    allow = allow === undefined ? listed : uniteAllow(allow, listed ?? []);
    return false;
  });
  if (found === undefined || entry === undefined) {
    return allow === undefined ? NOT_FOUND : { kind: 'method-not-allowed', allow };
  }
  const captured = capture(found.path, entry.plan);
  if (!captured.ok) return { kind: 'bad-path', message: captured.message };
  return { kind: 'match', match: { route: entry.route, variables: captured.variables } };
}
