// Which headers of an upstream's answer clients get: all that are meant for them. RFC 9110 §7.6.1.
import type { RawHeaders } from '../../core/http-message.ts';
import { isHopByHop, namedByConnection } from './hop-by-hop.ts';

/** The gateway's own say on every answer. */
const OURS: ReadonlySet<string> = new Set(['x-request-id']);

export function passedHeaders(headers: RawHeaders): RawHeaders {
  const named = namedByConnection(headers);
  const passed: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const lower = name.toLowerCase();
    if (isHopByHop(lower) || OURS.has(lower) || named?.has(lower)) continue;
    passed.push(name, headers[index + 1] ?? '');
  }
  return passed;
}
