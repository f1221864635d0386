// Header fields that belong to one connection and never go on. RFC 9110 §7.6.1; RFC 9112 §6.1.
import type { RawHeaders } from '../../core/http-message.ts';

const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** `name` in lower case. */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name);
}

/** What the sender means for this connection alone. Undefined: nothing but what is so for everybody. */
export function namedByConnection(headers: RawHeaders): ReadonlySet<string> | undefined {
  let named: Set<string> | undefined;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue;
    for (const part of (headers[index + 1] ?? '').split(',')) {
      const option = part.trim().toLowerCase();
      if (option === '' || option === 'close' || option === 'keep-alive') continue;
      named ??= new Set();
      named.add(option);
    }
  }
  return named;
}
