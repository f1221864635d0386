// What the builders of single types share while a graph is made: names, the types so far, and problems.
// Names are given out service by service, in order of registration, so that a newcomer yields.
import type { DescEnum, DescField, DescMessage, DescOneof } from '@bufbuild/protobuf';
import { CUSTOM_SCALARS, type CustomScalar, type GraphType } from '../../core/graph.ts';
import type { Problem } from '../../core/problem.ts';
import { positionOf } from '../proto/source-info.ts';
import type { NamedDesc } from './content.ts';
import { NameTable } from './name-table.ts';
import { distinguishingPart, joinedTypeName, pascalCase, upperFirst } from './names.ts';
import { CUSTOM_SCALAR_TYPES } from './scalar-types.ts';

const RESERVED_TYPES = [
  ...CUSTOM_SCALARS,
  'Boolean',
  'Int',
  'Float',
  'String',
  'ID',
  'Query',
  'Mutation',
  'Subscription',
];

type Role = 'output' | 'input' | 'enum';

export class GraphBuilder {
  readonly types = new Map<string, GraphType>();
  readonly problems: Problem[] = [];
  readonly #typeNames = new NameTable('type', RESERVED_TYPES);
  /** By role and content: the same type from two sources has one name. */
  readonly #names = new Map<string, string>();
  readonly #keyOf: (desc: NamedDesc) => string;
  #service = '';

  constructor(keyOf: (desc: NamedDesc) => string) {
    this.#keyOf = keyOf;
  }

  /** Name of the service whose types are being built. */
  get service(): string {
    return this.#service;
  }

  enterService(name: string): void {
    this.#service = name;
  }

  get notes(): readonly Problem[] {
    return [...this.#typeNames.notes, ...this.problems];
  }

  /** Claims the name of a type at first sight. False if the type, from this or an earlier source, has one already. */
  claim(role: Role, desc: NamedDesc): boolean {
    const key = this.#key(role, desc);
    if (this.#names.has(key)) return false;
    const packageName = desc.file.proto.package;
    const joined = joinedTypeName(desc.typeName, packageName);
    const preferred = role === 'input' ? this.#inputName(desc, joined) : joined;
    const name = this.#typeNames.claim({
      preferred,
      service: this.#service,
      origin: desc.typeName,
      packageName,
      alternatives: (owner) => {
        const ofService = pascalCase(this.#service);
        const ofPackage = pascalCase(packageName);
        const part =
          owner.service === this.#service ? distinguishingPart(packageName, owner.packageName) : undefined;
        const prefixes =
          part === undefined ? [ofService, ofService + ofPackage] : [pascalCase(part), ofPackage, ofService];
        return prefixes.map((prefix) => prefix + upperFirst(preferred));
      },
    });
    this.#names.set(key, name);
    return true;
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
    return (
      this.#names.get(this.#key('output', desc)) ?? joinedTypeName(desc.typeName, desc.file.proto.package)
    );
  }

  /** Claims the name of a type that no message declares: a union, a wrapper, a map entry. `suffix` is for clashes. */
  claimDerived(preferred: string, suffix: string, holder: DescField | DescOneof): string {
    return this.#typeNames.claim({
      preferred,
      service: this.#service,
      origin: `${holder.parent.typeName}.${holder.name}`,
      packageName: holder.parent.file.proto.package,
      alternatives: (owner) => {
        const ofService = pascalCase(this.#service);
        const part =
          owner.service === this.#service
            ? distinguishingPart(holder.parent.file.proto.package, owner.packageName)
            : undefined;
        const last = [
          `${preferred}${suffix}`,
          `${ofService}${preferred}`,
          `${ofService}${preferred}${suffix}`,
        ];
        return part === undefined ? last : [`${pascalCase(part)}${preferred}`, ...last];
      },
    });
  }

  add(type: GraphType): void {
    this.types.set(type.name, type);
  }

  /** Notes that a custom scalar is in use. */
  useScalar(name: string): void {
    const scalar = CUSTOM_SCALAR_TYPES.get(name as CustomScalar);
    if (scalar !== undefined) this.types.set(name, scalar);
  }

  /** Two members of one message that GraphQL would call the same: the source is refused. */
  reportFieldClash(name: string, kept: DescField | DescOneof, refused: DescField | DescOneof): void {
    const message =
      `${refused.parent.typeName} has the fields ${kept.name} and ${refused.name}, which GraphQL would both call ` +
      `${name}; rename one, or give one a json_name of its own`;
    if (this.problems.some((problem) => problem.message === message)) return;
    this.problems.push({ severity: 'error', rule: 'graphql-field-clash', message, ...positionOf(refused) });
  }

  /** `BookInput` for Book; not doubled, unless the message's own object type is called that. */
  #inputName(desc: NamedDesc, joined: string): string {
    const object = this.#names.get(this.#key('output', desc));
    const stem = object ?? joined;
    return stem.endsWith('Input') && object === undefined ? stem : `${stem}Input`;
  }

  #nameOf(role: Role, desc: NamedDesc): string {
    const name = this.#names.get(this.#key(role, desc));
    if (name === undefined) throw new Error(`no ${role} type was claimed for ${desc.typeName}`);
    return name;
  }

  #key(role: Role, desc: NamedDesc): string {
    return `${role} ${this.#keyOf(desc)}`;
  }
}
