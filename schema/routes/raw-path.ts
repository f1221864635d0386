// The one canonical reading of a request's path, always from the raw target: what is refused, where segments
// are split (at a raw "/" only), how a captured piece is decoded.
// A target in absolute form (`GET http://host/path`), and the `*` of OPTIONS, are settled at the edge before:
// here a path starts with "/". The query is cut off unread; a `#` in it is for whoever reads queries.

/** Longer paths are refused; Node's default limit for a whole request head is the same. */
export const MAX_PATH_LENGTH = 16_384;

export interface RawPath {
  /** Without query; plain ASCII. */
  readonly text: string;
  /** Index of the slash before each segment, then where the last segment ends: one more than there are segments. */
  readonly slashes: readonly number[];
  /** `hashText` of each segment, decoded. */
  readonly hashes: readonly number[];
  /** Segments with everything decoded; undefined if nothing is encoded. */
  readonly decoded: readonly string[] | undefined;
  /** Index of the last raw colon of the last segment, or -1. */
  readonly colon: number;
}

/** `message` says why this is 400; it is fit for the client. */
export type RawPathResult =
  | { readonly ok: true; readonly path: RawPath }
  | { readonly ok: false; readonly message: string };

/** `path?query` in two; the query without its `?`, undefined if there is none. */
export function splitTarget(target: string): { readonly path: string; readonly query: string | undefined } {
  const mark = target.indexOf('?');
  if (mark < 0) return { path: target, query: undefined };
  return { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

const PLAIN = 0;
const SLASH = 1;
const PERCENT = 2;
const QUERY = 3;
const REFUSED = 4;
const COLON = 5;
const DOT = 6;

/** What each ASCII character does in a path. `#` is no part of a request target (RFC 9112 §3.2.1). */
const CHARACTER_CLASS = new Uint8Array(128).map((_, code) => {
  const character = String.fromCharCode(code);
  if (character === '/') return SLASH;
  if (character === '%') return PERCENT;
  if (character === '?') return QUERY;
  if (character === ':') return COLON;
  if (character === '.') return DOT;
  return code <= 0x20 || code === 0x7f || character === '\\' || character === '#' ? REFUSED : PLAIN;
});

/** Reads a raw target as far as its query. A path without `%` costs one pass over its characters. */
export function readRawPath(target: string): RawPathResult {
  if (target.charCodeAt(0) !== 0x2f) return refuse('the path does not start with "/"');
  const slashes = [0];
  const hashes: number[] = [];
  let hash = 0;
  let colon = -1;
  let isEncoded = false;
  let startsWithDot = false;
  let end = 1;
  for (; end < target.length; end++) {
    const code = target.charCodeAt(end);
    const kind = code < 128 ? CHARACTER_CLASS[code] : REFUSED;
    if (kind === SLASH) {
      slashes.push(end);
      hashes.push(hash);
      hash = 0;
      colon = -1;
      continue;
    }
    if (kind !== PLAIN) {
      if (kind === QUERY) break;
      if (kind === REFUSED) {
        return refuse(`the path holds ${describe(code)} at column ${end + 1}; percent-encode it`);
      }
      if (kind === PERCENT) isEncoded = true;
      else if (kind === COLON) colon = end;
      else if (target.charCodeAt(end - 1) === 0x2f) startsWithDot = true;
    }
    hash = addToHash(hash, code);
  }
  if (end > MAX_PATH_LENGTH) return refuse(`the path is longer than ${MAX_PATH_LENGTH} characters`);
  slashes.push(end);
  hashes.push(hash);
  const text = end === target.length ? target : target.slice(0, end);
  if (startsWithDot && /\/\.\.?(?:\/|$)/.test(text)) return refuse(DOT_SEGMENT);
  return isEncoded
    ? decodeSegments(text, slashes, colon)
    : accept({ text, slashes, hashes, decoded: undefined, colon });
}

const DOT_SEGMENT = 'the path holds a "." or ".." segment; send the path it stands for';

function decodeSegments(text: string, slashes: number[], colon: number): RawPathResult {
  // Every "%" of a path that can be decoded starts a triplet, so this finds no half of another.
  if (text.includes('%00')) return refuse('the path holds %00');
  const decoded: string[] = [];
  for (let index = 0; index + 1 < slashes.length; index++) {
    const raw = rawSegments(text, slashes, index, index + 1);
    const segment = decodeTriplets(raw);
    if (segment === undefined) return refuse(describeBadTriplet(raw, (slashes[index] ?? 0) + 1));
    if (segment === '.' || segment === '..') return refuse(DOT_SEGMENT);
    decoded.push(segment);
  }
  return accept({ text, slashes, hashes: decoded.map(hashText), decoded, colon });
}

/** The text from one segment to before another, slashes between them included; empty if there are none. */
export function rawSegments(text: string, slashes: readonly number[], first: number, end: number): string {
  return first < end ? text.slice((slashes[first] ?? 0) + 1, slashes[end]) : '';
}

/** One segment, decoded. */
export function segmentText({ text, slashes, decoded }: RawPath, index: number): string {
  return decoded === undefined ? rawSegments(text, slashes, index, index + 1) : (decoded[index] ?? '');
}

/** The path without what its last segment holds from `colon` on. */
export function withoutVerb(path: RawPath): RawPath {
  const { text, colon } = path;
  const last = path.hashes.length - 1;
  const slashes = [...path.slashes];
  slashes[last + 1] = colon;
  const raw = rawSegments(text, slashes, last, last + 1);
  // A colon is no part of a triplet, so either half of a sound segment is sound.
  const segment = decodeTriplets(raw) ?? raw;
  const hashes = [...path.hashes];
  hashes[last] = hashText(segment);
  return { text, slashes, hashes, decoded: path.decoded?.with(-1, segment), colon: -1 };
}

/** True if the decoded segment is this text. */
export function isSegment({ text, slashes, decoded }: RawPath, index: number, literal: string): boolean {
  if (decoded !== undefined) return decoded[index] === literal;
  const start = (slashes[index] ?? 0) + 1;
  return (slashes[index + 1] ?? 0) - start === literal.length && text.startsWith(literal, start);
}

/** Spreads literals over a table; whoever finds an equal hash compares the text too. FNV-1a over UTF-16 units. */
export function hashText(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = addToHash(hash, text.charCodeAt(index));
  return hash;
}

function addToHash(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

/** Undefined if a triplet is malformed or the bytes are not UTF-8 (overlong forms and surrogates included). */
export function decodeTriplets(raw: string): string | undefined {
  if (!raw.includes('%')) return raw;
  try {
    return decodeURIComponent(raw);
  } catch {
    return undefined;
  }
}

function describeBadTriplet(raw: string, offset: number): string {
  const malformed = /%(?![0-9A-Fa-f]{2})/.exec(raw);
  if (malformed === null) return `the path segment at column ${offset + 1} is not UTF-8 once decoded`;
  return `the path holds a "%" without two hex digits at column ${offset + malformed.index + 1}; a percent sign is %25`;
}

function describe(code: number): string {
  if (code === 0x5c) return 'a backslash';
  if (code === 0x23) return 'a "#"';
  if (code === 0x20) return 'a space';
  return code < 0x80 ? 'a control character' : 'a character outside ASCII';
}

function accept(path: RawPath): RawPathResult {
  return { ok: true, path };
}

function refuse(message: string): RawPathResult {
  return { ok: false, message };
}
