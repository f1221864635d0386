// Which fields may come behind the content, in either direction: none that somebody must know before it, and none that
// say who somebody is. Whoever merges them into the head would be told otherwise too late. RFC 9110 §6.5.1.
import type { RawHeaders } from '../../core/http-message.ts';
import { keptByName } from './kept-by-name.ts';
import { isNotFromClients } from './not-from-clients.ts';

/** Framing, routing, request modifiers, authentication, control data, and how to read the content. */
const NEEDED_BEFORE: ReadonlySet<string> = new Set(
  (
    'trailer via max-forwards age cache-control cdn-cache-control clear-site-data cookie2 date expires location ' +
    'pragma priority range refresh retry-after set-cookie set-cookie2 strict-transport-security surrogate-control ' +
    'vary warning www-authenticate x-content-type-options x-frame-options x-http-method-override x-real-ip ' +
    'content-disposition content-encoding content-language content-location content-range ' +
    'content-security-policy content-security-policy-report-only content-type user-agent referer origin alt-svc'
  ).split(' '),
);
const NEEDED_BEFORE_AT_ALL = /^(?:accept|access-control-|cross-origin-|if-|proxy-|sec-)/;

const mayFollow = keptByName(
  (name) => !isNotFromClients(name) && !NEEDED_BEFORE.has(name) && !NEEDED_BEFORE_AT_ALL.test(name),
);

/** Those of an answer that clients get. */
export function passedTrailers(trailers: RawHeaders): RawHeaders {
  return trailers.length === 0 ? trailers : chosen(trailers, mayFollow);
}

/** Those of a request that services get. Some servers read `x_user` as `x-user`, and no document declares trailers. */
export function forwardedTrailers(trailers: RawHeaders): RawHeaders {
  return trailers.length === 0
    ? trailers
    : chosen(trailers, (name) => !name.includes('_') && mayFollow(name));
}

/** What of a `Trailer` header stays true. */
export function announcedTrailers(value: string): string {
  return value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && mayFollow(name))
    .join(', ');
}

function chosen(trailers: RawHeaders, may: (name: string) => boolean): RawHeaders {
  const kept: string[] = [];
  for (let index = 0; index < trailers.length; index += 2) {
    const name = trailers[index] ?? '';
    if (may(name)) kept.push(name, trailers[index + 1] ?? '');
  }
  return kept;
}
