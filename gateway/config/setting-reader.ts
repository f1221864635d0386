// Reads values out of a checked configuration and keeps the list of what was wrong with them.
// A value that a step before refused is absent here, and its default stands in; the problem is on the list.
import { dirname, resolve } from 'node:path';
import type { Problem } from '../../core/problem.ts';
import { type ConfigNode, findNode, problemAt } from './config-node.ts';
import type { Reading } from './units.ts';

export class SettingReader {
  readonly problems: Problem[] = [];
  readonly #root: ConfigNode;
  readonly #path: string | undefined;

  /** @param path the configuration file, if there is one */
  constructor(root: ConfigNode, path: string | undefined) {
    this.#root = root;
    this.#path = path;
  }

  /** The node of a setting by its path, such as `listen.http`. */
  find(path: string): ConfigNode | undefined {
    return findNode(this.#root, ...path.split('.'));
  }

  /** Whether anything stands there, even what was refused. */
  isWritten(section: string, key: string): boolean {
    const node = this.find(section);
    return node?.kind === 'mapping' && node.entries.has(key);
  }

  refuse(node: ConfigNode, rule: string, message: string): void {
    this.problems.push(problemAt(node.position, rule, message));
  }

  /** The value that `read` makes of a node; undefined when it is absent or refused. */
  read<T>(node: ConfigNode | undefined, name: string, read: (value: string) => Reading<T>): T | undefined {
    const value = toText(node);
    if (node === undefined || value === undefined) return undefined;
    const reading = read(value);
    if (reading.ok) return reading.value;
    this.refuse(node, 'wrong-value', `${name} ${reading.message}`);
    return undefined;
  }

  /** Absolute. Paths of the file count from its folder; those of flags and variables from the working folder. */
  resolvePath(node: ConfigNode, path: string): string {
    const isFromFile = this.#path !== undefined && node.position.path === this.#path;
    return isFromFile ? resolve(dirname(this.#path ?? ''), path) : resolve(path);
  }
}

/** Text of a scalar, numbers included; undefined for everything else. */
export function toText(node: ConfigNode | undefined): string | undefined {
  if (node?.kind !== 'scalar') return undefined;
  return typeof node.value === 'string' || typeof node.value === 'number' ? String(node.value) : undefined;
}

export function toBoolean(node: ConfigNode | undefined): boolean | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'boolean' ? node.value : undefined;
}

/** The entries of a list that were not refused. */
export function toItems(node: ConfigNode | undefined): readonly ConfigNode[] {
  return node?.kind === 'list' ? node.items : [];
}
