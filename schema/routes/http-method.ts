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
  /** All of them, with commas between. */
  #methods = '';
  readonly #allowLists: AllowLists;

  constructor(allowLists: AllowLists) {
    this.#allowLists = allowLists;
  }

  get(method: string): T | undefined {
    return method === this.#firstMethod ? this.#first : this.#others?.get(method);
  }

  /** The method must be new here. */
  set(method: string, value: T): void {
    if (this.#firstMethod === undefined) {
      this.#firstMethod = method;
      this.#methods = method;
      this.#first = value;
    } else {
      this.#others ??= new Map();
      this.#others.set(method, value);
      this.#methods += `,${method}`;
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

  /** What a 405 lists. */
  get allow(): readonly string[] {
    return this.#allowLists.of(this.#methods);
  }

  /** As `allow`, of what passes the test alone; undefined if nothing does. */
  allowWhere(test: (value: T) => boolean): readonly string[] | undefined {
    const methods = this.#methods.split(',').filter((method) => {
      const value = this.get(method);
      return value !== undefined && test(value);
    });
    return methods.length === 0 ? undefined : this.#allowLists.of(methods.join(','));
  }
}

/** The few lists that the places of one table need, each made once. */
export class AllowLists {
  readonly #lists = new Map<string, readonly string[]>();

  of(methods: string): readonly string[] {
    const known = this.#lists.get(methods);
    if (known !== undefined) return known;
    const list = Object.freeze(listMethods(new Set(methods.split(','))));
    this.#lists.set(methods, list);
    return list;
  }
}

/** Both lists in the usual order. */
export function uniteAllow(one: readonly string[], other: readonly string[]): readonly string[] {
  const isKnown = one === other || other.every((method) => one.includes(method));
  return isKnown ? one : listMethods(new Set([...one, ...other]));
}

/** HEAD comes with GET; OPTIONS is always answered, by the gateway if by nobody else; `*` is the common ones. */
function listMethods(declared: ReadonlySet<string>): string[] {
  const isAllowed = (method: string) =>
    declared.has(method) ||
    declared.has(ANY_METHOD) ||
    method === 'OPTIONS' ||
    (method === 'HEAD' && declared.has('GET'));
  const others = [...declared].filter((method) => method !== ANY_METHOD && !COMMON.includes(method));
  return [...COMMON.filter(isAllowed), ...others.sort()];
}
