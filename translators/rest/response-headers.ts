// Which metadata of an upstream's reply a client sees. Nothing else leaks.
// Source: transcoding reference, section 10, "Upstream to client".
import type { Metadata } from '../../core/metadata.ts';

const PASSED = new Set([
  'cache-control',
  'etag',
  'last-modified',
  'content-language',
  'retry-after',
  'deprecation',
  'sunset',
  'link',
]);

/** Pairs ready to be written, each name once; values were checked when the metadata was made. */
export function responseHeaders(metadata: Metadata): [name: string, value: string][] {
  const headers = new Map<string, string>();
  for (const [name, value] of metadata) {
    if (!PASSED.has(name) || typeof value !== 'string') continue;
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return [...headers];
}
