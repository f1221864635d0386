// Headers as HTTP/1 lists them, as HTTP/2 wants them, and back. Source: RFC 9113, sections 8.2 and 8.3.
import type { OutgoingHttpHeaders } from 'node:http2';
import { GatewayError } from '../../../core/error.ts';
import type { RawHeaders } from '../../../core/http-message.ts';
import type { ExchangeRequest } from '../http-transport.ts';

/** Fields of one value. HTTP/1 may repeat them; here that would be another message. */
const SINGLE: ReadonlySet<string> = new Set(
  (
    'access-control-allow-credentials access-control-max-age access-control-request-method age authorization ' +
    'content-encoding content-language content-length content-location content-md5 content-range content-type date ' +
    'dnt etag expires from host if-match if-modified-since if-none-match if-range if-unmodified-since ' +
    'last-modified location max-forwards proxy-authorization range referer retry-after tk ' +
    'upgrade-insecure-requests user-agent x-content-type-options'
  ).split(' '),
);

/** Where a request goes, as its pseudo-header fields name it. */
export interface Origin {
  readonly scheme: 'http' | 'https';
  readonly authority: string;
}

/** @throws GatewayError `bad-headers` for a field that is there twice and must not be. */
export function requestFields(
  { method, target, headers, onContinue }: ExchangeRequest,
  { scheme, authority }: Origin,
  contentLength: number | undefined,
): OutgoingHttpHeaders {
  // Names are the client's: none of them may be a member that every object has.
  const fields: OutgoingHttpHeaders = Object.create(null);
  fields[':method'] = method;
  fields[':scheme'] = scheme;
  fields[':authority'] = authority;
  fields[':path'] = target;
  for (let index = 0; index < headers.length; index += 2) {
    const name = (headers[index] ?? '').toLowerCase();
    const value = headers[index + 1] ?? '';
    const before = fields[name];
    if (before === undefined) fields[name] = value;
    else if (before === value && SINGLE.has(name)) continue;
    else if (SINGLE.has(name)) {
      const message = `the header ${name} is there twice, with two values; send it once`;
      throw new GatewayError('invalid_argument', message, { type: 'bad-headers' });
    } else fields[name] = Array.isArray(before) ? [...before, value] : [String(before), value];
  }
  if (contentLength !== undefined) fields['content-length'] = String(contentLength);
  if (onContinue !== undefined) fields.expect = '100-continue';
  return fields;
}

/** What comes behind the content of a request. Of what may be there once the first counts: the content has gone already. */
export function trailerFields(trailers: RawHeaders): OutgoingHttpHeaders {
  const fields: OutgoingHttpHeaders = Object.create(null);
  for (let index = 0; index < trailers.length; index += 2) {
    const name = (trailers[index] ?? '').toLowerCase();
    const before = fields[name];
    const value = trailers[index + 1] ?? '';
    if (before === undefined) fields[name] = value;
    else if (!SINGLE.has(name)) fields[name] = [before, value].flat().map(String);
  }
  return fields;
}

/** All but pseudo-header fields, in their order. `raw`: names and values in turn. */
export function plainFields(raw: readonly string[]): RawHeaders {
  const fields: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (!name.startsWith(':')) fields.push(name, raw[index + 1] ?? '');
  }
  return fields;
}
