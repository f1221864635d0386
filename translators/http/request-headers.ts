// Which headers of a client go on to an HTTP upstream: all but those of its connection, those that only the gateway may
// set, and those that it sets itself. Source: security reference, section 4; RFC 9110 §7.6.
import type { RawHeaders } from '../../core/http-message.ts';
import type { RequestFacts } from '../rest/request-metadata.ts';
import { isHopByHop, namedByConnection } from './hop-by-hop.ts';

/** Set below, by the transport, or by policies alone: a client's own are dropped, in every spelling. */
const NOT_FROM_CLIENTS: ReadonlySet<string> = new Set([
  ...['host', 'content-length', 'expect'],
  ...['x-request-id', 'forwarded', 'x-real-ip', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'],
  ...['x-forwarded-port', 'x-forwarded-prefix', 'x-forwarded-server', 'x-forwarded-ssl', 'x-original-url'],
  ...['x-rewrite-url', 'x-consumer-id', 'x-consumer-username', 'x-consumer-groups', 'x-consumer-custom-id'],
  ...['x-credential-identifier', 'x-anonymous-consumer'],
]);

/** How the gateway calls itself to its neighbours. */
const VIA = 'dragoman';

/** Whether a header, by its lower-case name, is never a client's to set. */
export function isNotFromClients(name: string): boolean {
  return isHopByHop(name) || NOT_FROM_CLIENTS.has(name) || name === 'authorization' || name === 'cookie';
}

export interface ForwardChoice {
  readonly forwardsAuthorization: boolean;
  /** Lower-case names with underscores that pass all the same; no others do. */
  readonly underscored?: ReadonlySet<string>;
  /** HTTP version of the request, such as `1.1`. */
  readonly httpVersion: string;
}

export function forwardedHeaders(
  headers: RawHeaders,
  { requestId, forwarded }: RequestFacts,
  { forwardsAuthorization, underscored, httpVersion }: ForwardChoice,
): RawHeaders {
  const named = namedByConnection(headers);
  const passed: string[] = [];
  let via = '';
  let takesTrailers = false;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const value = headers[index + 1] ?? '';
    const lower = name.toLowerCase();
    if (lower === 'te') takesTrailers ||= /(?:^|,)[ \t]*trailers[ \t]*(?:,|$)/i.test(value);
    // Some servers read "x_user" and "x-user" as one header: whoever sends the first may mean the second.
    if (isHopByHop(lower) || NOT_FROM_CLIENTS.has(lower) || named?.has(lower)) continue;
    if (lower.includes('_') && underscored?.has(lower) !== true) continue;
    if (lower === 'via') via = via === '' ? value : `${via}, ${value}`;
    else if (lower !== 'authorization' || forwardsAuthorization) passed.push(name, value);
  }
  if (takesTrailers) passed.push('TE', 'trailers');
  passed.push('Via', `${via === '' ? '' : `${via}, `}${httpVersion} ${VIA}`);
  passed.push(
    'X-Request-Id',
    requestId,
    'X-Forwarded-For',
    forwarded.for,
    'X-Forwarded-Proto',
    forwarded.proto,
  );
  if (forwarded.host !== '') passed.push('X-Forwarded-Host', forwarded.host);
  return passed;
}
