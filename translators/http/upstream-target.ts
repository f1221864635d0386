// The path and query that an upstream gets, from those of a request. Segments go on as they came: what the gateway has
// matched and what the upstream sees are the same text. Source: security reference, class 3.
import { GatewayError } from '../../core/error.ts';
import type { HttpOperation } from '../../core/http-operation.ts';

/** `target` in origin form. @throws GatewayError `bad-request-target` for what upstreams could read as another path. */
export function upstreamTarget(target: string, { forward, document }: HttpOperation): string {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  checkPath(path, document === undefined);
  const { cutSegments, prepend } = forward;
  const rest = cutSegments === 0 ? path : path.slice(segmentStart(path, cutSegments));
  const made = prepend + rest || '/';
  // RFC 3986 §4.2: where only a path is read, a host begins here; servers redirect to it, or take it for their own.
  if (made.startsWith('//')) {
    throw refusal('the path that is passed on would begin with two slashes, as a host does; send one');
  }
  return mark < 0 ? made : made + target.slice(mark);
}

/** Index of the slash before a segment, or the end of the path. */
function segmentStart(path: string, index: number): number {
  let at = 0;
  for (let count = 0; count < index; count++) {
    at = path.indexOf('/', at + 1);
    if (at < 0) return path.length;
  }
  return at;
}

/** Slashes and dots that show only when they are decoded; plain ones have been refused before. */
function checkPath(path: string, isOpen: boolean): void {
  if (!path.includes('%') && !path.includes(';')) return;
  if (isOpen && /%(?:2f|5c)/i.test(path)) {
    throw refusal('an encoded slash or backslash may not stand in a path that is passed on unread');
  }
  for (const segment of path.split('/')) {
    let text = segment;
    // Twice: some servers decode what a proxy before them has decoded already.
    for (let round = 0; round < 2; round++) {
      text = decode(text);
      if (text.split(/[/\\]/).some(isDots)) {
        throw refusal('a "." or ".." is hidden in a segment of the path; send the path it stands for');
      }
    }
  }
}

/** Servers of Java take what follows a ";" for a parameter of the segment. */
function isDots(part: string): boolean {
  const end = part.indexOf(';');
  const name = end < 0 ? part : part.slice(0, end);
  return name === '.' || name === '..';
}

const ESCAPED = /%(?:2e|2f|5c|25|3b)/gi;

/** What a path is told by, and no more: the rest of a segment may be anything, and must hide nothing. */
function decode(text: string): string {
  return text.includes('%')
    ? text.replace(ESCAPED, (one) => String.fromCharCode(Number.parseInt(one.slice(1), 16)))
    : text;
}

function refusal(message: string): GatewayError {
  return new GatewayError('invalid_argument', message, { type: 'bad-request-target' });
}
