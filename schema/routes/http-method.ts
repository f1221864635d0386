// Which of the methods at one place answers a request's, and what a 405 lists in `Allow`.

const ANY_METHOD = '*';
const COMMON = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** True for what a binding may name: an upper-case HTTP method, or `*` for any. */
export function isBindableMethod(method: string): boolean {
  return method === ANY_METHOD || (/^[A-Z][A-Z0-9_-]{0,31}$/.test(method) && !isNeverServed(method));
}

/**
 * TRACE reflects the request and CONNECT opens a tunnel: no API gets them, whatever it declares.
 * And `*` is a way to declare, not to ask.
 */
function isNeverServed(method: string): boolean {
  return method === 'TRACE' || method === 'CONNECT' || method === ANY_METHOD;
}

/** What is declared for one shape of template, by method. */
export class Place<T> {
  // Nearly every place has one method; it is found without a detour through the map.
  #firstMethod: string | undefined;
  #first: T | undefined;
  #others: Map<string, T> | undefined;
  #allow: readonly string[] | undefined;

  get(method: string): T | undefined {
    return method === this.#firstMethod ? this.#first : this.#others?.get(method);
  }

  set(method: string, value: T): void {
    this.#allow = undefined;
    if (this.#firstMethod === undefined || this.#firstMethod === method) {
      this.#firstMethod = method;
      this.#first = value;
    } else {
      this.#others ??= new Map();
      this.#others.set(method, value);
    }
  }

  /** What answers a request: the named method, then GET for HEAD (RFC 9110 §9.3.2), then `*`. */
  pick(method: string): T | undefined {
    if (isNeverServed(method)) return undefined;
    const named = this.get(method);
    if (named !== undefined) return named;
    const read = method === 'HEAD' ? this.get('GET') : undefined;
    return read ?? this.get(ANY_METHOD);
  }

  /** HEAD comes with GET; OPTIONS is always answered, by the gateway if by nobody else; `*` is the common ones. */
  get allow(): readonly string[] {
    if (this.#allow === undefined) {
      const declared = new Set(this.#others?.keys());
      if (this.#firstMethod !== undefined) declared.add(this.#firstMethod);
      this.#allow = Object.freeze(listMethods(declared));
    }
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
