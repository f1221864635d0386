// Reads YAML text into objects without prototypes: core schema, no tags of anybody's own, merge keys as older
// documents have them, what aliases stand for bounded.
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Node as YamlNode,
  type Pair as YamlPair,
} from 'yaml';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import {
  emptyObject,
  LimitFault,
  MAX_TEXT_FAULTS,
  type ReadText,
  type TextFault,
  type TextLimits,
} from './text-reading.ts';

export function readYaml(text: string, limits: TextLimits): ReadText {
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
  if (faults.length > 0) return { value: undefined, faults, locate: (paths) => paths.map(() => 0) };
  const builder = new ValueBuilder(document, limits);
  return { ...builder.build(), locate: (paths) => paths.map((path) => locate(document, path)) };
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

class ValueBuilder {
  readonly #document: Document.Parsed;
  readonly #limits: TextLimits;
  readonly #faults: TextFault[] = [];
  #nodes = 0;
  #aliasNodes = 0;
  #aliasDepth = 0;

  constructor(document: Document.Parsed, limits: TextLimits) {
    this.#document = document;
    this.#limits = limits;
  }

  build(): { value: JsonValue | undefined; faults: readonly TextFault[] } {
    try {
      const { contents } = this.#document;
      return { value: contents === null ? null : this.#value(contents, 0), faults: this.#faults };
    } catch (error) {
      if (!(error instanceof LimitFault)) throw error;
      const { message, offset } = error;
      return { value: undefined, faults: [...this.#faults, { severity: 'error', message, offset }] };
    }
  }

  #value(node: YamlNode, depth: number): JsonValue {
    this.#count(node, depth);
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      if (target === undefined)
        throw new LimitFault(`the alias *${node.source} has no anchor before it`, startOf(node));
      this.#aliasDepth += 1;
      const value = this.#value(target, depth);
      this.#aliasDepth -= 1;
      return value;
    }
    if (isMap<YamlNode, YamlNode | null>(node)) return this.#object(node.items, depth);
    if (isSeq<YamlNode>(node)) return node.items.map((item) => this.#value(item, depth + 1));
    return isScalar(node) ? this.#scalar(node.value) : null;
  }

  #object(pairs: readonly YamlPair<YamlNode, YamlNode | null>[], depth: number): JsonObject {
    const object = emptyObject();
    const merged: JsonObject[] = [];
    for (const { key, value } of pairs) {
      const name = this.#key(key);
      const item = value === null ? null : this.#value(value, depth + 1);
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
    const target = isAlias(node) ? node.resolve(this.#document) : node;
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

function locate(document: Document.Parsed, path: readonly string[]): number {
  let node: YamlNode | null | undefined = document.contents;
  let offset = node === null ? 0 : startOf(node);
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap<YamlNode, YamlNode | null>(node)) {
      const pair: YamlPair<YamlNode, YamlNode | null> | undefined = node.items.findLast(
        (item) => isScalar(item.key) && String(item.key.value ?? '') === key,
      );
      if (pair === undefined) return offset;
      offset = startOf(pair.key);
      node = pair.value;
    } else if (isSeq<YamlNode>(node)) {
      node = node.items[Number(key)];
      if (node === undefined) return offset;
      offset = startOf(node);
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: YamlNode): number {
  return node.range?.[0] ?? 0;
}
