// Which headers of a client go on to an HTTP upstream: all but those of its connection, those that only the gateway may
// set, and those that it sets itself. Source: security reference, section 4; RFC 9110 §7.6.
import type { RawHeaders } from '../../core/http-message.ts';
import type { RequestFacts } from '../rest/request-metadata.ts';
import { isGuarded } from './header-parameters.ts';
import { isHopByHop, namedByConnection } from './hop-by-hop.ts';
import { keptByName } from './kept-by-name.ts';
import { isOfTheGateway } from './not-from-clients.ts';

/** How the gateway calls itself to its neighbours. */
const VIA = 'dragoman';

type Kind = 'passes' | 'stays' | 'guarded' | 'te' | 'via' | 'authorization';

/** What becomes of a client's header, as far as its name says it. */
const headerOf = keptByName((name): { readonly name: string; readonly kind: Kind } => {
  if (name === 'te') return { name, kind: 'te' };
  if (isHopByHop(name) || isOfTheGateway(name)) return { name, kind: 'stays' };
  // Some servers read "x_user" and "x-user" as one header: whoever sends the first may mean the second.
  if (isGuarded(name)) return { name, kind: 'guarded' };
  if (name === 'via' || name === 'authorization') return { name, kind: name };
  return { name, kind: 'passes' };
});

export interface ForwardChoice {
  readonly forwardsAuthorization: boolean;
  /** Lower-case names of those that pass though others of their kind do not. */
  readonly guarded: ReadonlySet<string>;
  /** HTTP version of the request, such as `1.1`. */
  readonly httpVersion: string;
}

export function forwardedHeaders(
  headers: RawHeaders,
  { requestId, forwarded }: RequestFacts,
  { forwardsAuthorization, guarded, httpVersion }: ForwardChoice,
): RawHeaders {
  const named = namedByConnection(headers);
  const passed: string[] = [];
  let via = '';
  let takesTrailers = false;
  for (let index = 0; index < headers.length; index += 2) {
    const spelling = headers[index] ?? '';
    const value = headers[index + 1] ?? '';
    const { name, kind } = headerOf(spelling);
    if (kind === 'te') takesTrailers ||= /(?:^|,)[ \t]*trailers[ \t]*(?:,|$)/i.test(value);
    if (kind === 'te' || kind === 'stays' || named?.has(name)) continue;
    if (kind === 'guarded' && !guarded.has(name)) continue;
    if (kind === 'via') via = via === '' ? value : `${via}, ${value}`;
    else if (kind !== 'authorization' || forwardsAuthorization) passed.push(spelling, value);
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
  if (forwarded.field !== undefined) passed.push('Forwarded', forwarded.field);
  return passed;
}
