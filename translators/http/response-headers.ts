// Which headers of an upstream's answer clients get: all that are meant for them. RFC 9110 §7.6.1.
import type { RawHeaders } from '../../core/http-message.ts';
import type { Operation } from '../../core/operation.ts';
import { isHopByHop, namedByConnection } from './hop-by-hop.ts';
import { keptByName } from './kept-by-name.ts';
import { ownLocation } from './own-location.ts';

/** The gateway's own say on every answer. */
const OURS: ReadonlySet<string> = new Set(['x-request-id']);

const headerOf = keptByName((name) => ({
  name,
  stays: isHopByHop(name) || OURS.has(name),
  isLocation: name === 'location' || name === 'content-location',
}));

export function passedHeaders(headers: RawHeaders, operation: Operation): RawHeaders {
  const named = namedByConnection(headers);
  const passed: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    const spelling = headers[index] ?? '';
    const { name, stays, isLocation } = headerOf(spelling);
    if (stays || named?.has(name)) continue;
    const value = headers[index + 1] ?? '';
    passed.push(spelling, isLocation ? ownLocation(value, operation) : value);
  }
  return passed;
}
