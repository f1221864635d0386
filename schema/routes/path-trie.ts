// Templates as a trie over path segments, and the search in it with full backtracking: at each segment a
// literal, then `*`, then `**`; a place that has not the wanted method or verb is no answer, the search goes on.
// It knows nothing of hosts, services or decoding of values.
//
// The search is bounded by the trie, not by the path: a node stands at one depth, so one search visits it at
// most once; and what follows a `**` has a fixed length, so it is aligned to the path's end and never slid along.
import type { RawPath } from './raw-path.ts';
import type { Segment, Template } from './template.ts';

/** Where templates of one shape end. */
export interface Place<T> {
  readonly byMethod: Map<string, T>;
}

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  any: Node<T> | undefined;
  /** What may follow a `**` here, by its number of segments; the longest first, as it says most. */
  readonly rests: Rest<T>[];
  plain: Place<T> | undefined;
  readonly verbs: Map<string, Place<T>>;
}

interface Rest<T> {
  readonly length: number;
  readonly tail: Node<T>;
}

/** One search; `parts` are the decoded segments, the last one without the verb that is being tried. */
interface Search<T> {
  readonly parts: readonly string[];
  readonly verb: string | undefined;
  readonly answer: (place: Place<T>) => T | undefined;
}

/** A found value; `end` is where the last segment ends in the raw path: before the verb, if one matched. */
export interface Found<T> {
  readonly value: T;
  readonly end: number;
}

export class PathTrie<T> {
  readonly #root: Node<T> = createNode();
  readonly #verbs = new Set<string>();

  /** The place of a template's shape, made if it is new; filled by the caller. */
  place(template: Template): Place<T> {
    const { segments, restIndex, verb } = template;
    const before = restIndex < 0 ? segments : segments.slice(0, restIndex);
    let node = descend(this.#root, before);
    if (restIndex >= 0)
      node = descend(restTail(node, segments.length - restIndex - 1), segments.slice(restIndex + 1));
    if (verb === undefined) {
      node.plain ??= { byMethod: new Map() };
      return node.plain;
    }
    this.#verbs.add(verb);
    let place = node.verbs.get(verb);
    if (place === undefined) {
      place = { byMethod: new Map() };
      node.verbs.set(verb, place);
    }
    return place;
  }

  /**
   * The best value for a path. `answer` is asked at every place that matches, best first, until it answers;
   * so when the result is undefined it has seen all of them. Templates with a verb come before all others.
   */
  find(path: RawPath, answer: (place: Place<T>) => T | undefined): Found<T> | undefined {
    const parts = path.decoded === undefined ? splitPlain(path) : [...path.decoded];
    const last = parts.length - 1;
    const start = (path.slashes[last] ?? 0) + 1;
    const end = path.text.length;
    // Only a raw colon starts a verb, and a verb holds none: `%3Acancel` is data, `a:b:cancel` is `a:b`.
    const colon = path.text.lastIndexOf(':');
    if (colon >= start) {
      const verb = decode(path, path.text.slice(colon + 1));
      if (this.#verbs.has(verb)) {
        const whole = parts[last] ?? '';
        parts[last] = decode(path, path.text.slice(start, colon));
        const value = walk(this.#root, 0, { parts, verb, answer });
        if (value !== undefined) return { value, end: colon };
        parts[last] = whole;
      }
    }
    const value = walk(this.#root, 0, { parts, verb: undefined, answer });
    return value === undefined ? undefined : { value, end };
  }
}

function walk<T>(node: Node<T>, index: number, search: Search<T>): T | undefined {
  const { parts } = search;
  const left = parts.length - index;
  if (left === 0) {
    const place = search.verb === undefined ? node.plain : node.verbs.get(search.verb);
    const value = place === undefined ? undefined : search.answer(place);
    if (value !== undefined) return value;
  } else {
    const part = parts[index] ?? '';
    const literal = node.literals.get(part);
    const value = literal === undefined ? undefined : walk(literal, index + 1, search);
    if (value !== undefined) return value;
    if (node.any !== undefined && part !== '') {
      const value = walk(node.any, index + 1, search);
      if (value !== undefined) return value;
    }
  }
  for (const { length, tail } of node.rests) {
    if (length > left || isLoneEmpty(parts, index, left - length)) continue;
    const value = walk(tail, parts.length - length, search);
    if (value !== undefined) return value;
  }
  return undefined;
}

/**
 * One empty segment under `**` would bind the same empty value as none: `/v1/` must not read as `/v1`.
 * Only `/` itself has no spelling with fewer segments.
 */
function isLoneEmpty(parts: readonly string[], index: number, count: number): boolean {
  return count === 1 && parts[index] === '' && parts.length > 1;
}

function createNode<T>(): Node<T> {
  return { literals: new Map(), any: undefined, rests: [], plain: undefined, verbs: new Map() };
}

function descend<T>(from: Node<T>, segments: readonly Segment[]): Node<T> {
  let node = from;
  for (const segment of segments) {
    if (segment.kind === 'literal') {
      let next = node.literals.get(segment.text);
      if (next === undefined) {
        next = createNode();
        node.literals.set(segment.text, next);
      }
      node = next;
    } else {
      node.any ??= createNode();
      node = node.any;
    }
  }
  return node;
}

function restTail<T>(node: Node<T>, length: number): Node<T> {
  const existing = node.rests.find((rest) => rest.length === length);
  if (existing !== undefined) return existing.tail;
  const tail = createNode<T>();
  node.rests.push({ length, tail });
  node.rests.sort((a, b) => b.length - a.length);
  return tail;
}

function splitPlain({ text, slashes }: RawPath): string[] {
  const parts: string[] = [];
  for (let index = 0; index + 1 < slashes.length; index++) {
    parts.push(text.slice((slashes[index] ?? 0) + 1, slashes[index + 1]));
  }
  return parts;
}

/** A colon is no part of a triplet, so both halves of a sound segment are sound. */
function decode(path: RawPath, raw: string): string {
  return path.decoded === undefined ? raw : decodeURIComponent(raw);
}
