// How the variables of a template are cut out of a path and decoded; settled per template when a table is built.
import { decodeMultiSegment, type MultiSegmentDecode } from './path-variable.ts';
import { type RawPath, rawSegments } from './raw-path.ts';
import type { Template } from './template.ts';

export interface CapturePlan {
  /** Per variable three numbers in a row: `start`, `end`, and 1 for several segments; as the template has them. */
  readonly spans: readonly number[];
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
    for (const { start, end, isMultiSegment } of variables) spans.push(start, end, isMultiSegment ? 1 : 0);
    const segmentCount = segments.length;
    const shiftFrom = restIndex < 0 ? segmentCount + 1 : restIndex + 1;
    const key = `${decode} ${segmentCount} ${shiftFrom} ${spans.join()}`;
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const plan: CapturePlan = { spans, segmentCount, shiftFrom, decode };
    this.#plans.set(key, plan);
    return plan;
  }
}

/** `message` says why this is 400; it is fit for the client. */
export type CaptureResult =
  | { readonly ok: true; readonly variables: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** The decoded variables of a path that the plan's template matches, in the template's order. */
export function capture({ text, slashes, hashes, decoded }: RawPath, plan: CapturePlan): CaptureResult {
  const { spans, shiftFrom } = plan;
  const shift = hashes.length - plan.segmentCount;
  const variables: string[] = [];
  for (let at = 0; at < spans.length; at += 3) {
    const start = spans[at] ?? 0;
    const end = spans[at + 1] ?? 0;
    const first = start < shiftFrom ? start : start + shift;
    const raw = rawSegments(text, slashes, first, end < shiftFrom ? end : end + shift);
    if (decoded === undefined) {
      variables.push(raw);
    } else if (spans[at + 2] === 0) {
      variables.push(decoded[first] ?? '');
    } else {
      const value = decodeMultiSegment(raw, plan.decode);
      if (!value.ok) return value;
      variables.push(value.value);
    }
  }
  return { ok: true, variables };
}
