// The components of all parts under one roof. A component that two parts have in common, with all it refers to,
// is there once; where they differ, the later one takes another name.
import { createHash } from 'node:crypto';
import type { JsonObject } from '../../core/json.ts';
import { components as connected } from '../graphql/components.ts';
import {
  COMPONENT_KINDS,
  type ComponentKind,
  componentRef,
  type DocumentPart,
  type PartComponent,
} from './document-part.ts';
import { referencesOf, withReferences } from './references.ts';
import type { Steps } from './steps.ts';
import { sharedWishes, WishedNames } from './wished-names.ts';

export class MergedComponents {
  /** By the reference they have in the document. */
  readonly #values = new Map<string, { kind: ComponentKind; name: string; value: JsonObject }>();
  /** Content of a component → the name it was given. */
  readonly #names = new Map<string, string>();
  readonly #givers = new Map(COMPONENT_KINDS.map((kind) => [kind, new WishedNames()]));

  /** What the part's references are in the document. */
  *add(part: DocumentPart): Steps<ReadonlyMap<string, string>> {
    const references = new Map<string, string>();
    const contents = yield* contentKeys(part.components);
    const added: (readonly [string, PartComponent, string])[] = [];
    for (const kind of COMPONENT_KINDS) {
      const own = part.components.filter((component) => component.kind === kind);
      const shared = sharedWishes(own);
      for (const component of own) {
        const content = contents.get(component) ?? '';
        const known = this.#names.get(content);
        const wish = { ...component, name: schemaName(component, references) ?? component.name };
        const name = known ?? this.#givers.get(kind)?.give(wish, part.service, shared.has(wish.name));
        if (name === undefined) continue;
        const ref = componentRef(kind, name);
        references.set(componentRef(kind, component.fullName), ref);
        if (known !== undefined) continue;
        this.#names.set(content, name);
        added.push([ref, component, name]);
      }
    }
    for (const [ref, { kind, value }, name] of added) {
      yield;
      this.#values.set(ref, { kind, name, value: withReferences(value, references) });
    }
    return references;
  }

  /** Sorted by name; kinds that nobody has are left out. */
  toObject(): JsonObject {
    const byKind = COMPONENT_KINDS.map((kind) => {
      const own = [...this.#values.values()].filter((component) => component.kind === kind);
      own.sort((a, b) => (a.name < b.name ? -1 : 1));
      return [kind, Object.fromEntries(own.map(({ name, value }) => [name, value]))] as const;
    });
    return Object.fromEntries(byKind.filter(([, values]) => Object.keys(values).length > 0));
  }
}

/** Some generators make a type of each response, too: beside the schema of its name, which then has to be its own. */
function schemaName(
  { kind, fullName }: PartComponent,
  references: ReadonlyMap<string, string>,
): string | undefined {
  if (kind !== 'responses') return undefined;
  return references.get(componentRef('schemas', fullName))?.slice(componentRef('schemas', '').length);
}

/** Equal for components that say the same, whatever they refer to included. */
function* contentKeys(components: readonly PartComponent[]): Steps<ReadonlyMap<PartComponent, string>> {
  const byRef = new Map(components.map((one) => [componentRef(one.kind, one.fullName), one]));
  const targets = new Map<PartComponent, PartComponent[]>();
  for (const one of components) {
    yield;
    targets.set(
      one,
      referencesOf(one.value).flatMap((ref) => byRef.get(ref) ?? []),
    );
  }
  const keys = new Map<PartComponent, string>();
  for (const cycle of connected(components, (one) => targets.get(one) ?? [])) {
    yield;
    // Members of a cycle share one text; what they refer to outside of it has its key already.
    const text = cycle
      .map((one) => [
        componentRef(one.kind, one.fullName),
        one.value,
        (targets.get(one) ?? []).map((target) => keys.get(target) ?? ''),
      ])
      .map((member) => JSON.stringify(member))
      .sort()
      .join('\n');
    const hash = createHash('sha256').update(text).digest('base64url');
    for (const one of cycle) keys.set(one, `${componentRef(one.kind, one.fullName)} ${hash}`);
  }
  return keys;
}
