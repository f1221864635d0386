// Who owns which name. Names are stable: in a clash the newcomer yields, takes a prefix, and a note says so with
// both owners (graphql reference, section 2).
import type { Position, Problem } from '../../core/problem.ts';
import { type NameBook, type NameKind, nameKey, originOf, spokenOrigin } from './name-book.ts';
import { nextName } from './names.ts';

export interface NameOwner {
  /** Name of the registered service. */
  readonly service: string;
  /** What has the name: a full proto name, or words such as `a scalar of the gateway`. */
  readonly origin: string;
  /** Proto package of the origin. */
  readonly packageName: string;
}

export interface NameClaim extends NameOwner {
  /** Tells apart what one origin has several of: its object type, its input type. */
  readonly role: string;
  readonly preferred: string;
  /** Of an OpenAPI document: it stands in the overlay as it is called. */
  readonly isOfDocument?: boolean;
  /** The overlay says so: there is no other name to take. */
  readonly isExplicit?: boolean;
  /** Names to try instead, best first, knowing who has the preferred one. */
  readonly alternatives: (owner: NameOwner) => readonly string[];
  readonly onClash: 'yield' | 'refuse';
  readonly position: () => Partial<Position>;
}

export class NameTable {
  readonly #kind: NameKind;
  readonly #what: string;
  readonly #book: NameBook;
  readonly #owners = new Map<string, NameOwner>();
  readonly #problems: Problem[] = [];

  /** `what` names the kind of thing in notes: `type`, `query field`. */
  constructor(kind: NameKind, what: string, book: NameBook, reserved: Iterable<string>) {
    this.#kind = kind;
    this.#what = what;
    this.#book = book;
    for (const name of reserved)
      this.#owners.set(name, { service: '', origin: 'the gateway itself', packageName: '' });
  }

  /** Notes, and errors where there was no yielding. */
  get problems(): readonly Problem[] {
    return this.#problems;
  }

  ownerOf(name: string): NameOwner | undefined {
    return this.#owners.get(name);
  }

  /** The name that the claimant had before, if it had one. */
  recall(claim: Pick<NameClaim, 'service' | 'role' | 'origin' | 'preferred'>): string | undefined {
    return this.#book.recall(claim.service, this.#key(claim));
  }

  /** Whether the claimant would get the name that it prefers. */
  isFree(claim: NameClaim): boolean {
    return this.#holder(claim) === undefined;
  }

  /** The name the claimant gets: the one it had, else the preferred one if it is free. */
  claim(claim: NameClaim): string {
    const recalled = this.recall(claim);
    const holder = this.#holder(claim);
    const name =
      recalled !== undefined && !this.#owners.has(recalled) ? recalled : this.#choose(claim, holder);
    if (holder !== undefined && name !== claim.preferred) this.#report(claim, holder, name);
    this.#owners.set(name, claim);
    this.keep(claim, name);
    return name;
  }

  /** The claimant shares a name that is given already. */
  keep(claim: Pick<NameClaim, 'service' | 'role' | 'origin' | 'preferred'>, name: string): void {
    this.#book.give(claim.service, this.#key(claim), name);
  }

  /** Who has, or was promised, the preferred name, if it is not the claimant. */
  #holder(claim: NameClaim): NameOwner | undefined {
    const { preferred } = claim;
    const owner = this.#owners.get(preferred);
    if (owner !== undefined || this.#book.isFree(preferred, claim.service, this.#key(claim))) return owner;
    const promised = this.#book.holderOf(preferred, this.#kind);
    return promised && { service: promised.service, origin: originOf(promised.key), packageName: '' };
  }

  #choose(claim: NameClaim, holder: NameOwner | undefined): string {
    if (holder === undefined) return claim.preferred;
    const key = this.#key(claim);
    const isFree = (name: string): boolean =>
      !this.#owners.has(name) && this.#book.isFree(name, claim.service, key);
    return claim.alternatives(holder).find(isFree) ?? nextName(claim.preferred, isFree);
  }

  #report(claim: NameClaim, holder: NameOwner, name: string): void {
    const belongs = `the GraphQL ${this.#what} ${claim.preferred} belongs to ${describe(holder)}`;
    const remedies =
      `set graphql.prefix of service "${claim.service}", or graphql.overlay ` +
      `"${overlayKey(claim)}": {rename: …}`;
    if (claim.isExplicit === true) {
      const message = `${belongs}, so graphql.overlay cannot give it to ${claim.origin}; choose another name`;
      this.#refuse(claim, message);
    } else if (claim.onClash === 'refuse') {
      const message = `${belongs}, and ${describe(claim)} would have it, too, which graphql.onClash refuses; ${remedies}`;
      this.#refuse(claim, message);
    } else {
      this.#problems.push({
        severity: 'note',
        rule: 'graphql-name-clash',
        message: `${belongs}; ${describe(claim)} is called ${name} instead. To choose another name, ${remedies}`,
      });
    }
  }

  #refuse({ position }: NameClaim, message: string): void {
    this.#problems.push({ severity: 'error', rule: 'graphql-name-clash', message, ...position() });
  }

  #key({ role, origin, preferred }: Pick<NameClaim, 'role' | 'origin' | 'preferred'>): string {
    return nameKey(this.#kind, role, origin, preferred);
  }
}

function describe({ service, origin }: NameOwner): string {
  const words = spokenOrigin(origin);
  return service === '' ? words : `${words} of service "${service}"`;
}

/** Methods of protos stand in the overlay with a dot, as all proto names do. */
function overlayKey(claim: NameClaim): string {
  return claim.isOfDocument === true ? spokenOrigin(claim.origin) : claim.origin.replace('/', '.');
}
