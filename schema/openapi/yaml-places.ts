// Where in a YAML text the parts of its value stand.
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import type { ReadText } from './text-reading.ts';

/** What each alias stands for, as far as it was read. */
export type YamlTargets = Map<Alias, Node>;

type Members = YAMLMap<Node, Node | null>;

/** Members are looked up, not searched for: many paths lead through the same large objects. */
export function createYamlLocator(
  { contents }: Document.Parsed,
  targets: ReadonlyMap<Alias, Node>,
): ReadText['locate'] {
  const known = new Map<Members, ReadonlyMap<string, Pair<Node, Node | null>>>();
  const pairsOf = (map: Members): ReadonlyMap<string, Pair<Node, Node | null>> => {
    let pairs = known.get(map);
    if (pairs === undefined) {
      // Of a key that is given twice the last one counts.
      pairs = new Map(
        map.items.flatMap((pair) =>
          isScalar(pair.key) ? [[String(pair.key.value ?? ''), pair] as const] : [],
        ),
      );
      known.set(map, pairs);
    }
    return pairs;
  };
  const locate = (path: readonly string[]): number => {
    let node: Node | null | undefined = contents;
    let offset = node === null ? 0 : startOf(node);
    for (const key of path) {
      if (isAlias(node)) node = targets.get(node);
      if (isMap<Node, Node | null>(node)) {
        const pair = pairsOf(node).get(key);
        if (pair === undefined) return offset;
        offset = startOf(pair.key);
        node = pair.value;
      } else if (isSeq<Node>(node)) {
        node = node.items[Number(key)];
        if (node === undefined) return offset;
        offset = startOf(node);
      } else {
        return offset;
      }
    }
    return offset;
  };
  return (paths) => paths.map((path) => locate(path));
}

export function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
