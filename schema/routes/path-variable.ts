// The value of a template variable from the raw piece of path it captured.
// The rule that all of it serves: two different paths never bind the same value.
import { decodeTriplets } from './raw-path.ts';

/**
 * What stays encoded in a variable of several segments.
 * `spec`: `%2F` alone, as google/api/http.proto says. `keepReserved`: every reserved character of RFC 3986.
 * `all`: nothing; `a%2Fb` and `a/b` are then one value, which is what `fully_decode_reserved_expansion` asks for.
 */
export type MultiSegmentDecode = 'spec' | 'keepReserved' | 'all';

/** `message` says why this is 400; it is fit for the client. */
export type VariableResult =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly message: string };

/**
 * Decodes a capture of several segments, its raw slashes included. `raw` holds sound triplets only: it comes
 * from a path that readRawPath accepted. (One segment is simply decoded whole, `%2F` included.)
 */
export function decodeMultiSegment(raw: string, mode: MultiSegmentDecode): VariableResult {
  if (!raw.includes('%')) return { ok: true, value: raw };
  if (mode === 'all') return { ok: true, value: decodeTriplets(raw) ?? raw };
  const kept = mode === 'spec' ? KEPT_BY_SPEC : KEPT_RESERVED;
  if (raw.search(kept) < 0) return toResult(decodePiece(raw, kept));
  let value = '';
  let start = 0;
  for (const triplet of raw.matchAll(kept)) {
    const piece = decodePiece(raw.slice(start, triplet.index), kept);
    if (piece === undefined) return AMBIGUOUS;
    value += piece + triplet[0];
    start = triplet.index + 3;
  }
  const piece = decodePiece(raw.slice(start), kept);
  return toResult(piece === undefined ? undefined : value + piece);
}

function toResult(value: string | undefined): VariableResult {
  return value === undefined ? AMBIGUOUS : { ok: true, value };
}

const KEPT_BY_SPEC = /%2F/gi;
/** `/ : ? # [ ] @ ! $ & ' ( ) * + , ; =` */
const KEPT_RESERVED = /%(?:2[1346-9A-CF]|3[ABDF]|40|5[BD])/gi;

/**
 * Deviation from the specification, where `%252F` would read as `%2F` and so as another path's value: a piece
 * whose decoded text looks like a triplet that is kept is refused, however it is spelt (`%25%32F`).
 */
const AMBIGUOUS: VariableResult = Object.freeze({
  ok: false,
  message: 'the path holds a doubly encoded character, such as %252F, where a value spans several segments',
});

function decodePiece(raw: string, kept: RegExp): string | undefined {
  const text = decodeTriplets(raw) ?? raw;
  return text.search(kept) >= 0 ? undefined : text;
}
