// Puts the gateway's own credentials into a request that goes upstream, in place of whatever a client has there: the
// upstream sees one of each name, and it is the gateway's. Last of all that is done to a request, whichever door it came by.
import type { HttpRequest, RawHeaders } from '../../core/http-message.ts';
import type { Operation } from '../../core/operation.ts';
import { type PlacedCredential, placeCredential } from '../../core/upstream-credentials.ts';

/** What an operation is called with, by where it stands. Made when it is first called. */
interface Placed {
  readonly header: readonly PlacedCredential[];
  readonly query: readonly PlacedCredential[];
  readonly cookie: readonly PlacedCredential[];
  readonly headerNames: ReadonlySet<string>;
  readonly cookieNames: ReadonlySet<string>;
  readonly queryNames: ReadonlySet<string>;
}

/** Undefined: it is called with none. */
const known = new WeakMap<Operation, Placed | undefined>();

function credentialsOf(operation: Operation): Placed | undefined {
  if (operation.upstream.credentials === undefined) return undefined;
  if (!known.has(operation)) known.set(operation, placedOf(operation));
  return known.get(operation);
}

/** Of the schemes that the operation names, in its order; of two in one place the first. */
function placedOf({ http, upstream: { credentials = [] } }: Operation): Placed | undefined {
  if (http?.document === undefined) return undefined;
  const values = new Map(credentials.map(({ scheme, value }) => [scheme, value]));
  const byPlace = new Map<string, PlacedCredential>();
  for (const name of new Set(http.security.flatMap((requirement) => [...requirement.keys()]))) {
    const scheme = http.document.securitySchemes.get(name);
    const value = values.get(name);
    const reading = scheme && value !== undefined ? placeCredential(scheme, value) : undefined;
    if (reading?.ok !== true) continue;
    const key = `${reading.value.place} ${folded(reading.value)}`;
    if (!byPlace.has(key)) byPlace.set(key, reading.value);
  }
  if (byPlace.size === 0) return undefined;
  const of = (place: PlacedCredential['place']): PlacedCredential[] =>
    [...byPlace.values()].filter((one) => one.place === place);
  const [header, query, cookie] = [of('header'), of('query'), of('cookie')];
  return {
    header,
    query,
    cookie,
    headerNames: new Set(header.map(folded)),
    cookieNames: new Set(cookie.map(({ name }) => name)),
    queryNames: new Set(query.map(({ name }) => foldedKey(encodeURIComponent(name)))),
  };
}

/** The request itself where the operation needs none of the gateway's. */
export function withCredentials(request: HttpRequest, operation: Operation): HttpRequest {
  const placed = credentialsOf(operation);
  if (placed === undefined || isOnlyAbout(request, operation)) return request;
  const { trailers } = request;
  return {
    ...request,
    target: withQuery(request.target, placed),
    headers: withCookies(withHeaders(request.headers, placed), placed),
    // Some servers merge what comes behind the content into the head.
    ...(trailers !== undefined && { trailers: () => withoutNames(trailers(), placed.headerNames) }),
  };
}

/** What may be done at a path is asked without credentials, by browsers always; it is not the operation itself. */
function isOnlyAbout({ method }: HttpRequest, { http }: Operation): boolean {
  return method === 'OPTIONS' && http?.method !== 'OPTIONS';
}

/** Headers of an answer in which upstreams write the target that they were asked. */
const POINTING: ReadonlySet<string> = new Set(['location', 'content-location', 'refresh', 'link']);

const NONE: readonly PlacedCredential[] = [];

/** Of an answer: where it says where to go on, without what the gateway wrote into the query. */
export function withoutCredentials(headers: RawHeaders, operation: Operation): RawHeaders {
  const query = credentialsOf(operation)?.query ?? NONE;
  if (query.length === 0) return headers;
  return headers.map((value, index) => {
    if (index % 2 === 0 || !POINTING.has((headers[index - 1] ?? '').toLowerCase())) return value;
    return query.reduce(withoutPair, value);
  });
}

/** The name stays, so that the target is one still; on the way there the value is the gateway's again. */
function withoutPair(value: string, { name, text }: PlacedCredential): string {
  const encoded = encodeURIComponent(name);
  return value
    .replaceAll(`${encoded}=${encodeURIComponent(text)}`, `${encoded}=`)
    .replaceAll(`${name}=${text}`, `${name}=`);
}

function folded({ place, name }: Pick<PlacedCredential, 'place' | 'name'>): string {
  return place === 'header' ? foldedHeader(name) : name;
}

/** Some servers read "x_key" and "x-key" as one header. */
function foldedHeader(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

function withHeaders(headers: RawHeaders, { header, headerNames }: Placed): RawHeaders {
  if (header.length === 0) return headers;
  return [...withoutNames(headers, headerNames), ...header.flatMap(({ name, text }) => [name, text])];
}

function withoutNames(headers: RawHeaders, names: ReadonlySet<string>): RawHeaders {
  const result: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (!names.has(foldedHeader(name))) result.push(name, headers[index + 1] ?? '');
  }
  return result;
}

/** One field, the gateway's cookies first: no quotation mark of a client's stands before them. */
function withCookies(headers: RawHeaders, { cookie, cookieNames }: Placed): RawHeaders {
  if (cookie.length === 0) return headers;
  const others: string[] = [];
  const cookies = cookie.map(({ name, text }) => `${name}=${text}`);
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const value = headers[index + 1] ?? '';
    if (name.toLowerCase() !== 'cookie') others.push(name, value);
    else cookies.push(...pairsOf(value).filter((pair) => !mayName(pair, cookieNames)));
  }
  return [...others, 'Cookie', cookies.join('; ')];
}

/** Blanks and commas part cookies for some readers (RFC 2109), and are in no value otherwise (RFC 6265 §4.1.1). */
function mayName(pair: string, names: ReadonlySet<string>): boolean {
  return pair.split(/[\s,]/).some((piece) => names.has(piece.split('=', 1)[0] ?? ''));
}

function pairsOf(field: string): string[] {
  return field
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');
}

function withQuery(target: string, { query: credentials, queryNames: names }: Placed): string {
  if (credentials.length === 0) return target;
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? '' : target.slice(mark + 1);
  const kept = query.split('&').flatMap((pair) => {
    // Some take ";" for "&". What stands between two of the client's own stays as it is written.
    const pieces = pair.split(';').filter((piece) => !names.has(foldedKey(piece.split('=', 1)[0] ?? '')));
    return pieces.length === 0 || pieces.join('') === '' ? [] : [pieces.join(';')];
  });
  const own = credentials.map(({ name, text }) => `${encodeURIComponent(name)}=${encodeURIComponent(text)}`);
  return `${path}?${[...kept, ...own].join('&')}`;
}

/** As servers read it that take `key[]`, `+key` or `api.key` for `key` and `api_key`; bytes, since what is no UTF-8 is read, too. */
function foldedKey(written: string): string {
  const bytes = written
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_whole, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
  return (bytes.trim().split('[', 1)[0] ?? '').replace(/[. ]/g, '_').toLowerCase();
}
