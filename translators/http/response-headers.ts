// Which headers of an upstream's answer clients get: all that are meant for them. RFC 9110 §7.6.1.
import type { RawHeaders } from '../../core/http-message.ts';
import type { Operation } from '../../core/operation.ts';
import { isHopByHop, namedByConnection } from './hop-by-hop.ts';
import { keptByName } from './kept-by-name.ts';
import { ownLinks, ownLocation, ownRefresh } from './own-location.ts';
import { announcedTrailers } from './trailer-fields.ts';

/** The gateway's own say on every answer; and where else its origin may be found (RFC 7838), which no upstream knows. */
const OURS: ReadonlySet<string> = new Set(['x-request-id', 'alt-svc']);

type Rewrite = (value: string, operation: Operation) => string;

/** An empty text leaves the header out. */
const REWRITES: ReadonlyMap<string, Rewrite> = new Map([
  ['location', ownLocation],
  ['content-location', ownLocation],
  ['refresh', ownRefresh],
  ['link', ownLinks],
  ['trailer', announcedTrailers],
]);

const headerOf = keptByName((name) => ({
  name,
  stays: isHopByHop(name) || OURS.has(name),
  isLength: name === 'content-length',
  rewrite: REWRITES.get(name),
}));

export function passedHeaders(headers: RawHeaders, status: number, operation: Operation): RawHeaders {
  const named = namedByConnection(headers);
  const passed: string[] = [];
  // RFC 9110 §8.6: neither these have content, nor do they say how much. 304 does, of what it stands for.
  let takesLength = status >= 200 && status !== 204;
  for (let index = 0; index < headers.length; index += 2) {
    const spelling = headers[index] ?? '';
    const { name, stays, isLength, rewrite } = headerOf(spelling);
    const value = headers[index + 1] ?? '';
    // RFC 9110 §15.5.22: the answer that says what to change to is nothing without it.
    if (status === 426 && name === 'upgrade') passed.push('Connection', 'Upgrade', spelling, value);
    if (stays || named?.has(name)) continue;
    if (isLength) {
      // RFC 9112 §6.3: said twice, it goes on once. That all say the same has been seen to.
      if (takesLength) passed.push(spelling, value.split(',', 1)[0]?.trim() ?? '');
      takesLength = false;
    } else if (rewrite === undefined) {
      passed.push(spelling, value);
    } else {
      const own = rewrite(value, operation);
      if (own !== '' || value === '') passed.push(spelling, own);
    }
  }
  return passed;
}
