// Which of the methods at one place answers a request's, and what a 405 lists in `Allow`.

/** They reflect the request, or open a tunnel: no API gets them, whatever it declares. */
const NEVER_SERVED: ReadonlySet<string> = new Set(['TRACE', 'CONNECT']);
const ANY_METHOD = '*';
const COMMON = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** True for what a binding may name: an upper-case HTTP method, or `*` for any. */
export function isBindableMethod(method: string): boolean {
  return method === ANY_METHOD || (/^[A-Z][A-Z0-9_-]{0,31}$/.test(method) && !NEVER_SERVED.has(method));
}

/** What is declared for one shape of template, by method. */
export class Place<T> {
  readonly #byMethod = new Map<string, T>();
  #allow: readonly string[] | undefined;

  get(method: string): T | undefined {
    return this.#byMethod.get(method);
  }

  set(method: string, value: T): void {
    this.#byMethod.set(method, value);
    this.#allow = undefined;
  }

  /** What answers a request: the named method, then GET for HEAD (RFC 9110 §9.3.2), then `*`. */
  pick(method: string): T | undefined {
    // `*` is a way to declare, not to ask.
    if (method === ANY_METHOD || NEVER_SERVED.has(method)) return undefined;
    const named = this.#byMethod.get(method);
    if (named !== undefined) return named;
    const read = method === 'HEAD' ? this.#byMethod.get('GET') : undefined;
    return read ?? this.#byMethod.get(ANY_METHOD);
  }

  /** HEAD comes with GET; OPTIONS is always answered, by the gateway if by nobody else; `*` is the common ones. */
  get allow(): readonly string[] {
    this.#allow ??= Object.freeze(listMethods(new Set(this.#byMethod.keys())));
    return this.#allow;
  }
}

/** Both lists in the usual order. */
export function uniteAllow(one: readonly string[], other: readonly string[]): readonly string[] {
  const isKnown = one === other || other.every((method) => one.includes(method));
  return isKnown ? one : listMethods(new Set([...one, ...other]));
}

function listMethods(declared: ReadonlySet<string>): string[] {
  const isAllowed = (method: string) =>
    declared.has(method) ||
    declared.has(ANY_METHOD) ||
    method === 'OPTIONS' ||
    (method === 'HEAD' && declared.has('GET'));
  const others = [...declared].filter((method) => method !== ANY_METHOD && !COMMON.includes(method));
  return [...COMMON.filter(isAllowed), ...others.sort()];
}
