// Reads YAML text into objects without prototypes: core schema, no tags of anybody's own, merge keys as older
// documents have them, what aliases stand for bounded.
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
  type Alias as YamlAlias,
  type Node as YamlNode,
} from 'yaml';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import {
  emptyObject,
  LimitFault,
  MAX_TEXT_FAULTS,
  type ReadText,
  type TextFault,
  type TextLimits,
  tooManyMembers,
} from './text-reading.ts';
import { createYamlLocator, startOf, type YamlTargets } from './yaml-places.ts';
import { checkYamlSize } from './yaml-size.ts';

export function readYaml(text: string, limits: TextLimits): ReadText {
  try {
    checkYamlSize(text, limits);
  } catch (error) {
    return unreadable([faultOf(error)]);
  }
  const document = parseDocument(text, {
    prettyErrors: false,
    schema: 'core',
    version: '1.2',
    merge: false,
    resolveKnownTags: false,
    stringKeys: true,
    // Found while reading: the last one counts, as with other readers, and is remarked.
    uniqueKeys: false,
    logLevel: 'error',
  });
  const faults = faultsOf(document);
  if (faults.length > 0) return unreadable(faults);
  const builder = new ValueBuilder(document, limits);
  const { value, faults: remarks } = builder.build();
  return {
    value,
    faults: [...tagFaults(document, text), ...remarks],
    locate: createYamlLocator(document, builder.targets),
  };
}

function unreadable(faults: readonly TextFault[]): ReadText {
  return { value: undefined, faults, locate: (paths) => paths.map(() => 0) };
}

/** @throws what is no breach of a limit */
function faultOf(error: unknown): TextFault {
  if (!(error instanceof LimitFault)) throw error;
  const { message, offset } = error;
  return { severity: 'error', message, offset };
}

function faultsOf(document: Document.Parsed): TextFault[] {
  const tooDeep = document.errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  if (tooDeep !== undefined) {
    return [
      { severity: 'error', message: 'the document is nested too deeply to be read', offset: tooDeep.pos[0] },
    ];
  }
  return document.errors.slice(0, MAX_TEXT_FAULTS).map(({ code, message, pos }) => ({
    severity: 'error',
    message: code === 'MULTIPLE_DOCS' ? 'a source is one document; remove the second' : message,
    offset: pos[0],
  }));
}

/** Tags ask for types that JSON has not: a value is what it is without, and each tag is remarked once. */
function tagFaults({ warnings }: Document.Parsed, text: string): TextFault[] {
  const faults = new Map<string, TextFault>();
  for (const { code, pos } of warnings) {
    if (code !== 'TAG_RESOLVE_FAILED') continue;
    const tag = JSON.stringify(
      text
        .slice(...pos)
        .slice(0, 80)
        .toWellFormed(),
    );
    const message = `the tag ${tag} is ignored; a document is written without tags`;
    if (!faults.has(tag)) faults.set(tag, { severity: 'warning', message, offset: pos[0] });
    if (faults.size >= MAX_TEXT_FAULTS) break;
  }
  return [...faults.values()];
}

class ValueBuilder {
  /** What each alias stands for. The library's own search walks through the whole document for each of them. */
  readonly targets: YamlTargets = new Map();
  readonly #document: Document.Parsed;
  readonly #anchors = new Map<string, YamlNode>();
  readonly #limits: TextLimits;
  readonly #faults: TextFault[] = [];
  #nodes = 0;
  #aliasNodes = 0;
  #aliasDepth = 0;
  /** The way to the value that is being read. */
  readonly #path: (string | number)[] = [];

  constructor(document: Document.Parsed, limits: TextLimits) {
    this.#document = document;
    this.#limits = limits;
  }

  build(): { value: JsonValue | undefined; faults: readonly TextFault[] } {
    try {
      const { contents } = this.#document;
      return { value: contents === null ? null : this.#value(contents, 0), faults: this.#faults };
    } catch (error) {
      return { value: undefined, faults: [...this.#faults, faultOf(error)] };
    }
  }

  #value(node: YamlNode, depth: number): JsonValue {
    this.#count(node, depth);
    if (isAlias(node)) {
      const target = this.#targetOf(node);
      this.#aliasDepth += 1;
      const value = this.#value(target, depth);
      this.#aliasDepth -= 1;
      return value;
    }
    this.#remember(node);
    if (isMap<YamlNode, YamlNode | null>(node)) return this.#object(node, depth);
    if (isSeq<YamlNode>(node)) {
      this.#checkMembers(node);
      return node.items.map((item, index) => {
        this.#path.push(index);
        const value = this.#value(item, depth + 1);
        this.#path.pop();
        return value;
      });
    }
    return isScalar(node) ? this.#scalar(node.value) : null;
  }

  /** An alias stands for the last anchor of that name before it; what it repeats names nothing anew. */
  #remember(node: YamlNode): void {
    const { anchor } = node as { readonly anchor?: string };
    if (anchor !== undefined && this.#aliasDepth === 0) this.#anchors.set(anchor, node);
  }

  #targetOf(alias: YamlAlias): YamlNode {
    const target = this.targets.get(alias) ?? this.#anchors.get(alias.source);
    if (target === undefined)
      throw new LimitFault(`the alias *${alias.source} has no anchor before it`, startOf(alias));
    this.targets.set(alias, target);
    return target;
  }

  #checkMembers(node: YAMLMap<YamlNode, YamlNode | null> | YAMLSeq<YamlNode>): void {
    const { members } = this.#limits;
    if (node.items.length <= members) return;
    throw new LimitFault(tooManyMembers(this.#path.map(String), members), startOf(node));
  }

  #object(node: YAMLMap<YamlNode, YamlNode | null>, depth: number): JsonObject {
    this.#checkMembers(node);
    const object = emptyObject();
    const merged: JsonObject[] = [];
    for (const { key, value } of node.items) {
      const name = this.#key(key);
      this.#path.push(name);
      const item = value === null ? null : this.#value(value, depth + 1);
      this.#path.pop();
      if (name === '<<' && isMergeable(item)) {
        merged.push(...[item].flat());
        continue;
      }
      if (name in object) {
        this.#warn(
          `the key ${JSON.stringify(name.slice(0, 80))} is given twice; the last one counts`,
          startOf(key),
        );
      }
      object[name] = item;
    }
    for (const source of merged) {
      for (const name of Object.keys(source)) {
        const item = source[name];
        if (!(name in object) && item !== undefined) object[name] = item;
      }
    }
    return object;
  }

  #key(node: YamlNode): string {
    const target = isAlias(node) ? this.#targetOf(node) : node;
    this.#remember(target);
    if (!isScalar(target)) throw new LimitFault('a key must be text', startOf(node));
    return String(target.value ?? '');
  }

  #scalar(value: unknown): JsonValue {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        // JSON has neither infinity nor NaN; as text they are at least what the author wrote.
        return Number.isFinite(value) ? value : String(value);
      case 'bigint':
        return Number(value);
      default:
        return null;
    }
  }

  #count(node: YamlNode, depth: number): void {
    const { depth: maxDepth, nodes, aliasNodes } = this.#limits;
    this.#nodes += 1;
    if (this.#aliasDepth > 0) this.#aliasNodes += 1;
    if (depth > maxDepth || this.#aliasDepth > maxDepth) {
      throw new LimitFault(`the document is nested deeper than ${maxDepth} levels`, startOf(node));
    }
    if (this.#nodes > nodes)
      throw new LimitFault(`the document holds more than ${nodes} values`, startOf(node));
    if (this.#aliasNodes > aliasNodes) {
      throw new LimitFault(
        `the aliases of the document stand for more than ${aliasNodes} values`,
        startOf(node),
      );
    }
  }

  #warn(message: string, offset: number): void {
    if (this.#faults.length < MAX_TEXT_FAULTS) this.#faults.push({ severity: 'warning', message, offset });
  }
}

function isMergeable(value: JsonValue): value is JsonObject | JsonObject[] {
  return Array.isArray(value)
    ? value.every((item) => typeof item === 'object' && item !== null && !Array.isArray(item))
    : typeof value === 'object' && value !== null;
}
