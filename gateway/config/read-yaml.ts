// YAML text to located values. Core schema only: no custom tags, no merge keys, bounded aliases.
// A text that is no YAML yields its faults and no value; what a key means is none of this file's business.
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Node as YamlNode,
  type Pair as YamlPair,
} from 'yaml';
import type { Position, Problem } from '../../core/problem.ts';
import type { ConfigNode, MappingEntry, ScalarNode } from './config-node.ts';
import { problemAt } from './config-node.ts';

const MAX_DEPTH = 64;
/** After aliases are followed: an alias of aliases would otherwise grow without end. */
const MAX_NODES = 100_000;
const PLACEHOLDER = /\$?\$\{/g;

export interface YamlReading {
  /** Undefined when the text is no YAML; an empty text is an empty mapping. */
  readonly root: ConfigNode | undefined;
  readonly problems: readonly Problem[];
}

export function readYaml(text: string, path: string): YamlReading {
  return new YamlReader(text, path).read();
}

class YamlReader {
  readonly #text: string;
  readonly #path: string;
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;
  readonly #problems: Problem[] = [];
  #nodes = 0;
  #isTooLarge = false;

  constructor(text: string, path: string) {
    this.#text = text;
    this.#path = path;
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      schema: 'core',
      version: '1.2',
      merge: false,
      resolveKnownTags: false,
      stringKeys: true,
      // Looked for while reading, to say where the first of the two stands.
      uniqueKeys: false,
      logLevel: 'error',
    });
  }

  read(): YamlReading {
    this.#readFaults();
    if (this.#problems.length > 0) return { root: undefined, problems: this.#problems };
    for (const warning of this.#document.warnings) this.#refuse(warning.pos[0], 'yaml', warning.message);
    const contents = this.#document.contents;
    const root: ConfigNode =
      contents === null
        ? { kind: 'mapping', entries: new Map(), position: this.#at(0) }
        : this.#readNode(contents, 0, 0);
    return { root: this.#isTooLarge ? undefined : root, problems: this.#problems };
  }

  #readFaults(): void {
    const errors = this.#document.errors;
    const tooDeep = errors.find((error) => error.code === 'RESOURCE_EXHAUSTION');
    if (tooDeep !== undefined) {
      this.#refuse(tooDeep.pos[0], 'yaml', 'this is nested too deeply to be read');
      return;
    }
    // In flow style the brace of a placeholder opens a mapping; what YAML makes of the rest helps nobody.
    const unquoted = errors.find(({ pos: [offset] }) => this.#text.slice(offset - 1, offset + 1) === '${');
    if (unquoted !== undefined) {
      const message = `inside { } and [ ] a value with \${…} must be quoted`;
      this.#refuse(unquoted.pos[0] - 1, 'yaml', message);
      return;
    }
    for (const error of errors) {
      const message =
        error.code === 'MULTIPLE_DOCS' ? 'a configuration is one document; remove the second' : error.message;
      this.#refuse(error.pos[0], 'yaml', message);
    }
  }

  #readNode(node: YamlNode, fallback: number, depth: number): ConfigNode {
    this.#nodes += 1;
    if (depth > MAX_DEPTH || this.#nodes > MAX_NODES) {
      if (!this.#isTooLarge) {
        this.#isTooLarge = true;
        const limit =
          depth > MAX_DEPTH ? `deeper than ${MAX_DEPTH} levels` : `larger than ${MAX_NODES} values`;
        this.#refuse(node.range?.[0] ?? fallback, 'yaml', `with its aliases this is ${limit}`);
      }
      return this.#scalar(null, fallback);
    }
    const start = startOf(node, fallback);
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      if (target !== undefined) return this.#readNode(target, start, depth + 1);
      this.#refuse(start, 'yaml', `the alias *${node.source} has no anchor &${node.source} before it`);
      return this.#scalar(null, start);
    }
    if (isMap<YamlNode, YamlNode>(node)) return this.#readMapping(node.items, start, depth);
    if (isSeq<YamlNode>(node)) {
      const items = node.items.map((item) => this.#readNode(item, start, depth + 1));
      return { kind: 'list', items, position: this.#at(start) };
    }
    if (isScalar(node)) return this.#readScalar(node.value, start, node.range?.[1] ?? start);
    return this.#scalar(null, start);
  }

  #readMapping(pairs: readonly YamlPair<YamlNode, YamlNode>[], start: number, depth: number): ConfigNode {
    const entries = new Map<string, MappingEntry>();
    for (const { key, value } of pairs) {
      if (this.#isTooLarge) break;
      const keyStart = startOf(key, start);
      const resolved = isAlias(key) ? key.resolve(this.#document) : key;
      const name = isScalar(resolved) ? String(resolved.value ?? '') : '';
      const first = entries.get(name);
      if (first !== undefined) {
        const { line } = first.keyPosition;
        this.#refuse(keyStart, 'duplicate-key', `"${name}" is given twice; the first is on line ${line}`);
        continue;
      }
      const node = value === null ? this.#scalar(null, keyStart) : this.#readNode(value, keyStart, depth + 1);
      entries.set(name, { keyPosition: this.#at(keyStart), node });
    }
    return { kind: 'mapping', entries, position: this.#at(start) };
  }

  #readScalar(value: unknown, start: number, end: number): ScalarNode {
    switch (typeof value) {
      case 'string': {
        const inValue = [...value.matchAll(PLACEHOLDER)].filter(([text]) => text === '${').length;
        const inText = [...this.#text.slice(start, end).matchAll(PLACEHOLDER)].filter(([t]) => t === '${');
        // They differ when a double-quoted text spells the sign as an escape.
        const offsets = inValue === inText.length ? inText.map(({ index }) => start + index) : [];
        return this.#scalar(value, start, offsets);
      }
      case 'number':
      case 'boolean':
        return this.#scalar(value, start);
      default:
        return this.#scalar(null, start);
    }
  }

  #scalar(value: ScalarNode['value'], start: number, placeholders: readonly number[] = []): ScalarNode {
    return {
      kind: 'scalar',
      value,
      position: this.#at(start),
      placeholders: placeholders.map((offset) => this.#at(offset)),
      isText: false,
      isHidden: false,
    };
  }

  #at(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { path: this.#path, line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  #refuse(offset: number, rule: string, message: string): void {
    this.#problems.push(problemAt(this.#at(offset), rule, message));
  }
}

/** A value that is not there (`key:` alone) has an empty range behind the colon; its key is the better place. */
function startOf(node: YamlNode, fallback: number): number {
  const range = node.range;
  if (range === null || range === undefined) return fallback;
  return isScalar(node) && node.value === null && range[0] === range[1] ? fallback : range[0];
}
