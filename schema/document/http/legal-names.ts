// Names of strangers as OpenAPI allows them for components, each different from the others.

/** Names that every object of JavaScript has already; a component called so stops many a tool. */
const OF_OBJECTS: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

export class LegalNames {
  readonly #given = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** The same for the same source; itself wherever possible. */
  of(source: string): string {
    const known = this.#given.get(source);
    if (known !== undefined) return known;
    const wanted = legal(source);
    let name = wanted;
    for (let number = 2; this.#taken.has(name); number++) name = `${wanted}_${number}`;
    this.#given.set(source, name);
    this.#taken.add(name);
    return name;
  }
}

/** OpenAPI, "Components Object": `^[a-zA-Z0-9._-]+$`. */
function legal(source: string): string {
  const name = source.replaceAll(/[^A-Za-z0-9._-]+/g, '_').slice(0, 200) || '_';
  return OF_OBJECTS.has(name) ? `${name.replaceAll(/^_+|_+$/g, '')}_` : name;
}
