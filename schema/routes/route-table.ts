// From a request's method and raw path to the operation that answers it, with the path's variables decoded.
// What is claimed twice is settled here, at build; whether a binding fits its messages is check-binding's.
import type { HttpBinding, Operation } from '../../core/operation.ts';
import type { Problem } from '../../core/problem.ts';
import { Place, uniteAllow } from './http-method.ts';
import { PathTrie } from './path-trie.ts';
import { decodeMultiSegment, type MultiSegmentDecode } from './path-variable.ts';
import { type RawPath, rawSegments, readRawPath } from './raw-path.ts';
import { describeRepeat, describeReserved, isShadowedByItself, placeOf } from './route-claims.ts';
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
   * gateway's own paths: those are looked up before it.
   */
  find(method: string, rawPath: string): Lookup;
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
  readonly multiSegmentDecode?: MultiSegmentDecode;
}

interface Entry extends Route {
  readonly decode: MultiSegmentDecode;
  /** Per variable, three numbers in a row: `start`, `end`, 1 for several segments; as the template has them. */
  readonly captures: readonly number[];
  /** From here on an index is shifted, by how much longer the path is than the template. */
  readonly shiftFrom: number;
  readonly segmentCount: number;
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
  // One trie serves every host. Routes keyed by host set and base path come here: a Map from host to trie,
  // chosen in `find` before the path is looked at; equal shapes on different hosts then meet no more.
  const trie = new PathTrie<Place<Entry>>();
  for (const { operation, binding, fullyDecodeReserved } of claims) {
    const parsed = parseTemplate(binding.template);
    if (!parsed.ok) {
      const place = placeOf(operation.position);
      for (const { severity, message, rule } of parsed.problems) {
        problems.push({ severity, rule, message: `${operation.method}: ${message}`, ...place });
      }
      continue;
    }
    const template = parsed.value;
    const decode = fullyDecodeReserved === true ? 'all' : (options.multiSegmentDecode ?? 'spec');
    const entry = createEntry({ operation, binding, template }, decode);
    if (reserved.size > 0 && isReserved(template, reserved)) {
      problems.push(describeReserved(entry));
      continue;
    }
    const place = trie.place(template, () => new Place());
    const earlier = place.get(binding.method);
    if (earlier === undefined) {
      place.set(binding.method, entry);
      routes.push(entry);
    } else if (!isShadowedByItself(entry, earlier)) {
      problems.push(describeRepeat(entry, earlier));
    }
  }
  const table: RouteTable = Object.freeze({
    size: routes.length,
    routes: Object.freeze(routes),
    find: (method: string, rawPath: string) => find(trie, method, rawPath),
  });
  return { table, problems };
}

function isReserved(template: Template, reserved: ReadonlySet<string>): boolean {
  if (template.verb !== undefined || template.segments.some((segment) => segment.kind !== 'literal'))
    return false;
  return reserved.has(
    `/${template.segments.map((segment) => ('text' in segment ? segment.text : '')).join('/')}`,
  );
}

function find(trie: PathTrie<Place<Entry>>, method: string, rawPath: string): Lookup {
  const read = readRawPath(rawPath);
  if (!read.ok) return { kind: 'bad-path', message: read.message };
  let entry: Entry | undefined;
  let allow: readonly string[] | undefined;
  const found = trie.find(read.path, (place) => {
    entry = place.pick(method);
    if (entry !== undefined) return true;
    allow = allow === undefined ? place.allow : uniteAllow(allow, place.allow);
    return false;
  });
  if (found !== undefined && entry !== undefined) return capture(found.path, entry);
  return allow === undefined ? NOT_FOUND : { kind: 'method-not-allowed', allow };
}

function createEntry({ operation, binding, template }: Route, decode: MultiSegmentDecode): Entry {
  const { variables, segments, restIndex } = template;
  const captures: number[] = [];
  for (const { start, end, isMultiSegment } of variables) captures.push(start, end, isMultiSegment ? 1 : 0);
  const shiftFrom = restIndex < 0 ? segments.length + 1 : restIndex + 1;
  return { operation, binding, template, decode, captures, shiftFrom, segmentCount: segments.length };
}

function capture({ text, slashes, hashes, decoded }: RawPath, route: Entry): Lookup {
  const { captures, shiftFrom } = route;
  const shift = hashes.length - route.segmentCount;
  const variables: string[] = [];
  for (let at = 0; at < captures.length; at += 3) {
    const start = captures[at] ?? 0;
    const end = captures[at + 1] ?? 0;
    const first = start < shiftFrom ? start : start + shift;
    const raw = rawSegments(text, slashes, first, end < shiftFrom ? end : end + shift);
    if (decoded === undefined) {
      variables.push(raw);
    } else if (captures[at + 2] === 0) {
      variables.push(decoded[first] ?? '');
    } else {
      const value = decodeMultiSegment(raw, route.decode);
      if (!value.ok) return { kind: 'bad-path', message: value.message };
      variables.push(value.value);
    }
  }
  return { kind: 'match', match: { route, variables } };
}
