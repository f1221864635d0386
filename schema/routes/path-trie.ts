// Templates as a trie over path segments, and the search in it with full backtracking: at each segment a
// literal, then text around a variable, then `*`, then `**`; a place that has not the wanted method or verb is no answer, the search goes on.
// It knows nothing of hosts, services or decoding of values.
//
// The search is bounded by the trie, not by the path: a node stands at one depth, so one search visits it at
// most once; and what follows a `**` has a fixed length, so it is aligned to the path's end and never slid along.
import { affixWeight, matchAffix } from './affix.ts';
import { decodeTriplets, type RawPath, segmentText, withoutVerb } from './raw-path.ts';
import type { Segment, Template } from './template.ts';
import { AFFIXES, ANY, PLAIN, RESTS, TrieNodes, VERBS } from './trie-nodes.ts';

/** Asked at every place that matches a path, best first, until one is accepted. */
export type Accept<P> = (place: P) => boolean;

export interface Found<P> {
  readonly place: P;
  /** The path as it was matched: if by a verb, the last segment ends before it. */
  readonly path: RawPath;
}

/** What may follow a `**` at one node. */
interface Rest {
  readonly length: number;
  readonly tail: number;
}

/** A segment with text around its variables, and where it leads. */
interface Affix {
  readonly literals: readonly string[];
  readonly node: number;
}

const ROOT = 0;

/** `P` is whatever the caller keeps for templates of one shape. */
export class PathTrie<P> {
  readonly #nodes = new TrieNodes();
  // The nodes' columns hold positions in these, from 1.
  readonly #places: P[] = [];
  readonly #placesByVerb: Map<string, P>[] = [];
  readonly #rests: Rest[][] = [];
  readonly #affixes: Affix[][] = [];
  readonly #verbs = new Set<string>();

  /** What is kept for a template's shape, made by `create` if this is the first of it. */
  place(template: Template, create: () => P): P {
    const { segments, restIndex, verb } = template;
    let node = ROOT;
    for (const [index, segment] of segments.entries()) {
      node = index === restIndex ? this.#rest(node, segments.length - index - 1) : this.#step(node, segment);
    }
    if (verb !== undefined) return this.#placeByVerb(node, verb, create);
    const existing = this.#places[this.#nodes.get(node, PLAIN) - 1];
    if (existing !== undefined) return existing;
    const place = create();
    this.#nodes.set(node, PLAIN, this.#places.push(place));
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
      const place = this.#walk(ROOT, 0, { path: shorter, verb, accept });
      if (place !== undefined) return { place, path: shorter };
    }
    const place = this.#walk(ROOT, 0, { path, verb: undefined, accept });
    return place === undefined ? undefined : { place, path };
  }

  #walk(node: number, index: number, search: Search<P>): P | undefined {
    const nodes = this.#nodes;
    const { path } = search;
    const left = path.hashes.length - index;
    if (left === 0) {
      const place = this.#findPlace(node, search.verb);
      if (place !== undefined && search.accept(place)) return place;
    } else {
      const literal = nodes.follow(node, path, index);
      if (literal !== 0) {
        const place = this.#walk(literal, index + 1, search);
        if (place !== undefined) return place;
      }
      const affixes = nodes.get(node, AFFIXES);
      if (affixes !== 0) {
        const place = this.#walkAffixes(this.#affixes[affixes - 1] ?? [], index, search);
        if (place !== undefined) return place;
      }
      const any = nodes.get(node, ANY);
      if (any !== 0 && !isEmptySegment(path, index)) {
        const place = this.#walk(any, index + 1, search);
        if (place !== undefined) return place;
      }
    }
    const rests = nodes.get(node, RESTS);
    return rests === 0 ? undefined : this.#walkRests(this.#rests[rests - 1] ?? [], index, search);
  }

  #walkRests(rests: readonly Rest[], index: number, search: Search<P>): P | undefined {
    const count = search.path.hashes.length;
    for (const { length, tail } of rests) {
      const taken = count - index - length;
      if (taken < 0 || (taken === 1 && isLoneEmpty(search.path, index))) continue;
      const place = this.#walk(tail, count - length, search);
      if (place !== undefined) return place;
    }
    return undefined;
  }

  #walkAffixes(affixes: readonly Affix[], index: number, search: Search<P>): P | undefined {
    const text = segmentText(search.path, index);
    for (const { literals, node } of affixes) {
      const place = matchAffix(text, literals) && this.#walk(node, index + 1, search);
      if (place !== undefined) return place;
    }
    return undefined;
  }

  #findPlace(node: number, verb: string | undefined): P | undefined {
    if (verb === undefined) return this.#places[this.#nodes.get(node, PLAIN) - 1];
    return this.#placesByVerb[this.#nodes.get(node, VERBS) - 1]?.get(verb);
  }

  #placeByVerb(node: number, verb: string, create: () => P): P {
    this.#verbs.add(verb);
    let places = this.#placesByVerb[this.#nodes.get(node, VERBS) - 1];
    if (places === undefined) {
      places = new Map();
      this.#nodes.set(node, VERBS, this.#placesByVerb.push(places));
    }
    const place = places.get(verb) ?? create();
    places.set(verb, place);
    return place;
  }

  #step(node: number, segment: Segment): number {
    if (segment.kind === 'literal') return this.#nodes.step(node, segment.text);
    if (segment.kind === 'affix') return this.#affix(node, segment.literals);
    const existing = this.#nodes.get(node, ANY);
    if (existing !== 0) return existing;
    const any = this.#nodes.create();
    this.#nodes.set(node, ANY, any);
    return any;
  }

  #affix(node: number, literals: readonly string[]): number {
    let affixes = this.#affixes[this.#nodes.get(node, AFFIXES) - 1];
    if (affixes === undefined) {
      affixes = [];
      this.#nodes.set(node, AFFIXES, this.#affixes.push(affixes));
    }
    const existing = affixes.find((one) => isSameList(one.literals, literals));
    if (existing !== undefined) return existing.node;
    const next = this.#nodes.create();
    affixes.push({ literals, node: next });
    affixes.sort((a, b) => affixWeight(b.literals) - affixWeight(a.literals));
    return next;
  }

  /** The node behind a `**` that so many segments follow; the most are tried first, as they say most. */
  #rest(node: number, length: number): number {
    let rests = this.#rests[this.#nodes.get(node, RESTS) - 1];
    if (rests === undefined) {
      rests = [];
      this.#nodes.set(node, RESTS, this.#rests.push(rests));
    }
    const existing = rests.find((rest) => rest.length === length);
    if (existing !== undefined) return existing.tail;
    const tail = this.#nodes.create();
    rests.push({ length, tail });
    rests.sort((a, b) => b.length - a.length);
    return tail;
  }
}

interface Search<P> {
  readonly path: RawPath;
  readonly verb: string | undefined;
  readonly accept: Accept<P>;
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

function isEmptySegment({ slashes }: RawPath, index: number): boolean {
  return (slashes[index + 1] ?? 0) - (slashes[index] ?? 0) === 1;
}

/**
 * One empty segment under `**` would bind the same empty value as none: `/v1/` must not read as `/v1`.
 * Only `/` itself has no spelling with fewer segments.
 */
function isLoneEmpty(path: RawPath, index: number): boolean {
  return isEmptySegment(path, index) && path.hashes.length > 1;
}
