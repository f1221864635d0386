// Which metadata of an upstream's reply a client sees. Nothing else leaks.
// Source: transcoding reference, section 10, "Upstream to client".
import type { Metadata } from '../../core/metadata.ts';
import type { RestOptions } from '../../core/rest-options.ts';
import { PASSED_BY_DEFAULT, responseRules } from './response-rules.ts';

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

/** A value without what would end it early. */
const VALUE = /^[\t\x20-\x7e]*$/;

/** What a service chose of it. */
export type ResponseChoice = Pick<RestOptions, 'responseHeaders' | 'grpcMetadataPrefix'>;

export type ResponseHeader = readonly [name: string, value: string | string[]];

const NOTHING: readonly ResponseHeader[] = [];

/** What stands before the content. Values of one name keep their order. */
export function responseHeaders(metadata: Metadata, choice: ResponseChoice): readonly ResponseHeader[] {
  if (metadata.length === 0) return NOTHING;
  const namesOf = responseRules(choice.responseHeaders);
  const headers = new Map<string, string | string[]>();
  for (const [name, given] of metadata) {
    if (PASSED_BY_DEFAULT.has(name)) add(headers, name, given);
    else for (const to of namesOf(name)) add(headers, prefixed('grpc-metadata-', name, to, choice), given);
  }
  return headers.size === 0 ? NOTHING : [...headers];
}

/** As `responseHeaders`, for what comes after the content. */
export function responseTrailers(metadata: Metadata, choice: ResponseChoice): readonly ResponseHeader[] {
  if (metadata.length === 0) return NOTHING;
  const namesOf = responseRules(choice.responseHeaders);
  const trailers = new Map<string, string | string[]>();
  for (const [name, given] of metadata) {
    for (const to of PASSED_BY_DEFAULT.has(name) ? [name] : namesOf(name)) {
      if (!NOT_IN_TRAILERS.has(to)) add(trailers, prefixed('grpc-trailer-', name, to, choice), given);
    }
  }
  return trailers.size === 0 ? NOTHING : [...trailers];
}

/** The spelling of grpc-gateway; who renames has said what the name is to be. */
function prefixed(prefix: string, from: string, to: string, { grpcMetadataPrefix }: ResponseChoice): string {
  return grpcMetadataPrefix && from === to ? prefix + to : to;
}

function add(headers: Map<string, string | string[]>, name: string, given: string | Uint8Array): void {
  const value = typeof given === 'string' ? given.trim() : Buffer.from(given).toString('base64');
  if (!VALUE.test(value)) return;
  const earlier = headers.get(name);
  if (earlier === undefined) headers.set(name, value);
  else if (!SINGLE.has(name)) headers.set(name, [earlier, value].flat());
}

/** RFC 9110 §10.1.4. */
export function acceptsTrailers(te: string | readonly string[] | undefined): boolean {
  return te !== undefined && /(?:^|,)[ \t]*trailers[ \t]*(?:,|$)/i.test(String(te));
}
