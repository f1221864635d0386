// Collects the schemas of messages and enums that a part refers to, each once and each with a name.
// Besides the plain form a message may have two more: what a PATCH takes (nothing is required, null clears), and
// what a body holds when the path has some of its fields already.
import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf';
import type { JsonObject } from '../../core/json.ts';
import type { OutputOptions } from '../../core/rest-options.ts';
import { componentRef, type PartComponent } from './document-part.ts';
import { enumSchema } from './enum-schema.ts';
import { isRequired, messageSchema, valueSchema } from './message-schema.ts';
import { type MessageView, PLAIN, type Schemas } from './message-view.ts';
import { nullable, wellKnownKind, wellKnownSchema } from './scalar-schema.ts';

export interface SchemaBookOptions {
  readonly output: OutputOptions;
  /** Messages that answers consist of: what is never shown cannot be required of them. */
  readonly answers: Iterable<DescMessage>;
}

export class SchemaBook implements Schemas {
  readonly output: OutputOptions;
  readonly #inAnswers: ReadonlySet<DescMessage>;
  readonly #components = new Map<string, PartComponent>();
  readonly #waiting: (() => void)[] = [];
  readonly #needy = new Map<DescMessage, boolean>();
  readonly #views = new Map<DescMessage, Record<'-patch' | '-body', string[]>>();

  constructor({ output, answers }: SchemaBookOptions) {
    this.output = output;
    this.#inAnswers = reach(answers);
  }

  isInAnswers(message: DescMessage): boolean {
    return this.#inAnswers.has(message);
  }

  nameOf(field: DescField): string {
    return this.output.protoNames ? field.name : field.jsonName;
  }

  /** What a field holds, where it stands alone. */
  value(field: DescField): JsonObject {
    return valueSchema(this, field, PLAIN);
  }

  /** As `value`, of a field that is the whole answer: a message that is not there is written as null. */
  answer(field: DescField): JsonObject {
    return field.fieldKind === 'message' ? nullable(this.value(field)) : this.value(field);
  }

  message(message: DescMessage, view: MessageView = PLAIN): JsonObject {
    const isSpecial = view.without.length > 0 || (view.isPatch && this.#isNeedy(message));
    return isSpecial ? this.body(message, view) : this.#reference(message, '', PLAIN);
  }

  /** As `message`, of a request's whole body: where a PATCH takes it, null clears, whatever is in it. */
  body(message: DescMessage, view: MessageView): JsonObject {
    const suffix = view.isPatch || view.without.length > 0 ? this.#suffixOf(message, view) : '';
    return this.#reference(message, suffix, view);
  }

  enum(desc: DescEnum): JsonObject {
    if (desc.typeName === 'google.protobuf.NullValue') return { type: 'null' };
    return this.#add(desc, '', () => enumSchema(desc, this.output));
  }

  /** Everything referred to so far, and what that refers to. */
  components(): readonly PartComponent[] {
    // One after the other instead of one inside the other: how deep messages lie in messages comes from strangers.
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) next();
    return [...this.#components.values()].sort((a, b) => (a.fullName < b.fullName ? -1 : 1));
  }

  #reference(message: DescMessage, suffix: string, view: MessageView): JsonObject {
    const wellKnown = wellKnownSchema(message, this.output);
    if (wellKnown !== undefined) return wellKnown;
    return this.#add(message, suffix, () => messageSchema(this, message, view));
  }

  #add(desc: DescMessage | DescEnum, suffix: string, make: () => JsonObject): JsonObject {
    const fullName = desc.typeName + suffix;
    const reference = { $ref: componentRef('schemas', fullName) };
    if (this.#components.has(fullName)) return reference;
    const name = shortName(desc) + suffix;
    // The place is taken before it is filled: messages refer to themselves.
    this.#components.set(fullName, { kind: 'schemas', name, fullName, value: {} });
    this.#waiting.push(() => {
      this.#components.set(fullName, { kind: 'schemas', name, fullName, value: make() });
    });
    return reference;
  }

  /** Different views of a message have different numbers. No proto name holds a hyphen, so these meet no message. */
  #suffixOf(message: DescMessage, { isPatch, without }: MessageView): string {
    const kind = isPatch ? '-patch' : '-body';
    const left = without.map((path) => path.map(({ name }) => name).join('.')).sort();
    const views = this.#views.get(message) ?? { '-patch': [], '-body': [] };
    this.#views.set(message, views);
    const view = left.join(',');
    if (!views[kind].includes(view)) views[kind].push(view);
    const number = views[kind].indexOf(view) + 1;
    return number === 1 ? kind : `${kind}${number}`;
  }

  /** True if the message, or one inside of it, has fields that must be given. */
  #isNeedy(message: DescMessage): boolean {
    let known = this.#needy.get(message);
    if (known === undefined) {
      known = [...reach([message])].some(({ fields }) => fields.some((field) => isRequired(field)));
      this.#needy.set(message, known);
    }
    return known;
  }
}

/** Without the package; messages inside of others keep those: `Book.Dimensions`. */
function shortName({ typeName, file }: DescMessage | DescEnum): string {
  const prefix = file.proto.package === '' ? '' : `${file.proto.package}.`;
  return typeName.startsWith(prefix) ? typeName.slice(prefix.length) : typeName;
}

/** The messages and all that are inside of them. */
function reach(roots: Iterable<DescMessage>): ReadonlySet<DescMessage> {
  const found = new Set<DescMessage>(roots);
  // A set is walked in the order of insertion, what is added meanwhile included.
  for (const message of found) {
    if (wellKnownKind(message) !== undefined) continue;
    for (const { message: inner } of message.fields) if (inner !== undefined) found.add(inner);
  }
  return found;
}
