// Which of the methods at one place answers a request's, and what a 405 lists in `Allow`.

/** An HTTP method name (RFC 9110 token) as bindings spell it, or `*` for any. */
export function isBindableMethod(method: string): boolean {
  return method === '*' || (/^[A-Z][A-Z0-9_-]{0,31}$/.test(method) && !NEVER_SERVED.has(method));
}

const ANY_METHOD = '*';

/** They reflect the request, or open a tunnel: no API gets them, whatever it declares. */
const NEVER_SERVED: ReadonlySet<string> = new Set(['TRACE', 'CONNECT']);

/** The named method, then GET for HEAD (RFC 9110 §9.3.2), then `*`. */
export function pickMethod<T>(byMethod: ReadonlyMap<string, T>, method: string): T | undefined {
  // `*` is a way to declare, not to ask.
  if (method === ANY_METHOD || NEVER_SERVED.has(method)) return undefined;
  const named = byMethod.get(method) ?? (method === 'HEAD' ? byMethod.get('GET') : undefined);
  return named ?? byMethod.get(ANY_METHOD);
}

const COMMON = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** HEAD comes with GET; OPTIONS is always answered, by the gateway if by nobody else; `*` is the common ones. */
export function methodsToAllow(declared: ReadonlySet<string>): readonly string[] {
  const isListed = (method: string) =>
    declared.has(method) ||
    declared.has(ANY_METHOD) ||
    method === 'OPTIONS' ||
    (method === 'HEAD' && declared.has('GET'));
  const others = [...declared].filter((method) => method !== ANY_METHOD && !COMMON.includes(method)).sort();
  return [...COMMON.filter(isListed), ...others];
}
