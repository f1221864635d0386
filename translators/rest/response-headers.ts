// Which metadata of an upstream's reply a client sees. Nothing else leaks.
// Source: transcoding reference, section 10, "Upstream to client".
import type { Metadata } from '../../core/metadata.ts';
import { createNameTest, type NameTest } from './name-test.ts';

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

/** Never passed, whatever a service lists: of the connection, of the framing, of gRPC, and what the gateway says itself. */
const NEVER = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'content-range',
  'date',
  'x-request-id',
  'x-content-type-options',
  // The challenge is that of the API, in the gateway's words.
  'www-authenticate',
]);

/** RFC 9110: these have one value; of several the first counts. */
const SINGLE = new Set([
  'etag',
  'last-modified',
  'retry-after',
  'sunset',
  'deprecation',
  'location',
  'expires',
]);

/** RFC 9110 §6.5.1: what a recipient needs before the content. */
const NOT_IN_TRAILERS = new Set([
  'cache-control',
  'content-language',
  'retry-after',
  'expires',
  'age',
  'vary',
  'location',
  'warning',
  'set-cookie',
]);

/** A name that HTTP can write; a value without what would end it early. */
const NAME = /^[0-9a-z_.-]+$/;
const VALUE = /^[\t\x20-\x7e]*$/;

/** One list is asked again with every reply of its service. */
const tests = new WeakMap<readonly string[], NameTest>();

function isListed(list: readonly string[]): NameTest {
  let test = tests.get(list);
  if (test === undefined) {
    test = createNameTest(list);
    tests.set(list, test);
  }
  return test;
}

export type ResponseHeader = readonly [name: string, value: string | string[]];

const NOTHING: readonly ResponseHeader[] = [];

/** `listed`: names, or prefixes ending in `*`, that a service adds to the default ones. Values of one name keep their order. */
export function responseHeaders(metadata: Metadata, listed: readonly string[]): readonly ResponseHeader[] {
  if (metadata.length === 0) return NOTHING;
  const mayPass = listed.length === 0 ? undefined : isListed(listed);
  let headers: Map<string, string | string[]> | undefined;
  for (const [name, given] of metadata) {
    if (!PASSED.has(name)) {
      if (mayPass === undefined || NEVER.has(name) || name.startsWith('grpc-') || !NAME.test(name)) continue;
      if (!mayPass(name)) continue;
      // A prefix is seldom meant to let sessions through; who means it writes the name.
      if (name === 'set-cookie' && !listed.includes(name)) continue;
    }
    const value = typeof given === 'string' ? given.trim() : Buffer.from(given).toString('base64');
    if (!VALUE.test(value)) continue;
    headers ??= new Map();
    const earlier = headers.get(name);
    if (earlier === undefined) headers.set(name, value);
    else if (!SINGLE.has(name)) headers.set(name, [earlier, value].flat());
  }
  return headers === undefined ? NOTHING : [...headers];
}

/** As `responseHeaders`, for what comes after the content. */
export function responseTrailers(metadata: Metadata, listed: readonly string[]): readonly ResponseHeader[] {
  return responseHeaders(metadata, listed).filter(([name]) => !NOT_IN_TRAILERS.has(name));
}

/** RFC 9110 §10.1.4. */
export function acceptsTrailers(te: string | readonly string[] | undefined): boolean {
  return te !== undefined && /(?:^|,)[ \t]*trailers[ \t]*(?:,|$)/i.test(String(te));
}
