// Where an upstream points clients to, in whichever header: its own address becomes the gateway's, everything else stays
// as it is.
// Source: transcoding reference, section 14 ("Location is rewritten only to the API's own host").
import type { Operation } from '../../core/operation.ts';
import type { Target } from '../../core/upstream.ts';

/** The value of Location or Content-Location as clients of the gateway are to read it. */
export function ownLocation(value: string, { http, bindings, upstream }: Operation): string {
  const path = pathAtUpstream(value, upstream.targets);
  if (path === undefined || http === undefined) return value;
  const { cutSegments, prepend } = http.forward;
  const isBelow = path === prepend || path.startsWith(`${prepend}/`) || path.startsWith(`${prepend}?`);
  if (cutSegments > 0 && isBelow) {
    const [{ template } = { template: '' }] = bindings;
    return (
      template
        .split('/')
        .slice(0, cutSegments + 1)
        .join('/') + path.slice(prepend.length)
    );
  }
  return LOOKS_LIKE_HOST.test(path) ? `/.${path}` : path;
}

/** A path that browsers take for the name of another host, once its own does not stand before it. */
const LOOKS_LIKE_HOST = /^\/\t*[/\\]/;

/** `5; url=/next`, in the forms that browsers read. HTML, section 4.2.4.3, "shared declarative refresh steps". */
export function ownRefresh(value: string, operation: Operation): string {
  const [, start, quote = '', rest = ''] = REFRESH.exec(value) ?? [];
  if (start === undefined) return value;
  const end = quote === '' ? -1 : rest.indexOf(quote);
  const url = (end < 0 ? rest : rest.slice(0, end)).trimEnd();
  return start + quote + ownLocation(url, operation) + (end < 0 ? '' : rest.slice(end));
}

/** What behind the time stands before the URL. Whatever follows is taken: what did not fit would be tried in many ways. */
const REFRESH = /^([\d.\t ]*[;,\t ][\t ]*(?:url[\t ]*=[\t ]*)?)(["']?)(.*)$/is;

/** Each target of a list of links (RFC 8288 §3). Their parameters stay as they are. */
export function ownLinks(value: string, operation: Operation): string {
  let own = '';
  let from = 0;
  let isQuoted = false;
  for (let at = 0; at < value.length; at++) {
    const character = value[at];
    if (isQuoted && character === '\\') at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === '<' && !isQuoted) {
      const end = value.indexOf('>', at);
      if (end < 0) break;
      own += value.slice(from, at + 1) + ownLocation(value.slice(at + 1, end), operation);
      from = end;
      at = end;
    }
  }
  return own + value.slice(from);
}

/** From the root, query and fragment included; undefined for what is elsewhere, or relative to the request. */
function pathAtUpstream(value: string, targets: readonly Target[]): string | undefined {
  if (value.startsWith('/') && !value.startsWith('//')) return value;
  const [, scheme = '', authority = '', rest = ''] = /^(?:(https?):)?\/\/([^/?#]*)(.*)$/is.exec(value) ?? [];
  if (
    authority === '' ||
    !targets.some((target) => isAuthority(target, scheme.toLowerCase(), authority.toLowerCase()))
  ) {
    return undefined;
  }
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function isAuthority(target: Target, scheme: string, authority: string): boolean {
  if (scheme !== '' && scheme !== target.scheme) return false;
  const name = (target.host.includes(':') ? `[${target.host}]` : target.host).toLowerCase();
  const port = target.scheme === 'https' ? 443 : 80;
  return authority === `${name}:${target.port}` || (target.port === port && authority === name);
}
