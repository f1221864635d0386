// Names that were given before, so that they are given again: a restart, another order of services, a service that
// comes or goes must not rename what is published (graphql reference, sections 1 and 2). A name is remembered for
// what has it and for what it would prefer: whoever changes the settings that make names gets new ones.

/** What has the name → the name. Kept with a service's revision. */
export type GraphNames = ReadonlyMap<string, string>;

export const NO_NAMES: GraphNames = new Map();

export class NameBook {
  readonly #before: ReadonlyMap<string, GraphNames>;
  readonly #given = new Map<string, Map<string, string>>();
  /** Kind and name → who had it, as service and key. */
  readonly #promises = new Map<string, Set<string>>();

  /** `before` by service; entries of what no longer exists are left out by whoever knows. */
  constructor(before: ReadonlyMap<string, GraphNames>) {
    this.#before = before;
    for (const [service, names] of before) {
      for (const [key, name] of names) {
        const promise = `${kindOf(key)} ${name}`;
        const holders = this.#promises.get(promise);
        if (holders === undefined) this.#promises.set(promise, new Set([holder(service, key)]));
        else holders.add(holder(service, key));
      }
    }
  }

  /** Names by service, in its present form: what is to be kept. */
  get given(): ReadonlyMap<string, GraphNames> {
    return this.#given;
  }

  recall(service: string, key: string): string | undefined {
    return this.#before.get(service)?.get(key);
  }

  /** Whether nobody else had the name before. */
  isFree(name: string, service: string, key: string): boolean {
    const holders = this.#promises.get(`${kindOf(key)} ${name}`);
    return holders === undefined || holders.has(holder(service, key));
  }

  /** Who had the name: the service and the key of what has it there. */
  holderOf(name: string, kind: string): { readonly service: string; readonly key: string } | undefined {
    const [first] = this.#promises.get(`${kind} ${name}`) ?? [];
    if (first === undefined) return undefined;
    const end = first.indexOf(' ');
    return { service: first.slice(0, end), key: first.slice(end + 1) };
  }

  /**
   * Whoever shares a type keeps the names of what is made of it, too (unions, entries), so that they stay when its
   * owner goes.
   */
  share(
    sharings: readonly { readonly owner: string; readonly sharer: string; readonly typeName: string }[],
  ): void {
    const derived = new Map<string, [key: string, name: string][]>();
    for (const owner of new Set(sharings.map((sharing) => sharing.owner))) {
      for (const [key, name] of this.#given.get(owner) ?? []) {
        if (!key.startsWith('type derived ')) continue;
        const origin = originOf(key);
        const holding = holder(owner, origin.slice(0, origin.lastIndexOf('.')));
        derived.set(holding, [...(derived.get(holding) ?? []), [key, name]]);
      }
    }
    for (const { owner, sharer, typeName } of sharings) {
      for (const [key, name] of derived.get(holder(owner, typeName)) ?? []) this.give(sharer, key, name);
    }
  }

  give(service: string, key: string, name: string): void {
    const names = this.#given.get(service);
    if (names === undefined) this.#given.set(service, new Map([[key, name]]));
    else names.set(key, name);
  }
}

/** `join`: no name, but what a joined field is bound to. */
export type NameKind = 'type' | 'query' | 'mutation' | 'subscription' | 'join';

/** `type output shop.v1.Item Item`. No part holds a space. */
export function nameKey(kind: NameKind, role: string, origin: string, preferred: string): string {
  return `${kind} ${role} ${origin} ${preferred}`;
}

/** The proto name in a key. */
export function originOf(key: string): string {
  return key.split(' ', 3)[2] ?? '';
}

/** Keys hold no space. */
export function originOfKey(key: string): string {
  return key.replaceAll('%', '%25').replaceAll(' ', '%20');
}

/** What an origin is called where people read of it. */
export function spokenOrigin(origin: string): string {
  return origin.replaceAll('%20', ' ').replaceAll('%25', '%');
}

function kindOf(key: string): string {
  return key.slice(0, key.indexOf(' '));
}

/** Names of services hold no space. */
function holder(service: string, key: string): string {
  return `${service} ${key}`;
}
