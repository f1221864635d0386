// Who owns which name. Names are stable: in a clash the newcomer yields, takes a prefix, and a note says so with
// both owners (graphql reference, section 2).
import type { Problem } from '../../core/problem.ts';

export interface NameOwner {
  /** Name of the registered service. */
  readonly service: string;
  /** What has the name: a full proto name, or words such as `a scalar of the gateway`. */
  readonly origin: string;
  /** Proto package of the origin. */
  readonly packageName: string;
}

export interface NameClaim extends NameOwner {
  readonly preferred: string;
  /** Names to try instead, best first, knowing who has the preferred one. */
  readonly alternatives: (owner: NameOwner) => readonly string[];
}

export class NameTable {
  readonly #what: string;
  readonly #owners = new Map<string, NameOwner>();
  readonly #notes: Problem[] = [];

  /** `what` names the kind of thing in notes: `type`, `query field`. */
  constructor(what: string, reserved: Iterable<string> = []) {
    this.#what = what;
    for (const name of reserved)
      this.#owners.set(name, { service: '', origin: 'the gateway itself', packageName: '' });
  }

  get notes(): readonly Problem[] {
    return this.#notes;
  }

  /** The name the claimant gets: the preferred one if it is free. */
  claim(claim: NameClaim): string {
    const owner = this.#owners.get(claim.preferred);
    if (owner === undefined) return this.#take(claim.preferred, claim);
    const name =
      claim.alternatives(owner).find((candidate) => !this.#owners.has(candidate)) ?? this.#lastResort(claim);
    this.#notes.push({
      severity: 'note',
      rule: 'graphql-name-clash',
      message:
        `the GraphQL ${this.#what} ${claim.preferred} belongs to ${describe(owner)}; ` +
        `${describe(claim)} is called ${name} instead. ` +
        'To choose the name, rename one of the two',
    });
    return this.#take(name, claim);
  }

  #take(name: string, { service, origin, packageName }: NameOwner): string {
    this.#owners.set(name, { service, origin, packageName });
    return name;
  }

  #lastResort(claim: NameClaim): string {
    let name = `${claim.preferred}_`;
    while (this.#owners.has(name)) name += '_';
    return name;
  }
}

function describe({ service, origin }: NameOwner): string {
  return service === '' ? origin : `${origin} of service "${service}"`;
}
