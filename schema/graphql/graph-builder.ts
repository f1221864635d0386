// What the builders of single types share while a graph is made: names, the types so far, and problems.
// Names are given out service by service, so that a newcomer yields.
import type { DescEnum, DescEnumValue, DescField, DescMessage, DescOneof } from '@bufbuild/protobuf';
import { CUSTOM_SCALARS, type CustomScalar, type GraphType } from '../../core/graph.ts';
import type { Problem } from '../../core/problem.ts';
import { positionOf } from '../proto/source-info.ts';
import type { NamedDesc } from './content.ts';
import type { NameBook } from './name-book.ts';
import { type NameClaim, type NameOwner, NameTable } from './name-table.ts';
import { distinguishingPart, joinedTypeName, pascalCase, upperFirst } from './names.ts';
import { CUSTOM_SCALAR_TYPES } from './scalar-types.ts';
import { PLAIN_MAPPING, type ServiceMapping } from './service-mapping.ts';

/** Came later than types of these names: whoever had one keeps it. */
const YIELDING_SCALARS: readonly CustomScalar[] = ['Date', 'SafeInteger'];

const RESERVED_TYPES = [
  ...CUSTOM_SCALARS.filter((name) => !YIELDING_SCALARS.includes(name)),
  'Boolean',
  'Int',
  'Float',
  'String',
  'ID',
  'Query',
  'Mutation',
  'Subscription',
];

export type TypeRole = 'output' | 'input' | 'enum';

export interface ServiceEntry {
  readonly name: string;
  readonly mapping: ServiceMapping;
  /** Equal for types that are the same, whichever service brings them. */
  readonly contentKey: (desc: NamedDesc) => string;
}

export interface PlainClaim {
  readonly preferred: string;
  /** Tells apart what one origin has several of. */
  readonly role: string;
  readonly origin: string;
  readonly isExplicit?: boolean;
}

export interface Sharing {
  readonly owner: string;
  readonly sharer: string;
  readonly typeName: string;
}

const NO_SERVICE: ServiceEntry = { name: '', mapping: PLAIN_MAPPING, contentKey: (desc) => desc.typeName };

export class GraphBuilder {
  readonly types = new Map<string, GraphType>();
  readonly #problems: Problem[] = [];
  readonly #typeNames: NameTable;
  /** By service, then by role and full name. */
  readonly #names = new Map<string, Map<string, string>>();
  /** By role and content: the same type from two sources has one name, unless both had one of their own before. */
  readonly #shared = new Map<string, Map<string, ServiceEntry>>();
  readonly #sharings: Sharing[] = [];
  #service = NO_SERVICE;
  #namesHere = new Map<string, string>();

  constructor(book: NameBook) {
    this.#typeNames = new NameTable('type', 'type', book, RESERVED_TYPES);
  }

  /** Name of the service whose types are being built. */
  get service(): string {
    return this.#service.name;
  }

  /** What that service wants. */
  get mapping(): ServiceMapping {
    return this.#service.mapping;
  }

  /** A service may be entered again: its names are still known. */
  enterService(service: ServiceEntry): void {
    this.#service = service;
    const known = this.#names.get(service.name) ?? new Map<string, string>();
    this.#names.set(service.name, known);
    this.#namesHere = known;
  }

  /** Types that one service built and another one shows as well. */
  get sharings(): readonly Sharing[] {
    return this.#sharings;
  }

  get problems(): readonly Problem[] {
    return [...this.#typeNames.problems, ...this.#problems];
  }

  /**
   * Claims names for types of one role, and answers those that are to be built: not the ones that an earlier source
   * has brought. Chosen names go first, then names that were given before, so that no new type takes them.
   */
  claimAll<T extends NamedDesc>(role: TypeRole, types: Iterable<T>): T[] {
    const claims = [...types]
      .filter((desc) => !this.#namesHere.has(roleKey(role, desc)))
      .map((desc) => ({ desc, claim: this.#claimOf(role, desc) }));
    const rank = ({ claim }: { readonly claim: NameClaim }): number => {
      if (claim.isExplicit === true) return 0;
      return this.#typeNames.recall(claim) === undefined ? 2 : 1;
    };
    const isNew = new Set<T>();
    for (const one of claims.toSorted((a, b) => rank(a) - rank(b))) {
      if (this.#claim(role, one.desc, one.claim)) isNew.add(one.desc);
    }
    return claims.flatMap(({ desc }) => (isNew.has(desc) ? desc : []));
  }

  objectName(desc: DescMessage): string {
    return this.#nameOf('output', desc);
  }

  inputName(desc: DescMessage): string {
    return this.#nameOf('input', desc);
  }

  enumName(desc: DescEnum): string {
    return this.#nameOf('enum', desc);
  }

  /** What derived types of a message are named after: its object type, or what that would be called. */
  stemOf(desc: DescMessage): string {
    return this.#namesHere.get(roleKey('output', desc)) ?? this.#joinedName(desc);
  }

  /**
   * Claims the name of a type that no message declares: a union, a wrapper, a map entry. `suffix` is for clashes.
   * A message that is both a request and an input type needs the same ones twice and has them once. `content` says
   * what it is, if it is the same for other holders too.
   */
  claimDerived(
    preferred: string,
    suffix: string,
    holder: DescField | DescOneof,
    content = `${this.#service.contentKey(holder.parent)} ${holder.name}`,
  ): string {
    const packageName = holder.parent.file.proto.package;
    const { name } = this.#shareOrClaim(`derived ${content} ${preferred}`, {
      preferred,
      role: 'derived',
      service: this.service,
      origin: `${holder.parent.typeName}.${holder.name}`,
      packageName,
      alternatives: (owner) => {
        const ofService = pascalCase(this.service);
        const part = this.#distinguishing(packageName, owner);
        const last = [
          `${preferred}${suffix}`,
          `${ofService}${preferred}`,
          `${ofService}${preferred}${suffix}`,
        ];
        return part === undefined ? last : [`${pascalCase(part)}${preferred}`, ...last];
      },
      onClash: this.mapping.options.onClash,
      position: () => positionOf(holder),
    });
    return name;
  }

  /** Claims the name of a type that no proto declares; `origin` has no spaces. No other service shares it. */
  claimPlain({ preferred, role, origin, isExplicit = false }: PlainClaim): string {
    const { name } = this.#shareOrClaim(`plain ${this.service} ${role} ${origin}`, {
      preferred,
      role,
      service: this.service,
      origin,
      packageName: '',
      isOfDocument: true,
      isExplicit,
      alternatives: () => [pascalCase(this.service) + upperFirst(preferred)],
      onClash: this.mapping.options.onClash,
      position: () => ({}),
    });
    return name;
  }

  /** Whoever shares a type builds the same one; the first stays. */
  add(type: GraphType): void {
    if (!this.types.has(type.name)) this.types.set(type.name, type);
  }

  /** Notes that a custom scalar is in use. */
  useScalar(name: string): void {
    const scalar = CUSTOM_SCALAR_TYPES.get(name as CustomScalar);
    if (scalar !== undefined) this.types.set(name, scalar);
  }

  /** As `useScalar`, of one whose name a type may have; then false, and another scalar has to do. */
  claimScalar(name: CustomScalar): boolean {
    const claim: NameClaim = {
      preferred: name,
      role: 'scalar',
      service: this.service,
      origin: name,
      packageName: '',
      alternatives: () => [],
      onClash: 'yield',
      position: () => ({}),
    };
    const content = `scalar ${name}`;
    const isShared = this.#shared.get(content)?.has(name) === true;
    if (!isShared && !this.#typeNames.isFree(claim)) return false;
    this.#shareOrClaim(content, claim);
    this.useScalar(name);
    return true;
  }

  /** Two members of one message that GraphQL would call the same: the source is refused. */
  reportFieldClash(name: string, kept: DescField | DescOneof, refused: DescField | DescOneof): void {
    const message =
      `${refused.parent.typeName} has the fields ${kept.name} and ${refused.name}, which GraphQL would both call ` +
      `${name}; rename one, or give one a json_name of its own`;
    if (this.#problems.some((problem) => problem.message === message)) return;
    this.#problems.push({ severity: 'error', rule: 'graphql-field-clash', message, ...positionOf(refused) });
  }

  /** Two values of one enum of the same name, which only an overlay can bring about. */
  reportValueClash(name: string, kept: string, refused: DescEnumValue): void {
    this.#problems.push({
      severity: 'error',
      rule: 'graphql-field-clash',
      message:
        `${refused.parent.typeName} has the values ${kept} and ${refused.name}, which GraphQL would both call ` +
        `${name}; give one another name in graphql.overlay`,
      ...positionOf(refused),
    });
  }

  #claimOf(role: TypeRole, desc: NamedDesc): NameClaim {
    const { options } = this.mapping;
    const packageName = desc.file.proto.package;
    const preferred = role === 'input' ? this.#inputName(desc) : this.#joinedName(desc);
    return {
      preferred,
      role,
      service: this.service,
      origin: desc.typeName,
      packageName,
      isExplicit: role !== 'input' && this.mapping.entryOf(desc).rename !== undefined,
      alternatives: (owner) => {
        const ofService = pascalCase(this.service);
        const ofPackage = pascalCase(packageName);
        const part = this.#distinguishing(packageName, owner);
        const prefixes =
          owner.service === this.service
            ? [part === undefined ? ofService : pascalCase(part), ofPackage, ofService, ofService + ofPackage]
            : [ofService, ofService + ofPackage];
        return prefixes.map((prefix) => prefix + upperFirst(preferred));
      },
      onClash: options.onClash,
      position: () => positionOf(desc),
    };
  }

  #claim(role: TypeRole, desc: NamedDesc, claim: NameClaim): boolean {
    const { name, owner } = this.#shareOrClaim(`${role} ${this.#service.contentKey(desc)}`, claim);
    this.#namesHere.set(roleKey(role, desc), name);
    if (owner === undefined) return true;
    this.#sharings.push({ owner: owner.name, sharer: this.service, typeName: desc.typeName });
    return false;
  }

  /** `owner` has built it already. */
  #shareOrClaim(content: string, claim: NameClaim): { name: string; owner: ServiceEntry | undefined } {
    const same = this.#shared.get(content) ?? new Map<string, ServiceEntry>();
    this.#shared.set(content, same);
    const recalled = this.#typeNames.recall(claim);
    const [first] = same.keys();
    const shared = recalled === undefined || this.#isTaken(recalled) ? first : undefined;
    const name =
      recalled !== undefined && same.has(recalled) ? recalled : (shared ?? this.#typeNames.claim(claim));
    const owner = same.get(name);
    if (owner === undefined) same.set(name, this.#service);
    else this.#typeNames.keep(claim, name);
    return { name, owner };
  }

  #isTaken(name: string): boolean {
    return this.#typeNames.ownerOf(name) !== undefined;
  }

  /** Inside one source the last part in which the packages differ. */
  #distinguishing(packageName: string, owner: NameOwner): string | undefined {
    return owner.service === this.service ? distinguishingPart(packageName, owner.packageName) : undefined;
  }

  #joinedName(desc: NamedDesc): string {
    const { rename } = this.mapping.entryOf(desc);
    if (rename !== undefined) return rename;
    const { prefix, typeNames } = this.mapping.options;
    const packageName = desc.file.proto.package;
    const joined = joinedTypeName(desc.typeName, packageName);
    const qualified = typeNames === 'qualified' ? pascalCase(packageName) + upperFirst(joined) : joined;
    return prefix === '' ? qualified : upperFirst(prefix) + upperFirst(qualified);
  }

  /** `BookInput` for Book; not doubled, unless the message's own object type is called that. */
  #inputName(desc: NamedDesc): string {
    const object = this.#namesHere.get(roleKey('output', desc));
    const stem = object ?? this.#joinedName(desc);
    return stem.endsWith('Input') && object === undefined ? stem : `${stem}Input`;
  }

  #nameOf(role: TypeRole, desc: NamedDesc): string {
    const name = this.#namesHere.get(roleKey(role, desc));
    if (name === undefined) throw new Error(`no ${role} type was claimed for ${desc.typeName}`);
    return name;
  }
}

function roleKey(role: TypeRole, desc: NamedDesc): string {
  return `${role} ${desc.typeName}`;
}
