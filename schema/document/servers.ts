// Where operations are found: `/` is wherever the document came from. Services that have asked for hosts of their own
// are found there alone; neither scheme nor port is known here, so such an address begins with `//`.
import type { JsonObject } from '../../core/json.ts';
import type { DocumentPart } from './document-part.ts';

/** Hosts that are the only ones of all parts; undefined if parts differ or have none. */
export function sharedHosts(parts: readonly DocumentPart[]): readonly string[] | undefined {
  const [first, ...others] = parts.map(({ hosts = [] }) => hosts);
  if (first === undefined || first.length === 0) return undefined;
  const isShared = others.every(
    (hosts) => hosts.length === first.length && hosts.every((host) => first.includes(host)),
  );
  return isShared ? first : undefined;
}

export function serversOf(hosts: readonly string[] | undefined): JsonObject[] {
  return hosts === undefined || hosts.length === 0 ? [{ url: '/' }] : hosts.map(serverOf);
}

/** `*.example.com` is any name below. */
function serverOf(host: string): JsonObject {
  if (!host.startsWith('*.')) return { url: `//${host}` };
  return {
    url: `//{name}${host.slice(1)}`,
    variables: { name: { default: 'api', description: `Any name below \`${host.slice(2)}\`.` } },
  };
}
