// Which headers of an upstream's answer clients get: all that are meant for them. RFC 9110 §7.6.1.
import type { RawHeaders } from '../../core/http-message.ts';
import type { Operation } from '../../core/operation.ts';
import { isHopByHop, namedByConnection } from './hop-by-hop.ts';
import { ownLocation } from './own-location.ts';

/** The gateway's own say on every answer. */
const OURS: ReadonlySet<string> = new Set(['x-request-id']);

export function passedHeaders(headers: RawHeaders, operation: Operation): RawHeaders {
  const named = namedByConnection(headers);
  const passed: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const lower = name.toLowerCase();
    if (isHopByHop(lower) || OURS.has(lower) || named?.has(lower)) continue;
    const value = headers[index + 1] ?? '';
    const isLocation = lower === 'location' || lower === 'content-location';
    passed.push(name, isLocation ? ownLocation(value, operation) : value);
  }
  return passed;
}
