// Templates as a trie over path segments, and the search in it with full backtracking: at each segment a
// literal, then `*`, then `**`; a place that has not the wanted method or verb is no answer, the search goes on.
// It knows nothing of hosts, services or decoding of values.
//
// The search is bounded by the trie, not by the path: a node stands at one depth, so one search visits it at
// most once; and what follows a `**` has a fixed length, so it is aligned to the path's end and never slid along.
import { LiteralSteps } from './literal-steps.ts';
import { decodeTriplets, hashText, type RawPath, withoutVerb } from './raw-path.ts';
import type { Segment, Template } from './template.ts';

interface Node<P> {
  readonly number: number;
  /** Number of the node a literal leads here from. */
  readonly parent: number;
  /** The text of the literal that leads here; empty for a node that `*` or `**` leads to. */
  readonly literal: string;
  hasLiterals: boolean;
  any: Node<P> | undefined;
  /** What may follow a `**` here, by its number of segments; the longest first, as it says most. */
  rests: Rest<P>[] | undefined;
  /** What stands where a template ends: without a verb, and by verb. */
  plain: P | undefined;
  verbs: Map<string, P> | undefined;
}

interface Rest<P> {
  readonly length: number;
  readonly tail: Node<P>;
}

/** Asked at every place that matches a path, best first, until one is accepted. */
export type Accept<P> = (place: P) => boolean;

export interface Found<P> {
  readonly place: P;
  /** The path as it was matched: if by a verb, the last segment ends before it. */
  readonly path: RawPath;
}

/** `P` is whatever the caller keeps for templates of one shape. */
export class PathTrie<P> {
  readonly #literals = new LiteralSteps<Node<P>>();
  readonly #verbs = new Set<string>();
  readonly #words = new Map<string, string>();
  readonly #root: Node<P> = createNode<P>(0, -1, '');
  #nodeCount = 1;

  /** What is kept for a template's shape, made by `create` if this is the first of it. */
  place(template: Template, create: () => P): P {
    const { segments, restIndex, verb } = template;
    let node = this.#root;
    for (const [index, segment] of segments.entries()) {
      node = index === restIndex ? this.#rest(node, segments.length - index - 1) : this.#step(node, segment);
    }
    if (verb === undefined) {
      node.plain ??= create();
      return node.plain;
    }
    this.#verbs.add(verb);
    node.verbs ??= new Map();
    const existing = node.verbs.get(verb);
    if (existing !== undefined) return existing;
    const place = create();
    node.verbs.set(verb, place);
    return place;
  }

  /**
   * The best place for a path. When it is undefined, `accept` has refused every place that matches.
   * Templates whose verb matches come before all that have none.
   */
  find(path: RawPath, accept: Accept<P>): Found<P> | undefined {
    // Only a raw colon starts a verb, and a verb holds none: `%3Acancel` is data, `a:b:cancel` is `a:b`.
    const verb = path.colon < 0 ? undefined : decodeTriplets(path.text.slice(path.colon + 1));
    if (verb !== undefined && this.#verbs.has(verb)) {
      const shorter = withoutVerb(path);
      const place = this.#walk(this.#root, 0, { path: shorter, verb, accept });
      if (place !== undefined) return { place, path: shorter };
    }
    const place = this.#walk(this.#root, 0, { path, verb: undefined, accept });
    return place === undefined ? undefined : { place, path };
  }

  #walk(node: Node<P>, index: number, search: Search<P>): P | undefined {
    const { hashes } = search.path;
    const left = hashes.length - index;
    if (left === 0) {
      const place = search.verb === undefined ? node.plain : node.verbs?.get(search.verb);
      if (place !== undefined && search.accept(place)) return place;
    } else {
      if (node.hasLiterals) {
        const next = this.#literals.follow(node.number, search.path, index);
        const place = next === undefined ? undefined : this.#walk(next, index + 1, search);
        if (place !== undefined) return place;
      }
      if (node.any !== undefined && !isEmptySegment(search.path, index)) {
        const place = this.#walk(node.any, index + 1, search);
        if (place !== undefined) return place;
      }
    }
    if (node.rests === undefined) return undefined;
    for (const { length, tail } of node.rests) {
      if (length > left || isLoneEmpty(search.path, index, left - length)) continue;
      const place = this.#walk(tail, hashes.length - length, search);
      if (place !== undefined) return place;
    }
    return undefined;
  }

  #step(node: Node<P>, segment: Segment): Node<P> {
    if (segment.kind !== 'literal') {
      node.any ??= this.#createNode(node, '');
      return node.any;
    }
    const hash = hashText(segment.text);
    const existing = this.#literals.find(node.number, hash, segment.text);
    if (existing !== undefined) return existing;
    const next = this.#createNode(node, this.#intern(segment.text));
    this.#literals.add(hash, next);
    node.hasLiterals = true;
    return next;
  }

  /** APIs say the same words over and over; one copy of each stays in the processor's cache. */
  #intern(text: string): string {
    const known = this.#words.get(text);
    if (known !== undefined) return known;
    this.#words.set(text, text);
    return text;
  }

  #rest(node: Node<P>, length: number): Node<P> {
    node.rests ??= [];
    const existing = node.rests.find((rest) => rest.length === length);
    if (existing !== undefined) return existing.tail;
    const tail = this.#createNode(node, '');
    node.rests.push({ length, tail });
    node.rests.sort((a, b) => b.length - a.length);
    return tail;
  }

  #createNode(parent: Node<P>, literal: string): Node<P> {
    return createNode<P>(this.#nodeCount++, parent.number, literal);
  }
}

interface Search<P> {
  readonly path: RawPath;
  readonly verb: string | undefined;
  readonly accept: Accept<P>;
}

function createNode<P>(number: number, parent: number, literal: string): Node<P> {
  return {
    number,
    parent,
    literal,
    hasLiterals: false,
    any: undefined,
    rests: undefined,
    plain: undefined,
    verbs: undefined,
  };
}

function isEmptySegment({ slashes }: RawPath, index: number): boolean {
  return (slashes[index + 1] ?? 0) - (slashes[index] ?? 0) === 1;
}

/**
 * One empty segment under `**` would bind the same empty value as none: `/v1/` must not read as `/v1`.
 * Only `/` itself has no spelling with fewer segments.
 */
function isLoneEmpty(path: RawPath, index: number, count: number): boolean {
  return count === 1 && isEmptySegment(path, index) && path.hashes.length > 1;
}
