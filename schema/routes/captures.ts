// How the variables of a template are cut out of a path and decoded; settled per template when a table is built.

import { matchAffix } from './affix.ts';
import { decodeMultiSegment, type MultiSegmentDecode } from './path-variable.ts';
import { type RawPath, rawSegments, segmentText } from './raw-path.ts';
import type { Segment, Template } from './template.ts';

export interface CapturePlan {
  /**
   * Per variable three numbers in a row: `start` and `end`, as the template has them, and 0 for one segment, 1 for
   * several, 2 and more for the first and further variables of an `affix` segment.
   */
  readonly spans: readonly number[];
  /** Literals of `affix` segments by index. */
  readonly affixes: ReadonlyMap<number, readonly string[]>;
  readonly segmentCount: number;
  /** Indexes from here on are shifted, by how much longer the path is than the template. */
  readonly shiftFrom: number;
  readonly decode: MultiSegmentDecode;
}

/** Plans of one table. Thousands of templates share some hundred plans, which so stay in the processor's cache. */
export class CapturePlans {
  readonly #plans = new Map<string, CapturePlan>();

  of({ variables, segments, restIndex }: Template, decode: MultiSegmentDecode): CapturePlan {
    const spans: number[] = [];
    for (const { start, end, isMultiSegment, piece } of variables) {
      spans.push(start, end, piece === undefined ? (isMultiSegment ? 1 : 0) : piece + 2);
    }
    const affixes = affixesOf(segments);
    const segmentCount = segments.length;
    const shiftFrom = restIndex < 0 ? segmentCount + 1 : restIndex + 1;
    const key = `${decode} ${segmentCount} ${shiftFrom} ${spans.join()}${affixes.size === 0 ? '' : JSON.stringify([...affixes])}`;
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const plan: CapturePlan = { spans, affixes, segmentCount, shiftFrom, decode };
    this.#plans.set(key, plan);
    return plan;
  }
}

const NO_AFFIXES: ReadonlyMap<number, readonly string[]> = new Map();

function affixesOf(segments: readonly Segment[]): ReadonlyMap<number, readonly string[]> {
  if (segments.every(({ kind }) => kind !== 'affix')) return NO_AFFIXES;
  return new Map(segments.flatMap((one, index) => (one.kind === 'affix' ? [[index, one.literals]] : [])));
}

/** `message` says why this is 400; it is fit for the client. */
export type CaptureResult =
  | { readonly ok: true; readonly variables: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** The decoded variables of a path that the plan's template matches, in the template's order. */
export function capture(path: RawPath, plan: CapturePlan): CaptureResult {
  const { text, slashes, hashes, decoded } = path;
  const { spans, shiftFrom } = plan;
  const shift = hashes.length - plan.segmentCount;
  const variables: string[] = [];
  for (let at = 0; at < spans.length; at += 3) {
    const start = spans[at] ?? 0;
    const end = spans[at + 1] ?? 0;
    const first = start < shiftFrom ? start : start + shift;
    const kind = spans[at + 2] ?? 0;
    if (kind > 1) {
      const literals = plan.affixes.get(start) ?? [];
      variables.push(matchAffix(segmentText(path, first), literals)?.[kind - 2] ?? '');
      continue;
    }
    const raw = rawSegments(text, slashes, first, end < shiftFrom ? end : end + shift);
    if (decoded === undefined) {
      variables.push(raw);
    } else if (kind === 0) {
      variables.push(decoded[first] ?? '');
    } else {
      const value = decodeMultiSegment(raw, plan.decode);
      if (!value.ok) return value;
      variables.push(value.value);
    }
  }
  return { ok: true, variables };
}
