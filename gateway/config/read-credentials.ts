// `upstream.credentials`: values that the gateway shows an upstream, by the name of a security scheme of its document.
// Whether the document has the scheme is known only once it is read, so that each place is remembered.
import type { Position } from '../../core/problem.ts';
import type { UpstreamCredential } from '../../core/upstream-credentials.ts';
import { credentialPlace } from '../../registry/check-credentials.ts';
import { type ConfigNode, findNode, type MappingEntry } from './config-node.ts';
import { toText } from './setting-reader.ts';

export function readCredentials(upstream: ConfigNode): readonly UpstreamCredential[] {
  return entriesOf(upstream).flatMap(([scheme, { node }]) => {
    const value = toText(node);
    return value === undefined ? [] : [{ scheme, value }];
  });
}

/** Where the file says what, by the place that problems of a registration have. */
export function credentialPlaces(
  upstream: ConfigNode | undefined,
  service: string,
): ReadonlyMap<string, Position> {
  return new Map(
    entriesOf(upstream).map(([scheme, { keyPosition }]) => [credentialPlace(service, scheme), keyPosition]),
  );
}

function entriesOf(upstream: ConfigNode | undefined): readonly (readonly [string, MappingEntry])[] {
  const node = findNode(upstream, 'credentials');
  return node?.kind === 'mapping' ? [...node.entries] : [];
}
