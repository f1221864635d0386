// Where an upstream points clients to: its own address becomes the gateway's, everything else stays as it is.
// Source: transcoding reference, section 14 ("Location is rewritten only to the API's own host").
import type { Operation } from '../../core/operation.ts';
import type { Target } from '../../core/upstream.ts';

/** The value of Location or Content-Location as clients of the gateway are to read it. */
export function ownLocation(value: string, { http, bindings, upstream }: Operation): string {
  const path = pathAtUpstream(value, upstream.targets);
  if (path === undefined || http === undefined) return value;
  const { cutSegments, prepend } = http.forward;
  if (cutSegments === 0) return path;
  const prefix = (bindings[0]?.template ?? '')
    .split('/')
    .slice(0, cutSegments + 1)
    .join('/');
  if (path === prepend || path.startsWith(`${prepend}/`) || path.startsWith(`${prepend}?`)) {
    return prefix + path.slice(prepend.length);
  }
  return path;
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
