// What a configuration looks like between its text and its meaning: values that know where they were written.
import type { Position, Problem } from '../../core/problem.ts';

/** Keys from outside live in a Map, never on an object. */
export type ConfigNode = MappingNode | ListNode | ScalarNode | RefusedNode;

export interface MappingNode {
  readonly kind: 'mapping';
  readonly entries: ReadonlyMap<string, MappingEntry>;
  readonly position: Position;
}

export interface MappingEntry {
  readonly keyPosition: Position;
  readonly node: ConfigNode;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly ConfigNode[];
  readonly position: Position;
}

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
  readonly position: Position;
  /** Where each `${` of a text stands, in order; empty when that cannot be told apart. */
  readonly placeholders: readonly Position[];
  /** It came as text (a variable, a flag, an expansion), so it may be read as a number or as true/false. */
  readonly isText: boolean;
  /** It came out of `${…}`: no message may repeat it. */
  readonly isHidden: boolean;
}

/** Stands where a value was that a problem has been reported of: later steps pass over it. */
export interface RefusedNode {
  readonly kind: 'refused';
  readonly position: Position;
}

/** The plain value, without positions; mappings have no prototype, entries without a value are left out. */
export function toPlain(node: ConfigNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'refused':
      return undefined;
    case 'list':
      return node.items.map(toPlain);
    case 'mapping': {
      const plain: Record<string, unknown> = Object.create(null);
      for (const [key, entry] of node.entries) {
        if (!isAbsent(entry.node)) plain[key] = toPlain(entry.node);
      }
      return plain;
    }
  }
}

/** A key without a value (`services:` with all its lines commented out) counts as not written. */
export function isAbsent(node: ConfigNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/** The entry's node, or undefined when it is not written or was refused. */
export function findNode(parent: ConfigNode | undefined, ...path: readonly string[]): ConfigNode | undefined {
  let node = parent;
  for (const key of path) {
    const next: ConfigNode | undefined = node?.kind === 'mapping' ? node.entries.get(key)?.node : undefined;
    node = next === undefined || next.kind === 'refused' || isAbsent(next) ? undefined : next;
  }
  return node;
}

export function problemAt(position: Position, rule: string, message: string): Problem {
  return { severity: 'error', message, rule, ...position };
}
