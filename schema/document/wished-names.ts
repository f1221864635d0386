// Gives out names: the wished one to who comes first, more telling ones to the others, so that what registers later
// renames nothing of what clients know already.
import type { WishedName } from './document-part.ts';

export class WishedNames {
  readonly #taken = new Set<string>();

  /**
   * `service` goes before a full name that is taken, too. Wishes shared within one part are nobody's
   * (`isShared`), since which of them comes first would depend on the order of declaration.
   */
  give({ name, fullName }: WishedName, service: string, isShared = false): string {
    const long = `${service}.${fullName}`;
    const wishes = isShared ? [fullName, long] : [name, fullName, long];
    const given = wishes.find((wish) => !this.#taken.has(wish)) ?? this.#numbered(long);
    this.#taken.add(given);
    return given;
  }

  #numbered(name: string): string {
    for (let number = 2; ; number++) {
      const candidate = `${name}-${number}`;
      if (!this.#taken.has(candidate)) return candidate;
    }
  }
}

/** The names that more than one of them wishes for. */
export function sharedWishes(wishes: Iterable<WishedName>): ReadonlySet<string> {
  const seen = new Map<string, string>();
  const shared = new Set<string>();
  for (const { name, fullName } of wishes) {
    const other = seen.get(name);
    if (other === undefined) seen.set(name, fullName);
    else if (other !== fullName) shared.add(name);
  }
  return shared;
}
