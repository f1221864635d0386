// The one canonical reading of a request's path, always from the raw target: what is refused, where segments
// are split (at a raw "/" only), how a captured piece is decoded.
// A target in absolute form (`GET http://host/path`), and the `*` of OPTIONS, are settled at the edge before:
// here a path starts with "/". The query is cut off unread; a `#` in it is for whoever reads queries.

/** Longer paths are refused; Node's default limit for a whole request head is the same. */
export const MAX_PATH_LENGTH = 16_384;

export interface RawPath {
  /** Without query; plain ASCII. */
  readonly text: string;
  /** Index of the slash before each segment, then the length of `text`: one more than there are segments. */
  readonly slashes: readonly number[];
  /** Segments with everything decoded; undefined if nothing is encoded. */
  readonly decoded: readonly string[] | undefined;
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

/** What each ASCII character does in a path. `#` is no part of a request target (RFC 9112 §3.2.1). */
const CHARACTER_CLASS = new Uint8Array(128).map((_, code) => {
  const character = String.fromCharCode(code);
  if (character === '/') return SLASH;
  if (character === '%') return PERCENT;
  if (character === '?') return QUERY;
  return code <= 0x20 || code === 0x7f || character === '\\' || character === '#' ? REFUSED : PLAIN;
});

/** Reads a raw target as far as its query. Segments of a path without `%` cost one pass over its characters. */
export function readRawPath(target: string): RawPathResult {
  if (target.charCodeAt(0) !== 0x2f) return refuse('the path does not start with "/"');
  const slashes = [0];
  let isEncoded = false;
  let end = 1;
  scan: for (; end < target.length; end++) {
    const code = target.charCodeAt(end);
    switch (code < 128 ? CHARACTER_CLASS[code] : REFUSED) {
      case PLAIN:
        break;
      case SLASH:
        slashes.push(end);
        break;
      case PERCENT:
        isEncoded = true;
        break;
      case QUERY:
        break scan;
      default:
        return refuse(`the path holds ${describe(code)} at column ${end + 1}; percent-encode it`);
    }
  }
  if (end > MAX_PATH_LENGTH) return refuse(`the path is longer than ${MAX_PATH_LENGTH} characters`);
  slashes.push(end);
  const text = end === target.length ? target : target.slice(0, end);
  if (text.includes('/.') && hasDotSegment(text)) return refuse(DOT_SEGMENT);
  return isEncoded
    ? decodeSegments(text, slashes)
    : { ok: true, path: { text, slashes, decoded: undefined } };
}

const DOT_SEGMENT = 'the path holds a "." or ".." segment; send the path it stands for';

function hasDotSegment(text: string): boolean {
  return /\/\.\.?(?:\/|$)/.test(text);
}

function decodeSegments(text: string, slashes: number[]): RawPathResult {
  // Every "%" that gets past decodeURIComponent starts a triplet, so this finds no half of another.
  if (text.includes('%00')) return refuse('the path holds %00');
  const decoded: string[] = [];
  for (let index = 0; index + 1 < slashes.length; index++) {
    const raw = text.slice((slashes[index] ?? 0) + 1, slashes[index + 1]);
    const segment = decodeTriplets(raw);
    if (segment === undefined) return refuse(describeBadTriplet(raw, (slashes[index] ?? 0) + 1));
    if (segment === '.' || segment === '..') return refuse(DOT_SEGMENT);
    decoded.push(segment);
  }
  return { ok: true, path: { text, slashes, decoded } };
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

function refuse(message: string): RawPathResult {
  return { ok: false, message };
}
