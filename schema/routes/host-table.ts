// What is kept per host: services that claim hosts are found on these alone, and before those that claim none.
// Names are compared in lower case and without a port.

export class HostTable<T> {
  /** For services without hosts, and the last that is asked for any host. */
  readonly everywhere: T;
  readonly #create: () => T;
  readonly #byHost = new Map<string, T>();

  constructor(create: () => T) {
    this.#create = create;
    this.everywhere = create();
  }

  /** What a service's claims go into. `*.example.com` is any name below example.com. */
  of(hosts: readonly string[] | undefined): readonly T[] {
    if (hosts === undefined || hosts.length === 0) return [this.everywhere];
    return [...new Set(hosts)].map((host) => {
      const item = this.#byHost.get(host) ?? this.#create();
      this.#byHost.set(host, item);
      return item;
    });
  }

  get areClaimed(): boolean {
    return this.#byHost.size > 0;
  }

  /** The host itself, then ever wider wildcards, then everything else. */
  *candidates(host: string): Generator<T> {
    const name = nameOf(host);
    const own = this.#byHost.get(name);
    if (own !== undefined) yield own;
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      const wide = this.#byHost.get(`*${name.slice(dot)}`);
      if (wide !== undefined) yield wide;
    }
    yield this.everywhere;
  }
}

function nameOf(host: string): string {
  const name = host.toLowerCase().replace(/:\d*$/, '');
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
